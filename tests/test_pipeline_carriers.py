"""Who acts for others: resolvers, proxies, gateways, firewalls that resolve a block list."""

from typing import Any

import pytest
from made_networks import (
    DC,
    DC_MAC,
    GATEWAY_MAC,
    GOOGLE,
    OTHER,
    OTHER_MAC,
    PC,
    PC_MAC,
    Net,
    device,
    judged,
    verdict,
)

from netwatch.errors import UsageError
from netwatch.model import (
    HttpFields,
    Signal,
)


def test_a_firewall_that_resolves_a_block_list() -> None:
    net = Net()
    net.host(PC, PC_MAC, connections=30, connections_named=30)
    asked = {"questions": 200, "questions_public": 200, "questions_matched": 180}
    net.host(DC, DC_MAC, **asked, connections=2)
    for n in range(6):
        net.ask(n, f"s{n:02}.upd.kaspersky.com", DC, DC_MAC, server=GOOGLE)
        net.ask(n + 0.5, "ds.kaspersky.com", DC, DC_MAC, server=GOOGLE, blocked=True)
    found = judged(net)
    one = device(found, "192.168.1.10")
    assert (one.verdict, one.cap, one.role) == ("possible", "suspected-carrier", "list-resolver")
    assert "200 questions" in one.reasons[-1]


def test_a_forwarder_of_which_only_the_far_side_is_seen() -> None:
    """It asks for everything, and hardly connects: what it asks is asked for others."""
    net = Net()
    net.host(PC, PC_MAC, connections=30, connections_named=30)
    net.host(DC, DC_MAC, questions=200, questions_public=200, questions_matched=12, connections=2)
    for n in range(6):
        net.ask(n, f"s{n:02}.upd.kaspersky.com", DC, DC_MAC, server=GOOGLE)
    found = judged(net)
    assert verdict(found, "192.168.1.10") == ("unknown", None)
    (finding,) = found.unattributed
    assert (finding.role, finding.address, finding.verdict) == (
        "resolver",
        "192.168.1.10",
        "possible",
    )


def test_a_list_resolver_betrays_itself_by_asking_for_everything() -> None:
    net = Net()
    net.host(DC, DC_MAC, questions=20)
    for n in range(12):
        net.ask(n, f"s{n:02}.upd.kaspersky.com", DC, DC_MAC)
    assert verdict(judged(net), "192.168.1.10") == ("possible", "suspected-carrier")


def test_a_forwarder_of_which_both_legs_are_seen() -> None:
    net = Net()
    net.host(PC, PC_MAC, connections=30, questions=9)
    net.host(OTHER, OTHER_MAC, connections=30, questions=9)
    net.host(DC, DC_MAC, questions=200, questions_public=200, answers_served=9, clients_served=3)
    net.ask(1, "touch.kaspersky.com", server=DC)
    net.ask(1.005, "touch.kaspersky.com", DC, DC_MAC, server=GOOGLE)
    net.hello(1.1, "touch.kaspersky.com")
    net.ask(60, "touch.kaspersky.com", DC, DC_MAC, server=GOOGLE)  # a renewal
    found = judged(net)
    assert verdict(found) == ("likely", None)
    assert verdict(found, "192.168.1.10")[0] == "unknown"
    assert device(found, "192.168.1.10").role == "resolver"
    assert found.unattributed == []
    assert found.coverage.set_aside == {"far-leg": 8}


def test_a_resolver_carries_for_somebody_unseen() -> None:
    net = Net()
    net.host(PC, PC_MAC, connections=30, questions=9)
    net.host(DC, DC_MAC, questions=200, questions_public=200, answers_served=9, clients_served=3)
    net.claim(DC, DC_MAC, hostname=b"dc01", kind="dhcp-request")
    net.ask(1, "touch.kaspersky.com", DC, DC_MAC, server=GOOGLE)
    net.ask(1, "ds.kaspersky.com", DC, DC_MAC, server=GOOGLE)
    found = judged(net)
    assert verdict(found, "192.168.1.10")[0] == "unknown"
    (finding,) = found.unattributed
    assert (finding.role, finding.address, finding.name) == ("resolver", "192.168.1.10", "dc01")
    assert (finding.verdict, finding.at_least) == ("possible", 1)
    assert "query log" in finding.how_to_name
    assert {e.seat for e in finding.evidence} == {"behind-resolver"}


