"""The index of an update, from a server of the house."""

from netwatch.selftest.files import pcap
from netwatch.selftest.messages import request, response
from netwatch.selftest.wire import Site, Wire, together


def build() -> bytes:
    site = Site(22)
    wires = []
    for number, (host, path) in enumerate(
        (("updates.corp.example", "/kav/index/u1313g.xml"), ("10.22.0.9:8080", "/index/u1313g.xml"))
    ):
        wire = Wire(f"2026-11-18T14:0{number}:00Z")
        for _ in range(4):
            connection = wire.connect(site.host(20 + number), site.host(9), 8080)
            connection.say(request(path, host, fields=["User-Agent: updater"]))
            connection.hear(response(b"<?xml version='1.0'?><Update/>"))
            connection.close()
            wire.wait(3_000 + 300 * number)
        wires.append(wire)
    return pcap(together(*wires))
