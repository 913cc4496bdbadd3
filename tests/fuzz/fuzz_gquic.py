"""A CHLO gives a name that stands in the packet behind its own tag, or none.

The input is a client's packet of Google's QUIC.
"""

from typing import Final

from invariants import alike, is_answer, is_inside

from netwatch.extract.gquic import ChloHello, gquic_version
from netwatch.model import Answer

RUNS: Final = 12_000
DEPTHS: Final = ("version", "name", "nameless", "refused")
reached: set[str] = set()


def target(octets: bytes) -> None:
    """Look for the message, and read it where it may begin."""
    alike(octets, read)


def read(data: bytes, start: int, end: int) -> tuple[object, ...]:
    """What one packet says."""
    version = gquic_version(data, start, end)
    if version:
        reached.add("version")
    hello = ChloHello()
    answer = hello.find(data, start, end)
    assert is_answer(answer) and answer != Answer.NEED_MORE
    if answer != Answer.DONE:
        reached.add("refused")
        return (version, answer)
    assert is_inside((hello.name_start, hello.name_end), start, end)
    name = data[hello.name_start : hello.name_end]
    assert hello.has_name == bool(name)
    reached.add("name" if name else "nameless")
    assert not name or b"SNI\0" in data[start : hello.name_start]
    return (version, answer, name)
