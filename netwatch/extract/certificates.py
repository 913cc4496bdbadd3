"""What an X.509 certificate says about whose it is (RFC 5280). Interpreted.

Only TLS 1.2 and older show certificates. Subject, issuer and dNSNames are walked to directly in the
DER, at a fixed depth, without recursion and without decoding anything else: a full parser refuses
whole certificates, or all extensions of one, for a single odd field elsewhere (an encoded DEFAULT
in basicConstraints is common), and a listener has nothing to verify.
"""

from collections.abc import Iterator
from hashlib import sha256
from itertools import islice
from typing import Final, NamedTuple

import msgspec

from netwatch.limits import (
    CERTIFICATE_NAMES_MAX,
    CERTIFICATE_PARTS_MAX,
    CERTIFICATE_TEXT_MAX,
    CERTIFICATES_BYTES_MAX,
    CERTIFICATES_CACHED_MAX,
)
from netwatch.names import Name

SEQUENCE: Final = 0x30
SET: Final = 0x31
INTEGER: Final = 0x02
OCTET_STRING: Final = 0x04
OBJECT_IDENTIFIER: Final = 0x06
VERSION: Final = 0xA0
EXTENSIONS: Final = 0xA3
DNS_NAME: Final = 0x82

SUBJECT_ALTERNATIVE_NAME: Final = bytes.fromhex("551d11")
FIELDS_MAX: Final = 16
"""Elements of what has fewer: the body (10 fields), an extension (3), an attribute (2)."""
OID_BYTES_MAX: Final = 32
"""Longer object identifiers are shown as `?`: their numbers have no bound."""
SHORT_NAMES: Final = {
    bytes.fromhex("550403"): "CN",
    bytes.fromhex("550404"): "SN",
    bytes.fromhex("550405"): "serialNumber",
    bytes.fromhex("550406"): "C",
    bytes.fromhex("550407"): "L",
    bytes.fromhex("550408"): "ST",
    bytes.fromhex("550409"): "STREET",
    bytes.fromhex("55040a"): "O",
    bytes.fromhex("55040b"): "OU",
    bytes.fromhex("55040c"): "title",
    bytes.fromhex("55040f"): "businessCategory",
    bytes.fromhex("550411"): "postalCode",
    bytes.fromhex("55042a"): "GN",
    bytes.fromhex("550461"): "organizationIdentifier",
    bytes.fromhex("2a864886f70d010901"): "emailAddress",
    bytes.fromhex("0992268993f22c640101"): "UID",
    bytes.fromhex("0992268993f22c640119"): "DC",
    bytes.fromhex("2b0601040182373c020103"): "jurisdictionC",
    bytes.fromhex("2b0601040182373c020102"): "jurisdictionST",
    bytes.fromhex("2b0601040182373c020101"): "jurisdictionL",
}
STRINGS: Final = {
    0x0C: "utf-8",
    0x12: "ascii",
    0x13: "ascii",
    0x14: "latin-1",
    0x16: "ascii",
    0x1C: "utf-32-be",
    0x1E: "utf-16-be",
}
"""Tag of a string type (X.680) -> its characters. T61String is read as everybody writes it."""
ESCAPED: Final = frozenset(',+"\\<>;')


class CertificateNames(msgspec.Struct, frozen=True):
    """The names in one certificate."""

    names: tuple[bytes, ...] = ()
    """dNSName subject alternative names as wire labels, in their order; `*` stays a label."""
    subject: str = ""
    """`C=RU, O=Example, CN=example.com`: attributes in the certificate's order, escaped after
    RFC 4514 section 2.4, unprintable characters as hex pairs."""
    issuer: str = ""
    subject_cn: str = ""
    """The last commonName, which is the most specific one (RFC 2818 section 3.1); raw text."""
    issuer_cn: str = ""
    issuer_o: str = ""


class Element(NamedTuple):
    """One DER element: its tag octet and where its content lies."""

    tag: int
    start: int
    end: int


Attributes = list[list[tuple[str, str]]]
"""A Name: relative distinguished names, each of (short name or dotted identifier, value)."""

_read: dict[bytes, CertificateNames | None] = {}


def read_certificate(der: bytes) -> CertificateNames | None:
    """The names in `der`; None when it is no certificate, or longer than 64 KiB.

    Never raises. The answer is kept, as the same chains come again and again.
    """
    if len(der) > CERTIFICATES_BYTES_MAX:
        return None
    key = sha256(der).digest()
    if key in _read:
        return _read[key]
    if len(_read) >= CERTIFICATES_CACHED_MAX:
        del _read[next(iter(_read))]
    names = _read[key] = _read_new(der)
    return names


def _read_new(der: bytes) -> CertificateNames | None:
    """RFC 5280 section 4.1: Certificate, TBSCertificate, then its fields in their fixed order."""
    certificate = _first(der, 0, len(der), SEQUENCE)
    body = _first(der, certificate.start, certificate.end, SEQUENCE) if certificate else None
    if body is None:
        return None
    fields = list(islice(_elements(der, body.start, body.end), FIELDS_MAX))
    if fields and fields[0].tag == VERSION:
        del fields[0]
    # serialNumber, signature, issuer, validity, subject
    tags = [field.tag for field in fields[:5]]
    if tags != [INTEGER, SEQUENCE, SEQUENCE, SEQUENCE, SEQUENCE]:
        return None
    issuer = _attributes(der, fields[2])
    subject = _attributes(der, fields[4])
    return CertificateNames(
        names=_alternative_names(der, fields[5:]),
        subject=_text(subject),
        issuer=_text(issuer),
        subject_cn=_last(subject, "CN"),
        issuer_cn=_last(issuer, "CN"),
        issuer_o=_last(issuer, "O"),
    )


