"""However an HTTP/2 client's frames are cut, the lists read from them are the same, and bounded.

The first octet says where they are cut; what is held never passes the limits.
"""

from typing import Final

from invariants import is_answer

from netwatch.extract.hpack import TABLE_BYTES_MAX, HpackTables
from netwatch.extract.http2 import Http2
from netwatch.limits import HTTP_HEAD_BYTES_MAX
from netwatch.model import Answer

RUNS: Final = 4_000
DEPTHS: Final = ("list", "packed", "kept", "continued", "refused")
reached: set[str] = set()
TABLES: Final = HpackTables()

Facts = tuple[list[tuple[bytes, ...]], int]


def target(octets: bytes) -> None:
    """Read the frames whole, and cut in two."""
    if not octets:
        return
    frames = octets[1:]
    whole = read(frames, len(frames))
    assert read(frames, len(frames) * octets[0] // 256) == whole, "the cut matters"
    done = http2_frames(frames)
    assert read(done + b"\0\0\x08\6", len(done))[0] == whole[0], "what follows matters"


def http2_frames(octets: bytes) -> bytes:
    """The whole frames of the octets."""
    end = 0
    while end + 9 <= len(octets):
        behind = end + 9 + int.from_bytes(octets[end : end + 3], "big")
        if behind > len(octets):
            break
        end = behind
    return octets[:end]


def read(frames: bytes, cut: int) -> Facts:
    """Every list, and the last answer."""
    reader = Http2(TABLES)
    lists: list[tuple[bytes, ...]] = []
    held = b""
    answer: int = Answer.NEED_MORE
    for part in (frames[:cut], frames[cut:]):
        held += part
        answer = reader.read(held, 0, len(held))
        while answer == Answer.DONE:
            lists.append(listed(reader))
            answer = reader.read(held, reader.position, len(held))
        assert is_answer(answer) and 0 <= reader.position <= len(held)
        if answer < 0:
            reached.add("refused")
            break
        held = held[reader.position :]
        assert len(reader.fragment) <= HTTP_HEAD_BYTES_MAX and reader.passing >= 0
        if reader.continues:
            reached.add("continued")
    return lists, answer


def listed(reader: Http2) -> tuple[bytes, ...]:
    """What one list says."""
    fields = reader.fields
    sizes = [len(a) + len(b) + 32 for a, b in zip(fields.names, fields.values, strict=True)]
    assert fields.held_bytes == sum(sizes) <= fields.limit <= TABLE_BYTES_MAX
    reached.add("list")
    if sizes:
        reached.add("kept")
    if b".example" in fields.authority:
        reached.add("packed")
    return (fields.method, fields.authority, fields.path, fields.host, fields.agent)
