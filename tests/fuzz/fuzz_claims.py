"""ARP and neighbour discovery claim only addresses and MACs that one interface can have.

The first octet chooses: ARP, or an ICMPv6 message behind the 16 octets of its source address.
"""

from typing import Final

from invariants import alike, is_answer, is_inside

from netwatch.extract.claims import AddressClaim
from netwatch.model import Answer

RUNS: Final = 16_000
DEPTHS: Final = ("arp", "nd", "router", "no mac", "refused")
reached: set[str] = set()

Facts = tuple[object, ...]


def target(octets: bytes) -> None:
    """Read one claim, with padding behind an ARP packet as Ethernet gives it."""
    if not octets:
        return
    if octets[0] & 1:
        alike(octets[1:], neighbour)
    else:
        found = alike(octets[1:], arp)
        assert len(octets) < 29 or alike(octets[1:] + bytes(18), arp) == found


def arp(data: bytes, start: int, end: int) -> Facts:
    """Read ARP."""
    claim = AddressClaim()
    answer = claim.arp(data, start, end)
    if answer == Answer.DONE:
        reached.add("arp")
        assert claim.address_length == 4 and claim.mac_length == 6
    return judged(claim, answer, data, start, end)


def neighbour(data: bytes, start: int, end: int) -> Facts:
    """Read neighbour discovery."""
    claim = AddressClaim()
    if end - start < 16:
        return ()
    answer = claim.neighbour(data, start + 16, end, start)
    if answer == Answer.DONE:
        reached.add("nd")
        assert claim.address_length == 16
        if claim.router:
            reached.add("router")
        if claim.mac_length == 0:
            reached.add("no mac")
    return judged(claim, answer, data, start, end)


def judged(claim: AddressClaim, answer: int, data: bytes, start: int, end: int) -> Facts:
    """What every claim is held to."""
    assert is_answer(answer)
    if answer != Answer.DONE:
        if answer < 0:
            reached.add("refused")
        assert claim.mac_length == 0 and claim.address_length == 0
        return (answer,)
    address = (claim.address_start, claim.address_start + claim.address_length)
    mac = (claim.mac_start, claim.mac_start + claim.mac_length)
    assert is_inside(address, start, end)
    assert claim.mac_length == 0 or is_inside(mac, start, end)
    octets, hardware = data[slice(*address)], data[slice(*mac)]
    assert any(octets), "the unspecified address"
    if hardware:
        assert hardware[0] & 1 == 0 and any(hardware), hardware
    if claim.address_length == 4:
        assert 0 < octets[0] < 224 and octets[0] != 127
    else:
        assert octets[0] != 0xFF
    return (answer, octets, hardware, claim.router)
