"""Names that prove less than they seem to: decoys, browsers, certificates, ports, others."""

import pytest
from made_networks import (
    BY_ID,
    CLOUD,
    DC,
    DC_MAC,
    KNOWN,
    OTHER,
    OTHER_MAC,
    PC,
    PC_MAC,
    Net,
    device,
    judged,
    verdict,
)

from netwatch.model import (
    Signal,
)


def test_proton_vpn_says_decoys() -> None:
    net = Net()
    net.host(PC, PC_MAC, connections=9, questions=20)
    net.hello(1, "ds.kaspersky.com")
    net.hello(2, "dc1-file.ksn.kaspersky-labs.com")
    found = judged(net)
    assert verdict(found) == ("possible", "decoy-name")
    assert "circumvention tools" in device(found).reasons[-1]


@pytest.mark.parametrize("voucher", ["answer", "prefix", "certificate", "name", "connect"])
def test_a_decoy_name_is_vouched_for(voucher: str) -> None:
    net = Net()
    net.host(PC, PC_MAC, connections=9, questions=20)
    if voucher == "answer":
        net.ask(0.5, "ds.kaspersky.com")
    if voucher == "connect":
        net.say(0.9, Signal.HTTP_CONNECT, "ds.kaspersky.com", PC, PC_MAC, server=DC, two_way=True)
    server = {"prefix": KNOWN, "connect": DC}.get(voucher, CLOUD)
    hello = net.hello(1, "ds.kaspersky.com", server=server)
    if voucher == "certificate":
        net.say(1.1, Signal.TLS_CERTIFICATE, "", PC, PC_MAC, signature=BY_ID["ca"], flow=hello.flow)
    if voucher == "name":
        net.hello(3, "dc1-st.ksn.kaspersky-labs.com")
    expected = "running" if voucher == "name" else "likely"
    assert verdict(judged(net)) == (expected, None)


def test_a_browser_visits_web_sites() -> None:
    net = Net()
    net.host(PC, PC_MAC, connections=9, questions=9)
    for at, name in ((1, "www.kaspersky.com"), (2, "securelist.com"), (3, "my.kaspersky.com")):
        net.ask(at, name)
        net.hello(at + 0.2, name, browser=True)
    net.say(4, Signal.ADDRESS_PREFIX, "", PC, PC_MAC, signature=BY_ID["network"], server=KNOWN)
    found = judged(net)
    assert verdict(found) == ("contacted", None)
    assert device(found).products == []
    assert device(found).purposes == ["portal", "web"]


def test_a_browser_is_no_product() -> None:
    net = Net()
    net.host(PC, PC_MAC, connections=9)
    net.hello(1, "products.s.kaspersky-labs.com", browser=True)
    assert verdict(judged(net)) == ("contacted", None)
    net.hello(2, "touch.kaspersky.com", browser=True)
    assert verdict(judged(net)) == ("possible", "browser")
    net.hello(3, "touch.kaspersky.com")
    assert verdict(judged(net)) == ("likely", None)


def test_a_medium_name_is_possible() -> None:
    net = Net()
    net.host(PC, PC_MAC, connections=9)
    net.hello(1, "products.s.kaspersky-labs.com")
    assert verdict(judged(net)) == ("possible", "medium")


def test_zone_alarm_embeds_the_engine() -> None:
    net = Net()
    net.host(PC, PC_MAC, connections=9, questions=9)
    for at, name in ((1, "kav8.zonealarm.com"), (2, "dnl-03.geo.kaspersky.com")):
        net.ask(at, name)
        host = net.say(at + 0.1, Signal.HTTP_HOST, name, PC, PC_MAC, two_way=True)
        net.say(
            at + 0.1,
            Signal.HTTP_PATH,
            name,
            PC,
            PC_MAC,
            signature=BY_ID["index"],
            two_way=True,
            flow=host.flow,
        )
    found = judged(net)
    assert verdict(found) == ("running", None)
    assert device(found).products == ["Kaspersky engine (OEM)"]


def test_shared_names_alone_may_be_an_oem() -> None:
    net = Net()
    net.host(PC, PC_MAC, connections=9)
    net.hello(1, "dnl-03.geo.kaspersky.com")
    net.hello(2, "ksn-crypto-file-geo.kaspersky-labs.com")
    assert device(judged(net)).products == ["Kaspersky engine, possibly OEM"]
    net.hello(3, "touch.kaspersky.com")
    assert device(judged(net)).products == ["Kaspersky product"]


