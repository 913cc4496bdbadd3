"""What machines do: browse, run a product, try names out, say decoys, carry for others."""

from random import Random
from typing import Final

from simulation.feed import Errand, Feed
from simulation.world import HOUR_S, Being, World

from netwatch.selftest import hellos
from netwatch.selftest.messages import NXDOMAIN, addresses, alias, request, response
from netwatch.selftest.wire import Host

PRODUCT_NAMES: Final = (
    "dc1.ksn.kaspersky-labs.com",
    "dc1-st.ksn.kaspersky-labs.com",
    "dc1-cert.ksn.kaspersky-labs.com",
    "ksn-url-geo.kaspersky-labs.com",
    "ksn-verdict-geo.kaspersky-labs.com",
    "ksn-cinfo-geo.kaspersky-labs.com",
    "touch.kaspersky.com",
    "activation-v2.kaspersky.com",
    "s04.upd.kaspersky.com",
    "s11.upd.kaspersky.com",
)
"""Said by a product and by nobody else."""
DECOY_NAMES: Final = ("ds.kaspersky.com", "dc1-file.ksn.kaspersky-labs.com")
"""Circumvention tools say these as well."""
WEB_NAMES: Final = (
    "www.kaspersky.com",
    "securelist.com",
    "my.kaspersky.com",
    "gc.kis.v2.scr.kaspersky-labs.com",
    "click.kaspersky.com",
    "opentip.kaspersky.com",
)
LOOK_ALIKES: Final = (
    "kasperskyupdate.com",
    "ds.kaspersky.com.evil.example",
    "dc1-st.ksn.kaspersky-labs.com.cdn.example",
    "xdc1.ksn.kaspersky-labs.co",
    "kaspersky-scan.com",
    "ads-kaspersky.com",
)
BROWSER: Final = "User-Agent: Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/140.0"
PUBLIC_DNS: Final = ("8.8.8.8", "1.1.1.1", "9.9.9.9")
TRIED_NAME: Final = "activation-v2.kaspersky.com"
"""What an administrator tries over TLS."""
PRODUCT_PROGRAM: Final = 3
UPDATE: Final = b"<?xml version='1.0'?><Update/>"


def address_of(name: str, six: bool = False) -> str:
    """The same address for a name in every network; the vendor's lie in 203.0.113.0/24."""
    if six:
        return "2001:db8:0:" + ":".join(address_of(name).split(".")[1:]) + "::1"
    number = sum(byte * (place + 1) for place, byte in enumerate(name.encode()))
    net = "203.0.113" if "kaspersky" in name else "198.51.100" if number % 2 else "192.0.2"
    return f"{net}.{number % 250 + 2}"


def server_of(wire: Feed, client: Host, name: str) -> Host:
    """The server of a name, by the kind of address that the client has."""
    return wire.site.internet(address_of(name, ":" in client.ip))


class Resolving:
    """How the machines of one network come from names to addresses."""

    def __init__(self, world: World, resolver: Host, upstream: str = "") -> None:
        self._world = world
        self._resolver = resolver
        self._six = world.site.host(53, six=True)
        self._upstream = world.site.internet(upstream) if upstream else None
        self.answers: dict[str, str] = {}
        """Name -> address, where the resolver does not say what is true."""

    def look_up(self, wire: Feed, client: Host, name: str) -> Host:
        """Ask, and be answered; the resolver asks upstream where it has one."""
        six = ":" in client.ip
        resolver = self._six if six else self._resolver
        ip = self.answers.get(name) or address_of(name, six)
        if self._upstream is None:
            wire.look_up(client, resolver, name, addresses(ip))
        else:
            asked = wire.ask(client, resolver, name, "AAAA" if six else "A")
            carried, wire.errand = wire.errand, None
            if name not in self.answers:
                wire.look_up(self._resolver, self._upstream, name, addresses(ip))
            wire.errand = carried
            asked.answer(addresses(ip))
            wire.wait(0.001)
        return self._world.site.internet(ip)


def visit(
    wire: Feed,
    client: Host,
    name: str,
    dns: Resolving | None,
    *,
    browser: bool = True,
    program: int = 0,
) -> None:
    """A page of a site, over TLS."""
    server = dns.look_up(wire, client, name) if dns else server_of(wire, client, name)
    wire.tls(client, server, name, browser=browser, program=program)


def browse(wire: Feed, client: Host, dns: Resolving | None, rng: Random, visits: int = 2) -> None:
    """Ordinary sites, now and then one in clear."""
    for _ in range(visits):
        name = f"www.site-{rng.randrange(180)}.example.{rng.choice(('com', 'org', 'net'))}"
        if rng.random() < 0.1:
            fetch(wire, client, name, "/", dns, BROWSER)
        else:
            visit(wire, client, name, dns, browser=rng.random() < 0.8, program=rng.randrange(3))
        wire.wait(rng.uniform(2, 60))


def fetch(
    wire: Feed, client: Host, name: str, path: str, dns: Resolving | None, agent: str
) -> None:
    """Something in clear."""
    server = dns.look_up(wire, client, name) if dns else server_of(wire, client, name)
    connection = wire.connect(client, server, 80)
    connection.say(request(path, name, fields=(agent,)))
    connection.hear(response(UPDATE))
    connection.close()


