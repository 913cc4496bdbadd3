"""The vectors of RFC 9001 and RFC 9369, appendix A each, and whatever does not authenticate."""

import subprocess
import sys

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given, settings
from hypothesis import strategies as st

from netwatch.extract.quic import version_known
from netwatch.extract.quic_keys import (
    SALT_V1,
    SALT_V2,
    SALTS,
    SALTS_GREASE,
    InitialOpener,
    client_keys,
    salts_of,
)
from netwatch.limits import QUIC_KEYS_MAX

DCID = bytes.fromhex("8394c8f03e515708")
CRYPTO_FRAME = bytes.fromhex(
    "060040f1010000ed0303ebf8fa56f12939b9584a3896472ec40bb863cfd3e868"
    "04fe3a47f06a2b69484c00000413011302010000c000000010000e00000b6578"
    "616d706c652e636f6dff01000100000a00080006001d00170018001000070005"
    "04616c706e000500050100000000003300260024001d00209370b2c9caa47fba"
    "baf4559fedba753de171fa71f50f1ce15d43e994ec74d748002b000302030400"
    "0d0010000e0403050306030203080408050806002d00020101001c0002400100"
    "3900320408ffffffffffffffff05048000ffff07048000ffff08011001048000"
    "75300901100f088394c8f03e51570806048000ffff"
)
PLAIN = CRYPTO_FRAME + bytes(1162 - len(CRYPTO_FRAME))
PN_OFFSET = 18

# version, salt, plain header, header protection mask, (key, iv, hp), first and last octets
VECTORS = {
    "RFC 9001 A.2": (
        0x00000001,
        SALT_V1,
        "c300000001088394c8f03e5157080000449e00000002",
        "437b9aec36",
        (
            "1f369613dd76d5467730efcbe3b1a22d",
            "fa044b2f42a3fd3b46fb255c",
            "9f50449e04a0e810283a1e9933adedd2",
        ),
        "c000000001088394c8f03e5157080000449e7b9aec34d1b1c98dd7689fb8ec11"
        "d242b123dc9bd8bab936b47d92ec356c0bab7df5976d27cd449f63300099f399",
        "e221af44860018ab0856972e194cd934",
    ),
    "RFC 9369 A.2": (
        0x6B3343CF,
        SALT_V2,
        "d36b3343cf088394c8f03e5157080000449e00000002",
        "94a0c95e80",
        (
            "8b1a0bc121284290a29e0971b5cd045d",
            "91f73e2351d8fa91660e909f",
            "45b95e15235d6f45a6b19cbcb0294ba9",
        ),
        "d76b3343cf088394c8f03e5157080000449ea0c95e82ffe67b6abcdb4298b485"
        "dd04de806071bf03dceebfa162e75d6c96058bdbfb127cdfcbf903388e99ad04",
        "a18b2faa745b6fe189cf772a9f84cbfc",
    ),
}


def published(name: str) -> tuple[int, bytes]:
    """The protected packet of a vector, made with the published keys and mask, not with ours."""
    version, _, header, mask_text, (key, iv, _), first, last = VECTORS[name]
    clear, mask = bytes.fromhex(header), bytes.fromhex(mask_text)
    nonce = (int.from_bytes(bytes.fromhex(iv), "big") ^ 2).to_bytes(12, "big")
    cipher = AESGCM(bytes.fromhex(key)).encrypt(nonce, PLAIN, clear)
    number = bytes(a ^ b for a, b in zip(clear[-4:], mask[1:], strict=True))
    packet = bytes((clear[0] ^ (mask[0] & 0x0F),)) + clear[1:-4] + number + cipher
    assert packet.startswith(bytes.fromhex(first))
    assert packet.endswith(bytes.fromhex(last))
    return version, packet


@pytest.mark.parametrize("name", VECTORS)
def test_keys_are_the_published_ones(name: str) -> None:
    version, salt, _, _, keys, _, _ = VECTORS[name]
    assert tuple(part.hex() for part in client_keys(version, salt, DCID)) == keys


@pytest.mark.parametrize("name", VECTORS)
def test_published_packet_is_opened(name: str) -> None:
    version, packet = published(name)
    opener = InitialOpener()
    assert opener(version, DCID, packet, PN_OFFSET) == PLAIN
    assert opener(version, DCID, packet, PN_OFFSET) == PLAIN  # keys from memory


@pytest.mark.parametrize("name", VECTORS)
def test_what_does_not_authenticate_gives_none(name: str) -> None:
    version, packet = published(name)
    opener = InitialOpener()
    other = 0x6B3343CF if version == 1 else 1
    assert opener(other, DCID, packet, PN_OFFSET) is None
    assert opener(version, DCID[:-1] + b"\x09", packet, PN_OFFSET) is None
    assert opener(version, b"", packet, PN_OFFSET) is None
    assert opener(version, DCID, packet + b"\x00", PN_OFFSET) is None
    assert opener(0x12345678, DCID, packet, PN_OFFSET) is None
    for place in (0, 5, 17, 18, 21, 22, 600, 1199):
        broken = packet[:place] + bytes((packet[place] ^ 0x41,)) + packet[place + 1 :]
        assert opener(version, DCID, broken, PN_OFFSET) is None


def test_every_truncation_gives_none() -> None:
    version, packet = published("RFC 9001 A.2")
    opener = InitialOpener()
    for cut in (*range(60), *range(60, len(packet), 97), len(packet) - 1):
        assert opener(version, DCID, packet[:cut], PN_OFFSET) is None


def test_versions_agree_with_the_compiled_side() -> None:
    for version in (*SALTS, 0x0A0A0A0A, 0xFAEADACA):
        assert version_known(version)
        assert salts_of(version)
    for version in (0, 2, 0xFF000015, 0xFF000023, 0x51303433, 0x0B0A0A0A, 0xFACEB003):
        assert not version_known(version)
        assert salts_of(version) == ()
    assert salts_of(0x1A2A3A4A) == SALTS_GREASE


def test_keys_are_bounded() -> None:
    version, packet = published("RFC 9001 A.2")
    opener = InitialOpener()
    for number in range(QUIC_KEYS_MAX + 5):
        assert opener(version, number.to_bytes(8, "big"), packet, PN_OFFSET) is None
    assert len(opener._keys) == QUIC_KEYS_MAX
    assert opener(version, DCID, packet, PN_OFFSET) == PLAIN


def test_cryptography_is_not_imported_before_the_first_packet() -> None:
    program = (
        "import sys, netwatch.extract.quic_keys as keys; keys.InitialOpener();"
        "sys.exit(any(name.split('.')[0] == 'cryptography' for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


@settings(derandomize=True, max_examples=200, deadline=None)
@given(
    st.sampled_from((1, 0x6B3343CF, 0xFF00001D, 0x0A0A0A0A, 7)),
    st.binary(max_size=21),
    st.binary(max_size=80),
    st.integers(-2, 90),
)
def test_any_octets_give_none(version: int, dcid: bytes, packet: bytes, pn_offset: int) -> None:
    """Invariant: what nobody encrypted is not opened, and nothing is raised."""
    assert InitialOpener()(version, dcid, packet, pn_offset) is None
