"""Plain lists: names and comments, all else is refused with its line."""

from hypothesis import given, settings
from hypothesis import strategies as st

from netwatch.exchange.formats import IMPORTS
from netwatch.exchange.found import Found
from netwatch.exchange.plain import read

LIST = b"""\
# names
a.example.com
  b.example.com   # with a reason
; c.example.com
! d.example.com

two words
e.example.com;
"""


def test_a_list() -> None:
    found = Found()
    read(LIST, found)
    assert list(found.names) == ["a.example.com", "b.example.com"]
    assert [number for number, _ in found.refused] == [7, 8]
    assert found.refused[0][1] == "found 2 words, expected one name"


@settings(derandomize=True, max_examples=300, deadline=None)
@given(st.sampled_from(sorted(IMPORTS)), st.binary(max_size=200))
def test_no_octets_raise(form: str, octets: bytes) -> None:
    found = Found()
    IMPORTS[form](octets, found)
    assert all(number >= 1 and why.isprintable() for number, why in found.refused)
