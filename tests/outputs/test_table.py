"""The page as it is printed, whole: `golden/*.txt`. Regenerate by hand only, and read the diff:

NETWATCH_GOLDEN=write python -m pytest tests/outputs/test_table.py
"""

import os
import re
from pathlib import Path
from typing import Any

import pytest
from managed_states import MANAGED

from netwatch.charge import SEATS, Role
from netwatch.model import Signal
from netwatch.outputs.page import columns_of
from netwatch.outputs.table import best_pieces, span_text, table
from netwatch.report import Capture, Coverage, Device, Evidence, Report, Time, Unattributed

GOLDEN = Path(__file__).parent / "golden"
START_NS = 1_755_775_527_000_000_000
SECOND_NS = 1_000_000_000


def piece(**fields: Any) -> Evidence:
    given: dict[str, Any] = {
        "time": Time(START_NS),
        "signal": Signal.TLS_SNI,
        "name": "ds.kaspersky.com",
        "signature": "ksn-ds",
        "purpose": "telemetry",
        "strength": "strong",
        "capture": "office.pcap",
        "frame": 213,
        "client_ip": "10.20.1.31",
        "server_ip": "93.159.228.10",
        "seat": "endpoint",
        "two_way": True,
        "followed": True,
        "blocked": False,
        "count": 1,
        **fields,
    }
    return Evidence(**given)


def device(verdict: str, **fields: Any) -> Device:
    found = verdict in ("running", "likely", "possible")
    given: dict[str, Any] = {
        "id": "mac:5f1b9c",
        "verdict": verdict,
        "cap": None,
        "role": "endpoint",
        "zone": None,
        "ips": ["10.20.1.31"],
        "macs": ["00:11:5e:7f:ab:cd"],
        "hostnames": [],
        "first_seen": Time(START_NS),
        "last_seen": Time(START_NS + 70 * SECOND_NS),
        "products": ["Kaspersky product"] if found else [],
        "purposes": ["telemetry"] if found else [],
        "reasons": [],
        "evidence": [piece()] if found else [],
        **fields,
    }
    return Device(**given)


def capture(path: str = "office.pcap", error: str | None = None) -> Capture:
    return Capture(
        path=path,
        sha256="0" * 64,
        packets=41_234,
        bytes=29_876_543,
        first_time=Time(START_NS),
        last_time=Time(START_NS + 70 * SECOND_NS),
        link_types={1: 41_234},
        anomalies={},
        error=error,
    )


def coverage(**fields: Any) -> Coverage:
    given: dict[str, Any] = {
        "sentence": "In 70 s of traffic this does not show that the network is free.",
        "seat": "access",
        "first_time": Time(START_NS),
        "last_time": Time(START_NS + 70 * SECOND_NS),
        "devices": 71,
        "devices_not_kept": 0,
        "devices_found": 4,
        "devices_absent": 11,
        "devices_undecided": 56,
        "verdicts": {},
        "packets": 41_234,
        "bytes": 29_876_543,
        "both_directions": 0.987,
        "dns_leg": True,
        "hello_leg": True,
        "dns_questions": 1_204,
        "dns_answers": 1_198,
        "hellos": 877,
        "connections": 912,
        "names_visible": 0.958,
        "encrypted_dns": 3,
        "ech": 12,
        "hellos_unfinished": 1,
        "loss": 0.002,
        "duplicates": 0,
        "truncated": 0,
        "flows_evicted": 0,
        "clients_evicted": 0,
        "unknown_encapsulations": 0,
        "tunnelled": 0,
        "encrypted": 0,
        "anomalies": {},
        "set_aside": {},
        **fields,
    }
    return Coverage(**given)


def report(*devices: Device, **fields: Any) -> Report:
    given: dict[str, Any] = {
        "captures": [capture()],
        "devices": list(devices),
        "unattributed": [],
        "coverage": coverage(),
        **fields,
    }
    return Report(**given)


