"""The engine on every link type and shim.

Invariant: whatever a packet is wrapped in, its name is seen once, with the MAC and the VLANs of the
frame in which its sender is; and of a frame with several packets, every one is read.
"""

import pytest
from link_vectors import (
    ETHER,
    PAYLOAD_BYTES,
    SNAP,
    SOURCE,
    V4,
    VECTORS,
    Vector,
    radiotap,
    tagged,
    wifi,
)

from netwatch.capture.pcap import PcapRecords
from netwatch.match.signatures import Pack
from netwatch.model import Observation
from netwatch.names import name_text, name_wire
from netwatch.observe import build_engine, observation
from netwatch.selftest import frames, messages
from netwatch.selftest.files import Frame, pcap

START_NS = 1_717_400_000_000_000_000
ENDS = {0x0800: ("10.0.0.11", "10.0.0.53"), 0x86DD: ("fd00::b", "fd00::35")}
NAME = "ds.found.test"


def question(ethertype: int = 0x0800, name: str = NAME, number: int = 7) -> bytes:
    """A question, filled up to the length that some headers tell."""
    asked = messages.question(name_wire(name), "A", number)
    return frames.udp(*ENDS[ethertype], (40_000 + number, 53), asked).ljust(PAYLOAD_BYTES, b"\0")


def run(*shown: Frame, taken_out: int = -1) -> Observation:
    """What the engine saw; `taken_out`: a tag that the reader knows of, as a live ring does."""
    records = PcapRecords()
    records.vlan_tci = taken_out
    engine = build_engine(Pack(()).matcher(), names=True, strict=True)
    engine.feed(pcap(shown), records)
    return observation(engine)


def names_of(seen: Observation) -> list[str]:
    return [name_text(sighting.name) for sighting in seen.sightings]


@pytest.mark.parametrize("vector", VECTORS, ids=[vector.name for vector in VECTORS])
def test_a_name_is_seen_on_every_link(vector: Vector) -> None:
    frame = vector.frame(question(vector.ethertype))
    seen = run(Frame(START_NS, frame, vector.link_type))
    assert names_of(seen) == [NAME]
    (sighting,) = seen.sightings
    assert (sighting.client_mac, sighting.vlans) == (vector.source_mac, vector.vlans)
    assert seen.coverage.anomalies == {}
    assert seen.coverage.link_types == {vector.link_type: 1}


def test_a_tag_that_was_taken_out_is_the_outermost() -> None:
    frame = Frame(START_NS, ETHER + tagged(7) + V4 + question())
    assert [s.vlans for s in run(frame, taken_out=0xE005).sightings] == [(5, 7)]
    assert [s.vlans for s in run(frame).sightings] == [(7,)]


def test_every_packet_of_an_aggregate() -> None:
    made = wifi(1, kind=0x88, quality=b"\x80\0")
    names = [f"n{number}.found.test" for number in range(5)]
    for number, name in enumerate(names):
        content = SNAP + V4 + question(name=name, number=number)
        made += ETHER + len(content).to_bytes(2, "big") + content + bytes(2)
    seen = run(Frame(START_NS, made, 105), Frame(START_NS + 10**9, made[:-140], 105))
    assert names_of(seen) == names + names[:3] + names[3:4]
    assert {s.client_mac for s in seen.sightings} == {SOURCE}
    assert seen.coverage.packets == 2
    assert seen.coverage.udp == 9


@pytest.mark.parametrize("cut", range(8))
def test_a_check_sequence_that_the_capture_cut(cut: int) -> None:
    whole = radiotap(2, b"\x10") + wifi(1) + SNAP + V4 + question() + b"FCS!"
    frame = Frame(START_NS, whole[: len(whole) - cut], 127, len(whole))
    seen = run(frame)
    assert names_of(seen) == [NAME]
    assert seen.coverage.truncated == (cut > 0)


@pytest.mark.parametrize(
    ("frame", "link_type", "anomaly"),
    [
        (wifi(0x41) + bytes(8) + b"cipher text", 105, "encrypted"),
        (ETHER + b"\x88\xe5\x2c" + bytes(60), 1, "encrypted"),
        (b"\xff\3\0\xfd" + bytes(40), 9, "encrypted"),
        (radiotap(2, b"\x50") + wifi(1) + SNAP + V4 + question(), 127, "frame-damaged"),
        (b"\1" + radiotap(0, b"")[1:] + wifi(1), 127, "link-header"),
        (bytes(40), 195, "link-unknown"),
    ],
)
def test_what_cannot_be_read_is_counted(frame: bytes, link_type: int, anomaly: str) -> None:
    seen = run(Frame(START_NS, frame, link_type))
    assert names_of(seen) == []
    assert seen.coverage.anomalies == {anomaly: 1}
