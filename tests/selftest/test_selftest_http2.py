"""HTTP/2 as built: the octets of RFC 7541's examples."""

from netwatch.selftest import http2


def test_a_frame() -> None:
    """RFC 9113 section 4.1."""
    made = http2.frame(http2.PING, b"12345678", flags=http2.ACK, stream=5)
    assert made == bytes.fromhex("000008060100000005") + b"12345678"


def test_lists_as_in_appendix_c_3_and_c_4() -> None:
    first = [
        (b":method", b"GET"),
        (b":scheme", b"http"),
        (b":path", b"/"),
        (b":authority", b"www.example.com"),
    ]
    second = [*first, (b"cache-control", b"no-cache")]
    plain, packed = http2.Encoder(packed=False), http2.Encoder()
    assert plain.fields(first).hex() == "828684410f7777772e6578616d706c652e636f6d"
    assert plain.fields(second).hex() == "828684be58086e6f2d6361636865"
    assert packed.fields(first).hex() == "828684418cf1e3c2e5f23a6ba0ab90f4ff"
    assert packed.fields(second).hex() == "828684be5886a8eb10649cbf"


def test_integers_as_in_appendix_c_1() -> None:
    assert http2.integer(10, 5, 0) == b"\x0a"
    assert http2.integer(1_337, 5, 0) == b"\x1f\x9a\x0a"
    assert http2.integer(42, 8, 0) == b"\x2a"


def test_a_request_in_pieces() -> None:
    fields = http2.request_fields("a.test")
    whole = http2.Encoder().request(fields)
    made = http2.Encoder().request(fields, pieces=3, body=b"body")
    assert made.count(b"\x09") >= 2
    assert made.endswith(http2.frame(http2.DATA, b"body", flags=1, stream=1))
    assert whole[4] == http2.END_HEADERS | http2.END_STREAM
    assert len(made) == len(whole) + 2 * 9 + 9 + 4