def test_one_download_is_one_signature() -> None:
    """Host, path and certificate of one connection do not add up to two signatures."""
    net = Net()
    net.host(PC, PC_MAC, connections=9)
    host = net.say(1, Signal.HTTP_HOST, "dnl-03.geo.kaspersky.com", PC, PC_MAC, two_way=True)
    for at in (1, 5):  # the second time, as a repeat of another flow
        net.say(
            at,
            Signal.HTTP_PATH,
            "dnl-03.geo.kaspersky.com",
            PC,
            PC_MAC,
            signature=BY_ID["index"],
            two_way=True,
            flow=host.flow if at == 1 else 77,
        )
    assert verdict(judged(net)) == ("likely", None)


def test_a_private_mirror_gives_itself_away_by_its_path() -> None:
    net = Net()
    net.host(PC, PC_MAC, connections=9)
    net.say(
        1,
        Signal.HTTP_PATH,
        "mirror.corp.example",
        PC,
        PC_MAC,
        signature=BY_ID["index"],
        two_way=True,
    )
    assert verdict(judged(net)) == ("likely", None)


def test_a_certificate_of_many_names_proves_none_of_them() -> None:
    net = Net()
    net.host(PC, PC_MAC, connections=9)
    for name in ("touch.kaspersky.com", "dc1-st.ksn.kaspersky-labs.com"):
        net.say(1, Signal.TLS_CERTIFICATE, name, PC, PC_MAC, two_way=True, flow=5)
    assert verdict(judged(net)) == ("contacted", None)


def test_impostors_are_their_own_affair() -> None:
    net = Net()
    net.host(PC, PC_MAC, connections=9, questions=9)
    for at in range(0, 4 * 3_600, 3_600):
        net.ask(at, "kasperskyupdate.com")
        net.hello(at + 0.1, "kasperskyupdate.com")
    one = device(judged(net))
    assert (one.verdict, one.products, one.purposes) == ("contacted", [], ["impostor"])


def test_an_on_premises_management_server_and_its_clients() -> None:
    net = Net()
    net.host(PC, PC_MAC, connections=9)
    net.host(OTHER, OTHER_MAC, connections=9)
    net.host(DC, DC_MAC, connections=40)
    ports = {"server": DC, "two_way": True}
    for hour in range(4):
        at = hour * 3_600.0
        agent = {"signature": BY_ID["ksc-agent"], "server_port": 13000, **ports}
        net.reply(net.say(at, Signal.PORT_PROFILE, "", PC, PC_MAC, **agent), "hello")
    net.say(9, Signal.PORT_PROFILE, "", OTHER, OTHER_MAC, **agent)
    before = judged(net)
    assert verdict(before) == ("possible", "medium")
    assert verdict(before, "192.168.1.21") == ("contacted", None)  # one port, no TLS
    assert device(before, "192.168.1.10").role == "management-server"
    net.hello(5, "touch.kaspersky.com", DC, DC_MAC)
    net.hello(6, "dc1-st.ksn.kaspersky-labs.com", DC, DC_MAC)
    after = judged(net)
    assert verdict(after, "192.168.1.10") == ("running", None)
    assert verdict(after) == ("running", None)
    assert verdict(after, "192.168.1.21") == ("contacted", None)


def test_two_ports_of_one_internal_server_are_medium() -> None:
    net = Net()
    net.host(PC, PC_MAC, connections=9)
    for port, id in ((13000, "ksc-agent"), (14000, "ksc-plain")):
        net.say(
            1, Signal.PORT_PROFILE, "", PC, PC_MAC, signature=BY_ID[id], server_port=port,
            server=DC, two_way=True,
        )  # fmt: skip
    assert verdict(judged(net)) == ("possible", "medium")


def test_ports_of_a_public_server_prove_nothing() -> None:
    net = Net()
    net.host(PC, PC_MAC, connections=9)
    for port in (13000, 14000):
        net.say(
            1, Signal.PORT_PROFILE, "", PC, PC_MAC, signature=BY_ID["ksc-agent"],
            server_port=port, two_way=True,
        )  # fmt: skip
    assert verdict(judged(net)) == ("contacted", None)
