"""Networks of 300 machines, made by chance: the seed chooses everything."""

from collections.abc import Callable
from typing import Final

import msgspec
from simulation import programs
from simulation.feed import Feed, Mirror
from simulation.programs import Resolving
from simulation.world import DAY_S, HOUR_S, Being, World

from netwatch.selftest import hellos, messages
from netwatch.selftest.wire import Host, Tcp

MACHINES: Final = 300
MIX: Final = (
    ("product", 0.14),
    ("web", 0.14),
    ("look-alike", 0.05),
    ("decoy", 0.02),
    ("admin", 0.02),
    ("spoofed", 0.03),
)
"""Kind -> share; the rest is clean. The seed stretches it."""
GUEST_VLAN: Final = 90
HOURS: Final = 10
"""Of each of the days."""


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What the seed chose of one network."""

    mirror: Mirror
    upstream: str
    """Public resolver that the network's own one forwards to; empty: it knows everything."""
    days: int
    proxied: float
    """Share of machines that know the Internet by the proxy only."""
    six: float
    guests: float
    """Share of machines with a MAC that is another one every day, in a VLAN of their own."""
    roaming: float
    """Share of machines that get another address every day."""
    behind_nat: int
    stretch: float


def plan_of(world: World) -> Plan:
    """Choose."""
    rng = world.rng
    seat = rng.choice(("access", "access", "routed", "uplink"))
    shows = rng.choice(("both", "both", "both", "both", "from-clients", "to-clients"))
    hides = rng.choice(("", "", "", "", "dns", "connections"))
    mirror = Mirror(
        seat=seat,
        shows=shows,
        hides=hides,
        loss=rng.choice((0.0, 0.0, 0.002, 0.02)),
        copies=rng.choice((0.0, 0.0, 0.1, 1.0)),
        copies_hop=rng.random() < 0.5,
    )
    return Plan(
        mirror=mirror,
        upstream=rng.choice(("", *programs.PUBLIC_DNS)),
        days=rng.choice((1, 2, 3)),
        proxied=rng.choice((0.0, 0.0, 0.2, 0.4)),
        six=rng.choice((0.0, 0.0, 0.2)),
        guests=rng.choice((0.0, 0.1, 0.3)),
        roaming=rng.choice((0.0, 0.2)),
        behind_nat=rng.choice((0, 6, 12)),
        stretch=rng.uniform(0.4, 1.6),
    )


def random_network(seed: int, machines: int = MACHINES) -> World:
    """The network of one seed."""
    world = World(seed, Mirror(), "network")
    plan = plan_of(world)
    world.mirror = plan.mirror
    made = Network(world, plan)
    for number in range(machines - plan.behind_nat):
        made.add(number)
    made.add_nat(plan.behind_nat)
    return world


class Network:
    """One network in the making."""

    def __init__(self, world: World, plan: Plan) -> None:
        self.world = world
        self.plan = plan
        resolver = world.being("carrier", "resolver")
        proxy = world.being("carrier", "proxy")
        self.resolver = world.server(resolver, 53)
        self.dns = Resolving(world, self.resolver, plan.upstream)
        self.proxy = world.server(proxy, 8)
        gateway = world.being("carrier", "gateway")
        world.lives(gateway, world.site.gateway)
        self.tried: set[str] = set()
        self.spoofer = world.machine(world.being("clean", "spoofer"))

    def add(self, number: int) -> None:
        """One machine with its days."""
        world, rng = self.world, self.world.rng
        being = world.being(self._kind())
        proxied = being.kind in ("product", "clean") and rng.random() < self.plan.proxied
        guest = not proxied and rng.random() < self.plan.guests
        roams = not guest and rng.random() < self.plan.roaming
        six = not (guest or roams or proxied) and rng.random() < self.plan.six
        being.lasting = not guest
        host = None if guest or roams else world.machine(being, six=six)
        first = rng.randrange(self.plan.days)
        for day in range(first, self.plan.days):
            if guest or roams:
                host = self._address(being, number, day, guest)
            if host is not None:
                begin_s = day * DAY_S + rng.uniform(0, 4) * HOUR_S
                self._day(being, host, begin_s, GUEST_VLAN if guest else 0, proxied)

    def add_nat(self, count: int) -> None:
        """Machines behind a small router of somebody's: one address for all of them."""
        if not count:
            return
        world, rng = self.world, self.world.rng
        box = world.being("carrier", "small router")
        outer = world.machine(box, ttl=64)
        kinds = ["product", *("clean" for _ in range(count - 1))]
        for number, kind in enumerate(kinds):
            being = world.being(kind, f"{kind} behind the small router {number}")
            being.hidden_in = box.name
            seen_as = Host(ip=outer.ip, mac=outer.mac, ttl=(63, 127, 63, 254)[number % 4])
            wire = world.feed(rng.uniform(0, HOURS) * HOUR_S)
            for program in range(3):
                name = f"www.site-{rng.randrange(180)}.example.com"
                programs.visit(wire, seen_as, name, self.dns, program=3 * number + program + 10)
                wire.wait(rng.uniform(60, 900))
            if kind == "product":
                programs.run_product(wire, being, seen_as, self.dns, rng, 4)

    def _kind(self) -> str:
        at = self.world.rng.random() / self.plan.stretch
        for kind, share in MIX:
            at -= share
            if at < 0:
                return kind
        return "clean"

    def _address(self, being: Being, number: int, day: int, guest: bool) -> Host:
        """The machine as it is called on this day; others had its address before."""
        site = self.world.site
        place = 4_096 + (number * 7 + day * 131) % 512 + (2_048 if guest else 0)
        host = site.host(place)
        mac = f"00:16:3e:{site.number:02x}:{0x80 | number >> 8:02x}:{number & 255:02x}"
        if guest:
            mac = f"da:{day:02x}:3e:{site.number:02x}:{number >> 8:02x}:{number & 255:02x}"
        named = Host(ip=host.ip, mac=mac, ttl=64)
        self.world.lives(being, named, day * DAY_S, (day + 1) * DAY_S - 1)
        return named

    def _day(self, being: Being, host: Host, begin_s: float, vlan: int, proxied: bool) -> None:
        world, rng = self.world, self.world.rng
        world.lease(host, being.name.replace(" ", "-"), begin_s - 5, vlan)
        wire = world.feed(begin_s, vlan)
        if proxied:
            self._by_proxy(being, host, begin_s)
            return
        programs.browse(wire, host, self.dns, rng, rng.choice((1, 2, 3)))
        BEHAVIOUR.get(being.kind, nothing)(Today(self, being, host, begin_s, vlan))

    def _by_proxy(self, being: Being, host: Host, begin_s: float) -> None:
        """Everything in tunnels. Where the mirror does not show them, the proxy hides it."""
        world, rng = self.world, self.world.rng
        wire = world.feed(begin_s + rng.uniform(0, HOURS) * HOUR_S)
        being.carried_by = "proxy"
        if world.mirror.seat == "uplink":
            being.hidden_in = "proxy"
        for _ in range(2):
            name = f"www.site-{rng.randrange(180)}.example.org"
            programs.through_proxy(wire, host, self.proxy, name, rng.randrange(60))
            wire.wait(rng.uniform(60, 900))
        if being.kind == "product":
            for name in rng.sample(programs.PRODUCT_NAMES, 2):
                programs.begin(wire, being, host, name)
                program = programs.PRODUCT_PROGRAM
                programs.through_proxy(wire, host, self.proxy, name, program)
                wire.wait(rng.uniform(60, 3_000))


