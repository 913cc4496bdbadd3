"""What the judge found, in plain words. Nothing is decided here.

Wording: traffic from a device, presence of a product; never a person, never illegality.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from netwatch.charge import Role
from netwatch.names import name_text
from netwatch.signature import PURPOSES
from netwatch.verdict.evidence import Piece

SENTENCES_MAX: Final = 5
"""Signatures told in words; the evidence itself is complete."""
SITES_MAX: Final = 8
"""Sites of one roaming device that are named."""
ORIGINS_MAX: Final = 8
"""Origins in a proxy's headers that are named."""
OEM_PRODUCT: Final = "Kaspersky engine (OEM)"
MAYBE_OEM_PRODUCT: Final = "Kaspersky engine, possibly OEM"
ONE_DIRECTION: Final = "the mirror shows one direction only"
ONCE: Final = "not more, because this was seen for one kind of name and not for long enough"
SCATTERED: Final = "not more, because this was seen too far apart in time to be surely one device's"
TOLD: Final = "not more, because only the word of a proxy says that this device was the origin"
CARRIES: Final = "it carries traffic of others, whose absence its silence does not show"
TUNNELS: Final = "nothing found, but it used a VPN, whose inside is not seen"
CAP_WORDS: Final = {
    "merely-blocked": "not more, because it only asked, was answered as blocked, and did not ask"
    " again for long enough: a person who looks the names up is answered just so",
    "one-way": "not more, because only its own side of the traffic was seen",
    "merely-asked": "not more, because it was not seen connecting to what it asked for",
    "address-only": "not more, because it connected to the address without being seen to ask for"
    " or say the name",
    "browser": "not more, because the program that said the name is a browser",
    "tool": "not more, because the program that said the name is a person's tool, as its User-Agent"
    " tells",
    "decoy-name": "not more, because circumvention tools say this name as a decoy, and no DNS"
    " answer, known address, certificate or other name vouches for it",
    "medium": "not more, because other programs than the product can cause this",
}

KNOWN_BY: Final = {
    "ip": "known by its address only, which may be another device's at another time",
    "random-mac": "its MAC was made up at random: the same machine may come back under another",
}
"""How a device is known -> what to bear in mind; a MAC of its own needs no word."""
HOW_TO_NAME: Final = {
    Role.RESOLVER: "mirror the port of this DNS server as well, or read its query log; or let it"
    " answer these names with a sink-hole address whose traffic this mirror shows",
    Role.PROXY: "mirror the clients' side of this proxy as well, or read its access log",
    Role.NAT: "mirror the inner side of this gateway as well, or read its translation log",
}
"""Role of a carrier -> what would name the device behind it."""

Judged = tuple[Piece, str]
"""A piece, and the verdict that it gives for itself."""


def evidence(judged: Iterable[Judged]) -> tuple[str, ...]:
    """One sentence for each signature, the strongest first."""
    groups: dict[str, list[Judged]] = {}
    for one in judged:
        groups.setdefault(one[0].signature, []).append(one)
    ordered = sorted(groups.values(), key=_importance)
    sentences = [_sentence([piece for piece, _ in group]) for group in ordered[:SENTENCES_MAX]]
    if len(ordered) > SENTENCES_MAX:
        sentences.append(f"and {len(ordered) - SENTENCES_MAX} more kinds of name")
    return tuple(sentences)


def _importance(group: Sequence[Judged]) -> tuple[int, int, str]:
    ranks = {"running": 0, "likely": 0, "possible": 1}
    best = min(ranks.get(level, 2) for _, level in group)
    return best, min(piece.first_ns for piece, _ in group), group[0][0].signature


def _sentence(pieces: Sequence[Piece]) -> str:
    """`asked for and connected to dnl-03.geo.kaspersky.com (update) twice within 41 minutes`."""
    asked = any(piece.asked for piece in pieces)
    connected = any(piece.connected for piece in pieces)
    connecting = "connected to" if any(p.reached for p in pieces) else "tried to connect to"
    if asked and connected:
        verb = f"asked for and {connecting}"
    elif connected:
        verb = connecting
    elif asked:
        verb = "asked for"
    else:
        verb = "sent packets to"
    name = next((name_text(piece.name) for piece in pieces if piece.name), "")
    name = name or f"a server as {pieces[0].signature} describes it"
    text = f"{verb} {name} ({pieces[0].purpose})"
    if len(pieces) > 1:
        span_ns = max(piece.last_ns for piece in pieces) - min(piece.first_ns for piece in pieces)
        text += f" {_times(len(pieces))} within {duration(span_ns // 1_000_000_000)}"
    if any(piece.blocked for piece in pieces):
        text += ", and was blocked"
    return text


