"""SSDP: a television announces itself, a browser searches, a camera answers, one speaks for all."""

from netwatch.selftest.files import pcap
from netwatch.selftest.neighbours import ssdp
from netwatch.selftest.wire import Host, Site, Wire

GROUP = Host(ip="239.255.255.250", mac="01:00:5e:7f:ff:fa")
ALIVE = "NOTIFY * HTTP/1.1"


def build() -> bytes:
    site = Site(92)
    wire = Wire("2026-11-22T09:20:00Z")
    television, browser, camera = site.host(20), site.host(21), site.host(22)
    own = f"LOCATION: http://{television.ip}:8008/ssdp/device.xml"
    others = f"LOCATION: http://{camera.ip}/description.xml"
    server = "SERVER: Linux/4.9 UPnP/1.0 Television/3"
    for said in (
        ssdp(ALIVE, own, server, "NTS: ssdp:alive"),
        ssdp(ALIVE, others, "SERVER: Camera/1", "NTS: ssdp:alive"),
    ):
        wire.send(television, GROUP, wire.datagram(television, GROUP, (38_000, 1900), said))
    search = ssdp("M-SEARCH * HTTP/1.1", 'MAN: "ssdp:discover"', "USER-AGENT: Browser/1 Windows")
    wire.send(browser, GROUP, wire.datagram(browser, GROUP, (50_000, 1900), search))
    answer = ssdp("HTTP/1.1 200 OK", "ST: upnp:rootdevice", others, "SERVER: Camera/1")
    wire.send(camera, browser, wire.datagram(camera, browser, (40_000, 50_000), answer))
    return pcap(wire.shown)
