"""What the engine remembers, in tables of fixed size: flows, clients, answers, bindings.

A table is set-associative: a keyed fingerprint names a set of eight slots, the slot that was used
longest ago gives way, and every eviction is counted. Nothing grows with the traffic.
"""