def carrier(**fields: Any) -> Unattributed:
    given: dict[str, Any] = {
        "role": "resolver",
        "address": "10.20.0.10",
        "name": "dc01",
        "verdict": "likely",
        "at_least": 1,
        "evidence": [
            piece(
                signal=Signal.DNS_QUERY,
                name="downloads.upd.kaspersky.com",
                signature="update",
                server_ip="8.8.8.8",
                client_ip="10.20.0.10",
                seat="behind-resolver",
                frame=901,
                count=14,
            )
        ],
        "how_to_name": "mirror the port of 10.20.0.10, or read its query log",
        **fields,
    }
    return Unattributed(**given)


def usual() -> Report:
    asked = piece(
        signal=Signal.DNS_QUERY,
        server_ip="10.20.0.10",
        frame=209,
        time=Time(START_NS - SECOND_NS),
    )
    update = piece(
        name="s07.upd.kaspersky.com",
        signature="update",
        server_ip="82.202.185.4",
        frame=1_877,
        count=3,
        time=Time(START_NS + 12 * SECOND_NS),
    )
    return report(
        device(
            "running",
            hostnames=["LAPTOP-7"],
            vendor="Dell Inc.",
            managed=MANAGED["unmanaged"],
            zone="vlan 20",
            purposes=["telemetry", "update"],
            evidence=[asked, piece(), update],
        ),
        device(
            "running",
            id="mac:2",
            ips=["10.20.1.44", "2001:db8:20::44", "fe80::211:5eff:fe7f:abce", "10.20.9.1"],
            managed=MANAGED["managed"],
            evidence=[piece(signal=Signal.QUIC_SNI), update],
        ),
        device(
            "likely",
            id="mac:3",
            ips=["10.20.1.60"],
            managed=MANAGED["unmanaged"],
            reasons=["connected to ds.kaspersky.com (telemetry)", "not more, because seen once"],
        ),
        device(
            "possible",
            id="mac:4",
            ips=["10.20.1.77"],
            cap="merely-asked",
            managed=MANAGED["unmanaged"],
            reasons=["not more, because it was not seen connecting to what it asked for"],
            evidence=[
                piece(
                    signal=Signal.DNS_QUERY,
                    server_ip="10.20.0.10",
                    two_way=False,
                    followed=False,
                    count=2,
                )
            ],
        ),
        *(device("contacted", id=f"mac:c{i}", products=["Kaspersky web site"]) for i in range(3)),
        *(device("clean", id=f"mac:k{i}") for i in range(8)),
        *(device("unknown", id=f"mac:u{i}", reasons=["watched for 70 s only"]) for i in range(56)),
        unattributed=[carrier()],
    )


def nothing() -> Report:
    return report(
        captures=[capture(error="no packet was found")],
        coverage=coverage(
            sentence="This shows nothing: the feed was blind.",
            seat="blind",
            first_time=None,
            last_time=None,
            devices=0,
            devices_found=0,
            devices_absent=0,
            devices_undecided=0,
            packets=0,
            bytes=0,
            both_directions=None,
            dns_leg=False,
            hello_leg=False,
            dns_questions=0,
            dns_answers=0,
            hellos=0,
            connections=0,
            names_visible=None,
            encrypted_dns=0,
            ech=0,
            hellos_unfinished=0,
            loss=None,
        ),
    )


def wide() -> Report:
    """Long and broad things: names, paths, addresses, host names, numbers."""
    long_name = "a" * 63 + "." + "b" * 63 + "." + "c" * 63 + ".ksn.kaspersky-labs.com"
    place = f"/srv/Büro München/日本語のとても長いファイル名です/{'x' * 90}.pcapng.zst"
    return report(
        device(
            "running",
            ips=[f"2001:db8:1111:2222:3333:4444:5555:{n:x}" for n in range(0x6666, 0x6670)],
            macs=["02:00:00:00:00:01", "02:00:00:00:00:02"],
            hostnames=["H" * 200, "printer", "third"],
            vendor="V" * 90,
            zone="guest",
            role="resolver",
            products=["Kaspersky product", "Kaspersky engine, possibly OEM"],
            purposes=["update", "telemetry", "activation", "management", "certificate", "vpn"],
            evidence=[
                piece(
                    name=long_name,
                    capture=place,
                    frame=123_456_789,
                    server_ip="2001:db8:1111:2222:3333:4444:5555:6666",
                    count=1_234_567,
                    time=Time(START_NS + 90_000 * SECOND_NS),
                ),
                piece(capture="b/same.pcap", signature="x", blocked=True, two_way=False),
            ],
        ),
        captures=[
            capture(place, error="captured length 4294967295 found, at most 262144 expected"),
            capture("a/same.pcap"),
            capture("b/same.pcap"),
        ],
        unattributed=[
            carrier(),
            carrier(role="proxy", address="2001:db8::8", name=None, at_least=12),
            carrier(role="nat", address="10.20.0.1", name=None, verdict="possible", evidence=[]),
        ],
        coverage=coverage(
            devices=1_000,
            devices_undecided=1_000,
            packets=12_345_678_901,
            bytes=9_876_543_210_123,
            last_time=Time(START_NS + 9_000_000 * SECOND_NS),
            loss=0.31,
            duplicates=5_000_000,
            truncated=77,
            flows_evicted=12,
            unknown_encapsulations=9,
            tunnelled=1_200,
            encrypted=14,
            set_aside={"cache snooping (RD=0)": 12, "shared address": 3},
            seat="uplink",
            dns_leg=False,
        ),
    )


