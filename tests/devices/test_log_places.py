"""Invariant: an address of a log gets a VLAN only where captures of its site show just one."""

import pytest

from netwatch.devices.log_places import place_logs
from netwatch.model import Capture, Client, Observation, Sighting, Signal

PC = b"\x0a\0\0\1"


def capture(path: str, *vlans: int, site: str = "", log: bool = False) -> Capture:
    seen = Observation(clients=[Client(address=PC, vlan=vlan) for vlan in vlans])
    if log:
        one = Sighting(time_ns=1, frame=1, signal=Signal.DNS_QUERY, name=b"\1x", client=PC)
        seen.sightings.append(one)
    return Capture(path=path, site=site, format="bind log" if log else "pcap", observation=seen)


@pytest.mark.parametrize(
    ("vlans", "site", "expected"),
    [((30,), "", (30,)), ((30, 31), "", ()), ((0,), "", ()), ((), "", ()), ((30,), "b", ())],
)
def test_the_vlan_of_a_log(vlans: tuple[int, ...], site: str, expected: tuple[int, ...]) -> None:
    seen, log = place_logs([capture("a", *vlans, site=site), capture("b", 0, log=True)])
    assert log.observation.sightings[0].vlans == expected
    assert log.observation.clients[0].vlan == (expected or (0,))[0]
    assert [client.vlan for client in seen.observation.clients] == list(vlans)


def test_what_is_given_is_not_changed_and_captures_alone_stay() -> None:
    given = [capture("a", 30), capture("b", 0, log=True)]
    place_logs(given)
    assert given[1].observation.sightings[0].vlans == ()
    assert place_logs(given[:1]) == given[:1]


def test_sightings_tell_vlans_too() -> None:
    seen = capture("a")
    seen.observation.sightings.append(
        Sighting(time_ns=1, frame=1, signal=Signal.TLS_SNI, name=b"", client=PC, vlans=(7,))
    )
    _, log = place_logs([seen, capture("b", 0, log=True)])
    assert log.observation.sightings[0].vlans == (7,)
