"""Certificates of servers, wherever they came from.

Invariant: every name of a certificate that matches is a sighting under the client; one that cannot
be read is counted.
"""

from netwatch.capture.pcap import PcapRecords
from netwatch.match.signatures import Pack
from netwatch.names import name_text
from netwatch.observe import build_engine, observation
from netwatch.selftest import dtls, hellos
from netwatch.selftest.authority import certificate
from netwatch.selftest.files import pcap
from netwatch.selftest.wire import Site, Wire

SITE = Site(9)
ALICE, SERVER = SITE.host(11), SITE.internet("93.184.216.34")
LEAF = certificate([("CN", "a.test")], [("O", "Lab")], ["a.test", "*.b.test"])
WANTED = [("tls-certificate", "*.b.test", 0x0303), ("tls-certificate", "a.test", 0x0303)]


def seen(wire: Wire, names: bool = True) -> tuple[list[tuple[str, str, int]], dict[str, int]]:
    engine = build_engine(Pack(()).matcher(), names=names, strict=True)
    engine.feed(pcap(wire.shown), PcapRecords())
    found = observation(engine)
    rows = [
        (s.signal, name_text(s.name), s.tls.version)
        for s in found.sightings
        if s.tls is not None and s.signal == "tls-certificate"
    ]
    return sorted(rows), found.coverage.anomalies


def over_tcp(der: bytes) -> Wire:
    wire = Wire("2024-06-03T08:00:00Z")
    connection = wire.connect(ALICE, SERVER)
    connection.say(hellos.records(hellos.Hello(name=b"").handshake()))
    connection.hear(hellos.flight_12([der]))
    return wire


def over_dtls(der: bytes) -> Wire:
    wire = Wire("2024-06-03T08:00:00Z")
    flight = dtls.fragments(dtls.server_hello()) + dtls.fragments(
        dtls.certificate_message([der]), number=1
    )
    hello = dtls.records(dtls.fragments(dtls.hello(hellos.Hello(name=b""))))[0]
    wire.exchange(ALICE, SERVER, (50_000, 443), hello, b"".join(dtls.records(flight)))
    return wire


def test_over_tcp_and_dtls() -> None:
    assert seen(over_tcp(LEAF)) == (WANTED, {})
    rows = [(signal, name, 0xFEFD) for signal, name, _ in WANTED]
    assert seen(over_dtls(LEAF)) == (rows, {})


def test_names_that_match_nothing_stay_inside() -> None:
    assert seen(over_tcp(LEAF), names=False) == ([], {})


def test_what_is_no_certificate_is_counted() -> None:
    for wire in (over_tcp(b"\x30\x03abc"), over_dtls(b"\x30\x03abc")):
        assert seen(wire) == ([], {"certificate": 1})
