"""The whole policy: pieces of evidence in, verdict, cap and reasons out. Pure and total.

A piece is one signature in one half hour. Every piece is first judged for itself (`piece_level`),
then together with the others (`judge`). One more piece never lowers a verdict.
"""

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from netwatch.charge import Seat, Watch
from netwatch.model import Signal
from netwatch.verdict import wording
from netwatch.verdict.evidence import Piece
from netwatch.verdict.exhibits import HALF_HOUR_NS

HOUR_NS: Final = 3_600_000_000_000


class Thresholds(msgspec.Struct, frozen=True, kw_only=True):
    """First values, to be corrected by the simulator. All of the judge's stand here."""

    followed_ns: int = 60_000_000_000
    """A connection so soon after an answer follows it."""
    signatures: int = 2
    """Different signatures, two-way and followed, that make `running`."""
    half_hours: int = 3
    span_ns: int = 2 * HOUR_NS
    """Or one signature in so many half hours over at least so long."""
    address_only_ns: int = 8 * HOUR_NS
    """Pieces of a device known by address only add up within this time: addresses wander."""
    watched_hours: int = 8
    watched_days: int = 2
    named_share: float = 0.95
    loss_share: float = 0.01
    """These four are what `clean` takes."""


THRESHOLDS: Final = Thresholds()
LADDER: Final = ("unknown", "clean", "contacted", "possible", "likely", "running")
CAPS: Final = (
    "merely-blocked",
    "one-way",
    "merely-asked",
    "address-only",
    "browser",
    "tool",
    "decoy-name",
    "medium",
    "suspected-carrier",
)
"""Why a verdict is not higher; of several the first one, which is the nearest to proof."""
CEILINGS: Final = {"strong": "running", "medium": "possible", "weak": "contacted"}
OWN_FIELD: Final = frozenset(("exempt", "impostor", "successor"))
"""Purposes that say nothing of a Kaspersky product running here."""
VISITED: Final = frozenset(("web", "marketing"))
"""A reader's business, however strong a pack calls it."""
BROWSED: Final = frozenset(("portal", "certificate"))
"""People and products both come here: only names marked strong tell them apart."""
GOSSIP: Final = frozenset((Signal.ADDRESS_PREFIX, Signal.MDNS, Signal.LLMNR, Signal.NBNS))
"""Signals that corroborate and prove nothing."""
BEHIND: Final = frozenset((Seat.BEHIND_RESOLVER, Seat.BEHIND_PROXY, Seat.BEHIND_NAT))


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """What the verdict must know of the one whom it is about, besides the evidence."""

    suspected: str = ""
    """Why it may be a carrier; empty: it is no suspect."""
    carrier: bool = False
    """A known carrier: its silence is the silence of others as well."""
    address_only: bool = False
    """Known by an address or a random MAC, which may be somebody else's tomorrow."""
    connections_hidden: bool = False
    """The feed shows that it asks, but could not show that it connects."""
    public_questions: int = 0
    public_matched: int = 0
    """DNS questions to public servers, and how many of them were for names in the pack."""
    watch: Watch = Watch()


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """The verdict; `cap` says what keeps it from being higher."""

    verdict: str
    cap: str | None = None
    reasons: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    purposes: tuple[str, ...] = ()


Level = tuple[str, str | None]
"""A verdict and its cap."""
FULL: Final[tuple[Level, ...]] = (("likely", None), ("likely", "merely-blocked"))
"""Levels of pieces that can add up to `running`."""
Judged = tuple[Piece, Level]


def ceiling(strength: str, purpose: str, signal: str, seat: str) -> str:
    """The most that a sighting of this kind can ever prove; an unknown word proves least."""
    top = CEILINGS.get(strength, "contacted")
    if purpose in OWN_FIELD or purpose in VISITED or signal in GOSSIP:
        return "contacted"
    if purpose in BROWSED and top != "running":
        return "contacted"
    if top == "running" and signal == Signal.PORT_PROFILE:
        return "possible"  # anybody may use these ports
    if top == "running" and seat in BEHIND:
        return "likely"  # pieces of several devices do not add up to one
    return top


def piece_level(piece: Piece) -> Level:
    """What one piece proves for itself, and what keeps it from proving more."""
    top = max((ceiling(*kind) for kind in piece.kinds), key=LADDER.index, default="contacted")
    if top == "contacted" or (top == "possible" and (piece.browser or piece.tool)):
        return "contacted", None
    if top == "possible":
        return "possible", "medium"
    if piece.browser:
        return "possible", "browser"
    if piece.tool:
        return "possible", "tool"
    if piece.decoy:
        return "possible", "decoy-name"
    if piece.address_only:
        return "possible", "address-only"
    if not piece.followed:
        return "possible", "merely-asked"
    if not piece.two_way:
        return "likely" if piece.acked else "possible", "one-way"
    return "likely", "merely-blocked" if piece.merely_blocked else None


