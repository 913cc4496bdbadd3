"""Networks built by hand, each with the verdict that a careful analyst would give.

Invariants at the end: the order of captures and sightings and repeats of them change no verdict;
forged one-way traffic never gives more than `possible`, and a visit to a web site never more than
`contacted`.
"""

import random
from collections.abc import Sequence
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwatch import report
from netwatch.errors import UsageError
from netwatch.model import (
    Capture,
    Claim,
    Client,
    Coverage,
    DnsFields,
    HttpFields,
    Mac,
    Observation,
    Reply,
    Sighting,
    Signal,
    TlsFields,
)
from netwatch.names import name_wire
from netwatch.pipeline import judge_captures
from netwatch.signature import Signature

SECOND = 1_000_000_000
HOUR = 3_600 * SECOND
START = 1_750_000_000 * SECOND
START -= START % (1_800 * SECOND)
"""The beginning of a half hour."""


def _signature(id: str, purpose: str, strength: str, names: str, **more: object) -> Signature:
    fields: dict[str, object] = {
        "id": id,
        "service": id,
        "product": "Kaspersky product",
        "purpose": purpose,
        "strength": strength,
        "names": tuple(names.split()),
        **more,
    }
    return msgspec.convert(fields, Signature)


SIGNATURES = [
    _signature("ds", "telemetry", "strong", "ds.kaspersky.com", decoy=True),
    _signature("ksn-st", "telemetry", "strong", "dc1-st.ksn.kaspersky-labs.com"),
    _signature("ksn-file", "telemetry", "strong", "dc1-file.ksn.kaspersky-labs.com", decoy=True),
    _signature("touch", "connectivity", "strong", "touch.kaspersky.com"),
    _signature("geoksn", "telemetry", "strong", "ksn-ds.geoksn.kaspersky.com"),
    _signature("dnl", "update", "strong", "dnl-03.geo.kaspersky.com", shared=True),
    _signature(
        "crypto", "telemetry", "strong", "ksn-crypto-file-geo.kaspersky-labs.com", shared=True
    ),
    _signature("products", "update", "medium", "products.s.kaspersky-labs.com"),
    _signature("web", "web", "weak", "www.kaspersky.com securelist.com"),
    _signature("portal", "portal", "medium", "my.kaspersky.com"),
    _signature("impostor", "impostor", "weak", "kasperskyupdate.com"),
    _signature("zonealarm", "oem", "strong", "kav8.zonealarm.com", product="ZoneAlarm"),
    _signature("index", "update", "strong", "", paths=("/index/u1313g.xml",), shared=True),
    _signature("ca", "connectivity", "strong", "", issuers=("O=Kaspersky, CN=Kaspersky * CA G3",)),
    _signature("network", "unclassified", "weak", "", prefixes=("77.74.176.0/21",)),
    _signature("ksc-agent", "management", "weak", "", ports=("tcp/13000",)),
    _signature("ksc-plain", "management", "weak", "", ports=("tcp/14000",)),
    *(_signature(f"list-{n}", "update", "strong", f"s{n:02}.upd.kaspersky.com") for n in range(20)),
]
INDEX = {name: n for n, s in enumerate(SIGNATURES) for name in s.names}
BY_ID = {signature.id: n for n, signature in enumerate(SIGNATURES)}

PC = bytes((192, 168, 1, 20))
PC_MAC = bytes.fromhex("001122334401")
OTHER = bytes((192, 168, 1, 21))
OTHER_MAC = bytes.fromhex("001122334402")
GATEWAY = bytes((192, 168, 1, 1))
GATEWAY_MAC = bytes.fromhex("00aabbccdd01")
DC = bytes((192, 168, 1, 10))
DC_MAC = bytes.fromhex("001122334410")
GOOGLE = bytes((8, 8, 8, 8))
CLOUD = bytes((203, 0, 113, 7))
KNOWN = bytes((77, 74, 178, 5))


