"""Invariant: of the rules of a buffer at least one fires on a name if and only if the name's entry
was chosen. The rules are read by a small reader of the keywords that they use; where Suricata is
installed it reads them too. Every rule has a sid of its own, which never changes.
"""

import re
import shutil
import subprocess
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from exchange_referee import Own, claimed_by, tried, written

from netwatch.exchange.choice import NameList, name_list
from netwatch.exchange.suricata import (
    RULE_CHARACTERS_MAX,
    SID_COUNT,
    SID_FIRST,
    expression,
    sids,
)
from netwatch.match.patterns import name_patterns
from netwatch.match.signatures import Pack

RULE = re.compile(r"alert (dns|tls|http) any any -> any any \((.*)\)")
OPTION = re.compile(r'\s*([a-z_.]+)(?::((?:"(?:[^"\\]|\\.)*"|!"[^"]*"|[^";])*))?;')
BUFFERS = {"dns": "dns.query", "tls": "tls.sni", "http": "http.host"}


def rules(lines: list[str]) -> list[tuple[str, list[tuple[str, str]]]]:
    """(protocol, options) of every rule; nothing in a rule may be left over."""
    found = []
    for line in lines:
        if line and not line.startswith("#"):
            rule = RULE.fullmatch(line)
            assert rule, line
            assert OPTION.sub("", rule[2]) == "", line
            found.append((rule[1], OPTION.findall(rule[2])))
    return found


def _searched(expression_: re.Pattern[str], negated: bool, name: str) -> bool:
    return (expression_.search(name) is not None) != negated


def fires(options: list[tuple[str, str]]) -> Callable[[str], bool]:
    """What the keywords behind the buffer make of a name."""
    tests: list[Callable[[str], bool]] = []
    content = ""
    given = [key for key, _ in options]
    for key, value in options:
        if key == "content":
            content = value.strip('"')
        elif key == "pcre":
            negated = value.startswith("!")
            body, _, flags = value.lstrip("!").strip('"')[1:].rpartition("/")
            flag = re.IGNORECASE if "i" in flags else 0
            tests.append(partial(_searched, re.compile(body, flag), negated))
    prefix = "." if "dotprefix" in given else ""
    if "startswith" in given:
        tests.append(lambda name: name == content)
    elif content:
        tests.append(lambda name: (prefix + name).endswith(content))
    return lambda name: all(test(name) for test in tests)


@pytest.mark.parametrize("protocol", BUFFERS)
def test_the_rules_fire_on_what_was_chosen(shipped: Pack, names: NameList, protocol: str) -> None:
    mine = [options for p, options in rules(written("suricata", names)) if p == protocol]
    tests = [fires(options) for options in mine]
    claimed = claimed_by(shipped)
    chosen = {listed.signature.id for listed in names.chosen}
    for name in tried(shipped)[::17]:
        assert any(test(name) for test in tests) == (claimed(name) in chosen), name


def test_what_every_rule_has(names: NameList) -> None:
    found = rules(written("suricata", names))
    assert len(found) == 3 * len({tuple(o) for p, o in found if p == "dns"})
    for protocol, options in found:
        keys = [key for key, _ in options]
        values = dict(options)
        assert keys[0] == "msg" and keys[-2:] == ["sid", "rev"]
        assert BUFFERS[protocol] in keys and "endswith" in keys
        # Suricata refuses it: that buffer is in lower case.
        assert ("nocase" in keys) == (protocol != "http")
        assert ("flow" in keys) == (protocol != "dns")
        assert values["metadata"].startswith("netwatch_id ")
        assert values["classtype"] == "policy-violation"
        assert SID_FIRST <= int(values["sid"]) < SID_FIRST + SID_COUNT
        assert re.fullmatch(r"url,[A-Za-z0-9_./?=-]+", values.get("reference", "url,none"))
    assert any("reference" in dict(options) for _, options in found)
    numbers = [dict(options)["sid"] for _, options in found]
    assert len(set(numbers)) == len(numbers)


