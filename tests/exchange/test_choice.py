"""Which entries a list has by default, and what it has to spare."""

import pytest
from exchange_referee import Own

from netwatch.errors import UsageError
from netwatch.exchange.choice import NameList, name_list, one_line, preface, uncovered
from netwatch.match.patterns import pattern_line
from netwatch.match.signatures import Pack


def test_by_default_nothing_weak_is_in_a_list(shipped: Pack, names: NameList) -> None:
    ids = {listed.signature.id for listed in names.chosen}
    for signature in shipped.signatures:
        assert (signature.id in ids) == (signature.strength in ("strong", "medium"))
    purposes = {listed.signature.purpose for listed in names.chosen}
    assert not purposes & {"web", "exempt", "impostor", "successor", "certificate"}


def test_filters_and_what_they_leave(shipped: Pack) -> None:
    chosen = name_list(shipped, ["update"], ["strong"], ["HTTPS"]).chosen
    assert [listed.signature.id for listed in chosen] == ["kaspersky-update-https"]
    weak = name_list(shipped, ["impostor"], ["weak"]).chosen
    assert {listed.signature.purpose for listed in weak} == {"impostor"}


@pytest.mark.parametrize(
    ("filters", "message"),
    [
        ((["impostor"], (), ()), r"of \d+ entries none is strong or medium.*--strength weak"),
        ((["update"], (), ["no such"]), "no entry has this purpose and service"),
        (((), ["weak"], ["Networks of Kaspersky"]), "only other kinds|no entry has"),
    ],
)
def test_an_empty_list_is_refused(
    shipped: Pack, filters: tuple[list[str], list[str], list[str]], message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        name_list(shipped, *filters)


def test_what_lies_inside_a_wildcard_is_spared(own: Own) -> None:
    own.add("wide", '"*.example.com", "a?.b.example.com"')
    own.add("weak", "www.example.com, ax.b.example.com, a.b.c.example.com", "weak")
    own.add(
        "other", 'example.com, www.example.org, "*.w.example.com", "s[0-9].example.com"', "weak"
    )
    own.add("chosen", "mail.example.com", "medium")
    spared = {pattern_line(p, "."): s.id for p, s in name_list(own.pack()).spared}
    assert spared == {
        "www.example.com": "weak",
        "ax.b.example.com": "weak",
        "a.b.c.example.com": "weak",
        "*.w.example.com": "other",
        "s[0-9].example.com": "other",
    }


def test_disabled_entries_are_spared_like_others(own: Own) -> None:
    own.add("wide", '"*.example.com"')
    own.add("silent", "a.example.com")
    listed = name_list(own.pack("disable: [silent]\n"))
    assert [one.signature.id for one in listed.chosen] == ["wide"]
    assert [signature.id for _, signature in listed.spared] == ["silent"]


def test_classes_are_written_out_as_far_as_they_are_few_and_ones_own(own: Own) -> None:
    own.add(
        "glob", '"s[01][0-9].example.com", "t[0-9][0-9][0-9][0-9].example.com", "u*.example.com"'
    )
    own.add("one", "s07.example.com", "weak")
    (listed,) = name_list(own.pack()).chosen
    assert len(listed.written) == 19
    assert "s07.example.com" not in listed.written
    assert [pattern.text for pattern in listed.globs] == [
        "t[0-9][0-9][0-9][0-9].example.com",
        "u*.example.com",
    ]


def test_what_a_wildcard_has_anyway_is_not_written_out(own: Own) -> None:
    own.add("wide", '"*.a.example.com"')
    own.add("glob", '"s[0-9].a.example.com", "s[0-9].w.a.example.com", "s[0-9].example.com"')
    own.add("weak", '"*.w.a.example.com"', "weak")
    found = uncovered(name_list(own.pack()))["glob"]
    assert len(found) == 20
    assert "s0.w.a.example.com" in found and "s0.a.example.com" not in found


def test_the_preface_tells_what_is_not_there(names: NameList) -> None:
    lines = preface(names, "hosts", ["*.x (y)"], ["a note"])
    assert lines[0] == "netwatch signatures export --format hosts"
    assert sum(line.startswith("pack ") for line in lines) == len(names.versions)
    assert "not here, because this format cannot say them: 1 patterns:" in lines
    assert "  *.x (y)" in lines and lines[-1] == "a note"
    assert any("paths" in line for line in lines)


def test_texts_become_one_line() -> None:
    assert one_line("a\n  b\tc ") == "a b c"
