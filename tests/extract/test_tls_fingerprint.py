"""Invariant: one client software gives one number for every server; another one gives another."""

from netwatch.extract.tls import ClientHello
from netwatch.extract.tls_fingerprint import is_grease, ungreased, ungreased_kinds
from netwatch.model import Answer

CIPHERS = bytes.fromhex("0a0a130113021303c02bc02f")


def u16(value: int) -> bytes:
    return value.to_bytes(2, "big")


def vector(octets: bytes, length_octets: int = 2) -> bytes:
    return len(octets).to_bytes(length_octets, "big") + octets


def extension(kind: int, content: bytes = b"") -> bytes:
    return u16(kind) + vector(content)


def server_name(name: bytes) -> bytes:
    return extension(0, vector(b"\x00" + vector(name)))


def alpn(protocol: bytes) -> bytes:
    return extension(16, vector(vector(protocol, 1)))


def versions(*numbers: int) -> bytes:
    return extension(43, vector(b"".join(map(u16, numbers)), 1))


def hello(block: bytes | None, *, ciphers: bytes = CIPHERS, session: bytes = bytes(32)) -> bytes:
    body = u16(0x0303) + bytes(range(32)) + vector(session, 1) + vector(ciphers) + b"\x01\x00"
    if block is not None:
        body += vector(block)
    return b"\x01" + vector(body, 3)


def fingerprint(message: bytes) -> int:
    found = ClientHello()
    assert found.parse(message, 0, len(message)) == Answer.DONE
    return found.fingerprint()


def test_grease_is_told_from_its_look_alikes() -> None:
    grease = [value for value in range(0x10000) if is_grease(value)]
    assert grease == [0x0A0A + 0x1010 * i for i in range(16)]


def test_lists_are_read_in_order_without_grease() -> None:
    octets = bytes.fromhex("1a1a 1301 fafa 1302 13")
    assert ungreased(octets, 0, len(octets)) == [0x1301, 0x1302]
    block = extension(0x2A2A) + extension(43, b"xy") + extension(0) + extension(43)
    assert ungreased_kinds(block, 0, len(block)) == [43, 0, 43]
    assert ungreased(octets, 8, 8) == ungreased_kinds(block, 4, 4) == []


def test_one_client_gives_one_fingerprint() -> None:
    base = [server_name(b"a.test"), alpn(b"h2"), extension(0x23), versions(0x3A3A, 0x0304)]
    whole = fingerprint(hello(b"".join(base)))
    assert 0 < whole < 2**62
    shuffled = hello(b"".join(reversed(base)) + extension(0x5A5A))
    assert fingerprint(shuffled) == whole
    other_name = hello(b"".join([server_name(b"bb.test"), *base[1:], extension(21, bytes(9))]))
    assert fingerprint(other_name) == whole
    resumed = hello(b"".join([*base[1:], extension(41, bytes(30))]), session=b"")
    assert fingerprint(resumed) == whole
    grease = hello(b"".join(base), ciphers=b"\xfa\xfa" + CIPHERS[2:])
    assert fingerprint(grease) == whole


def test_other_clients_give_other_fingerprints() -> None:
    base = [server_name(b"a.test"), extension(0x23), versions(0x0304)]
    seen = {
        fingerprint(message)
        for message in (
            hello(b"".join(base)),
            hello(b"".join([*base, extension(0x17)])),
            hello(b"".join(base[:2])),
            hello(b"".join(base), ciphers=b"\x13\x01\x13\x02"),
            hello(b"".join(base), ciphers=b"\x13\x02\x13\x01"),
            hello(None),
        )
    }
    assert len(seen) == 6
