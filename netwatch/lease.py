"""Who had an address when: what leases, address tables and switch tables tell of a network."""

import msgspec


class Lease(msgspec.Struct, kw_only=True, frozen=True):
    """One interface had an address, or stood at a port of a switch, for some time."""

    mac: bytes
    address: bytes = b""
    """Packed; empty: only the port is told."""
    first_ns: int
    last_ns: int
    granted: bool = False
    """A server gave the address to this one alone; else somebody looked, and saw it there."""
    hostname: bytes = b""
    port: str = ""
    """Of a switch, as its table calls it."""
    site: str = ""
