"""A day at a small office.

Every machine lives on a wire of its own and all are put together at the end. A machine that works
looks something up and reads it, once an hour.
"""

from collections.abc import Callable

from netwatch.selftest import frames
from netwatch.selftest.files import Frame, pcap
from netwatch.selftest.messages import addresses, alias, request, response
from netwatch.selftest.wire import Host, Site, Wire, together

SITE = Site(200)
PUBLIC = SITE.internet("9.9.9.9")
HALF_DAYS = (("2026-11-16T12:00:00Z", 5), ("2026-11-17T08:00:00Z", 5))
"""Start and hours."""
VISITS_AN_HOUR = 1
STAFF = (
    (11, "PC-RECEPTION"),
    (12, "PC-SALES-1"),
    (13, "PC-SALES-2"),
    (14, "LAPTOP-BOSS"),
    (15, "LAPTOP-ANNA"),
    (16, "PC-LAB"),
    (17, "LAPTOP-TOM"),
    (18, "PC-STORE"),
    (19, "PC-WORKSHOP"),
    (20, "LAPTOP-EVA"),
    (21, "PC-MEETING"),
    (22, "PC-FINANCE"),
)
SITES = ("mail", "news", "search", "maps", "video", "files", "chat", "wiki")
Extra = Callable[[Wire, Host, int], None]
"""What a machine does besides its work in one hour: (wire, machine, number of the hour)."""


def visit(wire: Wire, client: Host, name: str, address: str, browser: bool = True) -> None:
    wire.look_up(client, SITE.resolver, name, addresses(address))
    wire.tls(client, SITE.internet(address), name, browser=browser)


def product(wire: Wire, client: Host, hour: int) -> None:
    """KSN every hour, by way of the resolver and of 8.8.8.8; updates every third hour."""
    name, found = "ds.kaspersky.com", alias("ksn-ds.geoksn.kaspersky.com", "203.0.113.201")
    wire.look_up(client, SITE.resolver, name, found)
    wire.look_up(client, SITE.internet("8.8.8.8"), name, found)
    wire.tls(client, SITE.internet("203.0.113.201"), name)
    if hour % 3 == 0:
        visit(wire, client, "s04.upd.kaspersky.com", "203.0.113.202", browser=False)


def blocked_product(wire: Wire, client: Host, hour: int) -> None:
    """The resolver sends it into a sink-hole."""
    names = ("dc1-file.ksn.kaspersky-labs.com", "ksn-verdict-geo.kaspersky-labs.com")
    wire.look_up(client, SITE.resolver, names[hour % 2], addresses("127.0.0.1"))


def asking(wire: Wire, client: Host, hour: int) -> None:
    """A strong name now and then, by somebody who tries things out."""
    if hour == 6:
        wire.look_up(client, SITE.resolver, "s01.upd.kaspersky.com", addresses("203.0.113.204"))


def reader(wire: Wire, client: Host, hour: int) -> None:
    """The vendor's site, and its research."""
    if hour in (1, 7):
        visit(wire, client, "www.kaspersky.com", "198.51.100.201")
        visit(wire, client, "securelist.com", "198.51.100.202")


def oem(wire: Wire, client: Host, hour: int) -> None:
    """Check Point's product fetches its signatures, in clear."""
    if hour % 2 == 0:
        name, server = "kav8.zonealarm.com", SITE.internet("203.0.113.203")
        wire.look_up(client, SITE.resolver, name, addresses(server.ip))
        connection = wire.connect(client, server, 80)
        connection.say(request("/v6/index/u1313g.xml", name))
        connection.hear(response(b"<?xml version='1.0'?><Update/>"))
        connection.close()


def vpn(wire: Wire, client: Host, hour: int) -> None:
    """A VPN program that says decoy names."""
    if hour % 2 == 1:
        wire.tls(client, SITE.internet("192.0.2.200"), "ds.kaspersky.com")


EXTRAS: dict[int, Extra] = {
    13: blocked_product,
    14: reader,
    15: asking,
    16: product,
    17: oem,
    20: vpn,
}
LATE = frozenset((21, 22))
"""Machines that work on the second day only: too short a look for anything but "unknown"."""


def working(number: int, hostname: str) -> list[Frame]:
    """Both half days of one machine."""
    client = SITE.host(number)
    wires = []
    for half, (start, hours) in enumerate(HALF_DAYS):
        if half == 0 and number in LATE:
            continue
        wire = Wire(start).wait(number * 7)
        wire.count = number * 500 + half * 250
        wire.show(frames.dhcp_request(client.mac, hostname, client.ip))
        wire.show(frames.dhcp_ack(SITE.gateway.mac, SITE.gateway.ip, client.mac, client.ip))
        for hour in range(hours):
            for turn in range(VISITS_AN_HOUR):
                place = (number + 3 * hour + turn) % len(SITES)
                visit(wire, client, f"{SITES[place]}.example.com", f"198.51.100.{100 + place}")
                wire.wait(3_600 / VISITS_AN_HOUR - 1)
            if number in EXTRAS:
                EXTRAS[number](wire, client, half * HALF_DAYS[0][1] + hour)
        wires.append(wire)
    return together(*wires)


def resolving() -> list[Frame]:
    """The resolver asks upstream for somebody whom this mirror does not show."""
    wire = Wire("2026-11-16T12:30:30Z")
    names = ("activation-v2.kaspersky.com", "cm.k.kaspersky-labs.com", "www.example.net")
    for number in range(8):
        address = f"203.0.113.{210 + number % 3}"
        wire.look_up(SITE.resolver, PUBLIC, names[number % 3], addresses(address))
        wire.wait(2_000)
    return wire.shown


def build() -> bytes:
    shown = [frame for number, name in STAFF for frame in working(number, name)]
    return pcap(sorted([*shown, *resolving()], key=lambda frame: frame.time_ns))
