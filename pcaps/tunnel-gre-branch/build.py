"""The reader in a branch office, behind GRE whose packets are cut."""

from netwatch.selftest import frames
from netwatch.selftest.carriers import IPV4, Ends, gre, through
from netwatch.selftest.files import Frame, pcap
from netwatch.selftest.messages import addresses
from netwatch.selftest.wire import Site, Wire


def build() -> bytes:
    site = Site(133)
    ends, back = Ends("10.133.250.1", "10.133.250.2"), Ends("10.133.250.2", "10.133.250.1")
    macs = ("00:16:3e:85:fa:01", "00:16:3e:85:fa:02")
    wire = Wire("2026-11-18T10:45:00Z")
    client = site.host(20)
    wire.look_up(client, site.resolver, "www.kaspersky.com", addresses("198.51.100.133"))
    wire.tls(client, site.internet("198.51.100.133"), "www.kaspersky.com", browser=True)
    shown = through(
        wire.shown,
        (client.ip,),
        lambda frame: ends.ip(47, gre(IPV4, frame[14:], key=7, checksum=True)),
        lambda frame: back.ip(47, gre(IPV4, frame[14:], key=7, checksum=True)),
        macs,
    )
    keepalive = frames.carrying(ends.target, ends.source, 47, gre(0, b""))
    shown.append(Frame(wire.now_ns, frames.on_link(ends.ip(47, gre(IPV4, keepalive)), 1, *macs)))
    cut = [
        Frame(frame.time_ns, frame.octets[:14] + piece)
        for number, frame in enumerate(shown)
        for piece in frames.in_fragments(numbered(frame.octets[14:], number), 640)
    ]
    return pcap(cut)


def numbered(packet: bytes, number: int) -> bytes:
    """The packet with an identification of its own, which its fragments share."""
    return packet[:4] + (number + 1).to_bytes(2, "big") + packet[6:]
