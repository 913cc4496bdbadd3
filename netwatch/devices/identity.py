"""Which device sent a frame: addresses, MACs and names joined, and kept apart where in doubt.

A wrong merge is the likeliest false accusation, so a MAC stands for a device only if it speaks for
one host. An address belongs to a MAC that claimed it (ARP, ND, a DHCP lease), or that speaks for it
and for nobody else. A router speaks for many: what comes through it is known by address only, and
addresses never merge across VLANs.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Final

import msgspec

from netwatch.charge import Seat
from netwatch.errors import UsageError
from netwatch.model import Capture
from netwatch.names import name_text

ADDRESSES_OF_ROUTER: Final = 16
"""Addresses behind one MAC: a host has one of IPv4 and some of IPv6, a few more over days."""
CLAIMED_OF_ROUTER: Final = 4
"""IPv4 addresses claimed by one MAC: more is proxy ARP (RFC 1027)."""
FOREIGN_OF_ROUTER: Final = 3
"""IPv4 addresses that a MAC speaks for without having claimed them; fewer may be old leases."""
GLOBALS_OF_HOST: Final = 2
"""Public IPv6 addresses that a host uses at a time without having claimed them: old and new."""
VIRTUAL_ROUTERS: Final = (b"\x00\x00\x5e\x00\x01", b"\x00\x00\x5e\x00\x02", b"\x00\x00\x0c\x07\xac")
"""First octets of the MACs of VRRP (RFC 9568 section 7.3) and HSRP."""
LEASES: Final = frozenset(("arp", "nd", "dhcp-ack"))
"""Kinds of claim that say whose an address is; the others bring names."""
VLAN_MAX: Final = 4_095
"""Numbers above it are network identifiers of tunnels and backbones."""
NAMES_OF_DEVICE: Final = 8
"""Host names kept of one device."""

Place = tuple[int, bytes]
"""VLAN (0 = none) and packed address."""
Zone = tuple[IPv4Network | IPv6Network, str]


class Device(msgspec.Struct, kw_only=True):
    """One device, as far as the captures tell; `key` is its MAC or its VLAN and address."""

    key: bytes
    id: str
    addresses: set[bytes] = msgspec.field(default_factory=set)
    macs: set[bytes] = msgspec.field(default_factory=set)
    vlans: set[int] = msgspec.field(default_factory=set)
    hostnames: set[str] = msgspec.field(default_factory=set)
    first_ns: int = 0
    last_ns: int = 0
    forwards: bool = False
    """Its MAC also carries frames of others: a router."""

    @property
    def address_only(self) -> bool:
        """Known by nothing that lasts: an address, or a MAC made up at random."""
        return self.key[:1] != b"m" or is_random(self.key[1:])

    def see(self, first_ns: int, last_ns: int) -> None:
        """It was active from `first_ns` to `last_ns`."""
        self.first_ns = min(self.first_ns or first_ns, first_ns)
        self.last_ns = max(self.last_ns, last_ns)


class Hosts:
    """Every MAC's addresses and every address's MAC, learned from all captures at once."""

    def __init__(self, captures: Sequence[Capture]) -> None:
        self._claimed: dict[bytes, set[Place]] = {}
        self._spoken: dict[bytes, set[Place]] = {}
        self._routers: set[bytes] = set()
        self._fronts: dict[bytes, set[Place]] = {}
        """MAC -> public servers whose frames it sends: a router, unless they are its own."""
        self.devices: dict[bytes, Device] = {}
        for capture in captures:
            self._learn(capture)
        self._claimed = {
            mac: places
            for mac, places in self._claimed.items()
            if sum(len(address) == 4 for _, address in places) <= CLAIMED_OF_ROUTER
        }
        for mac, places in self._fronts.items():
            if places - self._claimed.get(mac, set()):
                self._routers.add(mac)
        self._owners: dict[Place, set[bytes]] = {}
        for mac, places in self._claimed.items():
            self._own(mac, places)
        claimed = set(self._owners)
        for mac, places in sorted(self._spoken.items()):
            own = self._claimed.get(mac, set())
            foreign = places - own
            if mac not in self._routers and _is_one_host(own, foreign):
                self._own(mac, foreign - claimed)
            elif sum(len(address) == 4 for _, address in foreign) >= FOREIGN_OF_ROUTER:
                self._routers.add(mac)
        for capture in captures:
            self._name(capture)

    def find(self, address: bytes, mac: bytes, vlan: int) -> tuple[bytes, str]:
        """Give the key of the device that sent (or was sent) a frame, and the seat."""
        owners = self._owners.get((vlan, address), set())
        if mac in owners:
            return b"m" + mac, Seat.ENDPOINT
        if len(owners) == 1:
            return b"m" + next(iter(owners)), Seat.ROUTER_MAC
        return _address_key(vlan, address), Seat.ROUTER_MAC

    def device(self, key: bytes) -> Device:
        """Give the device of a key of `find`."""
        device = self.devices.get(key)
        if device is None:
            device = Device(key=key, id=device_id(key))
            if key[:1] == b"m":
                device.macs.add(key[1:])
                device.forwards = key[1:] in self._routers
            else:
                vlan, address = place_of(key)
                device.vlans.add(vlan)
                device.addresses.add(address)
            self.devices[key] = device
        return device

    def see(self, address: bytes, mac: bytes, vlan: int, first_ns: int, last_ns: int) -> Device:
        """Note that the device of this address was active; give it."""
        device = self.device(self.find(address, mac, vlan)[0])
        device.addresses.add(address)
        device.vlans.add(vlan)
        device.see(first_ns, last_ns)
        return device

    def _learn(self, capture: Capture) -> None:
        observation = capture.observation
        for claim in observation.claims:
            if claim.kind in LEASES and is_unicast(claim.mac) and is_host(claim.address):
                place = (outermost(claim.vlans), claim.address)
                self._claimed.setdefault(claim.mac, set()).add(place)
        for client in observation.clients:
            self._speak(client.mac, client.vlan, client.address)
        for sighting in observation.sightings:
            self._speak(sighting.client_mac, outermost(sighting.vlans), sighting.client)
            if is_unicast(sighting.server_mac) and not is_ours(sighting.server):
                place = (outermost(sighting.vlans), sighting.server)
                self._fronts.setdefault(sighting.server_mac, set()).add(place)
        for mac in observation.macs:
            if mac.addresses > ADDRESSES_OF_ROUTER:
                self._routers.add(mac.mac)

    def _speak(self, mac: bytes, vlan: int, address: bytes) -> None:
        if is_unicast(mac) and is_host(address):
            self._spoken.setdefault(mac, set()).add((vlan, address))
            if mac[:5] in VIRTUAL_ROUTERS:
                self._routers.add(mac)

    def _own(self, mac: bytes, places: Iterable[Place]) -> None:
        for place in places:
            self._owners.setdefault(place, set()).add(mac)

    def _name(self, capture: Capture) -> None:
        """Give devices the host names that they told; a name makes no device."""
        for claim in capture.observation.claims:
            if not claim.hostname:
                continue
            if is_host(claim.address) and claim.kind not in ("dhcp-request", "dhcp-ack"):
                key = self.find(claim.address, claim.mac, outermost(claim.vlans))[0]
            elif is_unicast(claim.mac):
                key = b"m" + claim.mac
            else:
                continue
            device = self.device(key)
            if len(device.hostnames) < NAMES_OF_DEVICE:
                device.hostnames.add(hostname_text(claim.hostname))
            device.see(claim.time_ns, claim.time_ns)


def _address_key(vlan: int, address: bytes) -> bytes:
    """The key of a device that is known by its place only."""
    # A VLAN has two octets; the network of a tunnel may need a third.
    return b"a" + vlan.to_bytes(2 if vlan <= 0xFFFF else 3, "big") + address


def place_of(key: bytes) -> Place:
    """The VLAN and address of such a key; an address has 4 octets or 16."""
    end = 3 if len(key) in (1 + 2 + 4, 1 + 2 + 16) else 4
    return int.from_bytes(key[1:end], "big"), key[end:]


def _is_one_host(own: set[Place], foreign: set[Place]) -> bool:
    """Whether a MAC that speaks for addresses it did not claim can still be one host."""
    four = [address for _, address in foreign if len(address) == 4]
    six = [address for _, address in foreign if len(address) == 16 and not is_link_local(address)]
    if any(len(address) == 4 for _, address in own):
        return not four and len(six) <= GLOBALS_OF_HOST
    return len(four) <= 1 and len(six) <= GLOBALS_OF_HOST


def device_id(key: bytes) -> str:
    """A short name of a device, the same in every run: how it is known, and a hash of that."""
    kind = "ip"
    if key[:1] == b"m":
        kind = "random-mac" if is_random(key[1:]) else "mac"
    return f"{kind}:{hashlib.sha256(key).hexdigest()[:12]}"


def outermost(vlans: tuple[int, ...]) -> int:
    """The VLAN that keeps equal addresses apart, 0 = none."""
    return vlans[0] if vlans else 0


def is_unicast(mac: bytes) -> bool:
    """Whether these octets can be one interface's MAC."""
    return len(mac) == 6 and not mac[0] & 1 and mac != bytes(6)


