"""Compiled. The ethertypes that the decoders tell apart, and which of them can carry no packet.

Sources: IEEE 802.3 and the IEEE's register of ethertypes.
"""

from typing import Final

from mypy_extensions import i64

IPV4: Final = 0x0800
IPV6: Final = 0x86DD
BRIDGED: Final = 0x6558
"""A whole Ethernet frame as payload (transparent Ethernet bridging, RFC 1701)."""
ETHERTYPE_MIN: Final = 0x0600
"""Below it the field is a length and an LLC header follows (IEEE 802.3)."""
LLC_FOLLOWS: Final = 4
"""What Linux calls a frame whose payload begins with an LLC header; any length would do."""

# What follows a header that names it otherwise: beyond the 16 bits of an ethertype.
LLC: Final = 0x10000
"""`ethertype` of a frame in which no packet can hide: spanning tree, IS-IS, control of PPP."""
ETHERNET: Final = 0x10001
"""An Ethernet header: that of the frame in which the client is."""
SERVICE: Final = 0x10002
"""The same behind an I-SID (802.1ah): the number of the service, which keeps customers apart."""


def local_only(ethertype: i64) -> bool:
    """Tell frames in which no packet can hide: they never leave their segment and carry no names.

    LLC, LLDP, EAPOL, slow protocols, loop detection, wake on LAN, RARP, PPPoE discovery, PTP,
    LLTD, PRP's supervision, AVB's 0x22F0, 0x22EA, 0x88B5-0x88B7 for experiments.
    """
    if ethertype == LLC:
        return True
    if ethertype in (0x0842, 0x8035, 0x8809, 0x8863, 0x888E, 0x8899, 0x88FB, 0x9000):
        return True
    return ethertype in (0x88B5, 0x88B6, 0x88B7, 0x88CC, 0x88D9, 0x88E3, 0x88F7, 0x22F0, 0x22EA)