class Net:
    """One capture in the making; every method adds what the engine would have seen."""

    def __init__(self, path: str = "a.pcap", vlan: int = 0) -> None:
        self.path = path
        self.seen = Observation()
        self.clients: dict[bytes, Client] = {}
        self.vlan = vlan
        self.frame = 0
        self.flow = 0
        self.both = True

    def host(self, address: bytes, mac: bytes, **counters: int) -> None:
        fields: dict[str, object] = {"first_ns": START, "last_ns": START, "hours": 1, **counters}
        fields |= {"address": address, "mac": mac, "vlan": self.vlan}
        self.clients[address] = msgspec.convert(fields, Client)
        self.claim(address, mac)

    def claim(self, address: bytes, mac: bytes, **more: object) -> None:
        self.frame += 1
        claim = Claim(time_ns=START, frame=self.frame, kind="arp", address=address, mac=mac)
        if self.vlan:
            claim.vlans = (self.vlan,)
        self.seen.claims.append(msgspec.structs.replace(claim, **more))

    def say(
        self, at: float, signal: str, name: str, client: bytes, mac: bytes, **more: object
    ) -> Sighting:
        """One sighting, `at` seconds after the start."""
        self.frame += 1
        self.flow += 1
        sighting = Sighting(
            time_ns=START + int(at * SECOND),
            frame=self.frame,
            signal=signal,
            name=name_wire(name) if name else b"",
            signature=INDEX.get(name, -1),
            client=client,
            client_mac=mac,
            server=CLOUD,
            server_port=443,
            server_mac=GATEWAY_MAC,
            transport=6,
            flow=self.flow,
            vlans=(self.vlan,) if self.vlan else (),
        )
        sighting = msgspec.structs.replace(sighting, **more)
        self.seen.sightings.append(sighting)
        return sighting

    def ask(
        self,
        at: float,
        name: str,
        client: bytes = PC,
        mac: bytes = PC_MAC,
        server: bytes = GATEWAY,
        alias: str = "",
        answered: bool = True,
        **more: object,
    ) -> None:
        """A and AAAA, and their answers with an alias."""
        to = {"server": server, "server_port": 53, "transport": 17, "flow": 0, **more}
        for qtype in (1, 28):
            self.say(at, Signal.DNS_QUERY, name, client, mac, dns=DnsFields(qtype=qtype), **to)
            if not answered:
                continue
            answer = DnsFields(qtype=qtype, rcode=0, answers=(CLOUD,))
            self.say(at + 0.01, Signal.DNS_ANSWER, name, client, mac, dns=answer, **to)
            if alias:
                frame, cname = self.frame, DnsFields(qtype=5, rcode=0)
                to["frame"] = frame
                self.say(at + 0.01, Signal.DNS_ANSWER, alias, client, mac, dns=cname, **to)
                del to["frame"]

    def hello(
        self,
        at: float,
        name: str,
        client: bytes = PC,
        mac: bytes = PC_MAC,
        **more: object,
    ) -> Sighting:
        fields = {"two_way": True, "tls": TlsFields(version=0x303), **more}
        return self.say(at, Signal.TLS_SNI, name, client, mac, **fields)

    def reply(self, sighting: Sighting, kind: str = "reply") -> None:
        time_ns = sighting.time_ns + SECOND // 100
        self.seen.replies.append(
            Reply(time_ns=time_ns, frame=sighting.frame + 1, flow=sighting.flow, kind=kind)
        )

    def capture(self, seconds: int = 70) -> Capture:
        flows = max(10, sum(client.connections for client in self.clients.values()))
        questions = sum(s.signal == Signal.DNS_QUERY for s in self.seen.sightings)
        self.seen.clients = list(self.clients.values())
        self.seen.coverage = Coverage(
            packets=1_000,
            bytes=500_000,
            first_ns=START,
            last_ns=START + seconds * SECOND,
            flows_tcp=flows,
            flows_both=flows if self.both else 0,
            dns_questions=questions,
            dns_answers=questions,
            hellos=5,
            hellos_named=5,
            link_types={1: 1_000},
        )
        return Capture(path=self.path, sha256="00" * 32, bytes=1, observation=self.seen)