def _times(count: int) -> str:
    return "twice" if count == 2 else f"{count} times"


def duration(seconds: int) -> str:
    """Seconds in the unit that people would use: `70 s`, `41 minutes`, `5 h`, `9 days`."""
    if seconds < 120:
        return f"{seconds} s"
    if seconds < 7_200:
        return f"{seconds // 60} minutes"
    if seconds < 172_800:
        return f"{seconds // 3_600} h"
    return f"{seconds // 86_400} days"


def public_dns(matched: int, questions: int) -> tuple[str, ...]:
    """The product asks public resolvers for its own names only; a forwarder asks everything."""
    if matched < 2 or matched * 2 < questions:
        return ()
    return (
        f"{matched} of the {max(matched, questions)} questions that it sent to public DNS servers"
        " were for these names",
    )


def why_not_more(
    level: str, cap: str | None, suspected: str, scattered: bool = False, told: bool = False
) -> tuple[str, ...]:
    """Why the verdict is not higher, for every verdict that accuses and could be.

    `scattered`: what was seen would prove more, were it not too far apart to be surely one's.
    `told`: that it was this one's is only a carrier's word.
    """
    if cap == "suspected-carrier":
        return (f"not more, because it may act for others: {suspected}",)
    if cap is not None:
        return (CAP_WORDS[cap],)
    if level == "likely":
        return (TOLD if told else SCATTERED if scattered else ONCE,)
    return ()


def products(counted: Sequence[Piece]) -> tuple[str, ...]:
    """The products that the pieces speak for; the engine is also sold in others' products."""
    own = {p.product for p in counted if p.purpose != "oem" and not p.oem_shared}
    if own:
        return tuple(sorted(own))
    if any(piece.purpose == "oem" for piece in counted):
        return (OEM_PRODUCT,)
    return (MAYBE_OEM_PRODUCT,) if counted else ()


def purposes(pieces: Iterable[Piece]) -> tuple[str, ...]:
    """The purposes of all pieces, in the order of `model.PURPOSES`."""
    seen = {piece.purpose for piece in pieces}
    return tuple(purpose for purpose in PURPOSES if purpose in seen)


def roaming(sites: Sequence[str]) -> str:
    """Of a device that was met in several sites: its MAC is one machine's, wherever it goes."""
    return f"seen in {len(sites)} sites: {_some(sites, SITES_MAX)}"


def told_origins(addresses: Sequence[str]) -> str:
    """Added to how to name a device: what a proxy's headers say, which anybody can write."""
    if not addresses:
        return ""
    return f"; its headers name as the origin: {_some(addresses, ORIGINS_MAX)}"


def _some(texts: Sequence[str], most: int) -> str:
    more = f" and {len(texts) - most} more" if len(texts) > most else ""
    return ", ".join(texts[:most]) + more


def too_short(seconds: int, hours: int, days: int) -> str:
    """Why a short look clears nobody."""
    if seconds < 3_600 or not hours:
        return f"nothing in {duration(seconds)}"
    noun = "day" if days == 1 else "days"
    return f"nothing in {duration(seconds)}, with traffic in {hours} h on {days} {noun}"


def unnamed(named: int, connections: int) -> str:
    """Why connections without names clear nobody."""
    if not connections:
        return "nothing found, but none of its connections was seen"
    return f"nothing found, but only {named} of its {connections} connections could be named"


def lost(share: float) -> str:
    """Why a lossy mirror clears nobody."""
    return f"nothing found, but the mirror lost about {share * 100:.1f} % of the traffic"


def watched(hours: int, days: int, named: int, connections: int) -> str:
    """What shows the absence."""
    return (
        f"nothing in {hours} h with traffic on {days} days;"
        f" {named} of its {connections} connections could be named"
    )
