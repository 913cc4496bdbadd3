"""A proxy that tells for whom it asks; the inner side of one of its clients is seen as well."""

from netwatch.selftest.files import pcap
from netwatch.selftest.messages import request, response
from netwatch.selftest.wire import Host, Site, Wire

NAME = "dnl-07.geo.kaspersky.com"
PATH = "/bases/upd/index.xml"
SEEN, UNSEEN = 20, 21
ASKED = (
    (SEEN, "X-Forwarded-For"),
    (UNSEEN, "Forwarded"),
    (UNSEEN, "X-Forwarded-For"),
    (SEEN, "Forwarded"),
    (UNSEEN, "X-Forwarded-For"),
)


def fetch(wire: Wire, client: Host, server: Host, *fields: str) -> None:
    connection = wire.connect(client, server, 80)
    connection.say(request(PATH, NAME, fields=["User-Agent: downloader/1.0", *fields]))
    connection.hear(response(b"unchanged"))
    connection.close()


def build() -> bytes:
    site = Site(85)
    wire = Wire("2026-11-18T13:00:00Z")
    server = site.internet("203.0.113.95")
    for number, header in ASKED:
        client = site.host(number)
        if number == SEEN:
            fetch(wire, client, server)
        told = f"for={client.ip}" if header == "Forwarded" else client.ip
        fetch(wire, site.host(8), server, f"{header}: {told}")
        wire.wait(2_400)
    return pcap(wire.shown)
