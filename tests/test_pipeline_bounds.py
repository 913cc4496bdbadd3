"""More devices than there is room for: the most serious ones are told, the others are counted.

Invariant: forged traffic of however many addresses pushes nobody out who took part in a connection.
"""

from made_networks import BY_ID, PC, PC_MAC, SIGNATURES, START, Net, device, verdict

from netwatch import report
from netwatch.model import Claim, Client, Signal
from netwatch.pipeline import judge_captures


def forged(number: int) -> bytes:
    return bytes((10, 99, number // 256, number % 256))


def flooded(net: Net, devices: int = 300) -> Net:
    for number in range(devices):
        net.hello(number / 10, "touch.kaspersky.com", forged(number), b"", two_way=False)
    return net


def told(net: Net, most: int = 20) -> report.Report:
    return judge_captures([net.capture()], SIGNATURES, devices_max=most)


def test_a_flood_of_forged_clients_pushes_nobody_out() -> None:
    net = flooded(Net())
    net.host(PC, PC_MAC, connections=3)
    net.hello(100, "touch.kaspersky.com")
    found = told(flooded(net))
    assert len(found.devices) == found.coverage.devices == 20
    assert (verdict(found), found.devices[0].ips) == (("likely", None), ["192.168.1.20"])
    assert found.coverage.devices_not_kept == 281
    assert found.coverage.verdicts["possible"] == 19


def test_who_asked_twice_is_more_serious_than_who_visited() -> None:
    net = Net()
    for number in range(100):
        net.hello(1, "www.kaspersky.com", forged(number), b"")
    net.hello(2, "touch.kaspersky.com", forged(77), b"")
    found = told(net, 5)
    assert found.devices[0].ips == ["10.99.0.77"]
    assert [d.verdict for d in found.devices] == ["likely"] + ["contacted"] * 4


def test_a_carrier_with_a_finding_stays() -> None:
    net = flooded(Net())
    resolver = bytes((192, 168, 1, 10))
    net.host(resolver, b"", questions=99, answers_served=9, clients_served=3)
    net.ask(1, "ds.kaspersky.com", resolver, b"", server=bytes((8, 8, 8, 8)))
    found = told(net)
    assert [finding.address for finding in found.unattributed] == ["192.168.1.10"]
    assert device(found, "192.168.1.10").role == "resolver"


def test_silent_hosts_and_claims_are_held_to_the_number_as_well() -> None:
    net = Net()
    for number in range(50):
        net.clients[forged(number)] = Client(address=forged(number), first_ns=START)
        mac = bytes((0, 1, 2, 3, 4, number))
        name = b"h%d" % number
        net.seen.claims.append(
            Claim(time_ns=START, frame=1, kind="dhcp-request", mac=mac, hostname=name)
        )
    found = told(net)
    assert len(found.devices) == 20
    assert found.coverage.devices_not_kept == 80
    assert all(d.macs for d in found.devices), "those that are surely one device stay"


def test_what_was_lost_before_is_counted() -> None:
    capture = flooded(Net(), 3).capture()
    capture.observation.coverage.clients_lost = 1_000
    found = judge_captures([capture, Net("b.pcap").capture()], SIGNATURES, devices_max=20)
    assert found.coverage.devices_not_kept == 1_000


def test_within_bounds_nothing_is_missing() -> None:
    found = told(flooded(Net(), 20))
    assert (len(found.devices), found.coverage.devices_not_kept) == (20, 0)


def test_a_proxy_that_is_visited_all_day_costs_no_more_for_it() -> None:
    """A repeated CONNECT is one visit with a span, not one for each of its minutes."""
    net = Net()
    for number in range(200):
        visit = net.say(
            0, Signal.HTTP_CONNECT, "touch.kaspersky.com", PC, PC_MAC, server=forged(number),
            signature=BY_ID["touch"],
        )  # fmt: skip
        visit.last_time_ns = visit.time_ns + 1_799 * 1_000_000_000
    assert told(net).devices