class Today(msgspec.Struct):
    """One machine on one day."""

    network: Network
    being: Being
    host: Host
    begin_s: float
    vlan: int

    def wire(self) -> Feed:
        """Its wire, some time later on this day."""
        rng = self.network.world.rng
        return self.network.world.feed(self.begin_s + rng.uniform(0.1, HOURS) * HOUR_S, self.vlan)


def nothing(_today: Today) -> None:
    """Ordinary sites are all that this machine visits."""


def run(today: Today) -> None:
    """A product, once or twice a day."""
    rng = today.network.world.rng
    for _ in range(rng.choice((1, 1, 2))):
        wire, dns = today.wire(), today.network.dns
        programs.run_product(wire, today.being, today.host, dns, rng, rng.choice((2, 3, 4)))


def read(today: Today) -> None:
    """A reader of the vendor's sites."""
    programs.read_web(today.wire(), today.host, today.network.dns, today.network.world.rng)


def meet(today: Today) -> None:
    """Look-alikes."""
    programs.meet_look_alikes(today.wire(), today.host, today.network.dns, today.network.world.rng)


def hide(today: Today) -> None:
    """A VPN with decoys."""
    programs.say_decoys(today.wire(), today.host, today.network.world.rng, 1.5)


def administer(today: Today) -> None:
    """Somebody tries names out, on one day: who tries them day after day is like a product."""
    network = today.network
    if today.being.name in network.tried:
        return
    network.tried.add(today.being.name)
    # Where a lost frame hid the tool as well, two names would be tried by nobody in particular.
    marked = network.world.seed % 2 == 0 or network.world.mirror.loss > 0
    programs.try_out(today.wire(), today.host, network.dns, network.world.rng, marked=marked)


def be_spoofed(today: Today) -> None:
    """The spoofer asks in this machine's name; the resolver answers this machine."""
    network = today.network
    wire, rng = today.wire(), network.world.rng
    liar = Host(ip=today.host.ip, mac=network.spoofer.mac, ttl=network.spoofer.ttl)
    six = ":" in liar.ip
    resolver = network.world.site.host(53, six=six)
    for name in rng.sample(programs.PRODUCT_NAMES, 4):
        asked = wire.ask(liar, resolver, name, "AAAA" if six else "A")
        wire.wait(0.002)
        found = messages.addresses(programs.address_of(name, six))
        wire.send(resolver, today.host, asked.reply(found))
        wire.wait(rng.uniform(1, 900))
        if rng.random() < 0.5:  # and a forged hello that nobody answers
            forged = Tcp(wire, liar, programs.server_of(wire, liar, name), 443)
            forged.acknowledge = False
            forged.syn()
            forged.say(hellos.records(hellos.Hello(name=name.encode()).handshake()))


BEHAVIOUR: Final[dict[str, Callable[[Today], None]]] = {
    "product": run,
    "web": read,
    "look-alike": meet,
    "decoy": hide,
    "admin": administer,
    "spoofed": be_spoofed,
}
