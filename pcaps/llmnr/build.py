"""LLMNR questions to the group, and one answer."""

from netwatch.names import name_wire
from netwatch.selftest.files import pcap
from netwatch.selftest.messages import addresses, answer, question
from netwatch.selftest.wire import Host, Site, Wire

GROUP = Host(ip="224.0.0.252", mac="01:00:5e:00:00:fc")


def build() -> bytes:
    site = Site(5)
    wire = Wire("2026-11-18T06:25:00Z")
    asker, files = site.host(20), site.host(21)
    for number, name in enumerate(("fileserver", "touch.kaspersky.com"), 1):
        text = question(name_wire(name), "A", number, recursion=False)
        wire.send(asker, GROUP, wire.datagram(asker, GROUP, (50_000 + number, 5355), text, 1))
        wire.wait(0.4)
    text = answer(name_wire("fileserver"), "A", 1, addresses(files.ip), recursion=False)
    wire.send(files, asker, wire.datagram(files, asker, (5355, 50_001), text))
    return pcap(wire.shown)
