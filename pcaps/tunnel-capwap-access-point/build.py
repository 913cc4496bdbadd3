"""An access point and its controller: 802.11 in CAPWAP."""

from netwatch.selftest.carriers import Ends, capwap, station, through
from netwatch.selftest.files import pcap
from netwatch.selftest.messages import addresses
from netwatch.selftest.wire import Site, Wire

KSN = (
    ("ds.kaspersky.com", "203.0.113.140"),
    ("dc1-st.ksn.kaspersky-labs.com", "203.0.113.141"),
)


def build() -> bytes:
    site = Site(138)
    ends, back = Ends("10.138.250.1", "10.138.250.2"), Ends("10.138.250.2", "10.138.250.1")
    wire = Wire("2026-11-18T11:10:00Z")
    client = site.host(20)
    for name, address in KSN:
        wire.look_up(client, site.resolver, name, addresses(address))
        wire.tls(client, site.internet(address), name)

    def up(frame: bytes) -> bytes:
        radio = station(frame[14:], frame[6:12], swapped=True)
        return ends.udp(5247, capwap(radio[:16] + frame[:6] + radio[22:], native=True))

    def down(frame: bytes) -> bytes:
        radio = station(frame[14:], b"\x02\x8a\0\0\0\x01", flags=2)
        radio = radio[:4] + frame[:6] + radio[10:16] + frame[6:12] + radio[22:]
        return back.udp(5247, capwap(radio, native=True), back=True)

    macs = ("00:16:3e:8a:fa:01", "00:16:3e:8a:fa:02")
    return pcap(through(wire.shown, (client.ip,), up, down, macs))