def test_a_connection_of_a_known_device_names_what_a_resolver_asked_for() -> None:
    net = Net()
    net.host(PC, PC_MAC, connections=30)
    net.host(DC, DC_MAC, questions=200, questions_public=200, answers_served=9, clients_served=3)
    net.ask(1, "touch.kaspersky.com", DC, DC_MAC, server=GOOGLE)
    net.hello(2, "touch.kaspersky.com")
    found = judged(net)
    assert found.unattributed == []
    assert verdict(found) == ("likely", None)


def test_a_resolver_runs_it_itself() -> None:
    net = Net()
    net.host(DC, DC_MAC, questions=90, answers_served=9, clients_served=3, connections=40)
    for at, name in ((1, "touch.kaspersky.com"), (2, "dc1-st.ksn.kaspersky-labs.com")):
        net.ask(at, name, DC, DC_MAC, server=GOOGLE)
        net.hello(at + 0.1, name, DC, DC_MAC)
    found = judged(net)
    assert verdict(found, "192.168.1.10") == ("running", None)
    assert found.unattributed == []


def test_a_proxy_says_what_others_asked_of_it() -> None:
    net = Net()
    net.host(PC, PC_MAC, connections=0)
    net.host(DC, DC_MAC, connections=40, proxied=40)
    connect: dict[str, Any] = {"server": DC, "server_port": 3128, "two_way": True}
    net.say(1, Signal.HTTP_CONNECT, "touch.kaspersky.com", PC, PC_MAC, **connect)
    net.hello(1.1, "touch.kaspersky.com", **connect)
    net.hello(1.2, "touch.kaspersky.com", DC, DC_MAC)
    found = judged(net)
    assert verdict(found) == ("likely", None)
    assert verdict(found, "192.168.1.10")[0] == "unknown"
    assert found.unattributed == []


def test_who_seems_a_proxy_names_how_many_are_behind_it() -> None:
    net = Net()
    net.host(DC, DC_MAC, connections=40)
    for n in range(3):
        net.say(
            n,
            Signal.HTTP_HOST,
            "dnl-03.geo.kaspersky.com",
            DC,
            DC_MAC,
            two_way=True,
            http=HttpFields(forwarded_for=b"10.1.1.%d" % n),
        )
    (finding,) = judged(net).unattributed
    assert (finding.role, finding.at_least, finding.verdict) == ("proxy", 3, "likely")
    assert finding.how_to_name.endswith("as the origin: 10.1.1.0, 10.1.1.1, 10.1.1.2")


def test_a_known_proxys_word_is_believed_as_far_as_likely() -> None:
    net = Net()
    net.host(DC, DC_MAC, connections=40, proxied=40)
    for n in range(8):
        told = b"unknown" if n == 7 else b"10.1.1.9"
        http = HttpFields(forwarded_for=told)
        name = ("dnl-03.geo.kaspersky.com", "touch.kaspersky.com")[n % 2]
        net.say(n * 3_600, Signal.HTTP_HOST, name, DC, DC_MAC, two_way=True, http=http)
    found = judged(net)
    assert verdict(found, "10.1.1.9") == ("likely", None)
    (device,) = [one for one in found.devices if one.ips == ["10.1.1.9"]]
    assert {one.seat for one in device.evidence} == {"behind-proxy"}
    assert "only the word of a proxy" in device.reasons[-2]
    (hidden,) = found.unattributed
    assert (hidden.at_least, len(hidden.evidence)) == (1, 1)
    assert verdict(found, "192.168.1.10")[0] == "unknown"


def test_a_role_can_be_told() -> None:
    net = Net()
    net.host(DC, DC_MAC, questions=200, questions_public=200, connections=2)
    net.ask(1, "touch.kaspersky.com", DC, DC_MAC, server=GOOGLE)
    assert judged(net, roles={DC: "resolver"}).unattributed[0].role == "resolver"
    told = judged(net, roles={DC: "list-resolver"})
    assert told.unattributed == []
    assert told.coverage.set_aside == {"list-resolver": 4}
    assert verdict(judged(net, roles={DC: "endpoint"}), "192.168.1.10")[1] == "merely-asked"
    with pytest.raises(UsageError, match="wizard"):
        judged(net, roles={DC: "wizard"})


def test_the_outer_side_of_a_nat_is_not_charged() -> None:
    net = Net()
    net.host(PC, PC_MAC, connections=3)
    net.hello(1, "touch.kaspersky.com")
    net.hello(1.001, "touch.kaspersky.com", bytes((198, 51, 100, 1)), GATEWAY_MAC)
    found = judged(net)
    assert [d.ips for d in found.devices] == [["192.168.1.20"]]