def _elements(der: bytes, start: int, end: int) -> Iterator[Element]:
    """The elements that lie one behind the other in der[start:end], up to the first bad one.

    Definite lengths of at most three octets, tags of one octet: all that certificates have.
    """
    while start + 2 <= end:
        tag, length = der[start], der[start + 1]
        start += 2
        if length >= 0x80:
            octets = length & 0x7F
            if not 1 <= octets <= 3 or start + octets > end:
                return
            length = int.from_bytes(der[start : start + octets], "big")
            start += octets
        if start + length > end:
            return
        yield Element(tag, start, start + length)
        start += length


def _first(der: bytes, start: int, end: int, tag: int) -> Element | None:
    """The element that der[start:end] begins with, if its tag is `tag`."""
    element = next(_elements(der, start, end), None)
    return element if element is not None and element.tag == tag else None


def _attributes(der: bytes, name: Element) -> Attributes:
    """RFC 5280 section 4.1.2.4."""
    found: Attributes = []
    for relative in islice(_elements(der, name.start, name.end), CERTIFICATE_PARTS_MAX):
        pairs: list[tuple[str, str]] = []
        if relative.tag != SET:
            continue
        for attribute in islice(_elements(der, relative.start, relative.end), FIELDS_MAX):
            parts = list(islice(_elements(der, attribute.start, attribute.end), FIELDS_MAX))
            if len(parts) == 2 and parts[0].tag == OBJECT_IDENTIFIER:
                kind = der[parts[0].start : parts[0].end]
                pairs.append((SHORT_NAMES.get(kind) or _dotted(kind), _characters(der, parts[1])))
        if pairs:
            found.append(pairs)
    return found


def _characters(der: bytes, value: Element) -> str:
    octets = der[value.start : value.end][: 4 * CERTIFICATE_TEXT_MAX]
    if value.tag not in STRINGS:
        return "#" + octets.hex()
    return octets.decode(STRINGS[value.tag], "replace")[:CERTIFICATE_TEXT_MAX]


def _dotted(oid: bytes) -> str:
    """X.690 section 8.19: base-128 numbers, the first two packed into one."""
    if not 1 <= len(oid) <= OID_BYTES_MAX or oid[-1] & 0x80:
        return "?"
    numbers: list[int] = []
    number = 0
    for octet in oid:
        number = number << 7 | octet & 0x7F
        if not octet & 0x80:
            numbers.append(number)
            number = 0
    root = min(numbers[0] // 40, 2)
    return ".".join(str(each) for each in (root, numbers[0] - 40 * root, *numbers[1:]))


def _last(attributes: Attributes, short_name: str) -> str:
    values = [value for pairs in attributes for name, value in pairs if name == short_name]
    return values[-1] if values else ""


def _text(attributes: Attributes) -> str:
    text = ", ".join(
        "+".join(f"{name}={_escaped(value)}" for name, value in pairs) for pairs in attributes
    )
    return text[:CERTIFICATE_TEXT_MAX]


def _escaped(value: str) -> str:
    if value.isprintable() and not ESCAPED.intersection(value):
        return value
    return "".join(_escaped_character(character) for character in value)


def _escaped_character(character: str) -> str:
    if character in ESCAPED:
        return "\\" + character
    if character.isprintable():
        return character
    return "".join(f"\\{octet:02x}" for octet in character.encode("utf-8", "surrogatepass"))


def _alternative_names(der: bytes, fields: list[Element]) -> tuple[bytes, ...]:
    """RFC 5280 section 4.2.1.6; names that cannot be one are left out."""
    value = _extension(der, fields, SUBJECT_ALTERNATIVE_NAME)
    names = _first(der, value.start, value.end, SEQUENCE) if value else None
    if names is None:
        return ()
    name = Name()
    wires: dict[bytes, None] = {}
    looked_at = 0
    for general in islice(_elements(der, names.start, names.end), 4 * CERTIFICATE_NAMES_MAX):
        if general.tag == DNS_NAME and looked_at < CERTIFICATE_NAMES_MAX:
            looked_at += 1
            if name.set_dotted(der, general.start, general.end):
                wires[name.wire()] = None
    return tuple(wires)


def _extension(der: bytes, fields: list[Element], oid: bytes) -> Element | None:
    """The OCTET STRING of extension `oid`, or None."""
    for field in fields:
        block = _first(der, field.start, field.end, SEQUENCE) if field.tag == EXTENSIONS else None
        extensions = _elements(der, block.start, block.end) if block else iter(())
        for extension in islice(extensions, CERTIFICATE_PARTS_MAX):
            parts = list(islice(_elements(der, extension.start, extension.end), FIELDS_MAX))
            if (
                len(parts) >= 2
                and parts[-1].tag == OCTET_STRING
                and der[parts[0].start : parts[0].end] == oid
            ):
                return parts[-1]
    return None
