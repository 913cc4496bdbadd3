"""Two sites that use the same addresses: nothing that is seen in one is charged in the other."""

import pytest
from made_networks import (
    BY_ID,
    CLOUD,
    DC,
    DC_MAC,
    GOOGLE,
    HOUR,
    OTHER,
    OTHER_MAC,
    PC,
    PC_MAC,
    SECOND,
    START,
    Net,
    judged,
)

from netwatch import report
from netwatch.model import Signal

COPY = bytes.fromhex("00112233aa01")
RANDOM = bytes.fromhex("021122334401")


def two(berlin: str = "berlin", paris: str = "paris") -> tuple[Net, Net]:
    return Net("a.pcap", site=berlin), Net("b.pcap", site=paris)


def told(found: report.Report) -> list[tuple[str | None, str]]:
    """Site and verdict of every device that something was seen of."""
    return sorted((d.site, d.verdict) for d in found.devices if d.evidence)


@pytest.mark.parametrize(
    "address", [PC, bytes((198, 51, 100, 9)), bytes.fromhex("20010db8" + "01" * 12)]
)
@pytest.mark.parametrize("mac", [b"", RANDOM])
def test_equal_addresses_never_merge(address: bytes, mac: bytes) -> None:
    berlin, paris = two()
    berlin.hello(1, "touch.kaspersky.com", address, mac)
    paris.hello(2, "dc1-st.ksn.kaspersky-labs.com", address, mac)
    found = judged(berlin, paris)
    assert told(found) == [("berlin", "likely"), ("paris", "likely")]
    assert len({d.id for d in found.devices}) == 2
    assert [c.site for c in found.captures] == ["berlin", "paris"]
    berlin, paris = two("", "")
    berlin.hello(1, "touch.kaspersky.com", address, mac)
    paris.hello(2, "dc1-st.ksn.kaspersky-labs.com", address, mac)
    assert told(judged(berlin, paris)) == [(None, "running")], "the control: one site"


def test_a_mac_of_its_maker_roams() -> None:
    berlin, paris = two()
    berlin.host(PC, PC_MAC, connections=1)
    berlin.hello(1, "touch.kaspersky.com")
    paris.host(OTHER, PC_MAC, connections=1, first_ns=START + HOUR, last_ns=START + HOUR)
    paris.hello(3_600, "dc1-st.ksn.kaspersky-labs.com", OTHER)
    (one,) = judged(berlin, paris).devices
    assert (one.verdict, one.site) == ("running", "paris")
    assert one.ips == ["192.168.1.20", "192.168.1.21"]
    assert one.reasons[-1] == "seen in 2 sites: berlin, paris"
    alone = judged(Net("c.pcap"), _of_one_site()).devices[0]
    assert one.id == alone.id, "its id does not depend on where it is seen"


def _of_one_site() -> Net:
    net = Net("d.pcap")
    net.host(PC, PC_MAC, connections=1)
    return net


def test_a_mac_in_two_places_at_once_is_two_machines() -> None:
    berlin, paris = two()
    for net, name in ((berlin, "touch.kaspersky.com"), (paris, "dc1-st.ksn.kaspersky-labs.com")):
        net.host(PC, COPY, connections=1, last_ns=START + 60 * SECOND)
        net.hello(1, name, PC, COPY)
    assert told(judged(berlin, paris)) == [("berlin", "likely"), ("paris", "likely")]


def test_a_router_of_one_site_is_a_device_of_the_other_only_there() -> None:
    berlin, paris = two()
    for n in range(4):
        berlin.host(bytes((10, 1, 1, n + 1)), b"", connections=1)
        berlin.clients[bytes((10, 1, 1, n + 1))].mac = PC_MAC
    berlin.hello(1, "touch.kaspersky.com", bytes((10, 1, 1, 1)), PC_MAC)
    paris.host(PC, PC_MAC, connections=1, first_ns=START + HOUR, last_ns=START + HOUR)
    paris.hello(3_601, "dc1-st.ksn.kaspersky-labs.com")
    found = judged(berlin, paris)
    assert told(found) == [("berlin", "likely"), ("paris", "likely")]
    assert [d.macs for d in found.devices if d.site == "berlin"] == [[]] * 4


