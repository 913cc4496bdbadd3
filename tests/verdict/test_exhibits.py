"""How sightings are weighed by their company: joined, followed, answered, decoys."""

from typing import Any

import msgspec
import pytest

from netwatch.charge import Charge, Key, Seat
from netwatch.model import DnsFields, Sighting, Signal
from netwatch.names import name_wire
from netwatch.signature import Signature
from netwatch.verdict.exhibits import HALF_HOUR_NS, Bench, Exhibit, Spans

SECOND = 1_000_000_000
START = 1_000_000 * HALF_HOUR_NS
PC, MAC, OTHER_MAC = b"\x0a\0\0\1", b"\0\1\2\3\4\5", b"\0\1\2\3\4\6"
SERVER = b"\xcb\0\x71\7"


def _signature(
    id: str, purpose: str = "update", strength: str = "strong", **more: Any
) -> Signature:
    return Signature(id=id, service=id, product="p", purpose=purpose, strength=strength, **more)


SIGNATURES = [
    _signature("update"),
    _signature("ksn", "telemetry", decoy=True, prefixes=("77.74.176.0/21", "2a03:2480:68::/47")),
    _signature("web", "web", "weak"),
    _signature("ca", "connectivity", issuers=("O=Kaspersky",)),
    _signature("ports", "management", "weak", ports=("tcp/13000",)),
    _signature("cloud", "management", "medium"),
]
UPDATE, KSN, WEB, CA, PORTS, CLOUD = range(len(SIGNATURES))
BENCH = Bench(SIGNATURES, 60 * SECOND)


def charge(at: float, signal: str, signature: int = UPDATE, **more: Any) -> Charge:
    around = {k: more.pop(k) for k in list(more) if k in Charge.__struct_fields__}
    sighting = Sighting(
        time_ns=START + int(at * SECOND),
        frame=int(at * 10),
        signal=signal,
        name=name_wire(SIGNATURES[signature].id),
        signature=signature,
        client=PC,
        client_mac=MAC,
        server=SERVER,
        server_port=53 if signal.startswith("dns") else 443,
        transport=6,
    )
    charged = Charge(
        sighting=msgspec.structs.replace(sighting, **more),
        capture="a",
        device=Key(mac=MAC),
        seat=Seat.ENDPOINT,
    )
    return msgspec.structs.replace(charged, **around)


def exhibits(*charges: Charge) -> list[Exhibit]:
    return BENCH.exhibits(charges)


def test_repeats_are_one_and_counted() -> None:
    (one,) = exhibits(
        charge(1, Signal.TLS_SNI, count=3, last_time_ns=START + 9 * SECOND),
        charge(2, Signal.TLS_SNI, client_port=9),
        charge(1, Signal.TLS_SNI),
    )
    assert one.count == 5
    assert one.last_ns == START + 9 * SECOND
    two = exhibits(charge(1, Signal.TLS_SNI), charge(1_800, Signal.TLS_SNI))
    assert len(two) == 2  # another half hour


@pytest.mark.parametrize(("after", "followed"), [(-1, False), (0, True), (60, True), (60.5, False)])
def test_following(after: float, followed: bool) -> None:
    question, flow = (
        exhibits(charge(10, Signal.DNS_QUERY), charge(10 + after, Signal.TLS_SNI))
        if after >= 0
        else exhibits(charge(10 + after, Signal.TLS_SNI), charge(10, Signal.DNS_QUERY))[::-1]
    )
    assert question.followed is followed
    assert flow.followed


def test_another_signature_follows_nothing() -> None:
    question, _ = exhibits(charge(1, Signal.DNS_QUERY), charge(2, Signal.TLS_SNI, KSN))
    assert not question.followed


def test_a_blocked_answer_is_followed() -> None:
    (answer,) = exhibits(charge(1, Signal.DNS_ANSWER, blocked=True))
    assert answer.followed


@pytest.mark.parametrize(
    ("answer", "two_way"),
    [
        ({}, True),
        ({"client_mac": OTHER_MAC}, False),
        ({"server": b"\x08\x08\x08\x08"}, False),
        ({"name": b"\x05other"}, False),
        ({"seat": Seat.ROUTER_MAC}, False),
        ({"time_ns": START + 20 * SECOND}, False),
        ({"time_ns": START}, False),  # before the question
    ],
)
def test_a_dns_reply_must_reach_whom_asked(answer: dict[str, Any], two_way: bool) -> None:
    found = exhibits(charge(1, Signal.DNS_QUERY), charge(2, Signal.DNS_ANSWER, **answer))
    assert any(exhibit.two_way for exhibit in found) is two_way


