"""Expressions of libpcap's language: compiled by libpcap itself, with its messages."""

import ctypes

import pytest

from netwatch.capture import filters
from netwatch.capture.filters import FilterError, compile_filter, compiled_filter
from netwatch.errors import UsageError


@pytest.fixture(autouse=True)
def library() -> object:
    """libpcap, found anew for every test."""
    filters.libpcap.cache_clear()
    try:
        return filters.libpcap()
    except UsageError:
        pytest.skip("libpcap is not installed")
    finally:
        filters.libpcap.cache_clear()


def test_an_expression_becomes_a_program_for_each_link_type() -> None:
    programs = compiled_filter("udp port 53")
    ethernet, raw = programs.program(1), programs.program(101)
    assert ethernet.wrong == raw.wrong == ""
    assert list(ethernet.ks) != list(raw.ks)
    assert programs.program(1) is ethernet, "compiled once"


def test_a_mistake_is_told_in_the_words_of_libpcap() -> None:
    with pytest.raises(UsageError, match=r"--filter 'tcp prt 80': .*syntax error") as caught:
        compiled_filter("tcp prt 80")
    assert caught.value.exit_code == 2


def test_an_expression_for_another_kind_of_link_is_told_where_it_does_not_fit() -> None:
    programs = compiled_filter("ether host 02:00:00:00:00:01")
    assert programs.program(1).wrong == ""
    assert "is not for link type 101" in programs.program(101).wrong
    assert compiled_filter("type mgt subtype beacon").program(105).wrong == "", "802.11 only"
    with pytest.raises(FilterError, match=r"802\.11"):
        compile_filter("type mgt subtype beacon", 1)


@pytest.mark.parametrize("expression", ["inbound", "outbound and udp", "not inbound"])
def test_what_no_file_holds_is_refused_and_drops_nothing(expression: str) -> None:
    with pytest.raises(FilterError, match="only while capturing"):
        compile_filter(expression, 1)
    programs = compiled_filter(expression)
    assert "is not for link type 1" in programs.program(1).wrong
    assert programs.program(113).wrong == "", "a cooked header tells the direction"


def test_without_libpcap_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> None:
        raise OSError(name)

    monkeypatch.setattr(ctypes, "CDLL", absent)
    with pytest.raises(UsageError, match="--filter needs libpcap") as caught:
        compiled_filter("ip")
    assert caught.value.exit_code == 2


def test_on_windows_it_is_npcap(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[str] = []

    def absent(name: str) -> None:
        tried.append(name)
        raise OSError(name)

    monkeypatch.setattr(ctypes, "CDLL", absent)
    monkeypatch.setattr("netwatch.capture.filters.os.name", "nt")
    monkeypatch.setenv("SYSTEMROOT", r"D:\Win")
    with pytest.raises(UsageError, match="Npcap"):
        filters.libpcap()
    assert [name.rpartition("wpcap")[0] != "" for name in tried] == [True, True]
    assert tried[0].startswith(r"D:\Win")


def test_what_is_no_libpcap_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    class Other:
        """A library of that name without a compiler."""

    monkeypatch.setattr(ctypes, "CDLL", lambda _name: Other())
    with pytest.raises(UsageError, match="was not found here"):
        filters.libpcap()
