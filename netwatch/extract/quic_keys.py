"""Interpreted. Opens QUIC Initial packets: keys, header protection, AES-128-GCM (RFC 9001).

The compiled side hands packets over one by one, because ciphers come from `cryptography` and never
from us. The library is imported with the first packet: a capture without QUIC does not pay for it.
HKDF with SHA-256 (RFC 5869) is two or three calls of the standard library's HMAC.
"""

import hmac
from typing import Final

from netwatch.limits import QUIC_KEYS_MAX

SALT_V1: Final = bytes.fromhex("38762cf7f55934b34d179ae6a4c80cadccbb7f0a")
SALT_V2: Final = bytes.fromhex("0dede3def700a6db819381be6e269dcbf9bd2ed9")
SALT_DRAFT_22: Final = bytes.fromhex("7fbcdb0e7c66bbe9193a96cd21519ebd7a02644a")
SALT_DRAFT_23: Final = bytes.fromhex("c3eef712c72ebb5a11a7d2432bb46365bef9f502")
SALT_DRAFT_29: Final = bytes.fromhex("afbfec289993d24c9e9786f19c6111e04390a899")
SALT_Q050: Final = bytes.fromhex("504574efd066fe2f9d945cfcdbd3a7f0d3b56b45")
SALT_T050: Final = bytes.fromhex("7ff579e5acd072915580304c43a2367c60488310")
SALT_T051: Final = bytes.fromhex("7a4edef4e7ccee5fa4506c19124fc8ccda6e033d")

SALTS: Final = {
    0x00000001: SALT_V1,
    0x6B3343CF: SALT_V2,
    0xFF000016: SALT_DRAFT_22,
    **dict.fromkeys(range(0xFF000017, 0xFF00001D), SALT_DRAFT_23),
    **dict.fromkeys(range(0xFF00001D, 0xFF000021), SALT_DRAFT_29),
    **dict.fromkeys(range(0xFF000021, 0xFF000023), SALT_V1),
    0xFACEB001: SALT_DRAFT_22,
    0xFACEB002: SALT_DRAFT_23,
    0xFACEB00E: SALT_DRAFT_23,
    0x51303530: SALT_Q050,
    0x54303530: SALT_T050,
    0x54303531: SALT_T051,
}
"""Version -> salt of its Initial secrets (RFC 9001 section 5.2, RFC 9369 section 3.3.1, drafts)."""
SALTS_GREASE: Final = (SALT_V1, SALT_DRAFT_29)
"""What clients were seen to take where the version says 0x?a?a?a?a."""
VERSION_2: Final = 0x6B3343CF
SAMPLE_BYTES: Final = 16


def expand_label(secret: bytes, label: bytes, length: int) -> bytes:
    """HKDF-Expand-Label with an empty context (RFC 8446 section 7.1), at most 32 octets."""
    full = b"tls13 " + label
    block = length.to_bytes(2, "big") + bytes((len(full),)) + full + b"\x00\x01"
    return hmac.digest(secret, block, "sha256")[:length]


def salts_of(version: int) -> tuple[bytes, ...]:
    """The salts that may belong to `version`, likeliest first; none for an unknown version."""
    if version in SALTS:
        return (SALTS[version],)
    return SALTS_GREASE if version & 0x0F0F0F0F == 0x0A0A0A0A else ()


def client_keys(version: int, salt: bytes, dcid: bytes) -> tuple[bytes, bytes, bytes]:
    """(key, iv, header protection key) of a client's Initials (RFC 9001 sections 5.1 and 5.2)."""
    secret = expand_label(hmac.digest(salt, dcid, "sha256"), b"client in", 32)
    prefix = b"quicv2 " if version == VERSION_2 else b"quic "
    return (
        expand_label(secret, prefix + b"key", 16),
        expand_label(secret, prefix + b"iv", 12),
        expand_label(secret, prefix + b"hp", 16),
    )


class InitialOpener:
    """Callable: takes the protection off clients' Initial packets.

    Keys are kept for the last `QUIC_KEYS_MAX` pairs of version and connection id.
    """

    def __init__(self) -> None:
        self._keys: dict[bytes, _Keys] = {}

    def __call__(self, version: int, dcid: bytes, packet: bytes, pn_offset: int) -> bytes | None:
        """The plain payload of `packet`, whose packet number begins at `pn_offset`.

        `packet` ends where its Length says, `dcid` is the id that the keys come from. None if the
        version has no keys here, if the packet is too short or if it does not authenticate.
        """
        if pn_offset < 1 or len(packet) < pn_offset + 4 + SAMPLE_BYTES:
            return None
        for salt in salts_of(version):
            plain = _open(self._keys_of(version, salt, dcid), packet, pn_offset)
            if plain is not None:
                return plain
        return None

    def _keys_of(self, version: int, salt: bytes, dcid: bytes) -> "_Keys":
        name = version.to_bytes(4, "big") + salt + dcid
        found = self._keys.get(name)
        if found is None:
            while len(self._keys) >= QUIC_KEYS_MAX:
                del self._keys[next(iter(self._keys))]
            found = self._keys[name] = _Keys(version, salt, dcid)
        return found


class _Keys:
    """The ciphers of one client, ready for use."""

    def __init__(self, version: int, salt: bytes, dcid: bytes) -> None:
        from cryptography.hazmat.primitives.ciphers import Cipher
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM
        from cryptography.hazmat.primitives.ciphers.algorithms import AES
        from cryptography.hazmat.primitives.ciphers.modes import ECB

        key, self.iv, hp = client_keys(version, salt, dcid)
        self.aead = AESGCM(key)
        # RFC 9001 section 5.4.3 defines header protection as one block of AES in this mode.
        self.protector = Cipher(AES(hp), ECB()).encryptor()  # noqa: S305 - what the RFC asks for


def _open(keys: _Keys, packet: bytes, pn_offset: int) -> bytes | None:
    """Header protection (RFC 9001 section 5.4.1), then the AEAD (section 5.3).

    The packet number is taken as it is written: in a first flight nothing was acknowledged yet, so
    a client writes it whole.
    """
    from cryptography.exceptions import InvalidTag

    mask = keys.protector.update(packet[pn_offset + 4 : pn_offset + 4 + SAMPLE_BYTES])
    first = packet[0] ^ (mask[0] & 0x0F)
    behind = pn_offset + (first & 3) + 1
    masked = int.from_bytes(packet[pn_offset:behind], "big")
    number = masked ^ int.from_bytes(mask[1 : 1 + behind - pn_offset], "big")
    header = b"".join(
        (bytes((first,)), packet[1:pn_offset], number.to_bytes(behind - pn_offset, "big"))
    )
    nonce = (int.from_bytes(keys.iv, "big") ^ number).to_bytes(12, "big")
    try:
        return keys.aead.decrypt(nonce, packet[behind:], header)
    except InvalidTag:
        return None