def test_a_near_leg_of_another_site_explains_nothing() -> None:
    def site(name: str) -> tuple[Net, Net]:
        near, far = two(paris=name)
        near.host(PC, PC_MAC, connections=9, questions=2)
        near.ask(1, "touch.kaspersky.com", server=DC)
        far.host(DC, b"", questions=9, connections=9)
        far.ask(1.1, "touch.kaspersky.com", DC, b"", server=GOOGLE)
        return near, far

    assert judged(*site("berlin")).coverage.set_aside == {"far-leg": 4}
    assert judged(*site("paris")).coverage.set_aside == {}


def test_a_resolver_of_another_site_is_not_followed() -> None:
    def site(name: str) -> tuple[Net, Net]:
        berlin, other = two(paris=name)
        berlin.host(DC, DC_MAC, questions=99, answers_served=9, clients_served=3)
        berlin.ask(1, "touch.kaspersky.com", DC, DC_MAC, server=GOOGLE)
        other.host(OTHER, OTHER_MAC, connections=9)
        other.hello(2, "touch.kaspersky.com", OTHER, OTHER_MAC)
        return berlin, other

    assert judged(*site("berlin")).unattributed == []
    (finding,) = judged(*site("paris")).unattributed
    assert (finding.address, finding.site) == ("192.168.1.10", "berlin")


def test_a_management_server_of_another_site_proves_nothing() -> None:
    def site(name: str) -> tuple[Net, Net]:
        berlin, other = two(berlin=name)
        berlin.host(DC, DC_MAC, connections=40)
        berlin.hello(5, "touch.kaspersky.com", DC, DC_MAC)
        berlin.hello(6, "dc1-st.ksn.kaspersky-labs.com", DC, DC_MAC)
        other.host(PC, PC_MAC, connections=9)
        for hour in range(4):
            session = other.say(
                hour * 3_600.0, Signal.PORT_PROFILE, "", PC, PC_MAC, signature=BY_ID["ksc-agent"],
                server=DC, server_port=13000, two_way=True,
            )  # fmt: skip
            other.reply(session, "hello")
        return berlin, other

    assert told(judged(*site("paris"))) == [("paris", "running"), ("paris", "running")]
    assert told(judged(*site("berlin"))) == [("berlin", "running"), ("paris", "possible")]


def test_whose_public_addresses_are_whose_is_told_in_each_site() -> None:
    """A lab of public addresses stays one beside a site that has private ones."""
    lab, office = two("lab", "office")
    address = bytes((198, 51, 100, 9))
    lab.host(address, b"", connections=1)
    lab.seen.claims.clear()
    office.host(PC, PC_MAC, connections=1)
    found = judged(lab, office)
    assert [(d.site, d.ips) for d in found.devices] == [
        ("office", ["192.168.1.20"]),
        ("lab", ["198.51.100.9"]),
    ]
    lab, office = two("", "")
    lab.host(address, b"", connections=1)
    lab.seen.claims.clear()
    office.host(PC, PC_MAC, connections=1)
    assert len(judged(lab, office).devices) == 1


def test_a_proxy_of_another_site_says_nothing_of_this_one() -> None:
    def site(name: str) -> tuple[Net, Net]:
        near, far = two(paris=name)
        near.host(PC, PC_MAC, connections=1)
        near.say(1, Signal.HTTP_CONNECT, "touch.kaspersky.com", PC, PC_MAC, server=DC)
        far.host(DC, b"", connections=9)
        far.hello(1.2, "touch.kaspersky.com", DC, b"", server=CLOUD)
        return near, far

    assert judged(*site("berlin")).coverage.set_aside == {"far-leg": 1}
    assert judged(*site("paris")).coverage.set_aside == {}