def judged(*nets: Net, **options: object) -> report.Report:
    captures = [net.capture() for net in nets]
    roles = options.pop("roles", None)
    assert roles is None or isinstance(roles, dict)
    assert not options
    return judge_captures(captures, SIGNATURES, roles=roles)


def device(found: report.Report, address: str = "192.168.1.20") -> report.Device:
    (only,) = [device for device in found.devices if address in device.ips]
    return only


def verdict(found: report.Report, address: str = "192.168.1.20") -> tuple[str, str | None]:
    one = device(found, address)
    return one.verdict, one.cap


def real_machine(net: Net) -> None:
    """The public capture of a real machine: facts of section 2 in the order of its 70 seconds."""
    net.host(PC, PC_MAC, connections=20, connections_named=15, questions=12, questions_public=6)
    at = 8.0
    for name, alias in (
        ("ds.kaspersky.com", "ksn-ds.geoksn.kaspersky.com"),
        ("dc1-st.ksn.kaspersky-labs.com", ""),
        ("touch.kaspersky.com", ""),
    ):
        net.ask(at, name, alias=alias)
        net.ask(at + 0.017, name, server=GOOGLE, alias=alias)
        net.say(at + 0.03, Signal.FLOW_TO_ANSWERED_ADDRESS, name, PC, PC_MAC)
        net.hello(at + 0.05, name)
        at += 2.5
    net.say(
        14,
        Signal.TLS_CERTIFICATE,
        "",
        PC,
        PC_MAC,
        signature=BY_ID["ca"],
        two_way=True,
        flow=net.flow,
    )


def test_the_real_machine_runs_it() -> None:
    net = Net()
    real_machine(net)
    found = judged(net)
    one = device(found)
    assert (one.verdict, one.cap, one.role) == ("running", None, "endpoint")
    assert one.products == ["Kaspersky product"]
    assert one.purposes == ["telemetry", "connectivity"]
    assert one.reasons[0] == "asked for and connected to ds.kaspersky.com (telemetry)"
    assert "12 of the 12 questions that it sent to public DNS" not in one.reasons
    assert {e.signature for e in one.evidence} == {"ds", "geoksn", "ksn-st", "touch", "ca"}
    assert all(e.seat == "endpoint" and e.followed for e in one.evidence)
    assert one.id.startswith("mac:")
    assert [d.verdict for d in found.devices] == ["running"]
    assert found.unattributed == []


def test_one_question_with_an_alias_is_one_signature() -> None:
    net = Net()
    net.host(PC, PC_MAC, connections=3, questions=2)
    net.ask(1, "ds.kaspersky.com", alias="ksn-ds.geoksn.kaspersky.com")
    net.say(1.1, Signal.FLOW_TO_ANSWERED_ADDRESS, "ds.kaspersky.com", PC, PC_MAC)
    assert verdict(judged(net)) == ("likely", None)


def test_an_alias_alone_stands_for_its_question() -> None:
    net = Net()
    net.host(PC, PC_MAC, connections=3, questions=2)
    net.ask(1, "some.cdn.example", alias="ksn-ds.geoksn.kaspersky.com")
    assert verdict(judged(net)) == ("possible", "merely-asked")


