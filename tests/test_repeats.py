"""What is kept of a capture's sightings: once a half hour, bounded, answered ones before others."""

from typing import Any

from netwatch.model import DnsFields, HttpFields, Reply, Sighting
from netwatch.repeats import HALF_HOUR_NS, SERIES_KEPT_MAX, Repeats, cost_bytes

NAME = b"\x02ds\x09kaspersky\x03com"


def sighting(time_ns: int = 10, **fields: Any) -> Sighting:
    given: dict[str, Any] = {
        "time_ns": time_ns,
        "frame": 1,
        "signal": "tls-sni",
        "name": NAME,
        "signature": 3,
        "client": b"\x0a\x00\x00\x01",
        "server": b"\xc0\x00\x02\x01",
        **fields,
    }
    return Sighting(**given)


def kept(*sightings: Sighting, most: int = 100) -> list[Sighting]:
    repeats = Repeats(most)
    repeats.add(list(sightings), [])
    return repeats.sightings


def test_a_repeat_only_counts_up() -> None:
    (only,) = kept(sighting(10, frame=4), sighting(70, frame=9), sighting(30, frame=12))
    assert (only.time_ns, only.frame, only.count, only.last_time_ns) == (10, 4, 3, 70)


def test_another_half_hour_is_another_sighting() -> None:
    assert len(kept(sighting(10), sighting(HALF_HOUR_NS - 1), sighting(HALF_HOUR_NS))) == 2


def test_what_the_judge_tells_apart_is_not_merged() -> None:
    differing: list[dict[str, Any]] = [
        {},
        {"signal": "dns-query"},
        {"name": b"\x01a"},
        {"signature": 4},
        {"client": b"\x0a\x00\x00\x02"},
        {"client_mac": b"\x02\0\0\0\0\1"},
        {"server": b"\xc0\x00\x02\x02"},
        {"server_port": 8443},
        {"server_mac": b"\x02\0\0\0\0\1"},
        {"transport": 17},
        {"vlans": (7,)},
        {"tunnels": (bytes(8),)},
        {"two_way": True},
        {"shared": True},
        {"blocked": True},
        {"recursion_desired": False},
        {"browser": True},
        {"dns": DnsFields(qtype=1)},
        {"dns": DnsFields(qtype=28)},
        {"dns": DnsFields(qtype=1, rcode=3)},
        {"http": HttpFields(forwarded_for=b"10.0.0.7")},
    ]
    assert len(kept(*(sighting(**fields) for fields in differing))) == len(differing)


def test_client_port_and_flow_do_not_tell_apart() -> None:
    assert len(kept(sighting(client_port=1, flow=7), sighting(client_port=2, flow=8))) == 1


def test_answers_of_repeats_are_gathered() -> None:
    (only,) = kept(
        sighting(dns=DnsFields(qtype=1, rcode=0, answers=(b"\1\1\1\1", b"\2\2\2\2"))),
        sighting(dns=DnsFields(qtype=1, rcode=0, answers=(b"\2\2\2\2", b"\3\3\3\3"))),
    )
    assert only.dns is not None
    assert only.dns.answers == (b"\1\1\1\1", b"\2\2\2\2", b"\3\3\3\3")


def test_a_reply_to_any_repeat_is_told_once_for_the_kept_one() -> None:
    repeats = Repeats(100)
    repeats.add([sighting(flow=7), sighting(flow=8), sighting(flow=9)], [])
    answers = [Reply(time_ns=20, frame=5, flow=flow) for flow in (9, 8, 9, 1234)]
    answers.append(Reply(time_ns=21, frame=6, flow=8, kind="refused"))
    repeats.add([], answers)
    assert [(r.flow, r.kind, r.frame) for r in repeats.replies] == [
        (7, "reply", 5),
        (7, "refused", 6),
    ]


def test_a_full_table_counts_what_it_loses() -> None:
    repeats = Repeats(10)
    repeats.add([sighting(client=bytes((10, 0, 0, i))) for i in range(25)], [])
    assert len(repeats.sightings) == 10
    assert repeats.lost == 15
    repeats.add([sighting(client=bytes((10, 0, 0, 3)))], [])
    assert repeats.sightings[3].count == 2, "a repeat needs no room"
    assert repeats.lost == 15


def test_a_handshake_takes_the_place_of_a_question_that_nobody_answered() -> None:
    repeats = Repeats(3)
    forged = [sighting(client=bytes((10, 0, 0, i)), flow=i + 1) for i in range(3)]
    repeats.add(forged, [Reply(time_ns=11, frame=2, flow=1)])
    repeats.add([sighting(client=b"\x0a\1\1\1", two_way=True)], [])
    clients = [s.client for s in repeats.sightings]
    assert clients == [b"\x0a\0\0\0", b"\x0a\0\0\2", b"\x0a\1\1\1"], "the answered one stays"
    for i in range(3):
        repeats.add([sighting(client=bytes((10, 2, 2, i)), two_way=True)], [])
    assert [s.client for s in repeats.sightings] == [b"\x0a\0\0\0", b"\x0a\1\1\1", b"\x0a\2\2\0"]
    assert repeats.lost == 4


