"""Certificate rules: all parts, any order, escapes undone, the most specific first."""

import pytest

from netwatch.match.certificates import (
    CertificateRule,
    CertificateRules,
    certificate_rules,
    name_parts,
)
from netwatch.match.patterns import PatternError

ISSUER = "O=Kaspersky, CN=Kaspersky * CA {,(ECC) ,ECC }G3"


def rules(*texts: tuple[str, bool]) -> CertificateRules:
    made: list[tuple[CertificateRule, int]] = []
    for number, (text, of_subject) in enumerate(texts):
        made += [(rule, number) for rule in certificate_rules(text, of_subject)]
    return CertificateRules(made)


@pytest.mark.parametrize(
    ("issuer", "expected"),
    [
        ("O=Kaspersky, CN=Kaspersky Server Authentication CA G3", 0),
        ("CN=Kaspersky Server Authentication CA G3,O=Kaspersky,C=RU", 0),
        ("cn=Kaspersky Root CA ECC G3, o=Kaspersky", 0),
        ("CN=Kaspersky Server Authentication (AE) CA (ECC) G3+O=Kaspersky", 0),
        ("CN=Kaspersky Server Authentication CA G3", -1),
        ("O=Kaspersky", -1),
        ("O=Kaspersky,CN=kaspersky root ca g3", -1),
        ("O=Kaspersky Fans,CN=Kaspersky Root CA G3", -1),
        ("O=Kaspersky,CN=Not Kaspersky Root CA G3", -1),
        ("O=Kaspersky,CN=Kaspersky Root CA G30", -1),
        ("O=Evil\\, O=Kaspersky,CN=Kaspersky Root CA G3", -1),
        ("", -1),
    ],
)
def test_all_parts_in_any_order(issuer: str, expected: int) -> None:
    both = rules((ISSUER, False))
    assert both.find("", issuer) == expected
    assert both.find(issuer, "") == -1


def test_a_subject_beats_an_issuer_and_more_parts_beat_fewer() -> None:
    made = rules(
        ("O=Kaspersky Lab", False),
        ("O=AO Kaspersky Lab", True),
        ("O=AO Kaspersky Lab, CN=touch.*", True),
        ("O=AO Kaspersky Lab, CN=*", True),
    )
    issuer = "O=Kaspersky Lab"
    assert made.find("CN=touch.kaspersky.com,O=AO Kaspersky Lab", issuer) == 2
    assert made.find("CN=x,O=AO Kaspersky Lab", issuer) == 3
    assert made.find("O=AO Kaspersky Lab", issuer) == 1
    assert made.find("O=Other", issuer) == 0
    assert made.find("O=Other", "O=Other") == -1


def test_escapes_of_rfc_4514() -> None:
    assert name_parts(r"CN=a\,b\2Cc, O=x\+y\\,OU=z") == [
        ("CN", "a,b,c"),
        ("O", "x+y\\"),
        ("OU", "z"),
    ]
    assert name_parts("nonsense,=,CN=a") == [("CN", "a")]
    assert name_parts("CN=a\\") == [("CN", "a\\")]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Kaspersky", "found 'Kaspersky' in 'Kaspersky', expected ATTRIBUTE=value, as in O=X"),
        ("O=*, CN=a?c", "found 'O=*, CN=a?c', expected at least 4 characters that are no glob"),
        ("O={a,b", "found '{' without its '}' in 'O={a,b', expected {a,b}"),
    ],
)
def test_what_is_no_rule(text: str, message: str) -> None:
    with pytest.raises(PatternError) as caught:
        certificate_rules(text, of_subject=False)
    assert str(caught.value) == message