def test_a_strong_alias_does_not_lift_a_weak_question() -> None:
    net = Net()
    net.host(PC, PC_MAC, connections=3, questions=2)
    net.ask(1, "www.kaspersky.com", alias="ksn-ds.geoksn.kaspersky.com")
    net.hello(1.1, "www.kaspersky.com", browser=True)
    assert verdict(judged(net)) == ("contacted", None)


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        ((0, 3_600, 7_200), "running"),
        ((0, 1_800, 3_600), "likely"),  # too soon
        ((0, 10, 9_000), "likely"),  # two half hours only
    ],
)
def test_one_signature_takes_three_half_hours_over_two_hours(
    seconds: Sequence[int], expected: str
) -> None:
    net = Net()
    net.host(PC, PC_MAC, connections=3)
    for at in seconds:
        net.hello(at, "dc1-st.ksn.kaspersky-labs.com")
    assert verdict(judged(net))[0] == expected


def test_merely_asked_is_possible() -> None:
    net = Net()
    net.host(PC, PC_MAC, connections=9, questions=9)
    net.ask(1, "ds.kaspersky.com")
    net.ask(2, "dc1-st.ksn.kaspersky-labs.com")
    found = judged(net)
    assert verdict(found) == ("possible", "merely-asked")
    assert device(found).reasons[-1].startswith("not more, because it was not seen connecting")


def test_merely_asked_twice_is_likely_where_connections_cannot_be_seen() -> None:
    net = Net()
    net.host(PC, PC_MAC, questions=9)
    net.host(OTHER, OTHER_MAC, questions=9)
    net.ask(1, "ds.kaspersky.com")
    assert verdict(judged(net)) == ("possible", "merely-asked")  # one signature only
    net.ask(2, "dc1-st.ksn.kaspersky-labs.com")
    assert verdict(judged(net)) == ("likely", "merely-asked")
    net.host(OTHER, OTHER_MAC, questions=9, connections=4)  # so connections can be seen here
    assert verdict(judged(net)) == ("possible", "merely-asked")


def test_a_blocked_answer_counts_as_followed() -> None:
    net = Net()
    net.host(PC, PC_MAC, connections=9, questions=9)
    net.ask(1, "dc1-st.ksn.kaspersky-labs.com", blocked=True)
    found = judged(net)
    assert verdict(found) == ("likely", None)
    assert device(found).reasons[0].endswith("and was blocked")


def test_a_refused_connection_is_an_attempt() -> None:
    net = Net()
    net.host(PC, PC_MAC, connections=9, questions=9)
    net.ask(1, "touch.kaspersky.com")
    flow = net.say(2, Signal.FLOW_TO_ANSWERED_ADDRESS, "touch.kaspersky.com", PC, PC_MAC)
    net.reply(flow, "refused")
    found = judged(net)
    assert verdict(found) == ("likely", None)
    assert device(found).reasons[0] == (
        "asked for and tried to connect to touch.kaspersky.com (connectivity), and was blocked"
    )


def test_following_has_its_time() -> None:
    net = Net()
    net.host(PC, PC_MAC, connections=9, questions=9)
    net.ask(1, "touch.kaspersky.com")
    net.say(75, Signal.FLOW_TO_ANSWERED_ADDRESS, "touch.kaspersky.com", PC, PC_MAC)
    late = [e for e in device(judged(net)).evidence if e.signal == Signal.DNS_QUERY]
    assert not any(e.followed for e in late)


def test_an_address_alone_is_possible() -> None:
    net = Net()
    net.host(PC, PC_MAC, connections=9)
    flow = net.say(1, Signal.FLOW_TO_ANSWERED_ADDRESS, "touch.kaspersky.com", PC, PC_MAC)
    net.reply(flow)
    assert verdict(judged(net)) == ("possible", "address-only")


@pytest.mark.parametrize("why", ["shared", "other-name"])
def test_an_address_of_others_proves_nothing(why: str) -> None:
    net = Net()
    net.host(PC, PC_MAC, connections=9, questions=2)
    net.ask(1, "touch.kaspersky.com")
    flow = net.say(2, Signal.FLOW_TO_ANSWERED_ADDRESS, "touch.kaspersky.com", PC, PC_MAC)
    if why == "shared":
        flow.shared = True
    else:
        net.reply(flow, "other-name")
    found = judged(net)
    assert verdict(found) == ("possible", "merely-asked")
    assert sum(found.coverage.set_aside.values()) == 1


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


