"""A DTLS hello in fragments behind STUN, repeated with the server's cookie, and the answer."""

from netwatch.selftest import dtls
from netwatch.selftest.authority import certificate
from netwatch.selftest.files import pcap
from netwatch.selftest.hellos import Hello
from netwatch.selftest.wire import Site, Wire

STUN = b"\0\1\0\0\x21\x12\xa4\x42" + bytes(12)
STUN_ANSWER = b"\1\1" + STUN[2:]


def build() -> bytes:
    site = Site(90)
    wire = Wire("2026-11-22T09:00:00Z")
    client, server = site.host(20), site.internet("203.0.113.90")
    ports = (50_000, 3_478)
    back = ports[::-1]
    for _ in range(3):
        wire.exchange(client, server, ports, STUN, STUN_ANSWER)
    said = Hello(name=b"ksn-verdict-geo.kaspersky-labs.com", post_quantum=True)
    first = dtls.hello(said)
    for octets in dtls.records(dtls.fragments(first, 600, 1_200)):
        wire.send(client, server, wire.datagram(client, server, ports, octets))
    wire.wait(0.02)
    asked = dtls.verify_request(bytes(range(20)))
    wire.send(server, client, wire.datagram(server, client, back, asked))
    again = dtls.hello(said, cookie=bytes(range(20)))
    for octets in dtls.records(dtls.fragments(again, 600, 1_200, number=1)):
        wire.send(client, server, wire.datagram(client, server, ports, octets))
    wire.wait(0.02)
    leaf = certificate([("CN", "ordinary.example")], [("O", "Lab")], ["ordinary.example"])
    flight = [
        *dtls.fragments(dtls.server_hello(), number=1),
        *dtls.fragments(dtls.certificate_message([leaf]), 200, 400, number=2),
    ]
    for octets in dtls.records(flight):
        wire.send(server, client, wire.datagram(server, client, back, octets))
    return pcap(wire.shown)
