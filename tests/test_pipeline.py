"""Networks built by hand, each with the verdict that a careful analyst would give.

Invariants at the end: the order of captures and sightings and repeats of them change no verdict;
forged one-way traffic never gives more than `possible`, and a visit to a web site never more than
`contacted`.
"""

import random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_networks import (
    BY_ID,
    DC,
    DC_MAC,
    GOOGLE,
    OTHER,
    OTHER_MAC,
    PC,
    PC_MAC,
    SECOND,
    SIGNATURES,
    START,
    Net,
    device,
    judged,
    real_machine,
    verdict,
)

from netwatch import report
from netwatch.errors import UsageError
from netwatch.model import (
    Signal,
)
from netwatch.pipeline import judge_captures


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
    asked = {"questions": 500, "questions_public": 500, "questions_matched": 400}
    net.host(DC, DC_MAC, **asked, connections=9)
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
