"""A response's body begins behind its head and inside what is there, whatever follows.

A complete head is the same with any octets behind it; what was refused stays refused.
"""

from typing import Final

from invariants import alike, is_answer, prefixes

from netwatch.extract.http_response import HttpResponse, response_begins
from netwatch.model import Answer

RUNS: Final = 8_000
DEPTHS: Final = ("whole", "chunked", "gzip", "length", "interim")
reached: set[str] = set()

Facts = tuple[object, ...]


def target(octets: bytes) -> None:
    """Read one head."""
    facts = alike(octets, read)
    answer = facts[0]
    assert isinstance(answer, int)
    if alike(octets, response_begins):
        for cut in prefixes(octets):
            assert not cut or response_begins(cut, 0, len(cut)), "a prefix does not begin so"
    else:
        assert answer != Answer.DONE
    for cut in prefixes(octets):
        shorter = read(cut, 0, len(cut))
        assert isinstance(shorter[0], int)
        assert shorter[0] >= 0 or answer < 0, f"{shorter[0]} became {answer}"
        assert shorter[0] != Answer.DONE or shorter == facts, "octets behind the head matter"


def read(data: bytes, start: int, end: int) -> Facts:
    """Everything that a head says."""
    response = HttpResponse()
    answer = response.parse(data, start, end)
    assert is_answer(answer)
    if answer != Answer.DONE:
        return (answer,)
    assert start < response.head_end <= response.body_start <= end
    assert 100 <= response.status <= 999 and response.content_length >= -1
    marks = {
        "whole": True,
        "chunked": response.chunked,
        "gzip": response.gzip,
        "length": response.content_length >= 0,
        "interim": response.status < 200,
    }
    reached.update(mark for mark, there in marks.items() if there)
    assert response.has_body or response.body_start == response.head_end
    places = (response.head_end - start, response.body_start - start)
    return (answer, response.status, *places, response.content_length, response.has_body)
