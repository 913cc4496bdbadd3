"""HPACK.

Invariant: a list is read as RFC 7541 says, or refused; for any octets the dynamic table holds no
more than its limit, and its size is that of its entries.
"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwatch.extract.hpack import (
    CODE_BITS,
    ENTRY_BYTES,
    TABLE_BYTES_MAX,
    Hpack,
    HpackTables,
)
from netwatch.limits import HTTP_HEAD_BYTES_MAX
from netwatch.selftest.http2 import huffman

TABLES = HpackTables()


def fields_of(hpack: Hpack) -> tuple[bytes, bytes, bytes]:
    return hpack.method, hpack.authority, hpack.path


def table_of(hpack: Hpack) -> list[tuple[bytes, bytes]]:
    """Newest first, as the RFC shows it."""
    return list(zip(hpack.names, hpack.values, strict=True))[::-1]


def read(hpack: Hpack, octets: bytes) -> bool:
    """Inside a block, with other octets around it."""
    told = hpack.read(b"\xff\xff" + octets + b"\x82\x82", 2, 2 + len(octets))
    sizes = [len(name) + len(value) + ENTRY_BYTES for name, value in table_of(hpack)]
    assert hpack.held_bytes == sum(sizes) <= hpack.limit <= TABLE_BYTES_MAX
    return told


def unhex(text: str) -> bytes:
    return bytes.fromhex(text)


def test_the_static_table_is_that_of_appendix_a() -> None:
    assert len(TABLES.names) == len(TABLES.values) == 61
    by_number = {
        1: (b":authority", b""),
        2: (b":method", b"GET"),
        4: (b":path", b"/"),
        16: (b"accept-encoding", b"gzip, deflate"),
        38: (b"host", b""),
        58: (b"user-agent", b""),
        61: (b"www-authenticate", b""),
    }
    for number, (name, value) in by_number.items():
        assert (TABLES.names[number - 1], TABLES.values[number - 1]) == (name, value)


def test_the_codes_are_a_whole_canonical_code() -> None:
    """Kraft's sum is exactly 1: any bits are codes; and these are some of Appendix B."""
    assert len(CODE_BITS) == 257
    assert sum(2 ** (30 - bits) for bits in CODE_BITS) == 2**30
    codes = {}
    code = 0
    for bits in range(5, 31):
        for symbol in (s for s in range(257) if CODE_BITS[s] == bits):
            codes[symbol] = code
            code += 1
        code *= 2
    some = {0: 0x1FF8, 48: 0x0, 97: 0x3, 122: 0x7B, 64: 0x1FFA, 127: 0xFFFFFFC, 249: 0xFFFFFFE}
    some |= {10: 0x3FFFFFFC, 22: 0x3FFFFFFE, 256: 0x3FFFFFFF, 92: 0x7FFF0, 255: 0x3FFFFEE}
    assert {symbol: codes[symbol] for symbol in some} == some


C2 = [
    ("400a637573746f6d2d6b65790d637573746f6d2d686561646572", [(b"custom-key", b"custom-header")]),
    ("040c2f73616d706c652f70617468", []),
    ("100870617373776f726406736563726574", []),
    ("82", []),
]


@pytest.mark.parametrize(("octets", "table"), C2)
def test_appendix_c_2_kinds_of_fields(octets: str, table: list[tuple[bytes, bytes]]) -> None:
    hpack = Hpack(TABLES)
    assert read(hpack, unhex(octets))
    assert table_of(hpack) == table
    if octets.startswith("04"):
        assert hpack.path == b"/sample/path"
    if octets == "82":
        assert hpack.method == b"GET"


PLAIN_REQUESTS = (
    "828684410f7777772e6578616d706c652e636f6d",
    "828684be58086e6f2d6361636865",
    "828785bf400a637573746f6d2d6b65790c637573746f6d2d76616c7565",
)
HUFFMAN_REQUESTS = (
    "828684418cf1e3c2e5f23a6ba0ab90f4ff",
    "828684be5886a8eb10649cbf",
    "828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf",
)
AUTHORITY = (b":authority", b"www.example.com")
CACHE = (b"cache-control", b"no-cache")
CUSTOM = (b"custom-key", b"custom-value")


@pytest.mark.parametrize("requests", [PLAIN_REQUESTS, HUFFMAN_REQUESTS], ids=["C.3", "C.4"])
def test_appendix_c_3_and_c_4_requests(requests: tuple[str, str, str]) -> None:
    hpack = Hpack(TABLES)
    assert read(hpack, unhex(requests[0]))
    assert fields_of(hpack) == (b"GET", b"www.example.com", b"/")
    assert (table_of(hpack), hpack.held_bytes) == ([AUTHORITY], 57)
    assert read(hpack, unhex(requests[1]))
    assert fields_of(hpack) == (b"GET", b"www.example.com", b"/")
    assert (table_of(hpack), hpack.held_bytes) == ([CACHE, AUTHORITY], 110)
    assert read(hpack, unhex(requests[2]))
    assert fields_of(hpack) == (b"GET", b"www.example.com", b"/index.html")
    assert (table_of(hpack), hpack.held_bytes) == ([CUSTOM, CACHE, AUTHORITY], 164)


