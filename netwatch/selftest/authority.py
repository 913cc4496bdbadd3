"""Certificates that say what they are told to say; the same octets every time.

The key is fixed and known to everybody, so they are worth nothing outside of a test.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

KEY: Final = bytes(range(32))
"""Ed25519 signs without randomness (RFC 8032), so equal contents are equal octets."""
SERIAL: Final = 0x5EED
FROM: Final = datetime(2024, 1, 1, tzinfo=UTC)
UNTIL: Final = datetime(2034, 1, 1, tzinfo=UTC)
ATTRIBUTES: Final = {
    "C": NameOID.COUNTRY_NAME,
    "CN": NameOID.COMMON_NAME,
    "L": NameOID.LOCALITY_NAME,
    "O": NameOID.ORGANIZATION_NAME,
    "OU": NameOID.ORGANIZATIONAL_UNIT_NAME,
    "ST": NameOID.STATE_OR_PROVINCE_NAME,
}

Parts = Sequence[tuple[str, str]]
"""(attribute, value): `[("O", "Kaspersky"), ("CN", "Kaspersky Root CA G3")]`."""


def certificate(subject: Parts, issuer: Parts, names: Sequence[str] = ()) -> bytes:
    """A certificate in DER; `names` are its subject alternative names. ValueError for what no
    certificate can hold, or an attribute that is not in ATTRIBUTES.
    """
    key = Ed25519PrivateKey.from_private_bytes(KEY)
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer))
        .public_key(key.public_key())
        .serial_number(SERIAL)
        .not_valid_before(FROM)
        .not_valid_after(UNTIL)
    )
    if names:
        listed = x509.SubjectAlternativeName([x509.DNSName(name) for name in names])
        builder = builder.add_extension(listed, critical=False)
    return builder.sign(key, None).public_bytes(Encoding.DER)


def _name(parts: Parts) -> x509.Name:
    unknown = [attribute for attribute, _ in parts if attribute not in ATTRIBUTES]
    if unknown:
        raise ValueError(f"attribute {unknown[0]!r} found, one of {', '.join(ATTRIBUTES)} expected")
    return x509.Name([x509.NameAttribute(ATTRIBUTES[a], value) for a, value in parts])