def test_decoy_and_shared_are_said(names: NameList) -> None:
    lines = written("suricata", names)
    (ds,) = (line for line in lines if 'dns.query; content:"ds.kaspersky.com"' in line)
    assert "(telemetry, strong, decoy)" in ds and "decoy yes" in ds


def test_kinds_of_tests(own: Own) -> None:
    own.add("both", 'a.example.com, "*.a.example.com"')
    own.add("below", '"*.b.example.com"')
    own.add("name", "c.example.com")
    own.add("glob", '"{s,t}[0-9]*.d.example.com"')
    own.add("weak", "x.b.example.com, x.a.example.com", "weak")
    lines = written("suricata", name_list(own.pack()))
    said = [line.partition("dns.query; ")[2].partition(" threshold")[0] for line in lines]
    assert list(filter(None, said)) == [
        'dotprefix; content:".a.example.com"; endswith; nocase;'
        r' pcre:!"/^x\.a\.example\.com$/i";',
        'content:".b.example.com"; endswith; nocase; pcre:!"/^x\\.b\\.example\\.com$/i";',
        'content:"c.example.com"; startswith; endswith; nocase;',
        'content:".d.example.com"; endswith; nocase; pcre:"/^(?:s[0-9][^.]*\\.d\\.example\\.com'
        '|t[0-9][^.]*\\.d\\.example\\.com)$/i";',
    ]


def test_text_of_a_pack_cannot_leave_its_quotes(own: Own) -> None:
    own.add("nasty", "a.example.com", product="'\"A\"; drop \\ | ü'")
    (rule, *_) = rules(written("suricata", name_list(own.pack())))
    assert dict(rule[1])["msg"] == "\"netwatch nasty: 'A', drop / / ? (update, strong)\""


def test_a_rule_that_would_be_too_long_is_told(own: Own) -> None:
    own.add("wide", '"*.example.com"')
    own.add("weak", ", ".join(f"host{n}.example.com" for n in range(500)), "weak")
    lines = written("suricata", name_list(own.pack()))
    assert max(map(len, lines)) < RULE_CHARACTERS_MAX
    assert "#   500 exceptions of *.example.com (dns.query)" in lines


def test_sids_of_many_names_are_all_different_and_stay() -> None:
    keys = [("2026-11-22", f"list\nhost{n}.example.com\ndns.query") for n in range(100_000)]
    numbers = sids(keys)
    assert len(set(numbers.values())) == len(keys)
    newer = sids([*keys, *(("2026-11-23", f"z{n}") for n in range(1_000))])
    assert {key: newer[key] for key in numbers} == numbers


def test_where_two_sids_meet_the_younger_moves() -> None:
    old = [("2026-01-01", f"a{n}") for n in range(50)]
    few = sids(old, count=64)
    assert len(set(few.values())) == 50
    more = sids([("2026-01-02", "b"), *old], count=64)
    assert {key: more[key] for key in few} == few
    assert sids(reversed(old), count=64) == few


@pytest.mark.parametrize(
    ("text", "fits", "not_"),
    [
        ("*.a.com", ["x.a.com", "x.y.a.com"], ["a.com", ".a.com", "xa.com"]),
        ("a?[0-9]*.b.com", ["ax7.b.com", "ax7yy.b.com"], ["a7.b.com", "ax7.y.b.com"]),
        ("a.com", ["a.com"], ["axcom"]),
    ],
)
def test_expressions(text: str, fits: list[str], not_: list[str]) -> None:
    (pattern,) = name_patterns(text)
    made = re.compile(expression(pattern))
    assert all(made.fullmatch(name) for name in fits)
    assert not any(made.fullmatch(name) for name in not_)


@pytest.mark.skipif(shutil.which("suricata") is None, reason="needs suricata")
def test_suricata_takes_the_rules(names: NameList, tmp_path: Path) -> None:
    path = tmp_path / "netwatch.rules"
    path.write_text("\n".join(written("suricata", names)) + "\n")
    tried_ = subprocess.run(
        ["suricata", "-T", "-S", str(path), "-l", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert tried_.returncode == 0, tried_.stdout + tried_.stderr
