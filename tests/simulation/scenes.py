"""Networks with one difficulty each, and what must be said of them."""

from collections.abc import Callable, Sequence
from typing import Final

import msgspec
from simulation import programs
from simulation.feed import Feed, Mirror
from simulation.programs import Resolving
from simulation.trial import ACCUSED, Check, owners_of
from simulation.world import DAY_S, HOUR_S, Being, World

from netwatch.report import Report
from netwatch.selftest import hellos, messages
from netwatch.selftest.wire import Host, Tcp

SINK: Final = "198.51.100.250"


class Scene(msgspec.Struct, frozen=True):
    """How a network is made from a seed, and what must hold besides the general rules."""

    make: Callable[[int], World]
    checks: tuple[Check, ...] = ()


def unattributed(kind: str) -> Check:
    """The carrier of this name has a finding that is not its own."""

    def check(world: World, report: Report) -> Sequence[str]:
        (carrier,) = [being for being in world.beings if being.name == kind]
        ips = {stay.ip for stay in carrier.stays}
        found = [one for one in report.unattributed if one.address in ips]
        return () if found else [f"nothing is told of those behind the {kind}"]

    return check


def never(*verdicts: str, kind: str = "") -> Check:
    """Nobody (of a kind) gets one of these verdicts."""

    def check(world: World, report: Report) -> Sequence[str]:
        return [
            f"{being.name} is {device.verdict}, {device.cap}"
            for device in report.devices
            for being in owners_of(world, device)
            if device.verdict in verdicts and kind in ("", being.kind)
        ]

    return check


def all_are(kind: str, *verdicts: str) -> Check:
    """Everybody of a kind gets one of these verdicts on one of its addresses."""

    def check(world: World, report: Report) -> Sequence[str]:
        told: dict[str, set[str]] = {b.name: set() for b in world.beings if b.kind == kind}
        for device in report.devices:
            for being in owners_of(world, device):
                told.setdefault(being.name, set()).add(device.verdict)
        names = [b.name for b in world.beings if b.kind == kind]
        return [f"{n} is {sorted(told[n])}" for n in names if not told[n] & set(verdicts)]

    return check


def crowd(world: World, dns: Resolving | None, count: int, visits: int = 2) -> list[Host]:
    """Machines that visit ordinary sites."""
    hosts = []
    for _ in range(count):
        host = world.machine(world.being("clean"))
        wire = world.feed(world.rng.uniform(0, 8) * HOUR_S)
        programs.browse(wire, host, dns, world.rng, visits)
        hosts.append(host)
    return hosts


def mirror(world: World, *seats: str, **more: object) -> None:
    """Choose where the mirror sits."""
    fields = {"seat": world.rng.choice(seats), **more}
    world.mirror = msgspec.convert(fields, Mirror)


def forwarder_on_the_uplink(seed: int) -> World:
    """A domain controller forwards to 8.8.8.8; only the uplink is seen."""
    world = World(seed, Mirror(seat="uplink"), "forwarder-on-the-uplink")
    server = world.being("carrier", "domain controller")
    dns = Resolving(world, world.server(server, 10), "8.8.8.8")
    crowd(world, dns, world.rng.randrange(30, 60), 4)
    for number in range(world.rng.randrange(1, 5)):
        being = world.being("product")
        host = world.machine(being)
        wire = world.feed(world.rng.uniform(0, 8) * HOUR_S)
        if number == 0:  # it leaves by another line: only what is asked for it is seen
            being.hidden_in = server.name
            for name in world.rng.sample(programs.PRODUCT_NAMES, 3):
                dns.look_up(wire, host, name)
        else:
            programs.run_product(wire, being, host, dns, world.rng, 3)
    return world


