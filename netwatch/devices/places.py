"""Whose an address is, within one site: which MAC claimed it, or speaks for it and nobody else.

A wrong merge is the likeliest false accusation, so a MAC stands for a device only if it speaks for
one host. An address belongs to a MAC that claimed it (ARP, ND, a DHCP lease), or that speaks for it
and for nobody else. A router speaks for many, and its MAC identifies nobody.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from netwatch.devices.addresses import is_host, is_link_local, is_ours, is_unicast, outermost
from netwatch.model import Capture

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
OWNERS_FEW: Final = 8
LEASES: Final = frozenset(("arp", "nd", "dhcp-ack"))
"""Kinds of claim that say whose an address is; the others bring names."""

Place = tuple[int, bytes]
"""VLAN (0 = none) and packed address."""
Macs = dict[bytes, set[Place]]


class Places:
    """The addresses of one site and their MACs, learned from all its captures at once."""

    def __init__(self, captures: Sequence[Capture]) -> None:
        self.routers: set[bytes] = set()
        """MACs that carry frames of others."""
        self._owners: dict[Place, tuple[bytes, ...] | set[bytes]] = {}
        """A tuple while they are few: nearly all have one, and a set is four times as large."""
        claimed: Macs = {}
        spoken: Macs = {}
        fronts: Macs = {}
        # MAC -> public servers whose frames it sends: a router, unless they are its own.
        for capture in captures:
            self._claims(capture, claimed)
            self._speakers(capture, spoken, fronts)
        for mac in [mac for mac, places in claimed.items() if _fours(places) > CLAIMED_OF_ROUTER]:
            del claimed[mac]
        for mac, places in fronts.items():
            if places - claimed.get(mac, set()):
                self.routers.add(mac)
        for mac, places in claimed.items():
            self._own(mac, places)
        owned = set(self._owners)
        for mac, places in sorted(spoken.items()):
            own = claimed.get(mac, set())
            foreign = places - own
            if mac not in self.routers and _is_one_host(own, foreign):
                self._own(mac, foreign - owned)
            elif _fours(foreign) >= FOREIGN_OF_ROUTER:
                self.routers.add(mac)

    def owner(self, address: bytes, mac: bytes, vlan: int) -> bytes:
        """The MAC of the one device that this address of a frame of `mac` belongs to, or none."""
        owners = self._owners.get((vlan, address), ())
        if mac in owners:
            return mac
        return next(iter(owners)) if len(owners) == 1 else b""

    def _claims(self, capture: Capture, claimed: Macs) -> None:
        for claim in capture.observation.claims:
            if claim.kind in LEASES and is_unicast(claim.mac) and is_host(claim.address):
                place = (outermost(claim.vlans), claim.address)
                claimed.setdefault(claim.mac, set()).add(place)

    def _speakers(self, capture: Capture, spoken: Macs, fronts: Macs) -> None:
        observation = capture.observation
        for client in observation.clients:
            self._speak(client.mac, (client.vlan, client.address), spoken)
        for sighting in observation.sightings:
            vlan = outermost(sighting.vlans)
            self._speak(sighting.client_mac, (vlan, sighting.client), spoken)
            if is_unicast(sighting.server_mac) and not is_ours(sighting.server):
                fronts.setdefault(sighting.server_mac, set()).add((vlan, sighting.server))
        for mac in observation.macs:
            if mac.addresses > ADDRESSES_OF_ROUTER:
                self.routers.add(mac.mac)

    def _speak(self, mac: bytes, place: Place, spoken: Macs) -> None:
        if is_unicast(mac) and is_host(place[1]):
            spoken.setdefault(mac, set()).add(place)
            if mac[:5] in VIRTUAL_ROUTERS:
                self.routers.add(mac)

    def _own(self, mac: bytes, places: Iterable[Place]) -> None:
        for place in places:
            owners = self._owners.get(place, ())
            if mac in owners:
                continue
            if isinstance(owners, set):
                owners.add(mac)
            else:
                few = len(owners) < OWNERS_FEW
                self._owners[place] = (*owners, mac) if few else {*owners, mac}


def _fours(places: Iterable[Place]) -> int:
    return sum(len(address) == 4 for _, address in places)


def _is_one_host(own: set[Place], foreign: set[Place]) -> bool:
    """Whether a MAC that speaks for addresses it did not claim can still be one host."""
    four = [address for _, address in foreign if len(address) == 4]
    six = [address for _, address in foreign if len(address) == 16 and not is_link_local(address)]
    if any(len(address) == 4 for _, address in own):
        return not four and len(six) <= GLOBALS_OF_HOST
    return len(four) <= 1 and len(six) <= GLOBALS_OF_HOST
