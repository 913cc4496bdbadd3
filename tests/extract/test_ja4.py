"""Vectors: FoxIO's own description of JA4 and the published outputs of its reference programs."""

import pytest

from netwatch.extract.ja4 import ja4_text

CHROME_CIPHERS = "1301,1302,1303,c02b,c02f,c02c,c030,cca9,cca8,c013,c014,009c,009d,002f,0035"
CHROME_EXTENSIONS = (
    "001b,0000,0033,0010,4469,0017,002d,000d,0005,0023,0012,002b,ff01,000b,000a,0015"
)
CHROME_SIGNATURES = "0403,0804,0401,0503,0805,0501,0806,0601"


def numbers(text: str) -> list[int]:
    return [int(number, 16) for number in text.split(",")] if text else []


def ja4(
    extensions: str = CHROME_EXTENSIONS,
    signatures: str = CHROME_SIGNATURES,
    *,
    version: int = 0x0304,
    ciphers: str = CHROME_CIPHERS,
    alpn: list[bytes] | None = None,
    transport: str = "t",
) -> str:
    offered = [b"h2", b"http/1.1"] if alpn is None else alpn
    return ja4_text(
        transport, version, numbers(ciphers), numbers(extensions), numbers(signatures), offered
    )


def test_the_example_of_the_description() -> None:
    assert ja4() == "t13d1516h2_8daaf6152771_e5627efa2ab1"


def test_without_signature_algorithms_there_is_no_underscore() -> None:
    assert ja4(signatures="").endswith("_6d807ffa2a79")


@pytest.mark.parametrize(
    ("ciphers", "extensions", "signatures", "expected"),
    [
        (  # Chrome that resumes a session
            CHROME_CIPHERS,
            "000d,0010,0000,000b,0023,4469,ff01,0033,000a,002d,002b,0005,0017,0012,001b,0029",
            CHROME_SIGNATURES,
            "t13d1516h2_8daaf6152771_9b887d9acb53",
        ),
        (  # Chrome 143
            CHROME_CIPHERS,
            "002d,0033,0010,fe0d,0017,44cd,0000,000b,000a,002b,ff01,0023,0012,0005,000d,001b",
            CHROME_SIGNATURES,
            "t13d1516h2_8daaf6152771_d8a2da3f94cd",
        ),
        (  # sigalg-grease: GREASE stood between the signature algorithms
            CHROME_CIPHERS,
            "fe0d,0010,0017,0033,44cd,ff01,000a,000d,0023,002b,000b,ca34,002d,0000,0005,001b,0012",
            "0904,0905,0906," + CHROME_SIGNATURES,
            "t13d1517h2_8daaf6152771_cb7bf5808d99",
        ),
        (  # badcurveball
            CHROME_CIPHERS + ",000a",
            "0000,0017,ff01,000a,000b,0023,0010,0005,000d,0012,0033,002d,002b,001b,0015",
            CHROME_SIGNATURES + ",0201",
            "t13d1615h2_46e7e9700bed_45f260be83e2",
        ),
    ],
)
def test_published_outputs(ciphers: str, extensions: str, signatures: str, expected: str) -> None:
    assert ja4(extensions, signatures, ciphers=ciphers) == expected


def test_a_published_output_without_alpn() -> None:
    ciphers = "c02c,c02b,c030,c02f,c024,c023,c028,c027,c00a,c009,c014,c013,009d,009c,003d,003c,"
    signatures = "0804,0805,0806,0401,0501,0201,0403,0503,0203,0202,0601,0603"
    assert (
        ja4(
            "0000,0005,000a,000b,000d,0023,0017,ff01",
            signatures,
            version=0x0303,
            ciphers=ciphers + "0035,002f,000a",
            alpn=[],
        )
        == "t12d190800_d83cc789557e_7af1ed941c26"
    )


@pytest.mark.parametrize(
    ("first", "expected"),
    [
        (b"h2", "h2"),
        (b"http/1.1", "h1"),
        (b"q", "qq"),
        (b"", "00"),
        (b"\xab", "ab"),
        (b"\xab\xcd", "ad"),
        (b"\x30\xab", "3b"),
        (b"\x30\x31\xab\xcd", "3d"),
        (b"\x30\xab\xcd\x31", "01"),
        (b"\xba\xad", "bd"),
    ],
)
def test_the_alpn_characters(first: bytes, expected: str) -> None:
    assert ja4(alpn=[first, b"zz"]) == f"t13d1516{expected}_8daaf6152771_e5627efa2ab1"


def test_grease_among_the_protocols_is_ignored() -> None:
    assert ja4(alpn=[b"\x0a\x0a", b"\xfa\xfa", b"h2"])[8:10] == "h2"
    assert ja4(alpn=[b"\xaa\xaa"])[8:10] == "00"
    assert ja4(alpn=[b"\x0a\x1a"])[8:10] == "0a"


def test_all_protocols_of_two_octets() -> None:
    shown = set()
    for first in range(256):
        for last in range(256):
            text = ja4_text("t", 0x0304, [], [16], [], [bytes((first, last))])
            assert text.isascii()
            assert text[8:10].isalnum()
            shown.add(text[8:10])
    assert len(shown) > 1_000


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        (0x0304, "13"),
        (0x0303, "12"),
        (0x0302, "11"),
        (0x0301, "10"),
        (0x0300, "s3"),
        (0x0002, "s2"),
        (0xFEFF, "d1"),
        (0xFEFD, "d2"),
        (0xFEFC, "d3"),
        (0x7F1C, "00"),
        (0, "00"),
    ],
)
def test_versions(version: int, expected: str) -> None:
    assert ja4(version=version)[1:3] == expected


def test_transport_and_name() -> None:
    assert ja4(transport="q").startswith("q13d")
    assert ja4("0010,0005", transport="d").startswith("d13i")


def test_empty_lists_are_zeros_and_counts_stop_at_99() -> None:
    assert ja4("", "", ciphers="", alpn=[]) == "t13i000000_000000000000_000000000000"
    assert ja4("0000,0010", "").endswith("h2_8daaf6152771_000000000000")
    many = ",".join(f"{number:04x}" for number in range(1000, 1255))
    assert ja4(many, ciphers=many)[:8] == "t13i9999"
