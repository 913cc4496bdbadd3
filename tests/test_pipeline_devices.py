"""Who is a device, which captures show the same one, and for whom silence means something."""

import pytest
from made_networks import (
    CLOUD,
    DC_MAC,
    GATEWAY_MAC,
    GOOGLE,
    HOUR,
    OTHER,
    OTHER_MAC,
    PC,
    PC_MAC,
    SIGNATURES,
    START,
    Net,
    device,
    judged,
    verdict,
)

from netwatch.charge import ROLES
from netwatch.model import (
    Client,
    Mac,
    Signal,
)
from netwatch.pipeline import judge_captures

RANDOM = bytes.fromhex("021122334401")


def test_equal_addresses_of_two_vlans_stay_two_devices() -> None:
    nets = [Net("a.pcap", vlan=10), Net("b.pcap", vlan=20)]
    nets[0].hello(1, "touch.kaspersky.com", PC, b"")
    nets[1].hello(2, "dc1-st.ksn.kaspersky-labs.com", PC, b"")
    found = judged(*nets)
    assert sorted((d.verdict, d.zone or "") for d in found.devices) == [
        ("likely", "vlan 10"),
        ("likely", "vlan 20"),
    ]


def test_captures_of_one_machine_are_one_device() -> None:
    nets = [Net("a.pcap"), Net("b.pcap")]
    nets[0].host(PC, PC_MAC, connections=1)
    nets[0].hello(1, "touch.kaspersky.com")
    moved = bytes((192, 168, 1, 99))
    nets[1].host(moved, PC_MAC, connections=1)
    nets[1].hello(2, "dc1-st.ksn.kaspersky-labs.com", moved)
    (one,) = judged(*nets).devices
    assert one.verdict == "running"
    assert one.ips == ["192.168.1.20", "192.168.1.99"]


def test_a_public_server_is_no_device() -> None:
    net = Net()
    net.host(PC, PC_MAC, connections=3)
    net.clients[GOOGLE] = Client(address=GOOGLE, mac=GATEWAY_MAC, answers_served=5)
    net.clients[CLOUD] = Client(address=CLOUD, mac=GATEWAY_MAC, connections=1)
    net.say(1, Signal.HTTP_HOST, "touch.kaspersky.com", CLOUD, GATEWAY_MAC, server=PC)
    found = judged(net)
    assert [d.ips for d in found.devices] == [["192.168.1.20"]]
    assert found.coverage.set_aside == {"from-outside": 1}


def test_a_lab_of_public_addresses_has_devices() -> None:
    net = Net()
    lab = bytes((198, 51, 100, 9))
    net.clients[lab] = Client(address=lab, mac=PC_MAC, connections=1, first_ns=START)
    net.clients[CLOUD] = Client(address=CLOUD, mac=GATEWAY_MAC, answers_served=3)
    net.hello(1, "touch.kaspersky.com", lab)
    found = judged(net)
    assert [(d.ips, d.verdict) for d in found.devices] == [(["198.51.100.9"], "likely")]


def test_a_short_capture_clears_nobody() -> None:
    net = Net()
    net.host(PC, PC_MAC, connections=9, connections_named=9, hours=1)
    one = device(judged(net))
    assert (one.verdict, one.reasons) == ("unknown", ["nothing in 70 s"])


def test_two_watched_days_clear() -> None:
    net = Net()
    for address, mac, named in ((PC, PC_MAC, 98), (OTHER, OTHER_MAC, 80)):
        net.host(
            address, mac, connections=100, connections_named=named, hours=0b11111 | 0b11111 << 24
        )
    found = judge_captures([net.capture(30 * 3_600)], SIGNATURES)
    assert verdict(found) == ("clean", None)
    assert verdict(found, "192.168.1.21") == ("unknown", None)
    assert "80 of its 100 connections" in device(found, "192.168.1.21").reasons[0]
    coverage = found.coverage
    assert (coverage.devices, coverage.devices_absent, coverage.devices_undecided) == (2, 1, 1)
    assert coverage.sentence.endswith("shows absence for 1 of 2 devices over this period.")


WATCHED = {"connections": 100, "connections_named": 100, "hours": 0b11111 | 0b11111 << 6}
"""Ten hours, without a silence of more than 8 h; from the evening on they are of two days."""
EVENING = START - START % (24 * HOUR) + 20 * HOUR


@pytest.mark.parametrize(
    ("mac", "expected"), [(PC_MAC, "clean"), (b"", "unknown"), (RANDOM, "unknown")]
)
def test_hours_of_an_address_over_the_years_do_not_add_up(mac: bytes, expected: str) -> None:
    nets = []
    for year in range(20):
        net = Net(f"{year}.pcap")
        times = EVENING + year * 365 * 24 * HOUR
        net.host(PC, mac, connections=9, connections_named=9, first_ns=times, last_ns=times)
        nets.append(net.capture())
    found = judge_captures(nets, SIGNATURES)
    assert verdict(found) == (expected, None)


@pytest.mark.parametrize("mac", [PC_MAC, b"", RANDOM])
def test_an_address_that_never_fell_silent_is_one_device(mac: bytes) -> None:
    net = Net()
    net.host(PC, mac, first_ns=EVENING, last_ns=EVENING + 11 * HOUR, **WATCHED)
    net.seen.claims = net.seen.claims if mac else []
    assert verdict(judged(net)) == ("clean", None)


def test_a_vpn_hides_too_much_to_clear() -> None:
    net = Net()
    net.host(PC, PC_MAC, first_ns=EVENING, last_ns=EVENING + 11 * HOUR, tunnels=1, **WATCHED)
    one = device(judged(net))
    assert one.verdict == "unknown"
    assert one.reasons == ["nothing found, but it used a VPN, whose inside is not seen"]


def test_whoever_was_there_counts() -> None:
    """Absence for N of M: a server that only answers is one of the M."""
    net = Net()
    net.host(PC, PC_MAC, first_ns=EVENING, last_ns=EVENING + 11 * HOUR, **WATCHED)
    net.clients[OTHER] = Client(address=OTHER, mac=b"", first_ns=START, last_ns=START, hours=1)
    for no_host in (bytes((224, 0, 0, 251)), bytes(4), b"\xff" * 4, b"\xff\2" + bytes(14)):
        net.clients[no_host] = Client(address=no_host)
    coverage = judged(net).coverage
    assert (coverage.devices, coverage.devices_absent) == (2, 1)
    assert "shows absence for 1 of 2 devices" in coverage.sentence


def test_roles_are_the_known_ones() -> None:
    net = Net()
    for number, counters in enumerate(
        (
            {"questions_public": 99, "questions_matched": 90}, {"clients_served": 7},
            {"proxied": 9}, {"answers_served": 1},
            {"ttl_kinds": 0xFF, "agent_kinds": 0xFFFF}, {"connections": 9}, {"proxied": 1},
        )
    ):  # fmt: skip
        net.host(bytes((10, 0, 0, number + 1)), b"", **counters)
    seen = {one.role for one in judged(net).devices}
    assert seen <= set(ROLES)
    assert len(seen) >= 5


def test_nothing_seen_shows_nothing() -> None:
    coverage = judge_captures([], SIGNATURES).coverage
    assert coverage.seat == "blind"
    assert coverage.sentence.endswith("shows nothing: the feed was blind.")
    assert coverage.names_visible is None


def test_old_macs_of_routers_identify_nobody() -> None:
    net = Net()
    net.seen.macs.append(Mac(mac=DC_MAC, addresses=300, public_addresses=200))
    net.hello(1, "touch.kaspersky.com", PC, DC_MAC)
    assert device(judged(net)).macs == []
