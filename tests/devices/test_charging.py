"""Whom a sighting is charged to. Invariant: every matched sighting is charged once or counted."""

from typing import Any

import msgspec
import pytest

from netwatch.charge import Charge, Key, Role, Seat
from netwatch.devices.charging import Ledger, Legs
from netwatch.devices.identity import Hosts
from netwatch.model import (
    Capture,
    Coverage,
    DnsFields,
    HttpFields,
    Observation,
    Reply,
    Sighting,
    Signal,
)

SECOND = 1_000_000_000
START = 1_000_000 * 60 * SECOND
PC, DC = bytes((10, 0, 0, 5)), bytes((10, 0, 0, 53))
OUTSIDE, INSIDE = bytes((203, 0, 113, 7)), bytes((10, 9, 9, 9))
PC_KEY, DC_KEY = Key(address=PC), Key(address=DC)


def sighting(at: float, signal: str, client: bytes = PC, **more: Any) -> Sighting:
    made = Sighting(
        time_ns=START + int(at * SECOND),
        frame=int(at * 1_000),
        signal=signal,
        name=b"\1x",
        signature=0,
        client=client,
        server=OUTSIDE,
        flow=int(at * 1_000) + 1,
    )
    return msgspec.structs.replace(made, **more)


def ledger(
    *sightings: Sighting,
    replies: list[Reply] | None = None,
    coverage: Coverage | None = None,
    inside: bool = True,
) -> tuple[Ledger, Hosts]:
    observation = Observation(
        sightings=list(sightings), replies=replies or [], coverage=coverage or Coverage()
    )
    capture = Capture(path="a", observation=observation)
    hosts = Hosts([capture])
    made = Ledger()
    made.add(capture, hosts, inside)
    return made, hosts


@pytest.mark.parametrize(
    ("one", "reason"),
    [
        (sighting(1, Signal.MDNS), "multicast-name"),
        (sighting(1, Signal.LLMNR), "multicast-name"),
        (sighting(1, Signal.DNS_QUERY, recursion_desired=False), "non-recursive"),
        (sighting(1, Signal.FLOW_TO_ANSWERED_ADDRESS, shared=True), "shared-address"),
        (sighting(1, Signal.TLS_SNI, OUTSIDE, server=PC), "from-outside"),
    ],
)
def test_what_is_no_evidence(one: Sighting, reason: str) -> None:
    made, _ = ledger(one)
    assert made.aside == {reason: 1}
    assert not made.charged


def test_what_matched_nothing_is_not_even_counted() -> None:
    made, _ = ledger(sighting(1, Signal.TLS_SNI, signature=-1))
    assert not made.aside
    assert not made.charged


def test_replies_belong_to_their_flows() -> None:
    flows = [sighting(n, Signal.FLOW_TO_ANSWERED_ADDRESS) for n in (1, 2, 3, 4)]
    replies = [
        Reply(time_ns=0, frame=0, flow=flows[0].flow),
        Reply(time_ns=0, frame=0, flow=flows[1].flow, kind="refused"),
        Reply(time_ns=0, frame=0, flow=flows[2].flow, kind="other-name"),
        Reply(time_ns=0, frame=0, flow=flows[3].flow, kind="hello"),
    ]
    made, _ = ledger(*flows, replies=replies)
    charges = made.charged[PC_KEY]
    assert [(c.replied, c.refused, c.hello) for c in charges] == [
        (True, False, False), (False, True, False), (False, False, True),
    ]  # fmt: skip
    assert made.aside == {"other-name": 1}


@pytest.mark.parametrize(
    ("kinds", "flows_both", "acked"),
    [
        (("acked",), 0, True),
        ((), 0, False),  # a forged hello inside a feed of one direction
        (("acked",), 1, False),  # a feed that shows both
        (("reply",), 0, False),
        (("other-name", "acked"), 0, True),
    ],
)
def test_acks_count_on_a_feed_of_one_direction_only(
    kinds: tuple[str, ...], flows_both: int, acked: bool
) -> None:
    hello = sighting(1, Signal.TLS_SNI)
    made, _ = ledger(
        hello,
        replies=[Reply(time_ns=0, frame=0, flow=hello.flow, kind=kind) for kind in kinds],
        coverage=Coverage(flows_tcp=8, flows_both=flows_both),
    )
    assert made.charged[PC_KEY][0].acked is acked


