"""Certificates as built, read by our own reader."""

import pytest

from netwatch.extract.certificates import read_certificate
from netwatch.names import name_wire
from netwatch.selftest.authority import certificate

ISSUER = (("O", "Kaspersky"), ("CN", "Kaspersky Server Authentication CA G3"))
SUBJECT = (("C", "RU"), ("O", "AO Kaspersky Lab"), ("CN", "touch.kaspersky.com"))


def test_a_certificate_says_what_it_was_told() -> None:
    read = read_certificate(certificate(SUBJECT, ISSUER, ["a.example", "b.example"]))
    assert read is not None
    assert read.issuer == "O=Kaspersky, CN=Kaspersky Server Authentication CA G3"
    assert read.subject == "C=RU, O=AO Kaspersky Lab, CN=touch.kaspersky.com"
    assert set(read.names) >= {name_wire("a.example"), name_wire("b.example")}


def test_the_same_certificate_has_the_same_octets() -> None:
    assert certificate(SUBJECT, ISSUER) == certificate(SUBJECT, ISSUER)
    assert certificate(SUBJECT, ISSUER) != certificate(ISSUER, ISSUER)


@pytest.mark.parametrize("parts", [(("X", "y"),), (("C", "too long"),), (("CN", "x" * 65),)])
def test_what_no_certificate_can_say_is_refused(parts: tuple[tuple[str, str], ...]) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        certificate(parts, ISSUER)
