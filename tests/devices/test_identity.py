"""Who sent a frame. A wrong merge is the likeliest false accusation: mostly refusals."""

from ipaddress import ip_address
from typing import Any

import msgspec
import pytest

from netwatch.charge import Seat
from netwatch.devices.identity import (
    Hosts,
    device_id,
    hostname_text,
    is_host,
    is_link_local,
    is_ours,
    is_random,
    is_unicast,
    outermost,
    parse_zones,
    place_of,
    zone_of,
)
from netwatch.errors import UsageError
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


BY_MAC = (b"m" + MAC, Seat.ENDPOINT)
BY_ADDRESS = (b"a\0\0" + PC, Seat.ROUTER_MAC)


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
    assert known.find(PC, ROUTER, 0) == (b"m" + MAC, Seat.ROUTER_MAC)
    assert known.find(PC, b"", 0) == (b"m" + MAC, Seat.ROUTER_MAC)


def test_nothing_merges_across_vlans() -> None:
    known = hosts(claim(PC, MAC, vlans=(7,)), client(PC, MAC, vlan=7))
    assert known.find(PC, MAC, 7) == BY_MAC
    assert known.find(PC, ROUTER, 8) == (b"a\0\x08" + PC, Seat.ROUTER_MAC)


def test_an_address_that_two_claim_is_joined_to_neither() -> None:
    known = hosts(claim(PC, MAC), claim(PC, OTHER))
    assert known.find(PC, MAC, 0) == BY_MAC  # its own frames are still its own
    assert known.find(PC, ROUTER, 0) == BY_ADDRESS


def test_who_claimed_an_address_beats_who_speaks_for_it() -> None:
    known = hosts(claim(PC, MAC), client(PC, OTHER))
    assert known.find(PC, OTHER, 0) == (b"m" + MAC, Seat.ROUTER_MAC)


def test_proxy_arp_claims_nothing() -> None:
    answers = [claim(bytes((10, 0, 0, n)), MAC) for n in range(5, 10)]
    assert hosts(*answers).find(PC, MAC, 0) == BY_ADDRESS


def test_a_virtual_router_is_a_router() -> None:
    virtual = bytes.fromhex("00005e000105")
    assert hosts(client(PC, virtual)).find(PC, virtual, 0) == BY_ADDRESS


def test_only_a_plain_sign_makes_a_router_of_a_device() -> None:
    many = [client(bytes((10, 0, 0, n)), MAC) for n in range(20, 23)]
    known = hosts(claim(PC, MAC), *many)
    assert known.device(b"m" + MAC).forwards
    known = hosts(claim(PC, MAC), *many[:2], *(client(a, MAC) for a in GLOBAL6))
    assert not known.device(b"m" + MAC).forwards


def test_names_go_to_their_devices() -> None:
    known = hosts(
        claim(PC, MAC, "dhcp-request", hostname=b"laptop"),
        claim(NEXT, OTHER),
        claim(NEXT, b"", "mdns", hostname=b"printer"),
        claim(b"", b"", "dhcp-request", hostname=b"nobody"),
        *(claim(PC, MAC, "dhcp-request", hostname=b"n%d" % n) for n in range(20)),
    )
    assert len(known.device(b"m" + MAC).hostnames) == 8
    assert "laptop" in known.device(b"m" + MAC).hostnames
    assert known.device(b"m" + OTHER).hostnames == {"printer"}
    assert len(known.devices) == 2


def test_what_was_seen_of_a_device() -> None:
    known = hosts(claim(PC, MAC))
    known.see(PC, MAC, 0, 7, 9)
    one = known.see(PC, ROUTER, 0, 2, 3)
    assert (one.first_ns, one.last_ns, one.addresses, one.macs) == (2, 9, {PC}, {MAC})
    assert not one.address_only
    bare = known.see(NEXT, b"", 3, 1, 1)
    assert (bare.address_only, bare.vlans, bare.macs) == (True, {3}, set())
    assert known.device(b"m\x02" + bytes(5)).address_only  # a random MAC


