"""Which device sent a frame: addresses, MACs and names joined, and kept apart where in doubt.

A device is known by its MAC where an address is surely that MAC's (`places`), else by its address,
and addresses never merge across VLANs. Sites are worlds of their own: equal addresses of two sites,
private or public, are two devices. Only a MAC that its maker gave out is one machine wherever it is
seen, unless it is seen in two sites at once or routes in one of them.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Final

import msgspec

from netwatch.charge import Key, Seat
from netwatch.devices.addresses import is_host, is_random, is_unicast, outermost
from netwatch.devices.places import Places
from netwatch.devices.tenancies import Tenancies
from netwatch.errors import UsageError
from netwatch.lease import Lease
from netwatch.model import Capture
from netwatch.names import host_text

VLAN_MAX: Final = 4_095
"""Numbers above it are network identifiers of tunnels and backbones."""
NAMES_OF_DEVICE: Final = 8
"""Host names kept of one device."""

Home = tuple[str, bytes]
"""Site and packed address."""
Zone = tuple[IPv4Network | IPv6Network, str]


class Device(msgspec.Struct, kw_only=True):
    """One device, as far as the captures tell."""

    key: Key
    homes: set[Home] = msgspec.field(default_factory=set)
    vlans: set[int] = msgspec.field(default_factory=set)
    hostnames: set[str] = msgspec.field(default_factory=set)
    ports: set[str] = msgspec.field(default_factory=set)
    """Of switches, at which it stood."""
    first_ns: int = 0
    last_ns: int = 0
    site: str = ""
    """Where it was seen last."""
    forwards: bool = False
    """Its MAC also carries frames of others: a router."""

    @property
    def id(self) -> str:
        """A short name, the same in every run."""
        return device_id(self.key)

    @property
    def addresses(self) -> set[bytes]:
        """Packed addresses, of all sites."""
        return {address for _, address in self.homes}

    @property
    def sites(self) -> list[str]:
        """Where it was seen, by name; empty where no site was given."""
        return sorted({site for site, _ in self.homes} - {""})

    @property
    def address_only(self) -> bool:
        """Known by nothing that lasts: an address, or a MAC made up at random."""
        return not self.key.mac or is_random(self.key.mac)

    def see(self, first_ns: int, last_ns: int, site: str = "") -> None:
        """It was active from `first_ns` to `last_ns`."""
        if (last_ns, site) > (self.last_ns, self.site):
            self.site = site
        self.first_ns = min(self.first_ns or first_ns, first_ns)
        self.last_ns = max(self.last_ns, last_ns)


class Hosts:
    """Every MAC's addresses and every address's MAC, learned from all captures at once."""

    def __init__(self, captures: Sequence[Capture], leases: Sequence[Lease] = ()) -> None:
        sites: dict[str, list[Capture]] = {}
        for capture in captures:
            sites.setdefault(capture.site, []).append(capture)
        self._places = {site: Places(group) for site, group in sites.items()}
        self._bound_to_site = _in_two_places(captures) if len(sites) > 1 else set()
        for places in self._places.values():
            self._bound_to_site |= places.routers
        self._tenancies = Tenancies(leases, captures)
        self.devices: dict[Key, Device] = {}
        for capture in captures:
            self._name(capture)

    def find(
        self,
        address: bytes,
        mac: bytes,
        vlan: int,
        site: str = "",
        times: tuple[int, int] = (0, 0),
    ) -> tuple[Key, str]:
        """Give the key of the device that sent (or was sent) frames, and the seat.

        `times`: of the first and of the last of them, for those who had the address then.
        """
        places = self._places.get(site)
        owner = places.owner(address, mac, vlan) if places is not None else b""
        owner = owner or self._tenancies.holder(site, address, *times)
        if owner:
            return self._mac_key(owner, site), Seat.ENDPOINT if owner == mac else Seat.ROUTER_MAC
        return Key(site=site, vlan=vlan, address=address), Seat.ROUTER_MAC

    def device(self, key: Key, site: str = "") -> Device:
        """Give the device of a key of `find`."""
        device = self.devices.get(key)
        if device is None:
            device = Device(key=key, site=site)
            if key.mac:
                places = self._places.get(site)
                device.forwards = places is not None and key.mac in places.routers
                device.ports |= self._tenancies.ports.get((site, key.mac), set())
                names = sorted(self._tenancies.hostnames.get((site, key.mac), ()))
                device.hostnames |= {host_text(name) for name in names[:NAMES_OF_DEVICE]}
            else:
                device.vlans.add(key.vlan)
                device.homes.add((key.site, key.address))
            self.devices[key] = device
        return device

    def see(
        self, address: bytes, mac: bytes, vlan: int, first_ns: int, last_ns: int, site: str = ""
    ) -> Device:
        """Note that the device of this address was active; give it."""
        times = (first_ns, last_ns)
        device = self.device(self.find(address, mac, vlan, site, times)[0], site)
        device.homes.add((site, address))
        device.vlans.add(vlan)
        device.see(first_ns, last_ns, site)
        return device

    def _mac_key(self, mac: bytes, site: str) -> Key:
        roams = not is_random(mac) and mac not in self._bound_to_site
        return Key(site="" if roams else site, mac=mac)

    def _name(self, capture: Capture) -> None:
        """Give devices the host names that they told."""
        for claim in capture.observation.claims:
            if not claim.hostname:
                continue
            if is_host(claim.address) and claim.kind not in ("dhcp-request", "dhcp-ack"):
                place = (claim.address, claim.mac, outermost(claim.vlans), capture.site)
                key = self.find(*place, (claim.time_ns, claim.time_ns))[0]
            elif is_unicast(claim.mac):
                key = self._mac_key(claim.mac, capture.site)
            else:
                continue
            device = self.device(key, capture.site)
            if len(device.hostnames) < NAMES_OF_DEVICE:
                device.hostnames.add(host_text(claim.hostname.rstrip(b"\0")))
            device.see(claim.time_ns, claim.time_ns, capture.site)


def _in_two_places(captures: Iterable[Capture]) -> set[bytes]:
    """MACs that were active in two sites at once: two machines, one of them a copy."""
    spans: dict[bytes, list[tuple[int, int, str]]] = {}
    for capture in captures:
        for client in capture.observation.clients:
            if is_unicast(client.mac):
                span = (client.first_ns, client.last_ns, capture.site)
                spans.setdefault(client.mac, []).append(span)
    found = set()
    for mac, seen in spans.items():
        ends: dict[str, int] = {}
        for first_ns, last_ns, site in sorted(seen):
            if any(end >= first_ns for other, end in ends.items() if other != site):
                found.add(mac)
                break
            ends[site] = max(ends.get(site, 0), last_ns)
    return found


def device_id(key: Key) -> str:
    """A short name of a device, the same in every run: how it is known, and a hash of that."""
    # A VLAN has two octets; the network of a tunnel may need a third.
    vlan = key.vlan.to_bytes(2 if key.vlan <= 0xFFFF else 3, "big")
    kind, octets = "ip", b"a" + vlan + key.address
    if key.mac:
        kind, octets = "random-mac" if is_random(key.mac) else "mac", b"m" + key.mac
    if key.site:
        octets = key.site.encode() + b"\0" + octets
    return f"{kind}:{hashlib.sha256(octets).hexdigest()[:12]}"


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
