"""netwatch: finds every device on a network that still runs a Kaspersky product.

The way: capture -> decode -> extract -> match || devices -> verdict -> outputs.
"""

__version__ = "0.1.0"