@pytest.mark.parametrize(
    ("signal", "more", "two_way", "acked"),
    [
        (Signal.TLS_SNI, {}, False, False),
        (Signal.TLS_SNI, {"two_way": True}, True, False),
        (Signal.TLS_SNI, {"replied": True}, True, False),
        (Signal.TLS_SNI, {"refused": True}, False, False),
        (Signal.TLS_SNI, {"acked": True}, False, True),
        (Signal.QUIC_SNI, {"acked": True, "transport": 17}, False, False),
        (Signal.QUIC_SNI, {"replied": True, "transport": 17}, True, False),
        (Signal.FLOW_TO_ANSWERED_ADDRESS, {"replied": True}, True, False),
        (Signal.FLOW_TO_ANSWERED_ADDRESS, {"replied": True, "seat": Seat.ROUTER_MAC}, False,
         False),
        (Signal.FLOW_TO_ANSWERED_ADDRESS, {"acked": True}, False, False),
        (Signal.ADDRESS_PREFIX, {"two_way": True}, False, False),
        (Signal.DNS_QUERY, {"two_way": True}, False, False),
    ],
)  # fmt: skip
def test_two_way(signal: str, more: dict[str, Any], two_way: bool, acked: bool) -> None:
    (one,) = exhibits(charge(1, signal, **more))
    assert (one.two_way, one.acked) == (two_way, acked)


@pytest.mark.parametrize(
    ("qtype", "strength"), [(1, "strong"), (28, "strong"), (65, "strong"), (64, "strong")]
)
def test_questions_of_who_wants_to_connect(qtype: int, strength: str) -> None:
    (one,) = exhibits(
        charge(1, Signal.DNS_ANSWER, dns=DnsFields(qtype=qtype, rcode=3), blocked=True)
    )
    assert (one.strength, one.followed) == (strength, True)


@pytest.mark.parametrize("qtype", [2, 6, 15, 16, 33, 43, 48, 255])
@pytest.mark.parametrize("signal", [Signal.DNS_QUERY, Signal.DNS_ANSWER])
def test_questions_of_mail_gateways_and_people_are_weak(signal: str, qtype: int) -> None:
    """MX and TXT are asked for a sender's domain, NS and DS by resolvers, ANY by hand."""
    fields = DnsFields(qtype=qtype, rcode=3)
    asked = charge(1, signal, dns=fields, blocked=signal == Signal.DNS_ANSWER)
    one, _ = exhibits(asked, charge(2, Signal.TLS_SNI))
    assert (one.strength, one.followed) == ("weak", False)


def test_an_alias_is_a_copy_of_its_question() -> None:
    answer = charge(2, Signal.DNS_ANSWER, WEB, dns=DnsFields(qtype=1))
    alias = charge(2, Signal.DNS_ANSWER, KSN, dns=DnsFields(qtype=5))
    _, copy = sorted(exhibits(answer, alias), key=lambda e: e.copy)
    assert (copy.charge.sighting.signature, copy.signature, copy.copy) == (KSN, WEB, True)


def test_of_aliases_alone_the_weakest_stands_for_the_question() -> None:
    found = exhibits(
        charge(2, Signal.DNS_ANSWER, KSN, dns=DnsFields(qtype=5)),
        charge(2, Signal.DNS_ANSWER, CLOUD, dns=DnsFields(qtype=5)),
    )
    assert [e.signature for e in found] == [CLOUD, CLOUD]
    assert sorted(e.copy for e in found) == [False, True]


def test_an_alias_that_was_asked_for_is_a_question() -> None:
    found = exhibits(
        charge(1, Signal.DNS_QUERY, KSN),
        charge(2, Signal.DNS_ANSWER, KSN, dns=DnsFields(qtype=5)),
        charge(2, Signal.DNS_ANSWER, UPDATE, dns=DnsFields(qtype=1)),
    )
    assert not any(e.copy for e in found)


@pytest.mark.parametrize("flow", [5, 6])
def test_content_counts_for_the_name_said(flow: int) -> None:
    found = exhibits(
        charge(1, Signal.HTTP_HOST, KSN, flow=5), charge(2, Signal.HTTP_PATH, flow=flow)
    )
    assert [e.signature for e in found] == [KSN, KSN]
    assert not any(e.copy for e in found)