def test_every_table_reaches_a_plateau() -> None:
    repeats = Repeats(50)
    for i in range(5_000):
        client = i.to_bytes(4, "big")
        repeats.add([sighting(client=client, flow=i + 1)], [Reply(time_ns=20, frame=5, flow=i + 1)])
    assert len(repeats.sightings) == 50
    assert len(repeats.replies) <= 100
    tables = [vars(repeats)[n] for n in ("_kept", "_one_way", "_flows", "_flows_before")]
    assert all(len(table) <= 50 for table in tables)


def test_the_middle_of_long_series_gives_way_first() -> None:
    repeats = Repeats(40)
    hours = [sighting(n * HALF_HOUR_NS, frame=n) for n in range(30)]
    repeats.add(hours, [])
    repeats.add([sighting(client=bytes((10, 0, 1, i))) for i in range(20)], [])
    assert repeats.lost == 0
    series = [s for s in repeats.sightings if s.client == hours[0].client]
    assert len(series) == SERIES_KEPT_MAX
    assert (series[0].time_ns, series[-1].time_ns) == (0, 29 * HALF_HOUR_NS)
    assert sum(s.count for s in series) == 30
    assert len(repeats.sightings) == SERIES_KEPT_MAX + 20


def test_long_series_are_not_looked_for_again_and_again() -> None:
    repeats = Repeats(80)
    repeats.add([sighting(client=i.to_bytes(4, "big")) for i in range(85)], [])
    looked = repeats._crowded
    repeats.add([sighting(client=i.to_bytes(4, "big")) for i in range(85, 90)], [])
    assert repeats._crowded == looked
    repeats.add([sighting(client=i.to_bytes(4, "big")) for i in range(90, 99)], [])
    assert repeats._crowded > looked


def test_addresses_of_which_nothing_is_kept_are_counted() -> None:
    repeats = Repeats(10)
    assert repeats.lost_clients([]) == 0
    for _ in range(3):  # the same ones again are no more
        repeats.add([sighting(client=bytes((10, 0, i // 256, i % 256))) for i in range(1_000)], [])
    assert 985 <= repeats.lost_clients([]) <= 990, "two may share a bit: at least so many"
    known = [bytes((10, 0, 0, i)) for i in range(110)]
    assert 885 <= repeats.lost_clients(known) <= 890


def test_who_went_on_acknowledging_stays() -> None:
    repeats = Repeats(2)
    flows = [sighting(client=bytes((10, 0, 0, i)), flow=i + 1) for i in range(2)]
    repeats.add(flows, [Reply(time_ns=11, frame=2, flow=1, kind="acked")])
    repeats.add([sighting(client=b"\x0a\1\1\1", two_way=True)], [])
    assert [s.client for s in repeats.sightings] == [b"\x0a\0\0\0", b"\x0a\1\1\1"]


def test_what_sightings_say_is_bounded_too() -> None:
    repeats = Repeats(1_000, 100_000)
    long = [
        sighting(
            client=i.to_bytes(4, "big"), http=HttpFields(target=bytes(1_000), user_agent=bytes(900))
        )
        for i in range(500)
    ]
    repeats.add(long, [])
    kept = repeats.sightings
    assert 40 <= len(kept) <= 52
    assert sum(map(cost_bytes, kept)) <= 100_000
    repeats.add([sighting(client=b"\x0a\1\1\1", two_way=True, http=long[0].http)], [])
    assert repeats.sightings[-1].client == b"\x0a\1\1\1", "room is made for a handshake"
    assert sum(map(cost_bytes, repeats.sightings)) <= 100_000


def test_answers_are_gathered_only_while_there_is_room() -> None:
    repeats = Repeats(10, cost_bytes(sighting()) + 64 * 3)
    for n in range(9):
        answers = (bytes((1, 1, 1, n)),)
        repeats.add([sighting(dns=DnsFields(qtype=1, rcode=0, answers=answers))], [])
    (only,) = repeats.sightings
    assert only.dns is not None
    assert (len(only.dns.answers), only.count) == (3, 9)


def test_a_reply_of_another_capture_is_to_nobody() -> None:
    repeats = Repeats(10)
    repeats.add([sighting(flow=7)], [])
    repeats.forget_flows()
    repeats.add([], [Reply(time_ns=20, frame=5, flow=7)])
    assert repeats.replies == []
