"""Pieces of evidence: one signature in one half hour, and what it is made of.

What a piece is made of decides what it can prove: was it followed by a connection, did the other
side take part, was it a browser or a decoy.
"""

from collections.abc import Sequence

import msgspec

from netwatch.charge import Seat, is_tool
from netwatch.model import Signal
from netwatch.signature import Signature
from netwatch.verdict.exhibits import ASKED, HALF_HOUR_NS, SAID, Exhibit

Kind = tuple[str, str, str, str]
"""(strength, purpose, signal, seat) of one sighting."""
Place = tuple[str, bytes]
"""Site and packed address."""


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
    seat: str = Seat.ENDPOINT
    asked: bool = False
    connected: bool = False
    """A connection, or an attempt at one, was seen: by its address or by its name."""
    reached: bool = False
    """The other side took part in the connection."""
    followed: bool = False
    blocked: bool = False
    merely_blocked: bool = False
    """Followed only because what it asked for was answered as blocked: it tried nothing."""
    two_way: bool = False
    acked: bool = False
    """One-way, but on a feed of one direction whose clients acknowledge what is not seen."""
    browser: bool = False
    tool: bool = False
    """Said only by what calls itself curl, Wget and the like: somebody tries names out."""
    decoy: bool = False
    address_only: bool = False
    gossip: bool = False
    """Nothing but an address in a known prefix: it corroborates and is not worth a word."""
    oem_shared: bool = False
    server_proven: bool = False
    """A session with a management server that itself proved to run the product."""


def pieces_of(
    exhibits: Sequence[Exhibit],
    signatures: Sequence[Signature],
    proven_servers: frozenset[Place] = frozenset(),
) -> list[Piece]:
    """Group the exhibits of one device by signature and half hour, in time.

    `proven_servers`: management servers that run the product themselves.
    """
    groups: dict[tuple[int, int], list[Exhibit]] = {}
    for exhibit in exhibits:
        half_hour = exhibit.charge.sighting.time_ns // HALF_HOUR_NS
        groups.setdefault((half_hour, exhibit.signature), []).append(exhibit)
    pieces = []
    for key in sorted(groups):
        index, group = key[1], groups[key]
        kinds = frozenset(_kind(e, signatures) for e in group if not e.copy)
        pieces.append(_piece(group, signatures[index], index, kinds, proven_servers))
    return pieces


def _piece(
    group: Sequence[Exhibit],
    signature: Signature,
    index: int,
    kinds: frozenset[Kind],
    proven: frozenset[Place],
) -> Piece:
    charges = [exhibit.charge for exhibit in group]
    sightings = [charge.sighting for charge in charges]
    signals = {sighting.signal for sighting in sightings}
    speakers = [s for s in sightings if s.signal in SAID or s.signal == Signal.HTTP_PATH]
    seats = sorted({charge.seat for charge in charges})
    followed = [exhibit for exhibit in group if exhibit.followed]
    return Piece(
        signature=signature.id,
        product=signature.product,
        purpose=signature.purpose,
        name=next((s.name for s in sightings if s.name and s.signature == index), b""),
        kinds=kinds,
        first_ns=min(sighting.time_ns for sighting in sightings),
        last_ns=max(exhibit.last_ns for exhibit in group),
        seat=Seat.ENDPOINT if Seat.ENDPOINT in seats else seats[0],
        asked=bool(signals & ASKED),
        connected=bool(signals - ASKED - {Signal.ADDRESS_PREFIX}),
        reached=any(_is_reached(exhibit) for exhibit in group),
        followed=bool(followed),
        blocked=any(charge.sighting.blocked or charge.refused for charge in charges),
        merely_blocked=bool(followed) and all(_is_block(exhibit) for exhibit in followed),
        two_way=any(exhibit.two_way for exhibit in group),
        acked=any(exhibit.acked for exhibit in group),
        browser=bool(speakers) and all(sighting.browser for sighting in speakers),
        tool=bool(speakers) and all(is_tool(sighting) for sighting in speakers),
        decoy=any(e.decoy for e in group)
        and all(e.decoy for e in group if e.charge.sighting.signal in SAID),
        address_only=signals <= {Signal.FLOW_TO_ANSWERED_ADDRESS, Signal.ADDRESS_PREFIX},
        gossip=signals <= {Signal.ADDRESS_PREFIX},
        oem_shared=signature.shared,
        server_proven=any(_is_session(exhibit, signature, proven) for exhibit in group),
    )


def _kind(exhibit: Exhibit, signatures: Sequence[Signature]) -> Kind:
    sighting = exhibit.charge.sighting
    purpose = signatures[sighting.signature].purpose
    return exhibit.strength, purpose, sighting.signal, exhibit.charge.seat


def _is_session(exhibit: Exhibit, signature: Signature, proven: frozenset[Place]) -> bool:
    """Whether it is an agent at a proven server, and not a visitor to a port that is in use there.

    Any machine that runs the product may also serve a web site on such a port. So one port alone
    is no session without TLS, nor with that of a browser; and consoles are for administrators.
    """
    sighting = exhibit.charge.sighting
    return (
        sighting.signal == Signal.PORT_PROFILE
        and (exhibit.charge.site, sighting.server) in proven
        and exhibit.strength != "weak"
        and signature.purpose != "portal"
    )


def _is_block(exhibit: Exhibit) -> bool:
    """Whether it is the answer of a blocker: whoever asked had nothing to connect to."""
    sighting = exhibit.charge.sighting
    return sighting.signal in ASKED and sighting.blocked


def _is_reached(exhibit: Exhibit) -> bool:
    sighting = exhibit.charge.sighting
    if sighting.signal in ASKED:
        return False
    return sighting.two_way or exhibit.charge.replied or exhibit.acked