def run_product(
    wire: Feed, being: Being, client: Host, dns: Resolving | None, rng: Random, errands: int = 2
) -> None:
    """What the real product does: asks, asks a public resolver too, and connects."""
    pool = [*PRODUCT_NAMES, *DECOY_NAMES]
    for name in rng.sample(pool, min(errands, len(pool))):
        vouching = name not in DECOY_NAMES
        server = server_of(wire, client, name)
        if dns is not None:
            begin(wire, being, client, name, by_dns=True, vouching=vouching)
            server = dns.look_up(wire, client, name)
            if rng.random() < 0.5:
                public = wire.site.internet(
                    "2001:4860:4860::8888" if ":" in client.ip else "8.8.8.8"
                )
                wire.errand = None
                wire.look_up(client, public, name, alias("x.geoksn.example", server.ip))
        begin(wire, being, client, name, vouching=vouching)
        if name.startswith("s") and rng.random() < 0.5:
            connection = wire.connect(client, server, 80)
            connection.say(request("/index/u1313g.xml", name))
            connection.hear(response(UPDATE))
            connection.close()
        else:
            wire.tls(client, server, name, program=PRODUCT_PROGRAM)
        wire.errand = None
        wire.wait(rng.uniform(1, 40))


def begin(
    wire: Feed,
    being: Being,
    client: Host,
    name: str,
    *,
    by_dns: bool = False,
    vouching: bool = True,
) -> None:
    """What passes now is an errand of the product."""
    wire.errand = Errand(
        name=name,
        time_ns=wire.now_ns,
        address=client.ip,
        mac=client.mac,
        by_dns=by_dns,
        vouching=vouching,
    )
    being.errands.append(wire.errand)


def read_web(wire: Feed, client: Host, dns: Resolving | None, rng: Random) -> None:
    """The vendor's web sites in a browser, and links that pages load by themselves."""
    for name in rng.sample(WEB_NAMES, 3):
        visit(wire, client, name, dns, browser=rng.random() < 0.9)
        wire.wait(rng.uniform(1, 900))


def meet_look_alikes(wire: Feed, client: Host, dns: Resolving | None, rng: Random) -> None:
    """Names that only look like the vendor's."""
    for name in rng.sample(LOOK_ALIKES, 3):
        visit(wire, client, name, dns, browser=rng.random() < 0.5)
        wire.wait(rng.uniform(1, 900))


def say_decoys(wire: Feed, client: Host, rng: Random, hours: float) -> None:
    """A VPN program: decoy names to servers of its own, several an hour."""
    end_ns = wire.now_ns + round(hours * HOUR_S * 1e9)
    net = "2001:db8:1::" if ":" in client.ip else "192.0.2."
    servers = [f"{net}{rng.randrange(200, 250)}" for _ in range(4)]
    while wire.now_ns < end_ns:
        server = wire.site.internet(rng.choice(servers))
        wire.tls(client, server, rng.choice(DECOY_NAMES), program=7)
        wire.wait(rng.uniform(200, 1_500))


def try_out(
    wire: Feed, client: Host, dns: Resolving | None, rng: Random, *, marked: bool = True
) -> None:
    """An administrator: dig of many names, curl of some.

    Not `marked`: also names that are blocked, and one name over TLS, where nothing tells the tool.
    """
    six = ":" in client.ip
    names = rng.sample([name for name in PRODUCT_NAMES if name != TRIED_NAME], 6)
    public = wire.site.internet("2001:4860:4860::8888" if six else rng.choice(PUBLIC_DNS))
    for name in names:
        if dns is not None and rng.random() < 0.5:
            dns.look_up(wire, client, name)
        else:
            found = () if not marked and rng.random() < 0.4 else addresses(address_of(name, six))
            rcode = 0 if found else NXDOMAIN
            wire.look_up(client, public, name, found, kind="AAAA" if six else "A", rcode=rcode)
        wire.wait(rng.uniform(3, 90))
    for name in names[:3]:
        fetch(wire, client, name, "/index/u1313g.xml", dns, "User-Agent: curl/8.5.0")
        wire.wait(rng.uniform(3, 90))
    if not marked:
        visit(wire, client, TRIED_NAME, dns, browser=False, program=5)


def through_proxy(wire: Feed, client: Host, proxy: Host, name: str, program: int) -> None:
    """A tunnel through a proxy: the client's hello passes on both legs."""
    near = wire.connect(client, proxy, 3_128)
    near.say(request(f"{name}:443", f"{name}:443", method="CONNECT"))
    carried, wire.errand = wire.errand, None
    far = wire.connect(proxy, server_of(wire, proxy, name))
    wire.errand = carried
    near.hear(b"HTTP/1.1 200 Connection established\r\n\r\n")
    made = hellos.Hello(name=name.encode(), number=wire.count, program=program)
    hello = hellos.records(made.handshake())
    near.say(hello)
    carried, wire.errand = wire.errand, None
    far.say(hello)
    far.hear(hellos.flight_13())
    wire.errand = carried
    near.hear(hellos.flight_13())
    near.close()
    wire.errand = None
    far.close()
