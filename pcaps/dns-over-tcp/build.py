"""Questions and answers over TCP, cut where it hurts."""

from netwatch.names import name_wire
from netwatch.selftest.files import pcap
from netwatch.selftest.messages import addresses, answer, for_tcp, question
from netwatch.selftest.wire import Site, Wire

NAMES = ("www.example.org", "www.kaspersky.com", "support.kaspersky.com")


def build() -> bytes:
    site = Site(3)
    wire = Wire("2026-11-18T06:15:00Z")
    client = site.host(20)
    wires = [name_wire(name) for name in NAMES]
    connection = wire.connect(client, site.resolver, 53)
    connection.say(for_tcp(*(question(name, "A", 7 + i) for i, name in enumerate(wires))))
    found = addresses("198.51.100.31", "198.51.100.32", "198.51.100.33")
    answers = for_tcp(*(answer(name, "A", 7 + i, found) for i, name in enumerate(wires)))
    connection.hear(answers, 40)
    connection.close()
    other = wire.connect(client, site.host(54), 5300)
    other.say(for_tcp(question(name_wire("www.kaspersky.de"), "A", 11)))
    other.hear(for_tcp(answer(name_wire("www.kaspersky.de"), "A", 11, found)))
    other.close()
    return pcap(wire.shown)
