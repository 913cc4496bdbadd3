"""What nftables logged on a Linux bridge (LINKTYPE_NFLOG)."""

from netwatch.selftest.files import Frame, pcap
from netwatch.selftest.frames import RAW
from netwatch.selftest.messages import addresses
from netwatch.selftest.wire import Site, Wire

WANTED = (
    ("dc1-cert.ksn.kaspersky-labs.com", "203.0.113.108"),
    ("touch.kaspersky.com", "203.0.113.109"),
)


def logged(frame: Frame, mac: str) -> Frame:
    """The packet behind the attributes that the kernel writes."""
    tag = attribute(1, b"\x81\0") + attribute(2, b"\0\x2a")
    head = b"\x07\0\0\x05" + attribute(1, b"\x08\0\x01\0") + attribute(10, b"audit\0")
    if frame.octets[12:16] == CLIENT:
        head += attribute(8, b"\0\x06\0\0" + bytes.fromhex(mac.replace(":", "")) + bytes(2))
    head += attribute(19, tag)
    return Frame(frame.time_ns, head + attribute(9, frame.octets), 239)


def attribute(kind: int, value: bytes) -> bytes:
    """Length, type, value, filled up to four octets."""
    padded = value + bytes(-len(value) % 4)
    return (4 + len(value)).to_bytes(2, "little") + kind.to_bytes(2, "little") + padded


CLIENT = bytes((10, 104, 0, 20))


def build() -> bytes:
    site = Site(104)
    client = site.host(20)
    wire = Wire("2026-11-19T06:20:00Z", link=RAW)
    for name, address in WANTED:
        wire.look_up(client, site.resolver, name, addresses(address))
        wire.tls(client, site.internet(address), name)
        wire.wait(100)
    return pcap([logged(f, client.mac) for f in wire.shown])