def firewall_with_a_block_list(seed: int) -> World:
    """A firewall refreshes 30 objects for 7 days and connects to none."""
    world = World(seed, Mirror(), "firewall-with-a-block-list")
    mirror(world, "access", "routed", "uplink")
    rng = world.rng
    host = world.server(world.being("carrier", "firewall"), 2)
    ours = rng.randrange(10, 13)
    listed = [*programs.PRODUCT_NAMES, *programs.DECOY_NAMES][:ours]
    listed += [f"blocked-{n}.example" for n in range(30 - ours)]
    dns = world.server(world.being("carrier", "resolver"), 53)
    asked = world.site.internet("9.9.9.9")
    if rng.random() < 0.5 and world.mirror.seat == "access":
        asked = dns
    crowd(world, Resolving(world, dns), 12)
    wire = world.feed(0)
    every_s = rng.choice((3_600, 5_400, 7_200))
    for _ in range(7 * DAY_S // every_s):
        for name in listed:
            wire.look_up(host, asked, name, messages.addresses(programs.address_of(name)))
        wire.wait(every_s - 1)
    return world


def proxy_from_behind(seed: int) -> World:
    """A proxy whose clients' side is not seen: their hellos come from its address."""
    world = World(seed, Mirror(seat="uplink"), "proxy-from-behind")
    proxy = world.being("carrier", "proxy")
    host = world.server(proxy, 8)
    rng = world.rng
    for number in range(rng.randrange(30, 60)):
        client = world.machine(world.being("clean"))
        wire = world.feed(rng.uniform(0, 9) * HOUR_S)
        for turn in range(2):
            name = f"www.site-{rng.randrange(200)}.example.net"
            programs.through_proxy(wire, client, host, name, (number + 30 * turn) % 60)
            wire.wait(rng.uniform(1, 600))
    hidden_product(
        world,
        proxy,
        lambda wire, client, name: programs.through_proxy(
            wire, client, host, name, programs.PRODUCT_PROGRAM
        ),
    )
    return world


def intercepting_proxy(seed: int) -> World:
    """It opens TLS and speaks for itself: one kind of hello, but the User-Agents of a crowd."""
    world = World(seed, Mirror(seat="uplink"), "intercepting-proxy")
    proxy = world.being("carrier", "proxy")
    host = world.server(proxy, 8)
    rng = world.rng
    for number in range(rng.randrange(25, 50)):
        wire = world.feed(rng.uniform(0, 9) * HOUR_S)
        agent = f"User-Agent: program-{number % 40}/{rng.randrange(3)}"
        programs.fetch(wire, host, f"crl-{number % 7}.example.com", "/", None, agent)
        for _ in range(3):
            name = f"www.site-{rng.randrange(200)}.example.net"
            programs.visit(wire, host, name, None, browser=False)
    hidden_product(
        world,
        proxy,
        lambda wire, _client, name: programs.visit(wire, host, name, None, browser=False),
    )
    return world


def hidden_product(world: World, carrier: Being, say: Callable[[Feed, Host, str], None]) -> None:
    """Two machines with a product that are seen in the carrier's connections only."""
    for _ in range(2):
        being = world.being("product")
        being.hidden_in = carrier.name
        client = world.machine(being)
        wire = world.feed(world.rng.uniform(0, 5) * HOUR_S)
        for name in world.rng.sample(programs.PRODUCT_NAMES, 4):
            say(wire, client, name)
            wire.wait(world.rng.uniform(10, 3_000))


def management_server(seed: int) -> World:
    """A server of the house with 40 clients that never say a name of the vendor's."""
    world = World(seed, Mirror(), "management-server")
    mirror(world, "access", "routed")
    rng = world.rng
    dns = Resolving(world, world.server(world.being("carrier", "resolver"), 53))
    own = world.being("product", "management server")
    server = world.server(own, 20)
    if seed % 2:  # its own updates are seen; else another line carries them
        for turn in range(3):
            programs.run_product(world.feed(turn * 2 * HOUR_S), own, server, dns, rng, 2)
    for _ in range(40):
        client = world.machine(world.being("managed-product"))
        wire = world.feed(rng.uniform(0, 1_500))
        for _ in range(5):
            agent_session(wire, client, server, 13_000)
            wire.wait(1_800)
    other = world.server(world.being("clean", "other server on that port"), 21)
    for _ in range(5):
        client = world.machine(world.being("clean"))
        wire = world.feed(rng.uniform(0, 1_500))
        for _ in range(5):
            agent_session(wire, client, other, rng.choice((13_000, 14_000)))
            wire.wait(1_800)
    return world


def agent_session(wire: Feed, client: Host, server: Host, port: int) -> None:
    """A TLS session without a name."""
    connection = wire.connect(client, server, port)
    connection.say(hellos.records(hellos.Hello(name=b"", alpn=(), number=wire.count).handshake()))
    connection.hear(hellos.flight_13(wire.count))
    connection.close()


def guest_phones(seed: int) -> World:
    """Phones with another MAC and another address every day; some read, some run a product."""
    world = World(seed, Mirror(), "guest-phones")
    mirror(world, "access", "routed")
    rng = world.rng
    dns = Resolving(world, world.server(world.being("carrier", "resolver"), 53))
    for number in range(40):
        being = world.being(("product", "web", "clean", "clean")[number % 4])
        being.lasting = False
        for day in range(7):
            place = world.site.host(4_096 + (number * 5 + day * 13) % 64)
            mac = f"{rng.choice(('02', 'd6', 'fa'))}:{day:02x}:3e:00:00:{number:02x}"
            host = Host(ip=place.ip, mac=mac, ttl=64)
            begin_s = day * DAY_S + (number // 8) * 4 * HOUR_S
            world.lives(being, host, begin_s, begin_s + 4 * HOUR_S - 1)
            world.lease(host, f"phone-{day}", begin_s, 90)
            wire = world.feed(begin_s + rng.uniform(60, HOUR_S), 90)
            programs.browse(wire, host, dns, rng, 1)
            if being.kind == "product":
                programs.run_product(wire, being, host, dns, rng, 2)
            elif being.kind == "web" and rng.random() < 0.5:
                programs.read_web(wire, host, dns, rng)
    return world


def sleepy_laptop(seed: int) -> World:
    """Awake for 20 minutes a day, for 30 days; not every day the product says something."""
    world = World(seed, Mirror(), "sleepy-laptop")
    mirror(world, "access", "routed")
    rng = world.rng
    dns = Resolving(world, world.server(world.being("carrier", "resolver"), 53))
    crowd(world, dns, 10)
    being = world.being("product", "sleepy laptop")
    host = world.machine(being)
    for day in range(30):
        begin_s = day * DAY_S + rng.uniform(0, 12) * HOUR_S
        world.lease(host, "sleepy", begin_s)
        wire = world.feed(begin_s + 5)
        programs.browse(wire, host, dns, rng, 2)
        if day < 2 or (day < 12 and rng.random() < 0.5):
            programs.run_product(wire, being, host, dns, rng, 3)
    return world


def vpn_decoys(seed: int) -> World:
    """Decoy names for 6 hours, on a feed that shows no DNS."""
    world = World(seed, Mirror(), "vpn-decoys")
    mirror(world, "access", "routed", "uplink", hides="dns")
    dns = Resolving(world, world.server(world.being("carrier", "resolver"), 53))
    crowd(world, dns, 12)
    for _ in range(4):
        host = world.machine(world.being("decoy"))
        wire = world.feed(world.rng.uniform(0, 2) * HOUR_S)
        programs.browse(wire, host, dns, world.rng, 2)
        programs.say_decoys(wire, host, world.rng, 6)
    run_some(world, dns, 4)
    return world


def run_some(world: World, dns: Resolving | None, count: int) -> list[Being]:
    """Machines with a product, to tell a silent feed from a quiet network."""
    made = []
    for _ in range(count):
        being = world.being("product")
        host = world.machine(being)
        wire = world.feed(world.rng.uniform(0, 5) * HOUR_S)
        programs.browse(wire, host, dns, world.rng, 1)
        programs.run_product(wire, being, host, dns, world.rng, 4)
        made.append(being)
    return made


def spoofed_questions(seed: int) -> World:
    """Somebody asks in others' names, and the resolver answers these others."""
    world = World(seed, Mirror(), "spoofed-questions")
    mirror(world, "access", "routed", hides=world.rng.choice(("", "connections")))
    rng = world.rng
    resolver = world.server(world.being("carrier", "resolver"), 53)
    dns = Resolving(world, resolver)
    liar = world.machine(world.being("clean", "liar"))
    for number in range(12):
        victim = world.machine(world.being("spoofed"))
        world.lease(victim, f"pc-{number}", rng.uniform(0, 60))
        programs.browse(world.feed(rng.uniform(90, 3_600)), victim, dns, rng, 2)
        forged = Host(ip=victim.ip, mac=liar.mac, ttl=liar.ttl)
        wire = world.feed(rng.uniform(0, 2) * HOUR_S)
        for _ in range(4):
            for name in rng.sample(programs.PRODUCT_NAMES, 3):
                asked = wire.ask(forged, resolver, name)
                wire.wait(0.004)
                address = rng.choice((programs.address_of(name), "0.0.0.0"))  # noqa: S104 - a block
                wire.send(resolver, victim, asked.reply(messages.addresses(address)))
                if rng.random() < 0.3:
                    knock = Tcp(wire, forged, programs.server_of(wire, victim, name), 443)
                    knock.syn()
            wire.wait(rng.uniform(1_800, 5_400))
    return world


def administrator(seed: int) -> World:
    """dig and curl, and a name over TLS."""
    world = World(seed, Mirror(), "administrator")
    mirror(world, "access", "routed", "uplink")
    dns = Resolving(world, world.server(world.being("carrier", "resolver"), 53))
    crowd(world, dns, 12)
    for _ in range(4):
        host = world.machine(world.being("admin"))
        for turn in range(2):
            wire = world.feed(world.rng.uniform(0, 3) * HOUR_S + turn * 4 * HOUR_S)
            programs.browse(wire, host, dns, world.rng, 1)
            programs.try_out(wire, host, dns, world.rng, marked=seed % 2 == 0)
    return world


def tools_are_told(world: World, report: Report) -> Sequence[str]:
    """Where every request of the administrators named its tool, they are `possible`."""
    told = ("possible",) if world.seed % 2 == 0 else ("possible", "likely")
    return all_are("admin", *told)(world, report)


def reused_addresses(seed: int) -> World:
    """Addresses go from hand to hand, and the mirror shows neither MACs nor leases."""
    world = World(seed, Mirror(), "reused-addresses")
    mirror(world, "routed", "uplink")
    rng = world.rng
    dns = Resolving(world, world.server(world.being("carrier", "resolver"), 53), "8.8.8.8")
    for number in range(30):
        being = world.being(("product", "clean", "web")[number % 3])
        for day in range(5):
            place = world.site.host(4_096 + (number + day) % 30)
            host = Host(ip=place.ip, mac=f"00:16:3e:aa:00:{number:02x}", ttl=64)
            begin_s = day * DAY_S
            world.lives(being, host, begin_s, begin_s + DAY_S - 1)
            wire = world.feed(begin_s + rng.uniform(0, 4) * HOUR_S)
            programs.browse(wire, host, dns, rng, 1)
            if being.kind == "product":
                programs.run_product(wire, being, host, dns, rng, rng.choice((1, 3)))
            elif being.kind == "web":
                programs.read_web(wire, host, dns, rng)
    return world


def temporary_addresses(seed: int) -> World:
    """IPv6 behind a router: every machine has another public address every day."""
    world = World(seed, Mirror(), "temporary-addresses")
    mirror(world, "routed", "uplink")
    rng = world.rng
    dns = Resolving(world, world.server(world.being("carrier", "resolver"), 53))
    for number in range(24):
        being = world.being(("product", "clean", "web", "clean")[number % 4])
        for day in range(4):
            tail = f"{rng.getrandbits(16):x}:{rng.getrandbits(16):x}:{day:x}:{number + 1:x}"
            mac = f"00:16:3e:bb:00:{number:02x}"
            host = Host(ip=f"2001:db8:77:1:{tail}", mac=mac, ttl=64)
            world.lives(being, host, day * DAY_S, (day + 2) * DAY_S)
            wire = world.feed(day * DAY_S + rng.uniform(0, 6) * HOUR_S)
            programs.browse(wire, host, dns, rng, 1)
            if being.kind == "product":
                programs.run_product(wire, being, host, dns, rng, 2)
            elif being.kind == "web":
                programs.read_web(wire, host, dns, rng)
    return world


def sink_hole(seed: int) -> World:
    """The resolver answers everything that is blocked with one address: also advertisements."""
    world = World(seed, Mirror(), "sink-hole")
    mirror(world, "access", "routed", "uplink")
    rng = world.rng
    dns = Resolving(world, world.server(world.being("carrier", "resolver"), 53), "1.1.1.1")
    ads = [f"ads-{number}.example.com" for number in range(20)]
    names = (*programs.PRODUCT_NAMES, *programs.DECOY_NAMES, *programs.WEB_NAMES, *ads)
    dns.answers = dict.fromkeys(names, SINK)
    run_some(world, dns, 6)
    for host in crowd(world, dns, 30):
        wire = world.feed(rng.uniform(0, 8) * HOUR_S)
        for name in rng.sample(ads, 4):
            server = dns.look_up(wire, host, name)
            if rng.random() < 0.5:
                wire.tls(host, server, name, browser=True)
            else:
                wire.connect(host, server, 443).close()
            wire.wait(rng.uniform(1, 300))
    return world


def one_direction(seed: int) -> World:
    """A mirror that shows one direction of everything."""
    world = World(seed, Mirror(), "one-direction")
    shows = world.rng.choice(("from-clients", "to-clients"))
    mirror(world, "access", "routed", "uplink", shows=shows)
    dns = Resolving(world, world.server(world.being("carrier", "resolver"), 53))
    crowd(world, dns, 20)
    run_some(world, dns, 8)
    for kind, behaviour in (("web", programs.read_web), ("look-alike", programs.meet_look_alikes)):
        for _ in range(5):
            host = world.machine(world.being(kind))
            behaviour(world.feed(world.rng.uniform(0, 5) * HOUR_S), host, dns, world.rng)
    return world


SCENES: Final = {
    "forwarder-on-the-uplink": Scene(forwarder_on_the_uplink, (unattributed("domain controller"),)),
    "firewall-with-a-block-list": Scene(firewall_with_a_block_list),
    "proxy-from-behind": Scene(proxy_from_behind, (unattributed("proxy"),)),
    "intercepting-proxy": Scene(intercepting_proxy, (unattributed("proxy"),)),
    "management-server": Scene(
        management_server, (all_are("managed-product", "possible", *ACCUSED),)
    ),
    "guest-phones": Scene(guest_phones),
    "sleepy-laptop": Scene(sleepy_laptop, (never("stopped"), all_are("product", *ACCUSED))),
    "vpn-decoys": Scene(vpn_decoys, (all_are("decoy", "possible"),)),
    "spoofed-questions": Scene(spoofed_questions),
    "administrator": Scene(administrator, (tools_are_told,)),
    "reused-addresses": Scene(reused_addresses),
    "temporary-addresses": Scene(temporary_addresses),
    "sink-hole": Scene(sink_hole),
    "one-direction": Scene(one_direction, (never("running"),)),
}
"""Every scene by its name."""
