"""Whose an address is. A wrong merge is the likeliest false accusation: mostly refusals."""

from typing import Any

import msgspec
import pytest

from netwatch.charge import Key, Seat
from netwatch.devices.identity import Hosts
from netwatch.model import (
    Capture,
    Claim,
    Client,
    Mac,
    Observation,
    Sighting,
)

MAC, OTHER, ROUTER = (bytes.fromhex(f"00112233440{n}") for n in (1, 2, 3))
PC, NEXT = bytes((10, 0, 0, 5)), bytes((10, 0, 0, 6))
LOCAL6 = bytes.fromhex("fe80000000000000021122fffe334401")
GLOBAL6 = [bytes.fromhex(f"20010db8000000000000000000000{n:03x}") for n in range(9)]
PUBLIC = bytes((203, 0, 113, 7))


def claim(address: bytes, mac: bytes, kind: str = "arp", **more: Any) -> Claim:
    made = Claim(time_ns=5, frame=1, kind=kind, address=address, mac=mac)
    return msgspec.structs.replace(made, **more)


def client(address: bytes, mac: bytes, vlan: int = 0) -> Client:
    return Client(address=address, mac=mac, vlan=vlan, first_ns=3, last_ns=9)


def hosts(*seen: Claim | Client | Sighting | Mac) -> Hosts:
    observation = Observation(
        claims=[s for s in seen if isinstance(s, Claim)],
        clients=[s for s in seen if isinstance(s, Client)],
        sightings=[s for s in seen if isinstance(s, Sighting)],
        macs=[s for s in seen if isinstance(s, Mac)],
    )
    return Hosts([Capture(path="a", observation=observation)])


BY_MAC = (Key(mac=MAC), Seat.ENDPOINT)
BY_ADDRESS = (Key(address=PC), Seat.ROUTER_MAC)


def test_a_mac_of_one_host_is_the_device() -> None:
    known = hosts(client(PC, MAC), client(LOCAL6, MAC), client(GLOBAL6[0], MAC))
    for address in (PC, LOCAL6, GLOBAL6[0]):
        assert known.find(address, MAC, 0) == BY_MAC


@pytest.mark.parametrize(
    "others",
    [
        [client(NEXT, MAC)],  # two addresses that it never claimed
        [client(NEXT, MAC), claim(NEXT, MAC)],  # its own is the other one
        [client(address, MAC) for address in GLOBAL6[:3]],
        [Mac(mac=MAC, addresses=17)],
        [Sighting(time_ns=1, frame=1, signal="", name=b"", server=PUBLIC, server_mac=MAC)],
    ],
)
def test_a_mac_that_speaks_for_others_names_nobody(others: list[Any]) -> None:
    assert hosts(client(PC, MAC), *others).find(PC, MAC, 0) == BY_ADDRESS


def test_a_public_server_on_the_wire_itself_is_no_router() -> None:
    asked = Sighting(time_ns=1, frame=1, signal="", name=b"", server=PUBLIC, server_mac=MAC)
    assert hosts(claim(PUBLIC, MAC), asked).find(PUBLIC, MAC, 0) == BY_MAC


@pytest.mark.parametrize("kind", ["arp", "nd", "dhcp-ack"])
def test_a_claim_gives_an_address_to_a_mac(kind: str) -> None:
    known = hosts(claim(PC, MAC, kind), claim(NEXT, MAC, kind), client(PC, MAC), client(NEXT, MAC))
    assert known.find(PC, MAC, 0) == known.find(NEXT, MAC, 0) == BY_MAC


def test_a_request_for_an_address_is_no_claim() -> None:
    known = hosts(claim(PC, MAC, "dhcp-request"), client(NEXT, MAC), client(PC, MAC))
    assert known.find(PC, MAC, 0) == BY_ADDRESS


def test_frames_through_a_router_belong_to_who_claimed_the_address() -> None:
    known = hosts(claim(PC, MAC), client(PC, MAC))
    assert known.find(PC, ROUTER, 0) == (Key(mac=MAC), Seat.ROUTER_MAC)
    assert known.find(PC, b"", 0) == (Key(mac=MAC), Seat.ROUTER_MAC)


def test_nothing_merges_across_vlans() -> None:
    known = hosts(claim(PC, MAC, vlans=(7,)), client(PC, MAC, vlan=7))
    assert known.find(PC, MAC, 7) == BY_MAC
    assert known.find(PC, ROUTER, 8) == (Key(vlan=8, address=PC), Seat.ROUTER_MAC)


def test_an_address_that_two_claim_is_joined_to_neither() -> None:
    known = hosts(claim(PC, MAC), claim(PC, OTHER))
    assert known.find(PC, MAC, 0) == BY_MAC  # its own frames are still its own
    assert known.find(PC, ROUTER, 0) == BY_ADDRESS


def test_who_claimed_an_address_beats_who_speaks_for_it() -> None:
    known = hosts(claim(PC, MAC), client(PC, OTHER))
    assert known.find(PC, OTHER, 0) == (Key(mac=MAC), Seat.ROUTER_MAC)


def test_proxy_arp_claims_nothing() -> None:
    answers = [claim(bytes((10, 0, 0, n)), MAC) for n in range(5, 10)]
    assert hosts(*answers).find(PC, MAC, 0) == BY_ADDRESS


def test_a_virtual_router_is_a_router() -> None:
    virtual = bytes.fromhex("00005e000105")
    assert hosts(client(PC, virtual)).find(PC, virtual, 0) == BY_ADDRESS


def test_only_a_plain_sign_makes_a_router_of_a_device() -> None:
    many = [client(bytes((10, 0, 0, n)), MAC) for n in range(20, 23)]
    known = hosts(claim(PC, MAC), *many)
    assert known.device(Key(mac=MAC)).forwards
    known = hosts(claim(PC, MAC), *many[:2], *(client(a, MAC) for a in GLOBAL6))
    assert not known.device(Key(mac=MAC)).forwards
