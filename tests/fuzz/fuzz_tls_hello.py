"""A ClientHello's name, versions and JA4 lie inside it; no octet behind it changes them.

What is refused stays refused however it goes on, a name that is known early stays the name, and a
complete hello is complete with any octets behind it.
"""

import re
from typing import Final

from invariants import alike, is_answer, is_inside, prefixes

from netwatch.extract.tls import ClientHello
from netwatch.limits import ALPNS_MAX
from netwatch.model import Answer

RUNS: Final = 4_800
DEPTHS: Final = ("whole", "name", "partial", "alpn", "versions")
reached: set[str] = set()
JA4: Final = re.compile(
    r"t(13|12|11|10|s3|s2|d1|d2|d3|00)[di]\d{4}[0-9A-Za-z]{2}_[0-9a-f]{12}_[0-9a-f]{12}"
)

Facts = tuple[object, ...]


def target(octets: bytes) -> None:
    """Read one handshake message."""
    facts = alike(octets, read)
    answer, name = facts[:2]
    for cut in prefixes(octets):
        shorter = read(cut, 0, len(cut))
        if isinstance(shorter[0], int) and shorter[0] < 0:
            assert isinstance(answer, int) and answer < 0, f"{shorter[0]} became {answer}"
        assert shorter[1] in (name, None), f"{shorter[1]} became {name}"
        if shorter[0] == Answer.DONE and not shorter[2]:
            assert shorter[:3] == facts[:3], "a whole hello changed behind its end"


def read(data: bytes, start: int, end: int) -> Facts:
    """Everything that a hello says."""
    hello = ClientHello()
    answer = hello.parse(data, start, end)
    assert is_answer(answer) and (answer >= 0 or not hello.has_name)
    spans = (
        (hello.name_start, hello.name_end),
        (hello.alpn_start, hello.alpn_end),
        (hello.ciphers_start, hello.ciphers_end),
        (hello.signatures_start, hello.signatures_end),
    )
    for span in spans:
        assert is_inside(span, start, end) or answer != Answer.DONE
    assert (not hello.partial) <= (answer == Answer.DONE), "whole, but not done"
    name = data[hello.name_start : hello.name_end] if hello.has_name else None
    offered = tuple(hello.alpn())
    assert len(offered) <= ALPNS_MAX and all(len(protocol) < 256 for protocol in offered)
    fingerprint, ja4 = hello.fingerprint(), hello.ja4("t")
    if hello.partial:
        assert fingerprint == 0 and ja4 == ""
    else:
        assert 1 <= fingerprint < 1 << 62 and JA4.fullmatch(ja4), ja4
    note(hello, answer)
    told = (hello.version, hello.ech, hello.quic, hello.anomaly, offered, fingerprint, ja4)
    return (answer, name, hello.partial, *told)


def note(hello: ClientHello, answer: int) -> None:
    """Which depths this one got to."""
    marks = {
        "whole": not hello.partial,
        "partial": answer == Answer.DONE and hello.partial,
        "name": hello.has_name,
        "alpn": hello.alpn_end > 0,
        "versions": hello.has_versions,
    }
    reached.update(mark for mark, there in marks.items() if there)