def judge(pieces: Sequence[Piece], subject: Subject, limits: Thresholds = THRESHOLDS) -> Judgement:
    """The verdict on one device, or on what one carrier passed on for others."""
    if not pieces:
        gaps = _gaps(subject, limits)
        return Judgement(
            verdict="unknown" if gaps else "clean", reasons=gaps or _shown(subject.watch)
        )
    judged = [(piece, piece_level(piece)) for piece in sorted(pieces, key=_first_ns)]
    level: Level = ("unknown", None)
    for window in _windows(judged, subject, limits):
        level = max(level, _together(window, subject, limits), key=_rank)
        if level[0] == "running":
            break
    if subject.suspected and LADDER.index(level[0]) >= LADDER.index("possible"):
        level = ("possible", "suspected-carrier")
    told = all(piece.seat in BEHIND for piece, its in judged if its in FULL)
    telling = [one for one in judged if not one[0].gossip] or judged
    scattered = subject.address_only and _together(judged, subject, limits)[0] == "running"
    agent = level[0] == "running"  # then also what proves it only together with its server
    counted = [p for p, its in judged if its[0] != "contacted" or (agent and p.server_proven)]
    return Judgement(
        verdict=level[0],
        cap=level[1],
        reasons=(
            *wording.evidence([(piece, its_level[0]) for piece, its_level in telling]),
            *wording.public_dns(subject.public_matched, subject.public_questions),
            *wording.why_not_more(level[0], level[1], subject.suspected, scattered, told),
        ),
        products=wording.products(counted),
        purposes=wording.purposes(piece for piece, _ in telling),
    )


def _together(judged: Sequence[Judged], subject: Subject, limits: Thresholds) -> Level:
    """What pieces that may be added up prove."""
    full = [p for p, level in judged if level in FULL and p.seat not in BEHIND]
    # A person who looks names up behind a blocker is answered just so: only what was tried counts.
    tried = {piece.signature for piece in full if not piece.merely_blocked}
    if len(tried) >= limits.signatures or _repeated(full, limits):
        return "running", None
    if _repeated([p for p, _ in judged if p.server_proven and p.two_way], limits):
        return "running", None
    best = max((level for _, level in judged), key=_rank)
    if best[0] == "possible" and subject.connections_hidden:
        # An answer must have come back: a question alone can be anybody's.
        asked = {p.signature for p, level in judged if level[1] == "merely-asked" and p.two_way}
        if len(asked) >= limits.signatures:
            return "likely", "merely-asked"
    return best


def _repeated(pieces: Iterable[Piece], limits: Thresholds) -> bool:
    """Whether one signature was seen in enough half hours over a long enough time."""
    times: dict[str, list[int]] = {}
    for piece in pieces:
        times.setdefault(piece.signature, []).append(piece.first_ns)
    return any(
        len({time_ns // HALF_HOUR_NS for time_ns in group}) >= limits.half_hours
        and max(group) - min(group) >= limits.span_ns
        for group in times.values()
    )


def _windows(
    judged: Sequence[Judged], subject: Subject, limits: Thresholds
) -> Iterable[Sequence[Judged]]:
    """Give the groups of pieces, in time, that may be added up: all, or those of some hours."""
    if not subject.address_only:
        yield judged
        return
    times = [piece.first_ns for piece, _ in judged]
    end = 0
    for start, time_ns in enumerate(times):
        before = end
        while end < len(times) and times[end] - time_ns < limits.address_only_ns:
            end += 1
        if end > before:  # else it lies within the group before
            yield judged[start:end]


def _first_ns(piece: Piece) -> int:
    return piece.first_ns


def _rank(level: Level) -> tuple[int, int]:
    cap = level[1]
    return LADDER.index(level[0]), -CAPS.index(cap) if cap else 1


def _gaps(subject: Subject, limits: Thresholds) -> tuple[str, ...]:
    """Why "nothing found" does not clear this device; empty: it does."""
    watch = subject.watch
    if watch.hours < limits.watched_hours or watch.days < limits.watched_days:
        return (wording.too_short(watch.seconds, watch.hours, watch.days),)
    gaps = []
    if watch.connections_named < limits.named_share * watch.connections or not watch.connections:
        gaps.append(wording.unnamed(watch.connections_named, watch.connections))
    if watch.loss > limits.loss_share:
        gaps.append(wording.lost(watch.loss))
    if watch.one_direction:
        gaps.append(wording.ONE_DIRECTION)
    if watch.tunnels:
        gaps.append(wording.TUNNELS)
    if subject.suspected or subject.carrier:
        gaps.append(wording.CARRIES)
    return tuple(gaps)


def _shown(watch: Watch) -> tuple[str, ...]:
    return (wording.watched(watch.hours, watch.days, watch.connections_named, watch.connections),)
