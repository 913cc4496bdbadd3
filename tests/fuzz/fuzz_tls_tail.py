"""A name out of the middle of a hello looks like a host's name and stands where its header says."""

import re
from typing import Final

from invariants import alike, is_answer

from netwatch.extract.tls import ClientHello
from netwatch.limits import HELLO_BYTES_MAX
from netwatch.model import Answer

RUNS: Final = 1_200
DEPTHS: Final = ("name", "nothing", "too long")
reached: set[str] = set()
HOST: Final = re.compile(rb"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)+")

Facts = tuple[object, ...]


def target(octets: bytes) -> None:
    """Look for a name; once more behind octets that nobody can take for one."""
    found = alike(octets, read)
    # Odd in number and without a zero: nothing may begin in them.
    moved = read(b"\xff" * 31 + octets, 0, 31 + len(octets))
    if found[0] == Answer.DONE and len(octets) + 31 <= HELLO_BYTES_MAX:
        assert moved == found


def read(data: bytes, start: int, end: int) -> Facts:
    """What `parse_tail` finds."""
    hello = ClientHello()
    answer = hello.parse_tail(data, start, end)
    assert is_answer(answer) and hello.partial
    assert (answer < 0) <= (end - start > HELLO_BYTES_MAX)
    if answer < 0:
        reached.add("too long")
    if answer != Answer.DONE:
        reached.add("nothing")
        assert not hello.has_name
        return (answer,)
    reached.add("name")
    name = data[hello.name_start : hello.name_end]
    assert start + 9 <= hello.name_start < hello.name_end <= end
    assert HOST.fullmatch(name), name
    size = len(name).to_bytes(2, "big")
    assert data[hello.name_start - 2 : hello.name_start] == size
    return (answer, name, hello.version, hello.ech, tuple(hello.alpn()))
