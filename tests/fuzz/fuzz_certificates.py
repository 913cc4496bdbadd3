"""A certificate gives proper wire names and printable text of bounded length, or nothing."""

from typing import Final

from invariants import is_wire

from netwatch.extract.certificates import read_certificate
from netwatch.limits import CERTIFICATE_NAMES_MAX, CERTIFICATE_TEXT_MAX

RUNS: Final = 9_000
DEPTHS: Final = ("names", "subject", "issuer")
reached: set[str] = set()


def target(octets: bytes) -> None:
    """Read one certificate twice, and the same with something behind it."""
    found = read_certificate(octets)
    assert read_certificate(octets) == found, "the second reading differs"
    if found is None:
        return
    assert read_certificate(octets + b"\x30\x82") == found, "what lies behind it matters"
    assert len(found.names) == len(set(found.names)) <= CERTIFICATE_NAMES_MAX
    assert all(is_wire(wire) for wire in found.names), found.names
    for text in (found.subject, found.issuer):
        assert len(text) <= CERTIFICATE_TEXT_MAX and text.isprintable(), text
    for raw in (found.subject_cn, found.issuer_cn, found.issuer_o):
        assert len(raw) <= CERTIFICATE_TEXT_MAX
    for mark in DEPTHS:
        if getattr(found, mark):
            reached.add(mark)