NEAR = {"server": DC}


@pytest.mark.parametrize(
    ("near", "far", "kept"),
    [
        (sighting(1, Signal.DNS_QUERY, **NEAR), sighting(1.1, Signal.DNS_QUERY, DC), False),
        (sighting(3, Signal.DNS_ANSWER, **NEAR), sighting(1, Signal.DNS_QUERY, DC), False),
        (sighting(1, Signal.DNS_QUERY, **NEAR), sighting(9_000, Signal.DNS_QUERY, DC), False),
        (sighting(9, Signal.DNS_QUERY, **NEAR), sighting(1, Signal.DNS_QUERY, DC), True),
        (sighting(1, Signal.DNS_QUERY), sighting(1, Signal.DNS_QUERY, DC), True),
        (
            sighting(1, Signal.DNS_QUERY, signature=1, name=b"\1y", **NEAR),
            sighting(1, Signal.DNS_QUERY, DC),
            True,
        ),
        (sighting(1, Signal.HTTP_CONNECT, **NEAR), sighting(1.1, Signal.TLS_SNI, DC), False),
        (sighting(1, Signal.HTTP_ABSOLUTE, **NEAR), sighting(1.1, Signal.HTTP_HOST, DC), False),
        (
            sighting(1, Signal.HTTP_ABSOLUTE, **NEAR),
            sighting(1.1, Signal.HTTP_PATH, DC, signature=1),
            False,
        ),
        (sighting(1, Signal.HTTP_CONNECT, **NEAR), sighting(300, Signal.TLS_SNI, DC), True),
        (sighting(1, Signal.HTTP_HOST, **NEAR), sighting(1.1, Signal.TLS_SNI, DC), True),
        (sighting(1, Signal.TLS_SNI), sighting(1.1, Signal.TLS_SNI, OUTSIDE, server=b"1234"),
         False),
        (sighting(1, Signal.TLS_SNI), sighting(5, Signal.TLS_SNI, OUTSIDE, server=b"1234"), True),
    ],
)  # fmt: skip
def test_far_legs(near: Sighting, far: Sighting, kept: bool) -> None:
    made, hosts = ledger(near, far)
    made.set_far_legs_aside(hosts)
    key = Key(address=far.client)
    assert bool(made.charged[key]) is kept
    assert made.aside == ({} if kept else {"far-leg": 1})
    assert len(made.charged[PC_KEY]) == 1


def test_nobody_is_his_own_near_leg() -> None:
    made, hosts = ledger(sighting(1, Signal.DNS_QUERY, DC, server=DC))
    made.set_far_legs_aside(hosts)
    assert len(made.charged[DC_KEY]) == 1


def test_an_alias_means_what_was_asked_for() -> None:
    made, hosts = ledger(
        sighting(1, Signal.DNS_ANSWER, dns=DnsFields(qtype=1), **NEAR),
        sighting(1, Signal.DNS_ANSWER, name=b"\1y", signature=1, dns=DnsFields(qtype=5), **NEAR),
        sighting(0.9, Signal.DNS_QUERY, DC, name=b"\1y", signature=1),
    )
    made.set_far_legs_aside(hosts)
    assert not made.charged[DC_KEY]


@pytest.mark.parametrize(
    ("role", "seat", "own"),
    [
        (Role.RESOLVER, Seat.BEHIND_RESOLVER, [Signal.TLS_SNI]),
        (Role.PROXY, Seat.BEHIND_PROXY, []),
        (Role.NAT, Seat.BEHIND_NAT, []),
    ],
)
def test_what_a_carrier_passes_on(role: str, seat: str, own: list[str]) -> None:
    made, _ = ledger(
        sighting(1, Signal.DNS_QUERY, DC), sighting(900, Signal.TLS_SNI, DC, signature=1)
    )
    made.carry(DC_KEY, role)
    assert [c.sighting.signal for c in made.charged[DC_KEY]] == own
    assert {c.seat for c in made.carried[DC_KEY]} == {seat}