def test_a_firewall_that_resolves_a_block_list() -> None:
    net = Net()
    net.host(PC, PC_MAC, connections=30, connections_named=30)
    net.host(DC, DC_MAC, questions=200, questions_public=200, connections=2)
    for n in range(6):
        net.ask(n, f"s{n:02}.upd.kaspersky.com", DC, DC_MAC, server=GOOGLE)
        net.ask(n + 0.5, "ds.kaspersky.com", DC, DC_MAC, server=GOOGLE, blocked=True)
    found = judged(net)
    one = device(found, "192.168.1.10")
    assert (one.verdict, one.cap, one.role) == ("possible", "suspected-carrier", "list-resolver")
    assert "200 questions" in one.reasons[-1]


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


def test_a_proxy_names_how_many_are_behind_it() -> None:
    net = Net()
    net.host(DC, DC_MAC, connections=40, proxied=40)
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
        net.say(at, Signal.PORT_PROFILE, "", PC, PC_MAC, tls=TlsFields(version=0x303), **agent)
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


def test_a_feed_of_one_direction_is_capped_and_marked() -> None:
    net = Net()
    net.both = False
    net.host(PC, PC_MAC, connections=20)
    net.hello(1, "touch.kaspersky.com", two_way=False)
    net.hello(2, "dc1-st.ksn.kaspersky-labs.com", two_way=False)
    found = judged(net)
    assert verdict(found) == ("likely", "one-way")
    assert found.coverage.seat == "one-direction"
    net.both = True
    assert verdict(judged(net)) == ("possible", "one-way")


def test_cache_snooping_is_no_evidence() -> None:
    net = Net()
    net.host(PC, PC_MAC, questions=9)
    net.ask(1, "touch.kaspersky.com", recursion_desired=False)
    found = judged(net)
    assert verdict(found)[0] == "unknown"
    assert found.coverage.set_aside == {"non-recursive": 4}


def test_a_question_in_the_name_of_another_is_one_way() -> None:
    """The victim's resolver answers the victim, and that is not what the victim asked."""
    net = Net()
    net.host(PC, PC_MAC, connections=9, questions=9)
    net.host(OTHER, OTHER_MAC, connections=9)
    for at, name in ((1, "touch.kaspersky.com"), (2, "dc1-st.ksn.kaspersky-labs.com")):
        dns = {"server": GATEWAY, "server_port": 53, "transport": 17, "flow": 0}
        net.say(at, Signal.DNS_QUERY, name, PC, OTHER_MAC, **dns)
        net.say(at + 0.01, Signal.DNS_ANSWER, name, PC, PC_MAC, dns=DnsFields(rcode=0), **dns)
        flow = net.say(at + 0.1, Signal.FLOW_TO_ANSWERED_ADDRESS, name, PC, OTHER_MAC)
        net.reply(flow)
    assert verdict(judged(net)) == ("possible", "one-way")


def test_behind_a_router_dns_alone_is_never_two_way() -> None:
    net = Net()
    inner = bytes((10, 1, 1, 1))
    for n in range(4):
        net.clients[bytes((10, 1, 1, n))] = Client(
            address=bytes((10, 1, 1, n)), mac=DC_MAC, questions=4, first_ns=START, last_ns=START
        )
    net.ask(1, "touch.kaspersky.com", inner, DC_MAC, server=GOOGLE)
    net.say(1.1, Signal.FLOW_TO_ANSWERED_ADDRESS, "touch.kaspersky.com", inner, DC_MAC)
    found = judged(net)
    assert verdict(found, "10.1.1.1") == ("possible", "one-way")
    one = device(found, "10.1.1.1")
    assert one.id.startswith("ip:")
    assert one.macs == []
    assert {e.seat for e in one.evidence} == {"router-mac"}
    net.hello(1.2, "touch.kaspersky.com", inner, DC_MAC)
    assert verdict(judged(net), "10.1.1.1") == ("likely", None)


