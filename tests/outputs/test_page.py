"""Invariant: no line is wider than 80 columns, and no word is lost."""

from hypothesis import given, settings
from hypothesis import strategies as st

from netwatch.outputs.page import Page, columns_of, wrapped


def test_words_stay_whole_and_long_ones_are_cut() -> None:
    assert wrapped("one two", "  ") == ["  one two"]
    assert wrapped("", "  ") == []
    assert wrapped("x" * 100 + " y", "") == ["x" * 80, "x" * 20 + " y"]
    assert wrapped("a " + "y" * 80 + " b", "") == ["a", "y" * 80, "b"]
    assert wrapped("日" * 41, "") == ["日" * 40, "日"]


def test_wide_letters_take_two_columns_and_marks_none() -> None:
    assert columns_of("ab") == 2
    assert columns_of("日本") == 4
    assert columns_of("Z\u0301\u20dd") == 1


@settings(derandomize=True, max_examples=300)
@given(st.text(max_size=400), st.integers(0, 20))
def test_every_line_fits_and_everything_is_there(text: str, indent: int) -> None:
    lines = wrapped(text, " " * indent)
    assert all(columns_of(line) <= 80 for line in lines)
    assert all(line.isprintable() for line in lines)
    if text.isprintable():
        assert "".join("".join(lines).split()) == "".join(text.split())


def test_an_item_has_its_label_in_its_own_column() -> None:
    page = Page(colour=False)
    page.item("RUNNING", "word " * 20)
    page.item("too long a label", "text")
    page.item("EMPTY", "")
    assert page.text().splitlines() == [
        "RUNNING   word word word word word word word word word word word word word word",
        "          word word word word word word",
        "to...abel text",
        "EMPTY",
    ]


def test_blank_lines_are_never_doubled() -> None:
    page = Page(colour=False)
    page.blank()
    page.paragraph("a")
    page.blank()
    page.blank()
    page.heading("b")
    assert page.text() == "a\n\nb\n"


def test_only_the_label_of_an_item_is_coloured() -> None:
    page = Page(colour=True)
    page.item("RUNNING", "text", "red")
    page.heading("Head")
    assert page.text() == "\x1b[1;31mRUNNING\x1b[0m   text\n\n\x1b[1mHead\x1b[0m\n"