def is_random(mac: bytes) -> bool:
    """Whether a MAC was made up by its owner (the locally administered bit, RFC 9542 section 2)."""
    return bool(mac) and bool(mac[0] & 2)


def is_ours(address: bytes) -> bool:
    """Whether an address is none of the public Internet's (RFC 6890, RFC 4291): our side."""
    if len(address) == 16:
        return address[0] & 0xE0 != 0x20
    if len(address) != 4:
        return True
    first, second = address[0], address[1]
    return (
        first in (0, 10, 127)
        or first >= 224
        or (first == 172 and second & 0xF0 == 16)
        or (first == 192 and second == 168)
        or (first == 169 and second == 254)
        or (first == 100 and second & 0xC0 == 64)
    )


def is_host(address: bytes) -> bool:
    """Whether an address can be one host's: not unspecified, multicast or broadcast."""
    if len(address) == 16:
        return address[0] != 0xFF and any(address)
    return len(address) == 4 and 0 < address[0] < 224


def is_link_local(address: bytes) -> bool:
    """Whether an IPv6 address is fe80::/10."""
    return len(address) == 16 and address[0] == 0xFE and address[1] & 0xC0 == 0x80


def hostname_text(octets: bytes) -> str:
    """A host name, plain or as wire labels, as printable ASCII on one line; else `\\DDD`."""
    if _is_wire(octets):
        return name_text(octets)
    return "".join(
        chr(octet) if 0x21 <= octet <= 0x7E and octet != 0x5C else f"\\{octet:03d}"
        for octet in octets.rstrip(b"\0")
    )


def _is_wire(octets: bytes) -> bool:
    """Whether these are labels behind their lengths: no plain host name begins so low."""
    position = 0
    while position < len(octets) and 0 < octets[position] < 64:
        position += 1 + octets[position]
    return position == len(octets) > 0


def parse_zones(zones: Mapping[str, str]) -> list[Zone]:
    """Prefix -> name as networks, the longest first. UsageError for what is no prefix."""
    parsed: list[Zone] = []
    for prefix, name in zones.items():
        try:
            parsed.append((ip_network(prefix, strict=False), name))
        except ValueError:
            raise UsageError(f"zone {name}: {prefix!r} found, an IP prefix expected") from None
    return sorted(parsed, key=lambda zone: (-zone[0].prefixlen, str(zone[0])))


def zone_of(device: Device, zones: Sequence[Zone]) -> str | None:
    """The zone of the longest prefix that holds an address of it, else its VLAN or network."""
    addresses = [ip_address(address) for address in sorted(device.addresses)]
    for network, name in zones:
        if any(address in network for address in addresses):
            return name
    tagged = sorted(device.vlans - {0})
    if not tagged:
        return None
    return f"vlan {tagged[0]}" if tagged[0] <= VLAN_MAX else f"network {tagged[0]}"
