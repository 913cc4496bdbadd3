"""A DHCP message gives addresses, MACs and names that can be, values cut at 255 octets, or nothing.

The first octet chooses DHCPv4 or DHCPv6.
"""

from typing import Final

from invariants import is_wire

from netwatch.extract.dhcp import DhcpClaim, read_dhcp, read_dhcp6
from netwatch.limits import DHCP_VALUE_BYTES_MAX

RUNS: Final = 12_000
DEPTHS: Final = ("v4", "v6", "address", "hostname", "fqdn", "lease_seconds")
reached: set[str] = set()
FRAME_MAC: Final = bytes.fromhex("00163e000102")


def target(octets: bytes) -> None:
    """Read one message, with a frame's MAC and without."""
    if not octets:
        return
    read = read_dhcp6 if octets[0] & 1 else read_dhcp
    found = read(octets[1:], FRAME_MAC)
    blind = read(octets[1:], b"")
    assert (found is None) == (blind is None)
    if found is None or blind is None:
        return
    reached.add("v6" if octets[0] & 1 else "v4")
    assert found.mac in (blind.mac, FRAME_MAC)
    judge(found, 16 if octets[0] & 1 else 4)


def judge(claim: DhcpClaim, address_bytes: int) -> None:
    """Hold every field against its bounds."""
    assert claim.kind in ("dhcp-request", "dhcp-ack")
    assert len(claim.mac) in (0, 6) and (not claim.mac or claim.mac[0] & 1 == 0)
    assert len(claim.address) in (0, address_bytes)
    assert not claim.address or any(claim.address)
    for value in (claim.hostname, claim.client_id, claim.vendor_class, claim.parameters):
        assert len(value) <= DHCP_VALUE_BYTES_MAX
    assert len(claim.server) <= DHCP_VALUE_BYTES_MAX
    assert not claim.fqdn or is_wire(claim.fqdn), claim.fqdn
    assert 0 <= claim.lease_seconds <= 0xFFFFFFFF
    for mark in DEPTHS[2:]:
        if getattr(claim, mark):
            reached.add(mark)
