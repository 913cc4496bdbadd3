"""What a person may ask about: each kind is told apart, nonsense is refused."""

import pytest

from netwatch.match.notation import asked
from netwatch.match.patterns import PatternError


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("kaspersky.com", "name"),
        ("WWW.Kaspersky.COM.", "name"),
        ("localhost", "name"),
        ("_dmarc.kaspersky.com", "name"),
        ("/index/u1313g.xml", "path"),
        ("/", "path"),
        ("8.8.8.8", "address"),
        ("2a03:2480::1", "address"),
        ("tcp/13000", "port"),
        ("udp/15000", "port"),
        ("issuer:O=Kaspersky, CN=x", "issuer"),
        ("subject:O=AO Kaspersky Lab", "subject"),
        ("magic:KLZF", "magic"),
        ("user:kavdumps", "user"),
    ],
)
def test_kinds(text: str, kind: str) -> None:
    question = asked(text)
    assert (question.text, question.kind) == (text, kind)


def test_what_is_in_them() -> None:
    assert asked("WWW.Kaspersky.COM.").labels == (b"www", b"kaspersky", b"com")
    assert asked("/a//b").labels == (b"a", b"", b"b")
    assert asked("37.203.128.1").octets == bytes([37, 203, 128, 1])
    assert (asked("tcp/13000").transport, asked("udp/15000").port) == (6, 15000)
    assert asked("magic:K\\x00").octets == b"K\x00"
    assert asked("issuer: O=x ").certificate == "O=x"


@pytest.mark.parametrize(
    "text",
    ["", ".", "a..b", "a b.com", "a" * 64 + ".com", "tcp/1-2", "tcp/0", "magic:\n", "user:a"],
)
def test_what_nobody_can_answer(text: str) -> None:
    with pytest.raises(PatternError, match="expected"):
        asked(text)