def test_a_certificate_adds_nothing_to_a_web_site() -> None:
    found = exhibits(
        charge(1, Signal.TLS_SNI, WEB, flow=5),
        charge(1_801, Signal.TLS_CERTIFICATE, CA, flow=5),  # in the next half hour
    )
    assert [(e.signature, e.copy) for e in found] == [(WEB, False), (WEB, True)]


def test_names_in_a_certificate_are_weak() -> None:
    by_name, by_issuer = exhibits(
        charge(1, Signal.TLS_CERTIFICATE, UPDATE), charge(2, Signal.TLS_CERTIFICATE, CA)
    )
    assert (by_name.strength, by_issuer.strength) == ("weak", "strong")
    assert by_name.signature == CA  # the issuer speaks for the connection


@pytest.mark.parametrize(
    ("ports", "more", "strength"),
    [
        ((13000,), {}, "weak"),
        ((13000, 14000), {}, "medium"),
        ((13000, 14000), {"two_way": False}, "weak"),  # a scan
        ((13000,), {"hello": True}, "medium"),
        ((13000,), {"hello": True, "server_ours": False}, "weak"),
        ((13000, 14000), {"server_ours": False}, "weak"),
    ],
)
def test_ports(ports: tuple[int, ...], more: dict[str, Any], strength: str) -> None:
    fields = {"server_ours": True, "two_way": True, **more}
    found = exhibits(
        *(charge(1, Signal.PORT_PROFILE, PORTS, server_port=port, **fields) for port in ports)
    )
    assert {e.strength for e in found} == {strength}


def test_a_cloud_name_on_a_management_port_is_strong() -> None:
    found = exhibits(
        charge(1, Signal.PORT_PROFILE, PORTS, server_port=23100, flow=5),
        charge(2, Signal.TLS_SNI, CLOUD, server_port=23100, flow=5),
    )
    assert [(e.signature, e.strength, e.copy) for e in found] == [
        (CLOUD, "weak", True),
        (CLOUD, "strong", False),
    ]


@pytest.mark.parametrize(
    ("company", "more", "decoy"),
    [
        ([], {}, True),
        ([charge(1, Signal.DNS_ANSWER, KSN)], {}, False),
        ([charge(9, Signal.DNS_ANSWER, KSN)], {}, True),  # after the hello
        ([], {"server": b"\x4d\x4a\xb2\5"}, False),
        ([], {"server": bytes.fromhex("2a032480006800000000000000000001")}, False),
        ([], {"server": b""}, True),
        ([charge(3, Signal.TLS_CERTIFICATE, CA)], {}, False),
        ([charge(1, Signal.HTTP_CONNECT, KSN)], {}, False),
        ([charge(900, Signal.TLS_SNI, UPDATE)], {}, False),
        ([charge(900, Signal.TLS_SNI, UPDATE, browser=True)], {}, True),
        ([charge(900, Signal.DNS_QUERY, UPDATE)], {}, False),
        ([charge(900, Signal.DNS_QUERY, UPDATE, dns=DnsFields(qtype=15))], {}, True),
        (  # a browser asked for what it then said
            [
                charge(899, Signal.DNS_QUERY, UPDATE),
                charge(900, Signal.TLS_SNI, UPDATE, browser=True),
            ],
            {},
            True,
        ),
        ([charge(900, Signal.TLS_SNI, WEB)], {}, True),
        ([charge(900, Signal.ADDRESS_PREFIX, UPDATE)], {}, True),
    ],
)
def test_decoys(company: list[Charge], more: dict[str, Any], decoy: bool) -> None:
    found = exhibits(charge(2, Signal.TLS_SNI, KSN, **more), *company)
    (hello,) = [e for e in found if e.charge.sighting.signal == Signal.TLS_SNI
                and e.charge.sighting.signature == KSN]  # fmt: skip
    assert hello.decoy is decoy


def test_spans_touch() -> None:
    found = exhibits(
        charge(1, Signal.TLS_SNI, last_time_ns=START + 500 * SECOND), charge(10, Signal.QUIC_SNI)
    )
    spans = Spans(found)
    assert spans.touch(START + 400 * SECOND, START + 450 * SECOND)  # within the long one
    assert spans.touch(START + 500 * SECOND, START + 501 * SECOND)
    assert not spans.touch(START + 501 * SECOND, START + 600 * SECOND)
    assert not spans.touch(START, START)
    assert not Spans([]).touch(0, START)
