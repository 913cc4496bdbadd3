"""Invariant: whatever octets arrive, `read_certificate` gives names or None and never raises; on
certificates that `cryptography` reads, both say the same.
"""

import datetime
import os
import re
import time
import tracemalloc
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from hypothesis import given, settings
from hypothesis import strategies as st

from netwatch.extract import certificates
from netwatch.extract.certificates import CertificateNames, read_certificate
from netwatch.limits import CERTIFICATE_NAMES_MAX, CERTIFICATES_CACHED_MAX
from netwatch.names import name_text, name_wire

CAPTURES = Path(os.environ.get("NETWATCH_CAPTURES", "../shared/captures"))
KEY = ec.derive_private_key(5280, ec.SECP256R1())
ISSUER = x509.Name(
    [
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, "AO Kaspersky Lab"),
        x509.NameAttribute(NameOID.COMMON_NAME, "Kaspersky Anti-Virus Personal Root Certificate"),
    ]
)


def issued(names: list[x509.GeneralName], subject: x509.Name = ISSUER, *, serial: int = 1) -> bytes:
    """A real certificate as DER, made by `cryptography`."""
    day = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    builder = x509.CertificateBuilder(ISSUER, subject, KEY.public_key(), serial, day, day)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), True)
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), False)
    return builder.sign(KEY, hashes.SHA256()).public_bytes(Encoding.DER)


def element(tag: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    length = len(content)
    if length < 0x80:
        return bytes((tag, length)) + content
    octets = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(octets))) + octets + content


def attribute(oid: bytes, value: bytes, tag: int = 0x0C) -> bytes:
    return element(0x30, element(0x06, oid), element(tag, value))


def certificate(
    subject: bytes = b"", names: bytes = b"", *, version: bool = True, before: bytes = b""
) -> bytes:
    """The least DER that is a certificate; `subject`, `names` are contents of their SEQUENCE."""
    alternative = element(0x30, element(0x06, b"\x55\x1d\x11"), element(0x04, element(0x30, names)))
    body = element(
        0x30,
        element(0xA0, element(0x02, b"\x02")) if version else b"",
        element(0x02, b"\x01"),
        element(0x30),
        element(0x30),
        element(0x30),
        element(0x30, subject),
        element(0x30),
        element(0xA3, element(0x30, before, alternative)),
    )
    return element(0x30, body, element(0x30), element(0x03, b"\x00"))


def dns(name: bytes) -> bytes:
    return element(0x82, name)


CN = bytes.fromhex("550403")


def names_of(der: bytes) -> CertificateNames:
    found = read_certificate(der)
    assert found is not None
    return found


def test_a_certificate_made_by_another_program() -> None:
    found = names_of(
        issued(
            [
                x509.DNSName("www.Kaspersky.com"),
                x509.IPAddress(IPv4Address("192.0.2.1")),
                x509.DNSName("*.kaspersky.com"),
                x509.RFC822Name("a@kaspersky.com"),
            ],
            x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "www.kaspersky.com")]),
        )
    )
    assert found.names == (name_wire("www.kaspersky.com"), name_wire("*.kaspersky.com"))
    assert found.subject == "CN=www.kaspersky.com"
    assert found.subject_cn == "www.kaspersky.com"
    assert found.issuer == ("O=AO Kaspersky Lab, CN=Kaspersky Anti-Virus Personal Root Certificate")
    assert found.issuer_cn == "Kaspersky Anti-Virus Personal Root Certificate"
    assert found.issuer_o == "AO Kaspersky Lab"


def test_a_certificate_without_alternative_names() -> None:
    found = names_of(issued([]))
    assert found.names == ()
    assert found.subject == found.issuer


def test_without_a_version_it_is_version_1() -> None:
    assert names_of(certificate(version=False, names=dns(b"a.test"))).names == (b"\x01a\x04test",)


def test_an_extension_that_others_refuse_does_not_lose_the_names() -> None:
    # basicConstraints with its DEFAULT FALSE encoded, which DER forbids and the world does.
    constraints = element(0x04, element(0x30, element(0x01, b"\x00")))
    before = element(0x30, element(0x06, b"\x55\x1d\x13"), element(0x01, b"\xff"), constraints)
    assert names_of(certificate(names=dns(b"a.test"), before=before)).names == (
        name_wire("a.test"),
    )


def test_names_that_cannot_be_names_are_left_out() -> None:
    octets = [
        b"a..test",
        b"",
        b"x" * 64 + b".test",
        b"a.test",
        b"A.Test",
        b"w\xff.test",
        b"b.test.",
    ]
    found = names_of(certificate(names=b"".join(map(dns, octets)) + dns(b"y." * 130)))
    assert [name_text(wire) for wire in found.names] == ["a.test", "w\\255.test", "b.test"]


def test_a_dot_inside_a_label_cannot_be_made() -> None:
    found = names_of(certificate(names=dns(b"kaspersky.com.evil.test")))
    assert found.names == (b"\x09kaspersky\x03com\x04evil\x04test",)


def test_at_most_so_many_names() -> None:
    found = names_of(certificate(names=b"".join(dns(b"n%d.test" % i) for i in range(600))))
    assert len(found.names) == CERTIFICATE_NAMES_MAX