def test_an_id_says_how_a_device_is_known_and_never_changes() -> None:
    assert device_id(b"m" + MAC).startswith("mac:")
    assert device_id(b"m\x02" + bytes(5)).startswith("random-mac:")
    assert device_id(b"a\0\0" + PC) == "ip:dd54c7efe7b4"
    assert device_id(b"a\0\1" + PC) != device_id(b"a\0\0" + PC)


@pytest.mark.parametrize(
    ("text", "ours"),
    [
        ("10.0.0.1", True), ("172.15.0.1", False), ("172.31.0.1", True), ("192.168.0.1", True),
        ("192.169.0.1", False), ("169.254.0.1", True), ("100.64.0.1", True),
        ("100.128.0.1", False), ("8.8.8.8", False), ("fe80::1", True), ("fd00::1", True),
        ("2001:db8::1", False), ("239.1.1.1", True),
    ],
)  # fmt: skip
def test_our_side(text: str, ours: bool) -> None:
    assert is_ours(ip_address(text).packed) is ours


def test_what_can_be_a_host() -> None:
    assert is_host(PC)
    assert is_host(LOCAL6)
    for address in (b"", bytes(4), bytes(16), b"\xe0\0\0\1", b"\xff\xff\xff\xff", b"\xff" * 16):
        assert not is_host(address)
    assert is_unicast(MAC)
    for mac in (b"", bytes(6), b"\xff" * 6, b"\1\0\x5e\0\0\1", MAC + b"\0"):
        assert not is_unicast(mac)
    assert is_link_local(LOCAL6)
    assert not is_link_local(GLOBAL6[0])
    assert is_random(b"\x02\0\0\0\0\1")
    assert not is_random(MAC)
    assert not is_random(b"")
    assert outermost((7, 8)) == 7
    assert outermost(()) == 0


@pytest.mark.parametrize(
    ("octets", "text"),
    [
        (b"laptop-7", "laptop-7"),
        (b"laptop\0", "laptop"),
        (b"\6laptop\4corp", "laptop.corp"),
        (b"a b\\\x1b[0m\xff", r"a\032b\092\027[0m\255"),
        (b"7up", "7up"),
        (b"", ""),
    ],
)
def test_host_names_are_printable(octets: bytes, text: str) -> None:
    assert hostname_text(octets) == text


def test_zones() -> None:
    one = hosts().see(PC, b"", 30, 1, 1)
    zones = parse_zones({"10.0.0.0/8": "all", "10.0.0.0/24": "sales", "2001:db8::/32": "six"})
    assert zone_of(one, zones) == "sales"
    assert zone_of(one, parse_zones({"2001:db8::/32": "six"})) == "vlan 30"
    assert zone_of(one, []) == "vlan 30"
    assert zone_of(hosts().see(PC, b"", 4_096, 1, 1), []) == "network 4096"
    assert zone_of(hosts().see(PC, b"", 0, 1, 1), []) is None
    assert zone_of(hosts().see(PC, b"", 4_095, 1, 1), []) == "vlan 4095"
    assert zone_of(hosts().see(PC, b"", 70_000, 1, 1), []) == "network 70000"
    with pytest.raises(UsageError, match="an IP prefix expected"):
        parse_zones({"office": "10.0.0.0/8"})


@pytest.mark.parametrize("network", [0, 1, 0xFFF, 0xFFFF, 0x10000, 0xFFFFFF])
@pytest.mark.parametrize("address", [PC, bytes(range(16))])
def test_a_device_of_any_network_is_known_by_its_place(network: int, address: bytes) -> None:
    known = hosts()
    key, _ = known.find(address, b"", network)
    assert place_of(key) == (network, address)
    device = known.device(key)
    assert (device.vlans, device.addresses) == ({network}, {address})
    assert known.find(address, b"", network ^ 0x100)[0] != key
