"""A request's parts lie inside its head, each on one line; the head ends at its empty line.

A complete head is the same with any octets behind it, and every shorter one waits for more.
"""

from typing import Final

from invariants import alike, is_answer, is_inside, prefixes

from netwatch.extract.http import HttpRequest
from netwatch.extract.http_begins import request_begins
from netwatch.limits import HTTP_HEAD_BYTES_MAX
from netwatch.model import Answer

RUNS: Final = 3_000
DEPTHS: Final = ("whole", "absolute", "connect", "host", "agent", "length", "port")
reached: set[str] = set()

Facts = tuple[object, ...]


def target(octets: bytes) -> None:
    """Read one head."""
    facts = alike(octets, read)
    begins = alike(octets, request_begins)
    assert begins or not octets or facts[0] != Answer.DONE, "read, but never tried"
    if facts[0] == Answer.DONE:
        length = facts[-1]
        assert isinstance(length, int)
        assert read(octets[:length], 0, length) == facts, "what lies behind the head matters"
        octets = octets[:length]
    for cut in prefixes(octets):
        answer = read(cut, 0, len(cut))[0]
        assert isinstance(answer, int) and isinstance(facts[0], int)
        if facts[0] == Answer.DONE:
            assert answer == Answer.NEED_MORE, f"a shorter head says {answer}"
        assert answer >= 0 or facts[0] < 0, f"{answer} became {facts[0]}"


def read(data: bytes, start: int, end: int) -> Facts:
    """Everything that a head says, the length of the head last."""
    request = HttpRequest()
    answer = request.parse(data, start, end)
    assert is_answer(answer)
    spans = (
        (request.method_start, request.method_end),
        (request.target_start, request.target_end),
        (request.path_start, request.path_end),
        (request.authority_start, request.authority_end),
        (request.host_start, request.host_end),
        (request.agent_start, request.agent_end),
        (request.forwarded_start, request.forwarded_end),
        (request.elements_start, request.elements_end),
    )
    limit = request.head_end if answer == Answer.DONE else end
    assert start <= limit <= min(end, start + HTTP_HEAD_BYTES_MAX)
    assert all(is_inside(span, start, limit) for span in spans), spans
    assert all(b"\n" not in data[a:b] for a, b in spans), "a part of two lines"
    assert 0 <= request.host_port <= 0xFFFF and 0 <= request.authority_port <= 0xFFFF
    assert request.content_length >= -1
    assert not (request.absolute and request.connect)
    if answer == Answer.DONE:
        assert data[limit - 1 : limit] == b"\n"
        note(request)
    texts = tuple(data[first:last] for first, last in spans)
    forms = (request.absolute, request.connect, request.authority_port, request.host_port)
    length = limit - start if answer == Answer.DONE else -1
    return (answer, texts, forms, request.content_length, length)


def note(request: HttpRequest) -> None:
    """Which depths this one got to."""
    marks = {
        "whole": True,
        "absolute": request.absolute,
        "connect": request.connect,
        "host": request.host_end > request.host_start,
        "agent": request.agent_end > request.agent_start,
        "length": request.content_length >= 0,
        "port": request.host_port > 0,
    }
    reached.update(mark for mark, there in marks.items() if there)