def every_word() -> Report:
    """Every signal, seat, role and cap once."""
    signals = [value for name, value in vars(Signal).items() if name.isupper()]
    caps = "one-way merely-asked address-only browser decoy-name medium suspected-carrier".split()
    return report(
        *(
            device(
                "possible",
                id=f"mac:{signal}",
                evidence=[piece(signal=signal, name="" if "p" in signal[-7:] else "a.test")],
                cap=caps[number % len(caps)],
                role_suspected=caps[number % len(caps)] == "suspected-carrier",
                role=[r for n, r in vars(Role).items() if n.isupper()][number % 7],
            )
            for number, signal in enumerate(signals)
        ),
        *(
            device(
                "likely", id=name, evidence=[piece(seat=s, frame=n) for n, s in enumerate(seats)]
            )
            for name, seats in (("seats", SEATS[:2]), ("more", SEATS[2:4]))
        ),
        device("likely", id="last", evidence=[piece(seat=SEATS[4])]),
        coverage=coverage(seat="one-direction"),
    )


PAGES = {
    "usual": (usual, False),
    "usual_all": (usual, True),
    "nothing": (nothing, False),
    "wide": (wide, False),
    "every_word": (every_word, False),
}


@pytest.mark.parametrize("name", PAGES)
def test_the_page_is_as_it_was(name: str) -> None:
    make, show_all = PAGES[name]
    page = table(make(), show_all=show_all)
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("NETWATCH_GOLDEN") == "write":
        path.write_text(page, encoding="utf-8")
    assert page == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", PAGES)
def test_no_line_is_wider_than_80_columns_or_ends_in_blanks(name: str) -> None:
    make, show_all = PAGES[name]
    for line in table(make(), show_all=show_all).splitlines():
        assert columns_of(line) <= 80
        assert line == line.rstrip()


def test_every_golden_page_is_tested() -> None:
    assert {path.stem for path in GOLDEN.glob("*.txt")} == set(PAGES)


def test_colour_adds_nothing_but_colour() -> None:
    coloured = table(usual(), colour=True)
    assert "\x1b[1;31mRUNNING\x1b[0m" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == table(usual())
    assert "\x1b" not in table(usual())


def test_a_hundred_devices_stay_readable() -> None:
    page = table(report(*(device("likely", id=str(i)) for i in range(100))))
    blocks = [block for block in page.split("\n\n") if block.startswith("LIKELY")]
    assert len(blocks) == 100
    assert all(len(block.splitlines()) <= 4 for block in blocks)


def test_the_best_pieces_are_of_different_signatures_and_in_order_of_time() -> None:
    weak = piece(strength="weak", frame=1, time=Time(1), signature="w")
    first = piece(frame=2, time=Time(2), signature="a")
    again = piece(frame=3, time=Time(3), signature="a")
    asked = piece(frame=5, time=Time(5), signature="a", signal=Signal.DNS_QUERY)
    late = piece(frame=4, time=Time(4), signature="b", followed=False)
    assert best_pieces([late, again, first, weak]) == [first, late]
    assert best_pieces([again, asked, first]) == [first, asked]
    assert best_pieces([again, first]) == [first], "the same sentence twice proves no more"
    assert best_pieces([]) == []