def test_pieces_of_an_address_do_not_add_up_over_a_day() -> None:
    net = Net()
    inner = bytes((10, 1, 1, 1))
    net.hello(0, "touch.kaspersky.com", inner, b"")
    net.hello(12 * 3_600, "dc1-st.ksn.kaspersky-labs.com", inner, b"")
    assert verdict(judged(net), "10.1.1.1") == ("likely", None)
    net.hello(13 * 3_600, "touch.kaspersky.com", inner, b"")
    found = judged(net)
    assert verdict(found, "10.1.1.1") == ("running", None)
    assert "known by its address only" in device(found, "10.1.1.1").reasons[-1]


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


def test_the_outer_side_of_a_nat_is_not_charged() -> None:
    net = Net()
    net.host(PC, PC_MAC, connections=3)
    net.hello(1, "touch.kaspersky.com")
    net.hello(1.001, "touch.kaspersky.com", bytes((198, 51, 100, 1)), GATEWAY_MAC)
    found = judged(net)
    assert [d.ips for d in found.devices] == [["192.168.1.20"]]


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


def test_nothing_seen_shows_nothing() -> None:
    coverage = judge_captures([], SIGNATURES).coverage
    assert coverage.seat == "blind"
    assert coverage.sentence.endswith("shows nothing: the feed was blind.")
    assert coverage.names_visible is None


def test_zones_and_times_are_the_operators() -> None:
    net = Net()
    net.host(PC, PC_MAC, connections=3)
    net.hello(1, "touch.kaspersky.com")
    net.hello(9, "dc1-st.ksn.kaspersky-labs.com")
    captures = [net.capture()]
    zones = {"192.168.0.0/16": "office", "192.168.1.0/24": "sales"}
    one = device(judge_captures(captures, SIGNATURES, zones=zones))
    assert (one.verdict, one.zone) == ("running", "sales")
    early = judge_captures(captures, SIGNATURES, until_ns=START + 5 * SECOND)
    assert verdict(early) == ("likely", None)
    late = judge_captures(captures, SIGNATURES, since_ns=START + 10 * SECOND)
    assert verdict(late) == ("unknown", None)
    with pytest.raises(UsageError, match="an IP prefix expected"):
        judge_captures(captures, SIGNATURES, zones={"192.168.0.0/99": "x"})


def _everything() -> list[Net]:
    nets = [Net("a.pcap"), Net("b.pcap", vlan=5), Net("c.pcap")]
    real_machine(nets[0])
    nets[0].host(DC, DC_MAC, questions=99, questions_public=99, answers_served=2, clients_served=3)
    nets[0].ask(20, "touch.kaspersky.com", DC, DC_MAC, server=GOOGLE)
    nets[1].host(OTHER, OTHER_MAC, connections=9, questions=9)
    nets[1].ask(1, "www.kaspersky.com", OTHER, OTHER_MAC)
    nets[1].hello(2, "ds.kaspersky.com", OTHER, OTHER_MAC)
    nets[2].hello(4_000, "touch.kaspersky.com")
    nets[2].hello(1, "touch.kaspersky.com", OTHER, b"", two_way=False)
    return nets


def _encoded(found: report.Report) -> bytes:
    return msgspec.json.encode(found, enc_hook=int)


@given(seed=st.integers(0, 2**32))
@settings(derandomize=True, max_examples=25, deadline=None)
def test_neither_order_nor_repeats_change_a_verdict(seed: int) -> None:
    captures = [net.capture() for net in _everything()]
    expected = judge_captures(captures, SIGNATURES)
    shuffler = random.Random(seed)  # noqa: S311 - order, not secrets
    shuffler.shuffle(captures)
    for capture in captures:
        shuffler.shuffle(capture.observation.sightings)
        shuffler.shuffle(capture.observation.claims)
        shuffler.shuffle(capture.observation.clients)
    assert _encoded(judge_captures(captures, SIGNATURES)) == _encoded(expected)
    for capture in captures:
        more = shuffler.choices(capture.observation.sightings, k=20)
        capture.observation.sightings += [msgspec.structs.replace(s) for s in more]
    again = judge_captures(captures, SIGNATURES)
    assert [(d.id, d.verdict, d.cap) for d in again.devices] == [
        (d.id, d.verdict, d.cap) for d in expected.devices
    ]