def test_a_resolvers_question_for_itself_is_its_own() -> None:
    made, _ = ledger(sighting(1, Signal.DNS_QUERY, DC), sighting(30, Signal.TLS_SNI, DC))
    made.carry(DC_KEY, Role.RESOLVER)
    assert len(made.charged[DC_KEY]) == 2
    assert not made.carried


def test_nobody_is_behind_a_list_resolver() -> None:
    made, _ = ledger(sighting(1, Signal.DNS_QUERY, DC))
    made.carry(DC_KEY, Role.LIST_RESOLVER)
    assert not made.carried
    assert made.aside == {"list-resolver": 1}


def forwarded(at: float, origin: str, **more: Any) -> Sighting:
    http = HttpFields(forwarded_for=origin.encode())
    return sighting(at, Signal.HTTP_HOST, DC, http=http, **more)


@pytest.mark.parametrize("role", ["", Role.RESOLVER, Role.LIST_RESOLVER, Role.PROXY, Role.NAT])
def test_what_is_forwarded_is_nobodys_own(role: str) -> None:
    made, _ = ledger(forwarded(1, "10.0.0.5"), sighting(2, Signal.PORT_PROFILE, DC))
    assert made.forwarders == {DC_KEY}
    made.carry(DC_KEY, role)
    assert not [c for c in made.charged[DC_KEY] if c.sighting.signal == Signal.HTTP_HOST]
    (first, *_) = made.carried[DC_KEY]
    assert (first.sighting.signal, first.seat) == (Signal.HTTP_HOST, Seat.BEHIND_PROXY)


def test_who_names_itself_as_the_origin_speaks_for_itself() -> None:
    made, _ = ledger(forwarded(1, "10.0.0.53"))
    assert not made.forwarders
    made.carry(DC_KEY, "")
    assert len(made.charged[DC_KEY]) == 1
    assert not made.carried


@pytest.mark.parametrize(
    ("near", "far", "kept"),
    [
        (sighting(1, Signal.HTTP_HOST), forwarded(2, "10.0.0.5"), False),
        (sighting(1, Signal.HTTP_HOST), forwarded(2, "::ffff:10.0.0.5"), False),
        (sighting(1, Signal.HTTP_HOST), forwarded(2, "10.0.0.6"), True),
        (sighting(1, Signal.HTTP_HOST), forwarded(300, "10.0.0.5"), True),
        (sighting(1, Signal.HTTP_HOST, signature=1), forwarded(2, "10.0.0.5"), True),
        (sighting(1, Signal.DNS_QUERY), forwarded(2, "10.0.0.5"), True),
        (sighting(1, Signal.HTTP_HOST, last_time_ns=START + 600 * SECOND),
         forwarded(300, "10.0.0.5"), False),
    ],
)  # fmt: skip
def test_the_origin_was_seen_itself(near: Sighting, far: Sighting, kept: bool) -> None:
    made, hosts = ledger(near, far)
    made.set_far_legs_aside(hosts)
    assert len(made.charged[DC_KEY]) == kept
    assert len(made.charged[PC_KEY]) == 1


@pytest.mark.parametrize(("at", "left"), [(30, 0), (200, 1)])
def test_who_connects_is_who_had_asked(at: float, left: int) -> None:
    made, _ = ledger(sighting(1, Signal.DNS_QUERY, DC), sighting(at, Signal.TLS_SNI))
    assert made.is_followed(DC_KEY, made.followers()) is (left == 0)
    assert not made.is_followed(PC_KEY, made.followers())
    made.carry(DC_KEY, Role.RESOLVER)
    made.set_followed_aside()
    assert len(made.carried) == left


def test_a_long_sighting_is_a_leg_for_an_hour_at_most() -> None:
    """A lying time in one sighting must not make a million minutes."""
    legs = Legs()
    long = sighting(1, Signal.HTTP_CONNECT, last_time_ns=START * 9, **NEAR)
    legs.add(Charge(sighting=long, capture="a", device=PC_KEY, seat=Seat.ENDPOINT), 0)
    assert len(legs._proxied) <= 2 * 61
