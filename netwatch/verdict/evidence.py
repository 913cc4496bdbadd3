"""Sightings charged to one device -> pieces: one signature in one half hour.

Retransmissions, A and AAAA, CNAME copies, what one connection says twice (its name, its path, its
certificate) and the mirror's duplicates are one piece. What a piece is made of decides what it can
prove: was it followed by a connection, did the other side take part, was it a browser, a decoy.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from netwatch.model import Charge, Seat, Sighting, Signal, Signature
from netwatch.verdict.prefixes import Prefixes

HALF_HOUR_NS: Final = 1_800_000_000_000
DNS_REPLY_NS_MAX: Final = 10_000_000_000
"""A DNS answer that comes later answers nobody: resolvers give up after 5 s."""
CNAME: Final = 5
ASKED: Final = frozenset((Signal.DNS_QUERY, Signal.DNS_ANSWER))
SAID: Final = frozenset(
    (
        Signal.TLS_SNI,
        Signal.QUIC_SNI,
        Signal.HTTP_HOST,
        Signal.HTTP_ABSOLUTE,
        Signal.HTTP_CONNECT,
    )
)
"""The client itself named the server on a connection."""
CONTENT: Final = frozenset((Signal.HTTP_PATH, Signal.FILE_MAGIC, Signal.TLS_CERTIFICATE))
"""What a connection carries: it belongs to the name said on the same connection."""
HELLOS: Final = frozenset((Signal.TLS_SNI, Signal.QUIC_SNI))
TOWARDS: Final = SAID | {Signal.FLOW_TO_ANSWERED_ADDRESS}
"""Signals of a connection, or of an attempt, towards the name."""

Kind = tuple[str, str, str, str]
"""(strength, purpose, signal, seat) of one sighting."""


class Piece(msgspec.Struct, frozen=True, kw_only=True):
    """One signature in one half hour."""

    signature: str
    product: str
    purpose: str
    name: bytes = b""
    """The first name, as wire labels, for the wording."""
    kinds: frozenset[Kind]
    first_ns: int
    last_ns: int
    seat: str
    asked: bool = False
    said: bool = False
    connected: bool = False
    """A connection, or an attempt, was seen: by its address or by its name."""
    followed: bool = False
    blocked: bool = False
    two_way: bool = False
    acked: bool = False
    """One-way, but on a feed of one direction whose clients acknowledge what is not seen."""
    browser: bool = False
    decoy: bool = False
    address_only: bool = False
    oem_shared: bool = False
    server_proven: bool = False
    """A session with a management server that itself proved to run the product."""


class Exhibit(msgspec.Struct, kw_only=True):
    """A sighting with what the rest of the evidence says of it; repeats count up."""

    charge: Charge
    signature: int
    """That it counts for: of its own, or of the name said on the same connection."""
    strength: str
    two_way: bool = False
    acked: bool = False
    followed: bool = False
    blocked: bool = False
    decoy: bool = False
    server_proven: bool = False
    count: int = 1


class Bench:
    """Turns the charges of devices into exhibits and pieces; holds what is the same for all."""

    def __init__(
        self,
        signatures: Sequence[Signature],
        followed_ns: int,
        proven_servers: frozenset[bytes] = frozenset(),
    ) -> None:
        self.signatures = signatures
        self.followed_ns = followed_ns
        self.proven_servers = proven_servers
        self.prefixes = Prefixes(signatures)

    def exhibits(self, charges: Sequence[Charge]) -> list[Exhibit]:
        """All charges of one device, in time; equal ones once, with their counts added."""
        once: dict[tuple[object, ...], Exhibit] = {}
        for charge in sorted(charges, key=charge_order):
            sighting = charge.sighting
            exhibit = Exhibit(
                charge=charge,
                signature=sighting.signature,
                strength=self.signatures[sighting.signature].strength,
                acked=charge.acked,
                blocked=sighting.blocked or charge.refused,
                count=sighting.count,
            )
            key = _sameness(charge)
            if key in once:
                once[key].count += sighting.count
            once.setdefault(key, exhibit)
        found = list(once.values())
        _join_aliases(found, self.signatures)
        _join_content(found)
        _mark_two_way(found)
        _mark_followed(found, self.followed_ns)
        self._mark_ports(found)
        self._mark_decoys(found)
        return found

    def pieces(self, exhibits: Sequence[Exhibit]) -> list[Piece]:
        """Group the exhibits of one device by signature and half hour."""
        groups: dict[tuple[int, int], list[Exhibit]] = {}
        for exhibit in exhibits:
            half_hour = exhibit.charge.sighting.time_ns // HALF_HOUR_NS
            groups.setdefault((exhibit.signature, half_hour), []).append(exhibit)
        return [self._piece(key[0], group) for key, group in sorted(groups.items(), key=_by_time)]

    def _piece(self, index: int, group: Sequence[Exhibit]) -> Piece:
        signature = self.signatures[index]
        sightings = [exhibit.charge.sighting for exhibit in group]
        signals = {sighting.signal for sighting in sightings}
        speakers = [s for s in sightings if s.signal in SAID or s.signal == Signal.HTTP_PATH]
        own = [e for e in group if e.charge.sighting.signature == index]
        seats = sorted({exhibit.charge.seat for exhibit in group})
        return Piece(
            signature=signature.id,
            product=signature.product,
            purpose=signature.purpose,
            name=next((e.charge.sighting.name for e in own if e.charge.sighting.name), b""),
            kinds=frozenset(self._kind(exhibit) for exhibit in group),
            first_ns=min(sighting.time_ns for sighting in sightings),
            last_ns=max(_end(sighting) for sighting in sightings),
            seat=Seat.ENDPOINT if Seat.ENDPOINT in seats else seats[0],
            asked=bool(signals & ASKED),
            said=bool(signals & SAID),
            connected=bool(signals - ASKED - {Signal.ADDRESS_PREFIX}),
            followed=any(exhibit.followed for exhibit in group),
            blocked=any(exhibit.blocked for exhibit in group),
            two_way=any(exhibit.two_way for exhibit in group),
            acked=any(exhibit.acked for exhibit in group),
            browser=bool(speakers) and all(sighting.browser for sighting in speakers),
            decoy=signature.decoy and all(e.decoy for e in group if _is_hello(e)) and not (
                signals & ASKED
            ),
            address_only=signals <= {Signal.FLOW_TO_ANSWERED_ADDRESS, Signal.ADDRESS_PREFIX},
            oem_shared=signature.shared,
            server_proven=any(exhibit.server_proven for exhibit in group),
        )

    def _kind(self, exhibit: Exhibit) -> Kind:
        sighting = exhibit.charge.sighting
        own = self.signatures[sighting.signature]
        strength = exhibit.strength if sighting.signal == Signal.PORT_PROFILE else own.strength
        return strength, own.purpose, sighting.signal, exhibit.charge.seat