names = st.sampled_from([name for signature in SIGNATURES for name in signature.names])
signals = st.sampled_from(
    [value for name, value in vars(Signal).items() if not name.startswith("_")]
)


@given(
    st.lists(st.tuples(st.integers(0, 9 * 3_600), signals, names, st.booleans()), max_size=30),
    st.booleans(),
)
@settings(derandomize=True, max_examples=200, deadline=None)
def test_forged_one_way_traffic_never_beats_possible(
    packets: list[tuple[int, str, str, bool]], own_mac: bool
) -> None:
    """Whatever is sent in a device's name, without a word from the other side."""
    net = Net()
    net.host(PC, PC_MAC, connections=9, questions=9)
    for at, signal, name, blocked in packets:
        if signal == Signal.DNS_ANSWER and own_mac:
            continue  # to the MAC that asked: that would be two-way
        mac = PC_MAC if own_mac or signal == Signal.DNS_ANSWER else OTHER_MAC
        net.say(at, signal, name, PC, mac, blocked=blocked)
    assert verdict(judged(net))[0] in ("possible", "contacted", "unknown")


@given(st.lists(st.tuples(st.integers(0, 9 * 3_600), signals, st.booleans()), max_size=20))
@settings(derandomize=True, max_examples=100, deadline=None)
def test_a_web_site_never_beats_contacted(visits: list[tuple[int, str, bool]]) -> None:
    net = Net()
    net.host(PC, PC_MAC, connections=9, questions=9)
    for at, signal, browser in visits:
        net.ask(at, "www.kaspersky.com", alias="securelist.com")
        net.say(at, signal, "www.kaspersky.com", PC, PC_MAC, two_way=True, browser=browser)
        net.say(at, Signal.TLS_CERTIFICATE, "", PC, PC_MAC, signature=BY_ID["ca"], two_way=True)
        net.seen.sightings[-1].flow = net.hello(at, "securelist.com", browser=browser).flow
    assert verdict(judged(net))[0] in ("contacted", "unknown")


@given(st.lists(st.tuples(st.integers(0, 9 * 3_600), signals, names), max_size=20))
@settings(derandomize=True, max_examples=100, deadline=None)
def test_a_suspected_carrier_never_beats_possible(
    packets: list[tuple[int, str, str]],
) -> None:
    net = Net()
    net.host(PC, PC_MAC, connections=30)
    net.host(DC, DC_MAC, questions=500, questions_public=500, connections=9)
    for at, signal, name in packets:
        net.ask(at, name, DC, DC_MAC, server=GOOGLE)
        net.say(at, signal, name, DC, DC_MAC, two_way=True)
    assert verdict(judged(net), "192.168.1.10")[0] in ("possible", "contacted", "unknown")


def test_the_properties_can_fail() -> None:
    """The negative control: the same traffic with an answering other side does accuse."""
    net = Net()
    net.host(PC, PC_MAC, connections=9, questions=9)
    net.hello(1, "touch.kaspersky.com")
    net.hello(2, "dc1-st.ksn.kaspersky-labs.com")
    assert verdict(judged(net)) == ("running", None)


def test_old_macs_of_routers_identify_nobody() -> None:
    net = Net()
    net.seen.macs.append(Mac(mac=DC_MAC, addresses=300, public_addresses=200))
    net.hello(1, "touch.kaspersky.com", PC, DC_MAC)
    assert device(judged(net)).macs == []
