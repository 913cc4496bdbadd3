"""What `explain` calls the winner is what the matcher answers, whatever is asked."""

from typing import Final

import msgspec

from netwatch.errors import SignatureError
from netwatch.match.index import Index
from netwatch.match.notation import answer, asked
from netwatch.match.patterns import PatternError
from netwatch.match.signatures import Pack
from netwatch.signature import Signature

RUNS: Final = 4_000
DEPTHS: Final = ("name", "path", "address", "port", "issuer", "subject", "magic", "nobody")
reached: set[str] = set()


def entry(name: str, magics: tuple[bytes, ...] = (), **patterns: tuple[str, ...]) -> Signature:
    """An entry that matters for its patterns only."""
    said = {"id": name, "service": "s", "product": "p", "purpose": "update", "strength": "weak"}
    return msgspec.convert({**said, **patterns, "magics": magics}, Signature)


SIGNATURES: Final = (
    entry("names", names=("example.com", "*.example.com", "u[0-9]*.a.example.com")),
    entry("narrow", names=("{s,p}[01][0-9].a.example.com", "x.example.com"), ports=("tcp/80-90",)),
    entry("paths", paths=("/index/u*.xml", "/{a,b}/update/[0-9]?"), ports=("udp/1-1000",)),
    entry("wide", prefixes=("192.0.0.0/8", "2001:db8::/32"), ports=("tcp/1-65535",)),
    entry("host", prefixes=("192.0.2.1", "2001:db8::1"), magics=(b"MAGIC",)),
    entry("file", magics=(b"MAGIC\x00\xff", b"OTHER"), subjects=("O=Example, CN=*.example.com",)),
    entry("issuer", issuers=("O=Example Lab", "CN=Example * CA {,ECC }G?")),
)
PACK: Final = Pack(SIGNATURES)
INDEX: Final = Index(SIGNATURES)
MATCHER: Final = PACK.matcher()


def target(octets: bytes) -> None:
    """Ask about one line of text."""
    text = octets.decode("utf-8", "replace")
    try:
        question = asked(text)
    except PatternError:
        try:
            PACK.explain(text)
        except SignatureError:
            return
        raise AssertionError("refused once, and explained") from None
    reached.add(question.kind)
    told = PACK.explain(text)
    found = answer(MATCHER, question)
    if told.winner is None:
        reached.add("nobody")
    assert found == (told.winner.index if told.winner else -1), (text, told)
    rivals = [candidate.index for candidate in told.losers]
    assert len(set(rivals)) == len(rivals) and found not in rivals
