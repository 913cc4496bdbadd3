"""Who sent a frame. A wrong merge is the likeliest false accusation: mostly refusals."""

from typing import Any

import msgspec
import pytest

from netwatch.charge import Key, Seat
from netwatch.devices.identity import (
    Hosts,
    device_id,
    parse_zones,
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


BY_MAC = (Key(mac=MAC), Seat.ENDPOINT)
BY_ADDRESS = (Key(address=PC), Seat.ROUTER_MAC)


def test_names_go_to_their_devices() -> None:
    known = hosts(
        claim(PC, MAC, "dhcp-request", hostname=b"laptop"),
        claim(NEXT, OTHER),
        claim(NEXT, b"", "mdns", hostname=b"printer"),
        claim(b"", b"", "dhcp-request", hostname=b"nobody"),
        *(claim(PC, MAC, "dhcp-request", hostname=b"n%d" % n) for n in range(20)),
    )
    assert len(known.device(Key(mac=MAC)).hostnames) == 8
    assert "laptop" in known.device(Key(mac=MAC)).hostnames
    assert known.device(Key(mac=OTHER)).hostnames == {"printer"}
    assert len(known.devices) == 2


@pytest.mark.parametrize("kind", ["mdns", "llmnr", "nbns", "browser", "lldp", "ssdp"])
def test_what_a_device_announces_is_its_name(kind: str) -> None:
    known = hosts(claim(PC, MAC), claim(PC, MAC, kind, hostname=b"Anna's Mac.local\0"))
    assert known.device(Key(mac=MAC)).hostnames == {r"Anna's\032Mac.local"}
    behind = hosts(claim(PC, ROUTER, kind, hostname=b"pc"), *_routed())
    (key, _) = behind.find(PC, ROUTER, 0)
    assert not key.mac
    assert behind.device(key).hostnames == {"pc"}, "the name is the address's, not the router's"


def _routed() -> list[Client]:
    return [client(bytes((10, 0, 1, n)), ROUTER) for n in range(9)]


def test_what_was_seen_of_a_device() -> None:
    known = hosts(claim(PC, MAC))
    known.see(PC, MAC, 0, 7, 9)
    one = known.see(PC, ROUTER, 0, 2, 3)
    assert (one.first_ns, one.last_ns, one.addresses, one.key.mac) == (2, 9, {PC}, MAC)
    assert not one.address_only
    bare = known.see(NEXT, b"", 3, 1, 1)
    assert (bare.address_only, bare.vlans, bare.key.mac) == (True, {3}, b"")
    assert known.device(Key(mac=b"\x02" + bytes(5))).address_only  # a random MAC


def test_an_id_says_how_a_device_is_known_and_never_changes() -> None:
    assert device_id(Key(mac=MAC)).startswith("mac:")
    assert device_id(Key(mac=b"\x02" + bytes(5))).startswith("random-mac:")
    assert device_id(Key(address=PC)) == "ip:dd54c7efe7b4"
    assert device_id(Key(vlan=1, address=PC)) != device_id(Key(address=PC))


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
    assert (key.vlan, key.address) == (network, address)
    device = known.device(key)
    assert (device.vlans, device.addresses) == ({network}, {address})
    assert known.find(address, b"", network ^ 0x100)[0] != key
    assert device_id(key) != device_id(known.find(address, b"", network ^ 0x100)[0])
    assert device_id(key) != device_id(key._replace(site="berlin"))
