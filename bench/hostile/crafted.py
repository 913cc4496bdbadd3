"""Octets that are dear to read: each is nearly right, or right and very large."""

from hostile.wires import labels
from netwatch.selftest.hellos import counted, extension, message, records


def fake_tails(size: int) -> bytes:
    """Half of it server_names, half other extensions; the chain behind each breaks at the end."""
    name = extension(0, counted(2, b"\0" + counted(2, b"a.bc")))
    chain = b"\0\x0a\0\0" * (size // 8)
    return (name * (size // len(name)))[: size // 2] + chain + b"\0\x0a\xff\xff"


def rdn(kind: int, value: bytes) -> bytes:
    """One attribute of a certificate's name, in a set of its own."""
    attribute = der(0x06, b"\x55\x04" + bytes((kind,))) + der(0x0C, value)
    return der(0x31, der(0x30, attribute))


def der(tag: int, content: bytes) -> bytes:
    """One DER element."""
    size = len(content)
    length = bytes((size,)) if size < 128 else b"\x83" + size.to_bytes(3, "big")
    return bytes((tag,)) + length + content


def certificate(subject: bytes, extensions: bytes) -> bytes:
    """A certificate without anything that nobody reads."""
    fixed = der(0x02, b"\1") + der(0x30, b"") + der(0x30, rdn(10, b"Honest x CA G3"))
    body = fixed + der(0x30, b"") + der(0x30, subject)
    if extensions:
        body += der(0xA3, der(0x30, extensions))
    return der(0x30, der(0x30, body))


def flight(chain: bytes) -> bytes:
    """A TLS 1.2 server's first flight with one certificate."""
    hello = message(2, b"\3\3" + bytes(32) + b"\0\xc0\x30\0")
    return records(hello + message(11, counted(3, counted(3, chain))) + message(14, b""))


def pointer_chain(size: int) -> bytes:
    """A DNS answer whose every name points at the one before: the walk would be quadratic."""
    head = b"\0\7\x81\x80\0\1" + min(size // 20, 0xFFFF).to_bytes(2, "big") + b"\0\0\0\0"
    made = bytearray(head + b"\1a\0\0\1\0\1")
    last = 12
    while len(made) < size - 20:
        here = len(made)
        made += b"\1b" + (0xC000 | min(last, 0x3FFF)).to_bytes(2, "big")
        made += b"\0\5\0\1\0\0\0\1\0\2" + (0xC000 | min(last, 0x3FFF)).to_bytes(2, "big")
        last = here
    return bytes(made)


def many_names(size: int) -> bytes:
    """A DNS answer full of CNAMEs that all are one long name."""
    head = b"\0\7\x81\x80\0\1\1\0\0\0\0\0" + labels(".".join(["abc"] * 60)) + b"\0\1\0\1"
    record = b"\xc0\x0c\0\5\0\1\0\0\0\1\0\2\xc0\x0c"
    return (head + record * (size // len(record)))[:size]