PLAIN_RESPONSES = (
    "4803333032580770726976617465611d4d6f6e2c203231204f637420323031332032303a31333a323120474d54"
    "6e1768747470733a2f2f7777772e6578616d706c652e636f6d",
    "4803333037c1c0bf",
    "88c1611d4d6f6e2c203231204f637420323031332032303a31333a323220474d54c05a04677a69707738666f6f"
    "3d4153444a4b48514b425a584f5157454f50495541585157454f49553b206d61782d6167653d333630303b2076"
    "657273696f6e3d31",
)
HUFFMAN_RESPONSES = (
    "488264025885aec3771a4b6196d07abe941054d444a8200595040b8166e082a62d1bff6e919d29ad171863c78f"
    "0b97c8e9ae82ae43d3",
    "4883640effc1c0bf",
    "88c16196d07abe941054d444a8200595040b8166e084a62d1bffc05a839bd9ab77ad94e7821dd7f2e6c7b335df"
    "dfcd5b3960d5af27087f3672c1ab270fb5291f9587316065c003ed4ee5b1063d5007",
)
DATE = b"Mon, 21 Oct 2013 20:13:2"
COOKIE = b"foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1"


@pytest.mark.parametrize("responses", [PLAIN_RESPONSES, HUFFMAN_RESPONSES], ids=["C.5", "C.6"])
def test_appendix_c_5_and_c_6_responses_with_a_small_table(responses: tuple[str, ...]) -> None:
    hpack = Hpack(TABLES)
    assert read(hpack, unhex("3fe101")), "the limit is 256 octets"
    assert hpack.limit == 256
    location = (b"location", b"https://www.example.com")
    private = (b"cache-control", b"private")
    date = (b"date", DATE + b"1 GMT")
    expected = (
        ([location, date, private, (b":status", b"302")], 222),
        ([(b":status", b"307"), location, date, private], 222),
        (
            [
                (b"set-cookie", COOKIE),
                (b"content-encoding", b"gzip"),
                (b"date", DATE + b"2 GMT"),
            ],
            215,
        ),
    )
    for octets, (table, size) in zip(responses, expected, strict=True):
        assert read(hpack, unhex(octets))
        assert (table_of(hpack), hpack.held_bytes) == (table, size)


@pytest.mark.parametrize(
    ("octets", "bits", "number"),
    [("0a", 5, 10), ("1f9a0a", 5, 1337), ("2a", 8, 42), ("1f00", 5, 31)],
)
def test_appendix_c_1_integers(octets: str, bits: int, number: int) -> None:
    hpack = Hpack(TABLES)
    data = unhex(octets)
    assert hpack.integer(data, len(data), bits)
    assert (hpack.number, hpack.position) == (number, len(data))
    for end in range(len(data)):
        hpack.position = 0
        assert not hpack.integer(data, end, bits)


@pytest.mark.parametrize(
    "octets",
    [
        "80",  # index 0
        "be",  # an entry that is not there
        "ffffffffff7f",  # an index beyond everything
        "40",  # a name without its string
        "4005",
        "400361626305",
        "0f",  # an index that goes on
        "3fe21f",  # a table of 4,097 octets
        "4081ff00",  # padding of eight ones
        "408100" + "00",  # 0 and padding with zeros
        "4084ffffffff00",  # the end of a string inside it
        "7f",
    ],
)
def test_what_is_no_list(octets: str) -> None:
    assert not read(Hpack(TABLES), unhex(octets))


@pytest.mark.parametrize("requests", [PLAIN_REQUESTS, HUFFMAN_REQUESTS])
def test_every_truncation_is_refused_or_a_shorter_list(requests: tuple[str, ...]) -> None:
    whole = unhex(requests[2])
    for end in range(len(whole)):
        hpack = Hpack(TABLES)
        assert all(read(hpack, unhex(request)) for request in requests[:2])
        assert read(hpack, whole[:end]) == (end <= 4), end


def test_entries_too_large_for_the_table_empty_it() -> None:
    """RFC 7541 section 4.4: that is no error."""
    hpack = Hpack(TABLES)
    assert read(hpack, unhex("400161" + "0162"))
    large = b"x" * TABLE_BYTES_MAX
    length = TABLE_BYTES_MAX - 127
    written = b"\x7f" + bytes((length & 0x7F | 0x80, length >> 7))
    assert read(hpack, b"\x40\x01c" + written + large)
    assert table_of(hpack) == []
    assert not read(hpack, b"\xbe")


def test_of_several_with_one_name_the_first_counts() -> None:
    hpack = Hpack(TABLES)
    assert read(hpack, b"\x01\x01a\x01\x01b" + b"\x00\x04host\x01c" + b"\x00\x04host\x01d")
    assert (hpack.authority, hpack.host) == (b"a", b"c")
    assert read(hpack, b"")
    assert (hpack.authority, hpack.host) == (b"", b"")


def test_a_list_that_is_too_long_is_not_read() -> None:
    assert read(Hpack(TABLES), b"\x82" * HTTP_HEAD_BYTES_MAX)
    assert not read(Hpack(TABLES), b"\x82" * (HTTP_HEAD_BYTES_MAX + 1))


@settings(derandomize=True, max_examples=300, deadline=None)
@given(st.binary(max_size=60))
def test_every_string_is_decoded_as_it_was(octets: bytes) -> None:
    packed = huffman(octets)
    assert TABLES.decode(b"\0\0" + packed + b"\xff", 2, 2 + len(packed)) == octets
    assert TABLES.decode(packed + b"\xff", 0, len(packed) + 1) is None, "padding of an octet"


@settings(derandomize=True, max_examples=1_500, deadline=None)
@given(st.lists(st.binary(max_size=30), max_size=6))
def test_any_octets(lists: list[bytes]) -> None:
    hpack = Hpack(TABLES)
    for octets in lists:
        if not read(hpack, octets):
            break
        assert read(Hpack(TABLES), b"") is True
