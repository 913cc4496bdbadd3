"""What was visible: of a device, of a feed, of everything."""

from typing import Any

import msgspec
import pytest

from netwatch.devices.coverage import (
    ENDINGS,
    SEAT_WORDS,
    hides_connections,
    is_one_directional,
    seat_of,
    summarise,
    watch_device,
)
from netwatch.model import VERDICTS, Capture, Client, Coverage, Observation
from netwatch.report import Coverage as Record

HOUR = 3_600_000_000_000
DAY = 480_000 * HOUR
"""Midnight of some day."""


def capture(**fields: Any) -> Capture:
    coverage = msgspec.convert(fields, Coverage)
    return Capture(path="a", observation=Observation(coverage=coverage))


def client(address: bytes = b"1234", **fields: Any) -> Client:
    return msgspec.convert({"address": address, **fields}, Client)


@pytest.mark.parametrize(
    ("tcp", "both", "one"), [(8, 0, True), (7, 0, False), (8, 1, False), (0, 0, False)]
)
def test_one_direction_is_to_be_proven(tcp: int, both: int, one: bool) -> None:
    assert is_one_directional(Coverage(flows_tcp=tcp, flows_both=both)) is one


def test_hours_are_those_of_the_clock() -> None:
    one = capture(first_ns=DAY, last_ns=DAY + 26 * HOUR, acks=100, acked_unseen=5)
    seen = [
        (one, client(first_ns=DAY + 20 * HOUR + 5, hours=0b10011, connections=3)),
        (one, client(b"5678", first_ns=DAY + 21 * HOUR, hours=1, connections_named=2)),
    ]
    watch = watch_device(seen)
    assert (watch.hours, watch.days) == (3, 2)  # 20, 21 and 0 o'clock of the next day
    assert (watch.connections, watch.connections_named) == (3, 2)
    assert (watch.seconds, watch.loss) == (26 * 3_600, 0.05)
    assert not watch.one_direction


def test_nothing_seen_is_nothing_watched() -> None:
    watch = watch_device([])
    assert (watch.seconds, watch.hours, watch.days, watch.loss) == (0, 0, 0, 0.0)


@pytest.mark.parametrize(
    ("others", "hidden"),
    [
        ([], True),
        ([client(questions=3)], True),
        ([client(questions=3, connections=1)], False),
        ([client(questions=3, flows=1)], False),
        ([client(connections=9)], True),  # it asks nobody here: another leg
        ([client(questions=3)] * 8 + [client(questions=3, connections=1)], True),
        ([client(questions=3)] * 7 + [client(questions=3, connections=1)], False),
    ],
)
def test_hidden_connections(others: list[Client], hidden: bool) -> None:
    assert hides_connections([client(questions=2), *others]) is hidden


def test_without_questions_nothing_is_hidden() -> None:
    assert not hides_connections([client(connections=2)])
    assert not hides_connections([])


@pytest.mark.parametrize(
    ("fields", "direct", "seat"),
    [
        ({}, 9, "blind"),
        ({"hellos": 1}, 6, "access"),
        ({"hellos_named": 1, "hellos_unfinished": 1}, 6, "access"),
        ({"hellos_unfinished": 1}, 6, "blind"),
        ({"dns_questions": 1}, 5, "access"),
        ({"dns_questions": 1}, 4, "uplink"),
        ({"quic": 1, "flows_tcp": 50}, 9, "one-direction"),
        ({"http": 1, "flows_tcp": 50, "flows_both": 40}, 9, "access"),
        ({"dns_questions": 1}, 0, "uplink"),
    ],
)
def test_seats(fields: dict[str, int], direct: int, seat: str) -> None:
    assert seat in SEAT_WORDS
    one = capture(**fields)
    one.observation.clients = [client(mac=b"routed")]
    assert seat_of([one], direct, 10) == seat


def test_a_capture_without_macs_is_no_uplink() -> None:
    one = capture(dns_questions=1)
    one.observation.clients = [client()]
    assert seat_of([one], 0, 10) == "raw-ip"
    assert seat_of([one], 0, 0) == "uplink"
    one.observation.clients = [client(mac=b"routed")]
    assert seat_of([one], 0, 10) == "uplink"


def test_hours_of_what_wanders_do_not_add_up_over_a_silence() -> None:
    evening, morning, night = 0b11111, 0b111 << 13, 0b11 << 40  # 8 h apart, then 24 h
    one = capture(first_ns=DAY, last_ns=DAY + 50 * HOUR)
    seen = [(one, client(first_ns=DAY + 18 * HOUR, hours=evening | morning | night))]
    watch = watch_device(seen, wanders=True)
    assert (watch.hours, watch.days) == (2, 1)
    watch = watch_device(seen)
    assert (watch.hours, watch.days) == (10, 3)
    seen = [(one, client(first_ns=DAY + 18 * HOUR, hours=evening | 0b111 << 12))]
    watch = watch_device(seen, wanders=True)
    assert (watch.hours, watch.days) == (8, 2)


def overview(verdicts: list[str], seat: str = "access", *captures: Capture) -> dict[str, object]:
    return summarise(captures, verdicts, [client(connections=4, connections_named=3)], seat, {}, 7)


def test_the_fields_are_those_of_the_report() -> None:
    assert (*overview([]), "networks") == Record.__struct_fields__


def test_every_device_is_found_cleared_or_undecided() -> None:
    found = overview(["running", "possible", "contacted", "clean", "unknown"])
    assert (found["devices"], found["devices_found"]) == (5, 2)
    assert found["devices_not_kept"] == 7
    assert (found["devices_absent"], found["devices_undecided"]) == (1, 2)
    assert found["verdicts"] == {
        **dict.fromkeys(VERDICTS, 0),
        **dict.fromkeys(["running", "possible", "contacted", "clean", "unknown"], 1),
    }
    assert found["names_visible"] == 0.75


@pytest.mark.parametrize(
    ("verdicts", "seat", "ending"),
    [
        (["clean", "unknown"], "access", "shows absence for 1 of 2 devices over this period"),
        (["unknown"], "uplink", ENDINGS[1]),
        (["clean"], "blind", ENDINGS[2]),
        ([], "one-direction", ENDINGS[1]),
    ],
)
def test_the_sentence_has_one_of_three_endings(verdicts: list[str], seat: str, ending: str) -> None:
    sentence = str(overview(verdicts, seat)["sentence"])
    assert sentence.startswith(SEAT_WORDS[seat])
    assert sentence.endswith(f"this {ending}.")


def test_captures_are_added_up() -> None:
    one = capture(
        packets=5, first_ns=9, last_ns=20, flows_tcp=4, flows_both=3, acks=10, acked_unseen=1,
        tunnelled=4, encrypted=3,
        anomalies={"too-deep": 2, "dns-header": 1},
    )  # fmt: skip
    anomalies = {"too-deep": 1}
    two = capture(packets=5, first_ns=3, last_ns=4, anomalies=anomalies, hellos_ech=2, tunnelled=3)
    empty = capture()
    found = overview([], "access", one, two, empty)
    assert (found["packets"], found["first_time"], found["last_time"]) == (10, 3, 20)
    assert (found["both_directions"], found["loss"], found["ech"]) == (0.75, 0.1, 2)
    assert found["unknown_encapsulations"] == 3
    assert (found["tunnelled"], found["encrypted"]) == (7, 3)
    assert found["anomalies"] == {"dns-header": 1, "too-deep": 3}
    assert overview([])["first_time"] is None
