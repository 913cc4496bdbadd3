"""A report as JSON: the keys of the issue in their order, times of RFC 3339, plain ASCII."""

import json
from typing import Any

import msgspec
import pytest

from netwatch.outputs.json_records import json_lines, json_object
from netwatch.outputs.text import time_text
from netwatch.report import (
    Capture,
    Coverage,
    Device,
    Evidence,
    Netwatch,
    Report,
    Time,
    Unattributed,
)

COVERAGE_NUMBERS = (
    "devices devices_not_kept devices_found devices_absent devices_undecided packets bytes "
    "dns_questions dns_answers hellos connections encrypted_dns ech hellos_unfinished duplicates "
    "truncated flows_evicted clients_evicted unknown_encapsulations tunnelled encrypted"
)


def report() -> Report:
    evidence = Evidence(
        time=Time(1_755_775_527_123_456_789),
        signal="tls-sni",
        name="ds.kaspersky.com",
        signature="ksn-ds",
        purpose="telemetry",
        strength="strong",
        capture="Büro.pcap",
        frame=7,
        client_ip="10.0.0.1",
        server_ip="192.0.2.1",
        seat="endpoint",
        two_way=True,
        followed=True,
        blocked=False,
        count=2,
    )
    device = Device(
        id="mac:1",
        verdict="likely",
        cap=None,
        role="endpoint",
        zone=None,
        ips=["10.0.0.1"],
        macs=[],
        hostnames=[],
        first_seen=Time(0),
        last_seen=Time(1),
        products=[],
        purposes=[],
        reasons=[],
        evidence=[evidence],
    )
    carrier = Unattributed(
        role="proxy",
        address="10.0.0.2",
        name=None,
        verdict="possible",
        at_least=1,
        evidence=[],
        how_to_name="",
    )
    numbers: dict[str, Any] = dict.fromkeys(COVERAGE_NUMBERS.split(), 0)
    coverage = Coverage(
        sentence="",
        seat="blind",
        first_time=None,
        last_time=Time(5),
        verdicts={"likely": 1},
        both_directions=None,
        dns_leg=False,
        hello_leg=True,
        names_visible=0.5,
        loss=None,
        anomalies={},
        set_aside={},
        **numbers,
    )
    capture = Capture(
        path="Büro.pcap",
        sha256="ab",
        packets=3,
        bytes=4,
        first_time=Time(0),
        last_time=None,
        link_types={1: 3},
        anomalies={"arp": 1},
        error=None,
    )
    return Report(
        netwatch=Netwatch(version="0.1.0", engine="compiled", packs={"a": "1"}),
        captures=[capture],
        devices=[device],
        unattributed=[carrier],
        coverage=coverage,
    )


def test_the_object_has_the_keys_in_their_order() -> None:
    read = json.loads(b"".join(json_object(report())))
    assert list(read) == [
        "netwatch", "captures", "devices", "unattributed", "coverage", "assets"
    ]  # fmt: skip
    assert list(read["netwatch"]) == ["version", "engine", "packs"]
    assert list(read["captures"][0]) == (
        "path site sha256 packets bytes first_time last_time link_types anomalies error".split()
    )
    assert list(read["devices"][0]) == (
        "id verdict cap role role_suspected role_reason zone site managed "
        "ips macs vendor hostnames switch_ports first_seen last_seen "
        "products purposes reasons evidence".split()
    )
    assert list(read["devices"][0]["evidence"][0]) == (
        "time signal name signature purpose strength capture frame client_ip server_ip seat "
        "two_way followed blocked count".split()
    )
    assert list(read["unattributed"][0]) == (
        "role address name site verdict at_least evidence how_to_name".split()
    )


def test_pieces_are_what_one_piece_would_be() -> None:
    empty = report()
    empty.devices, empty.captures = [], empty.captures * 3
    for whole in (report(), empty):
        at_once = msgspec.json.encode(whole, enc_hook=time_text)
        expected = json.loads(msgspec.json.format(at_once, indent=2))
        written = b"".join(json_object(whole))
        assert json.loads(written) == expected
        assert written.decode() == json.dumps(expected, indent=2) + "\n"


def test_times_are_rfc_3339_and_absent_ones_null() -> None:
    read = json.loads(b"".join(json_object(report())))
    assert read["devices"][0]["evidence"][0]["time"] == "2025-08-21T11:25:27.123456789Z"
    assert read["captures"][0]["first_time"] == "1970-01-01T00:00:00.000000000Z"
    assert read["captures"][0]["last_time"] is None
    assert read["devices"][0]["managed"] is None


def test_the_object_is_indented_ascii_that_ends_in_a_line_end() -> None:
    written = b"".join(json_object(report()))
    assert written.isascii()
    assert written.startswith(b'{\n  "netwatch": {')
    assert written.endswith(b"}\n")
    assert rb"B\u00fcro.pcap" in written


def test_characters_beyond_16_bits_become_pairs() -> None:
    one = report()
    one.captures[0].path = "\U0001f600\x7f"
    written = b"".join(json_object(one))
    assert rb"\ud83d\ude00\u007f" in written
    assert json.loads(written)["captures"][0]["path"] == "\U0001f600\x7f"


def test_every_line_says_its_kind_first() -> None:
    lines = list(json_lines(report()))
    read = [json.loads(line) for line in lines]
    assert [next(iter(row)) for row in read] == ["kind"] * 5
    assert [row["kind"] for row in read] == (
        "netwatch capture device unattributed coverage".split()
    )
    assert all(line.count(b"\n") == 1 and line.endswith(b"\n") for line in lines)
    whole = json.loads(b"".join(json_object(report())))
    assert read[2] == {"kind": "device", **whole["devices"][0]}


def test_only_times_may_be_what_json_does_not_know() -> None:
    class Wrong(msgspec.Struct):
        value: object

    def told(value: object) -> bytes:
        return next(json_lines(msgspec.structs.replace(report(), netwatch=Wrong(value))))

    assert told(Time(0)) == b'{"kind":"netwatch","value":"1970-01-01T00:00:00.000000000Z"}\n'
    with pytest.raises(TypeError, match="a report holds no complex"):
        told(1j)
