"""What is said to proxies, octet by octet as the specifications have it."""

from netwatch.selftest import proxies


def test_socks_5() -> None:
    """RFC 1928 sections 3 and 4, RFC 1929 section 2."""
    assert proxies.socks5("a.test", 443) == b"\x05\x01\x00\x03\x06a.test\x01\xbb"
    assert proxies.socks5("192.0.2.1", 80) == b"\x05\x01\x00\x01\xc0\x00\x02\x01\x00\x50"
    assert proxies.socks5("2001:db8::1") == (
        b"\x05\x01\x00\x04\x20\x01\x0d\xb8" + bytes(11) + b"\x01\x01\xbb"
    )
    assert proxies.log_in(b"user", b"secret") == b"\x01\x04user\x06secret"


def test_socks_4() -> None:
    assert proxies.socks4("66.102.7.99", 80, user=b"Fred") == (
        b"\x04\x01\x00\x50\x42\x66\x07\x63Fred\x00"
    )
    assert proxies.socks4("a.test", 443) == b"\x04\x01\x01\xbb\x00\x00\x00\x01\x00a.test\x00"


def test_proxy_headers() -> None:
    ports = (56_324, 443)
    line = proxies.proxy_line("192.168.0.1", "192.168.0.11", ports)
    assert line == b"PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\r\n"
    assert proxies.proxy_line("fd00::1", "fd00::2", ports).startswith(b"PROXY TCP6 fd00::1 ")
    header = proxies.proxy_header("192.168.0.1", "192.168.0.11", ports)
    assert header == bytes.fromhex("0d0a0d0a000d0a515549540a2111000cc0a80001c0a8000bdc0401bb")
    six = proxies.proxy_header("fd00::1", "fd00::2", ports, b"\x04\x00\x01x")
    assert six[12:16] == b"\x21\x21\x00\x28"
    assert len(six) == 16 + 40
