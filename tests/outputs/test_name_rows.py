"""`netwatch names`: the keys of the issue in their order, text that is safe, and null for none.

Invariant: whatever a sighting holds, its line is what msgspec writes of its `NameRow`.
"""

import json

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwatch.model import Sighting
from netwatch.names import name_text
from netwatch.outputs import name_rows as module
from netwatch.outputs.name_rows import NameRow, TunnelRow, name_rows
from netwatch.outputs.text import address_text, mac_text, time_text

NAME = b"\x02ds\x09kaspersky\x03com"


def test_a_sighting_is_one_line() -> None:
    sighting = Sighting(
        time_ns=1_755_775_527_123_456_789,
        frame=213,
        signal="tls-sni",
        name=NAME,
        signature=1,
        client=b"\x0a\x00\x00\x01",
        client_port=50_000,
        client_mac=b"\x02\0\0\0\0\1",
        server=bytes.fromhex("20010db8000000000000000000000001"),
        server_port=443,
        vlans=(7, 20),
        tunnels=(b"\xc0\x00\x02\x01\xc0\x00\x02\x02",),
    )
    written = name_rows([sighting], "a.pcap", ["x", "ksn-ds"])
    assert written == (
        b'{"capture":"a.pcap","frame":213,"time":"2025-08-21T11:25:27.123456789Z",'
        b'"signal":"tls-sni","name":"ds.kaspersky.com","client_ip":"10.0.0.1",'
        b'"client_port":50000,"client_mac":"02:00:00:00:00:01","server_ip":"2001:db8::1",'
        b'"server_port":443,"vlans":[7,20],'
        b'"tunnels":[{"src_ip":"192.0.2.1","dst_ip":"192.0.2.2"}],"signature":"ksn-ds"}\n'
    )


def test_what_is_not_known_is_empty_and_what_did_not_match_is_null() -> None:
    row = json.loads(name_rows([Sighting(time_ns=0, frame=1, signal="mdns", name=b"")], "-", []))
    assert row["signature"] is None
    assert (row["name"], row["client_ip"], row["client_mac"], row["tunnels"]) == ("", "", "", [])


def test_no_sighting_is_no_line() -> None:
    assert name_rows([], "a.pcap", []) == b""


OCTETS = st.integers(0, 2**16 - 1)
ADDRESSES = st.one_of(st.just(b""), *(st.binary(min_size=n, max_size=n) for n in (4, 16)))
LABELS = st.lists(st.binary(min_size=1, max_size=9), max_size=4)
SIGHTINGS = st.builds(
    Sighting,
    time_ns=st.integers(0, 2**63 - 1),
    frame=st.integers(1, 2**40),
    signal=st.sampled_from(["dns-query", "tls-sni"]),
    name=LABELS.map(lambda labels: b"".join(bytes((len(one),)) + one for one in labels)),
    signature=st.integers(-1, 1),
    client=ADDRESSES,
    client_port=OCTETS,
    client_mac=st.sampled_from([b"", b"\x02\0\0\0\0\1"]),
    server=ADDRESSES,
    server_port=OCTETS,
    vlans=st.lists(st.integers(0, 4095), max_size=3).map(tuple),
    tunnels=st.lists(st.binary(min_size=8, max_size=8), max_size=2).map(tuple),
)


def row(sighting: Sighting, capture: str, ids: list[str], site: str = "") -> NameRow:
    """The same, field by field."""
    halves = [(address_text(layer[:4]), address_text(layer[4:])) for layer in sighting.tunnels]
    return NameRow(
        capture=capture,
        frame=sighting.frame,
        time=time_text(sighting.time_ns),
        signal=sighting.signal,
        name=name_text(sighting.name),
        client_ip=address_text(sighting.client),
        client_port=sighting.client_port,
        client_mac=mac_text(sighting.client_mac),
        server_ip=address_text(sighting.server),
        server_port=sighting.server_port,
        vlans=sighting.vlans,
        tunnels=[TunnelRow(src_ip=one, dst_ip=other) for one, other in halves],
        signature=None if sighting.signature < 0 else ids[sighting.signature],
        site=site or msgspec.UNSET,
    )


@settings(derandomize=True, max_examples=200, deadline=None)
@given(st.lists(SIGHTINGS, max_size=5), st.text(max_size=9), st.text(max_size=3))
def test_a_line_is_what_msgspec_writes(sightings: list[Sighting], capture: str, site: str) -> None:
    ids = ["one", 'an "odd" one']
    rows = [row(sighting, capture, ids, site) for sighting in sightings]
    assert name_rows(sightings, capture, ids, site) == msgspec.json.Encoder().encode_lines(rows)


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_REMEMBERED_MAX", 10)
    remembered = (module._names, module._addresses, module._macs, module._seconds)
    for texts in remembered:
        texts.clear()
    many = [
        Sighting(
            time_ns=n * 10**9, frame=1, signal="mdns", name=b"\1%c" % n, client=bytes(3) + b"%c" % n
        )
        for n in range(0x21, 0x7F)
    ]
    rows = [row(sighting, "-", []) for sighting in many]
    for _ in range(2):
        assert name_rows(many, "-", []) == msgspec.json.Encoder().encode_lines(rows)
    assert all(len(texts) <= 10 for texts in remembered)
    assert max(len(texts) for texts in remembered) > 0