def test_the_text_of_a_name() -> None:
    relative = element(0x31, attribute(bytes.fromhex("550406"), b"RU", 0x13))
    both = [attribute(bytes.fromhex("55040b"), b"A,B"), attribute(CN, b"first")]
    relative += element(0x31, *both)
    relative += element(0x31, attribute(bytes.fromhex("2a0304"), b"x\x1b[0m\n"))
    relative += element(0x31, attribute(CN, "\u041b\u0430\u0431".encode("utf-16-be"), 0x1E))
    found = names_of(certificate(relative))
    assert found.subject == "C=RU, OU=A\\,B+CN=first, 1.2.3.4=x\\1b[0m\\0a, CN=\u041b\u0430\u0431"
    assert found.subject_cn == "\u041b\u0430\u0431"
    assert found.subject.isprintable()


@pytest.mark.parametrize(
    ("tag", "value", "text"),
    [
        (0x13, b"plain", "plain"),
        (0x14, b"caf\xe9", "caf\u00e9"),
        (0x0C, b"\xff", "\ufffd"),
        (0x1C, b"\x00\x00\x00A", "A"),
        (0x1E, b"A", "\ufffd"),
        (0x04, b"\x01\x02", "#0102"),
        (0x0C, b"x" * 5_000, "x" * 1_024),
    ],
)
def test_string_types(tag: int, value: bytes, text: str) -> None:
    assert names_of(certificate(element(0x31, attribute(CN, value, tag)))).subject_cn == text


@pytest.mark.parametrize(
    ("oid", "text"),
    [("2a864886f70d010101", "1.2.840.113549.1.1.1"), ("8837", "2.999"), ("00", "0.0")]
    + [(odd, "?") for odd in ("", "2a86", "2a" * 33)],
)
def test_identifiers(oid: str, text: str) -> None:
    subject = element(0x31, attribute(bytes.fromhex(oid), b"v"))
    assert names_of(certificate(subject)).subject == f"{text}=v"


def test_every_truncation_is_no_certificate() -> None:
    der = issued([x509.DNSName("a.test")], serial=7)
    assert read_certificate(der) is not None
    for end in range(len(der)):
        assert read_certificate(der[:end]) is None
    assert read_certificate(der + b"trailing") == read_certificate(der)


def test_what_is_no_certificate() -> None:
    assert read_certificate(b"") is None
    assert read_certificate(b"\x30\x80\x00\x00") is None
    assert read_certificate(element(0x30, element(0x30, element(0x02, b"\x01")))) is None
    assert read_certificate(element(0x31, certificate())) is None
    assert read_certificate(certificate() + bytes(70_000)) is None


def test_hostile_der_costs_little() -> None:
    deep = b"\x30\x80" * 30_000
    nested = b""
    for _ in range(2_000):
        nested = element(0x30, nested)
    giant_oid = certificate(element(0x31, attribute(b"\x2a" + b"\x81" * 60_000 + b"\x01", b"v")))
    many = certificate(names=dns(b"") * 30_000)
    tracemalloc.start()
    began = time.perf_counter()
    for der in (deep, nested, giant_oid, many):
        read_certificate(der)
    assert time.perf_counter() - began < 2
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 16 * 1024 * 1024


def test_the_memory_of_certificates_is_bounded() -> None:
    for i in range(CERTIFICATES_CACHED_MAX + 50):
        read_certificate(b"no certificate %d" % i)
    assert len(certificates._read) <= CERTIFICATES_CACHED_MAX
    again = certificate(names=dns(b"again.test"))
    assert read_certificate(again) is read_certificate(bytes(bytearray(again)))


@settings(derandomize=True, max_examples=300, deadline=None)
@given(st.binary(max_size=300), st.lists(st.tuples(st.integers(0, 9999), st.integers(0, 255))))
def test_any_octets(octets: bytes, changes: list[tuple[int, int]]) -> None:
    der = bytearray(issued([x509.DNSName("a.test"), x509.DNSName("*.b.test")]))
    for position, octet in changes[:8]:
        der[position % len(der)] = octet
    for data in (octets, bytes(der), certificate(octets, octets), element(0x30, octets)):
        found = read_certificate(data)
        if found is not None:
            assert found.subject.isprintable()
            assert found.issuer.isprintable()
            assert all(len(wire) <= 255 for wire in found.names)


@pytest.mark.skipif(not CAPTURES.is_dir(), reason="no captures at NETWATCH_CAPTURES")
@pytest.mark.filterwarnings("ignore")
def test_real_certificates_as_another_program_reads_them() -> None:
    compared = 0
    for path in sorted((CAPTURES / "zeek" / "tls").glob("*.pcap")):
        octets = path.read_bytes()
        for match in re.finditer(rb"\x30\x82..\x30\x82..\xa0\x03\x02\x01\x02", octets, re.DOTALL):
            length = 4 + int.from_bytes(octets[match.start() + 2 : match.start() + 4], "big")
            der = octets[match.start() : match.start() + length]
            try:
                theirs = x509.load_der_x509_certificate(der)
                block = theirs.extensions
                subject = [str(each.value) for each in theirs.subject]
            except ValueError:
                continue  # cut by the end of a frame, or stricter than we
            try:
                names = block.get_extension_for_class(x509.SubjectAlternativeName).value
                expected = [name.lower() for name in names.get_values_for_type(x509.DNSName)]
            except x509.ExtensionNotFound:
                expected = []
            ours = names_of(der)
            assert [name_text(wire) for wire in ours.names] == list(dict.fromkeys(expected))
            assert all(value in ours.subject.replace("\\", "") for value in subject)
            compared += 1
    assert compared >= 10