def places_of(*paths: str) -> list[str]:
    page = table(
        report(
            *(device("likely", id=path, evidence=[piece(capture=path)]) for path in paths),
            captures=[capture(path) for path in paths],
        )
    )
    return re.findall(r"\(([^)]*) frame 213\)", " ".join(page.split()))


def test_a_capture_is_called_by_as_much_of_its_path_as_is_needed() -> None:
    assert places_of("/srv/a.pcap") == ["a.pcap"]
    assert places_of("x/a.pcap", "y/a.pcap", "y/b.pcap") == ["x/a.pcap", "y/a.pcap", "b.pcap"]
    assert places_of("a.pcap", "x/a.pcap") == ["a.pcap", "x/a.pcap"]
    deep = [f"{top}/1/2/3/4/a.pcap" for top in "xy"]
    assert places_of(*deep) == deep
    assert places_of("-") == ["-"]
    (short,) = places_of("z" * 100 + ".pcap")
    assert len(short) == 60
    assert short.endswith("z.pcap")


def test_a_question_and_its_answer_say_one_thing() -> None:
    asked = piece(frame=5, time=Time(5), signal=Signal.DNS_QUERY)
    answered = piece(frame=6, time=Time(6), signal=Signal.DNS_ANSWER)
    other = piece(frame=9, time=Time(9), signal=Signal.DNS_ANSWER, server_ip="10.0.0.9")
    assert best_pieces([asked, answered]) == [asked]
    assert best_pieces([asked, answered, other]) == [asked, other]


def test_one_frame_is_told_once() -> None:
    said = piece(frame=5, time=Time(5), signal=Signal.HTTP_HOST, signature="a")
    fetched = piece(frame=5, time=Time(5), signal=Signal.HTTP_PATH, signature="b")
    again = piece(frame=9, time=Time(9), signal=Signal.HTTP_HOST, signature="a")
    assert len(best_pieces([said, fetched])) == 1
    assert [p.frame for p in best_pieces([fetched, said, again])] == [5, 9]


def test_the_capture_is_named_once_where_it_is_the_same() -> None:
    pieces = [piece(frame=5, signature="a"), piece(frame=6, signature="b", capture="other.pcap")]
    assert "(other.pcap frame 6)" in table(report(device("likely", evidence=pieces)))
    pieces[1].capture = pieces[0].capture
    assert "(frame 6)" in table(report(device("likely", evidence=pieces)))


def test_a_long_page_ends_with_its_answer() -> None:
    few, many = (table(report(*(device("likely", id=str(i)) for i in range(n)))) for n in (2, 20))
    answer = many[: many.index("\n\n")]
    assert "20 devices here likely run" in answer
    assert many.endswith("\n\n" + answer + "\n")
    assert few.count("2 devices here likely run") == 1


def test_sites_and_suspicions_are_said() -> None:
    role = {"role": "list-resolver", "role_suspected": True}
    suspect = device("possible", site="berlin", cap="suspected-carrier", **role)
    page = table(report(suspect, unattributed=[carrier(site="paris")]))
    assert "perhaps a block-list resolver, site berlin" in " ".join(page.split())
    assert "behind DNS server 10.20.0.10 (dc01) in site paris" in " ".join(page.split())


def test_what_would_name_them_is_said_once_for_all_carriers_of_a_kind() -> None:
    page = " ".join(table(report(unattributed=[carrier(), carrier(), carrier(role="nat")])).split())
    assert page.count("To name them, at each: mirror the port") == 1
    assert " ".join(table(report(unattributed=[carrier()])).split()).count("To name it:") == 1


def test_a_span_names_the_day_once() -> None:
    day_later = Time(START_NS + 86_400 * SECOND_NS)
    assert span_text(Time(START_NS), Time(START_NS)) == "2025-08-21 11:25:27 UTC"
    assert span_text(Time(START_NS), Time(START_NS + SECOND_NS)).endswith("27 to 11:25:28 UTC")
    assert span_text(Time(START_NS), day_later).endswith("to 2025-08-22 11:25:27 UTC")
