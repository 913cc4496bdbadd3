"""Seats and roles: closed lists, and one name each."""

from netwatch.charge import ROLES, SEATS, Charge, Key, Role, Seat
from netwatch.model import Sighting, Signal


def constants(words: type) -> set[str]:
    """Give the values of a class of constants."""
    return {value for name, value in vars(words).items() if name.isupper()}


def test_the_lists_hold_every_word() -> None:
    """A seat or role that is not listed would be unknown to the tests of the judge."""
    assert constants(Seat) == set(SEATS)
    assert constants(Role) == set(ROLES)


def test_a_charge_claims_nothing_by_itself() -> None:
    """Without evidence for it, nothing counts as answered, refused or acknowledged."""
    sighting = Sighting(time_ns=1, frame=1, signal=Signal.DNS_QUERY, name=b"\x01a")
    charge = Charge(sighting=sighting, capture="a.pcap", device=Key(), seat=Seat.ENDPOINT)
    assert not (charge.replied or charge.refused or charge.acked)
