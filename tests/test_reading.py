"""A rotation is one stream: what is split over its files is found where it was complete."""

import json
import os
import struct
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest

from netwatch.capture.series import Series
from netwatch.match.signatures import Pack
from netwatch.model import Capture, Claim, Reply, Sighting
from netwatch.names import name_text
from netwatch.reading import LOOKS, Reading
from netwatch.scan import print_names, scan_captures
from netwatch.signature import Signature
from netwatch.stop import Stop
from netwatch.workers import Context, Setup

PACK = Pack(
    (
        Signature(
            id="test-update",
            service="test",
            product="Test",
            purpose="update",
            strength="strong",
            names=("*.found.test",),
        ),
    )
)
SETUP = Setup(pack=PACK, names=True)
START_S = 1_700_000_000
CLIENT, SERVER = bytes((10, 0, 0, 1)), bytes((192, 0, 2, 9))
MAC = bytes.fromhex("00163e000001")


def ethernet(source: bytes, target: bytes, protocol: int, payload: bytes) -> bytes:
    header = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(payload), 1, 0, 64, protocol, 0)
    macs = (MAC, b"\x00\x16\x3e\0\0\xfe")
    there, here = macs if source == SERVER else macs[::-1]
    return there + here + b"\x08\x00" + header + source + target + payload


def tcp(from_client: bool, flags: int, seq: int, ack: int, payload: bytes = b"") -> bytes:
    ports = (50_000, 443) if from_client else (443, 50_000)
    header = struct.pack(">HHIIBBHHH", *ports, seq, ack, 0x50, flags, 65_535, 0, 0)
    ends = (CLIENT, SERVER) if from_client else (SERVER, CLIENT)
    return ethernet(*ends, 6, header + payload)


def hello(name: str) -> bytes:
    host = name.encode()
    sni = struct.pack(">HHBH", len(host) + 5, len(host) + 3, 0, len(host)) + host
    extensions = struct.pack(">HH", 21, 600) + bytes(600) + struct.pack(">H", 0) + sni
    body = b"\x03\x03" + bytes(32) + b"\0" + b"\x00\x02\x13\x01" + b"\x01\0"
    body += struct.pack(">H", len(extensions)) + extensions
    handshake = b"\x01" + len(body).to_bytes(3, "big") + body
    return b"\x16\x03\x01" + struct.pack(">H", len(handshake)) + handshake


def session(name: str) -> list[bytes]:
    """SYN, SYN-ACK, the hello in three segments, an answer; the second cut is in the name."""
    said = hello(name)
    inside = said.index(name.encode()) + 5
    return [
        tcp(True, 0x02, 100, 0),
        tcp(False, 0x12, 900, 101),
        tcp(True, 0x18, 101, 901, said[:300]),
        tcp(True, 0x18, 401, 901, said[300:inside]),
        tcp(True, 0x18, 101 + inside, 901, said[inside:]),
        tcp(False, 0x18, 901, 101 + len(said), b"\x16\x03\x03\x00\x02\x02\x00"),
    ]


def dhcp(kind: int, number: int) -> bytes:
    """A DHCP message of a client that is called PC-SPLIT; an ACK (5) gives it 10.0.0.77."""
    reply = kind in (2, 5)
    yours = bytes((10, 0, 0, 77)) if reply else bytes(4)
    message = struct.pack(">BBBBIHH", 2 if reply else 1, 1, 6, 0, number, 0, 0)
    message += bytes(4) + yours + bytes(8) + MAC + bytes(10 + 192) + bytes.fromhex("63825363")
    message += bytes((53, 1, kind)) + (b"" if reply else bytes((12, 8)) + b"PC-SPLIT")
    message += (bytes((51, 4)) + bytes((0, 0, 14, 16)) if reply else b"") + b"\xff"
    ports = (67, 68) if reply else (68, 67)
    datagram = struct.pack(">HHHH", *ports, 8 + len(message), 0) + message
    return ethernet(SERVER if reply else bytes(4), b"\xff" * 4, 17, datagram)


def pcap(path: Path, frames: list[bytes], start_s: int = START_S, link_type: int = 1) -> str:
    head = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262_144, link_type)
    path.write_bytes(
        head
        + b"".join(
            struct.pack("<IIII", start_s + number, 0, len(frame), len(frame)) + frame
            for number, frame in enumerate(frames)
        )
    )
    return str(path)


def pcapng(path: Path, frames: list[bytes], start_s: int = START_S) -> str:
    """With a custom block before each frame, which Wireshark numbers as well."""

    def block(kind: int, body: bytes) -> bytes:
        body += bytes(-len(body) % 4)
        total = struct.pack("<I", len(body) + 12)
        return struct.pack("<I", kind) + total + body + total

    parts = [block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))]
    parts.append(block(1, struct.pack("<HHI", 1, 0, 0)))
    for number, frame in enumerate(frames):
        time = (start_s + number) * 1_000_000
        parts.append(block(0xBAD, struct.pack("<I", 1)))
        head = struct.pack("<IIIII", 0, time >> 32, time & 0xFFFFFFFF, len(frame), len(frame))
        parts.append(block(6, head + frame))
    path.write_bytes(b"".join(parts))
    return str(path)


def cut_at(folder: Path, frames: list[bytes], *cuts: int) -> Series:
    """The frames in files that were cut before these frames."""
    edges = [0, *cuts, len(frames)]
    paths = [
        pcap(folder / f"r{number}", frames[a:b], START_S + a)
        for number, (a, b) in enumerate(pairwise(edges))
    ]
    return Series(tuple(paths))


def found(series: Series | str, setup: Setup = SETUP) -> list[tuple[str, str, int]]:
    """(name, file, frame) of every line that `names` prints of hellos."""
    lines: list[bytes] = []
    print_names([series], setup, lines.append, jobs=1)
    rows = [json.loads(line) for line in b"".join(lines).splitlines()]
    return [
        (row["name"], Path(row["capture"]).name, row["frame"])
        for row in rows
        if row["signal"] == "tls-sni"
    ]


@pytest.mark.parametrize("cut", range(1, 6))
def test_a_hello_that_is_split_over_two_files_is_found(tmp_path: Path, cut: int) -> None:
    series = cut_at(tmp_path, session("a.found.test"), cut)
    where = ("r0", 5) if cut > 4 else ("r1", 5 - cut)
    assert found(series) == [("a.found.test", *where)]


def test_control_each_half_alone_does_not_show_it_whole(tmp_path: Path) -> None:
    series = cut_at(tmp_path, session("a.found.test"), 4)
    assert [hit for path in series.paths for hit in found(path)] == []


@pytest.mark.parametrize("cuts", [(1, 2, 3, 4, 5), (3, 4), (4,), ()])
def test_a_series_gives_what_one_file_gives(tmp_path: Path, cuts: tuple[int, ...]) -> None:
    frames = session("a.found.test") + session("b.found.test")
    whole = pcap(tmp_path / "whole", frames)
    (one,) = scan_captures([whole], PACK)
    (cut,) = scan_captures([cut_at(tmp_path, frames, *cuts)], PACK)
    assert [cut.place(s.frame)[0] == cut.path or cuts for s in cut.observation.sightings]
    assert msgspec.to_builtins(cut.observation) == msgspec.to_builtins(one.observation)
    assert cut.frames == one.frames == 12


def test_a_lease_that_is_split_over_two_files_is_found(tmp_path: Path) -> None:
    frames = [dhcp(1, 7), dhcp(2, 7), dhcp(3, 7), dhcp(5, 7)]
    (cut,) = scan_captures([cut_at(tmp_path, frames, 3)], PACK)
    claims = [(c.kind, c.address, c.hostname) for c in cut.observation.claims]
    assert ("dhcp-ack", bytes((10, 0, 0, 77)), b"") in claims
    assert any(hostname == b"PC-SPLIT" for _, _, hostname in claims)
    (ack,) = (c for c in cut.observation.claims if c.kind == "dhcp-ack")
    assert cut.place(ack.frame) == (str(tmp_path / "r1"), 1)


def test_a_late_reply_belongs_to_what_it_answers(tmp_path: Path) -> None:
    (cut,) = scan_captures([cut_at(tmp_path, session("a.found.test")[2:], 3)], PACK)
    (sighting,) = cut.observation.sightings
    (reply,) = cut.observation.replies
    assert (cut.place(sighting.frame), cut.place(reply.frame)) == (
        (str(tmp_path / "r0"), 3),
        (str(tmp_path / "r1"), 1),
    )
    assert reply.flow == sighting.flow


def test_a_hello_that_never_ends_lies_where_it_began(tmp_path: Path) -> None:
    frames = session("a.found.test")[:3]
    said = hello("a.found.test")
    frames[2] = tcp(True, 0x18, 101, 901, said[:-2] + b"")
    frames += [tcp(False, 0x10, 901, 101)] * 3
    series = cut_at(tmp_path, frames, 4)
    single = found(pcap(tmp_path / "whole", frames))
    assert [frame for _, _, frame in single] == [frame for _, _, frame in found(series)]
    assert all(file == "r0" for _, file, _ in found(series))


def test_frames_count_as_wireshark_counts_them_in_each_file(tmp_path: Path) -> None:
    frames = session("a.found.test")
    series = Series(
        (pcapng(tmp_path / "r0", frames[:3]), pcapng(tmp_path / "r1", frames[3:], START_S + 3))
    )
    assert found(series) == [("a.found.test", "r1", 4)]


def test_each_file_is_told_with_its_own_counters(tmp_path: Path) -> None:
    frames = session("a.found.test")
    frames[1] = frames[1][:20]
    (cut,) = scan_captures([cut_at(tmp_path, frames, 2, 3)], PACK)
    counted = [part.observation.coverage for part in cut.parts()]
    assert [c.packets for c in counted] == [2, 1, 3]
    assert [c.link_types for c in counted] == [{1: 2}, {1: 1}, {1: 3}]
    assert [c.first_ns // 10**9 - START_S for c in counted] == [0, 2, 3]
    assert [c.last_ns // 10**9 - START_S for c in counted] == [1, 2, 5]
    assert [bool(c.anomalies) for c in counted] == [True, False, False]
    assert all(len(part.sha256) == 64 for part in cut.parts())
    assert [Path(part.path).name for part in cut.parts()] == ["r0", "r1", "r2"]
    whole = cut.observation.coverage
    assert (whole.packets, whole.first_ns, whole.last_ns) == (
        6,
        counted[0].first_ns,
        counted[2].last_ns,
    )


def test_what_does_not_follow_on_is_a_capture_of_its_own(tmp_path: Path) -> None:
    frames = session("a.found.test")
    one = pcap(tmp_path / "r0", frames[:3])
    late = pcap(tmp_path / "r1", frames[3:], START_S + 200)
    other = pcap(tmp_path / "r2", frames[:1], START_S + 204, link_type=12)
    captures = scan_captures([Series((one, late, other))], PACK)
    assert [capture.path for capture in captures] == [one, late, other]
    assert all(not capture.files for capture in captures)
    (joined,) = scan_captures([Series((one, late, other), joined=True)], PACK)
    assert len(joined.files) == 3


def test_the_end_of_a_file_decides_where_its_size_could_not(tmp_path: Path) -> None:
    import gzip

    frames = session("a.found.test")
    paths = []
    for name, start_s in (("r0", START_S), ("r1", START_S + 1), ("r2", START_S + 7)):
        plain = pcap(tmp_path / name, frames, start_s)
        (tmp_path / f"{name}.gz").write_bytes(gzip.compress(Path(plain).read_bytes()))
        paths.append(str(tmp_path / f"{name}.gz"))
    captures = scan_captures([Series(tuple(paths))], PACK)
    assert [len(capture.parts()) for capture in captures] == [1, 2], "the first two overlap"


def test_a_file_that_cannot_be_begun_is_told_among_the_others(tmp_path: Path) -> None:
    frames = session("a.found.test")
    series = cut_at(tmp_path, frames, 2, 4)
    (tmp_path / "r1").write_bytes(b"no capture, and long enough")
    captures = scan_captures([series], PACK)
    assert [Path(capture.path).name for capture in captures] == ["r0", "r1"]
    assert "the magic of pcap" in (captures[1].error or "")
    assert [Path(part.path).name for part in captures[0].parts()] == ["r0", "r2"]


def test_damage_in_one_file_is_told_of_that_file(tmp_path: Path) -> None:
    frames = session("a.found.test")
    series = cut_at(tmp_path, frames, 2)
    damaged = tmp_path / "r0"
    damaged.write_bytes(damaged.read_bytes()[:-3])
    (capture,) = scan_captures([series], PACK)
    assert [part.error is not None for part in capture.parts()] == [True, False]
    assert capture.error == capture.parts()[0].error


@pytest.mark.parametrize("jobs", [1, 2])
def test_series_and_sites_do_not_depend_on_jobs(tmp_path: Path, jobs: int) -> None:
    (tmp_path / "x").mkdir()
    (tmp_path / "y").mkdir()
    series = [
        msgspec.structs.replace(cut_at(tmp_path / site, session("a.found.test"), 3), site=site)
        for site in ("x", "y")
    ]
    captures = scan_captures(series, PACK, jobs=jobs)
    assert [capture.site for capture in captures] == ["x", "y"]
    assert [len(capture.files) for capture in captures] == [2, 2]
    assert all(len(capture.observation.sightings) == 1 for capture in captures)


def test_stopped_on_the_way_the_rest_is_told(tmp_path: Path) -> None:
    series = cut_at(tmp_path, session("a.found.test"), 2, 4)
    stop = Stop()
    captures = scan_captures([series], PACK, stop=stop, advance=lambda *_: stop.request())
    errors = [part.error for capture in captures for part in capture.parts()]
    assert errors == [
        "interrupted; 2 packets were read before",
        "interrupted before it was read",
        "interrupted before it was read",
    ]


# --- growing files: nobody waits here, every look is one turn ---


class Heard:
    """A sink that notes the names."""

    def __init__(self, capture: Capture) -> None:
        self.capture = capture
        self.names: list[tuple[str, str, int]] = []
        self.ended = False

    def take(self, sightings: list[Sighting], _replies: list[Reply], _claims: list[Claim]) -> None:
        for sighting in sightings:
            path, frame = self.capture.place(sighting.frame)
            self.names.append((name_text(sighting.name), Path(path).name, frame))

    def end(self) -> None:
        self.ended = True


class Following:
    """A reading of one growing file, turn by turn."""

    def __init__(self, series: Series) -> None:
        self.stop = Stop()
        self.context = Context(SETUP, self.stop, lambda *_: None, lambda _: None)
        self.heard: list[Heard] = []
        self.reading = Reading(series, self.context, self._sink)
        self.turns: Iterator[bool] = self.reading.turns()

    def _sink(self, capture: Capture) -> Heard:
        self.heard.append(Heard(capture))
        return self.heard[-1]

    def until_idle(self) -> None:
        while next(self.turns):
            pass

    def names(self) -> list[tuple[str, str, int]]:
        return [name for heard in self.heard for name in heard.names]

    def end(self) -> list[Capture]:
        self.context.over = True
        assert not any(self.turns), "nothing new, and then the end"
        return self.reading.done.captures


def append(path: Path, octets: bytes) -> None:
    with path.open("ab") as file:
        file.write(octets)


def test_a_file_that_grows_octet_by_octet(tmp_path: Path) -> None:
    whole = Path(pcap(tmp_path / "whole", session("a.found.test"))).read_bytes()
    path = tmp_path / "grows"
    path.write_bytes(b"")
    following = Following(Series((str(path),), follow=True, rotates=False))
    for place in range(0, len(whole), 7):
        following.until_idle()
        append(path, whole[place : place + 7])
    following.until_idle()
    assert following.names() == [("a.found.test", "grows", 5)]
    (capture,) = following.end()
    assert (capture.error, capture.bytes) == (None, len(whole))
    assert capture.observation.coverage.packets == 6
    assert following.heard[0].ended


def test_half_a_record_at_the_end_is_no_damage(tmp_path: Path) -> None:
    path = Path(pcap(tmp_path / "grows", session("a.found.test")))
    append(path, b"half a rec")
    following = Following(Series((str(path),), follow=True))
    following.until_idle()
    (capture,) = following.end()
    assert capture.error is None


def test_the_next_file_of_a_rotation_goes_on(tmp_path: Path) -> None:
    frames = session("a.found.test")
    first = tmp_path / "d.pcap"
    pcap(first, frames[:3])
    following = Following(Series((str(first),), follow=True))
    following.until_idle()
    pcap(tmp_path / "d.pcap1", frames[3:], START_S + 3)
    os.utime(tmp_path / "d.pcap1", ns=(2**62, 2**62))
    for _ in range(2 * LOOKS + 4):
        next(following.turns)
    assert following.names() == [("a.found.test", "d.pcap1", 2)]
    (capture,) = following.end()
    assert [Path(part.path).name for part in capture.parts()] == ["d.pcap", "d.pcap1"]


def test_what_was_still_written_to_the_old_file_is_read_first(tmp_path: Path) -> None:
    frames = session("a.found.test")
    whole = Path(pcap(tmp_path / "whole", frames[:4])).read_bytes()
    first = tmp_path / "d.pcap"
    pcap(first, frames[:3])
    following = Following(Series((str(first),), follow=True))
    following.until_idle()
    pcap(tmp_path / "d.pcap1", frames[4:], START_S + 4)
    os.utime(tmp_path / "d.pcap1", ns=(2**62, 2**62))
    for _ in range(LOOKS - 1):
        following.until_idle()
    append(first, whole[first.stat().st_size :])
    for _ in range(4):
        next(following.turns)
    assert following.names() == [("a.found.test", "d.pcap1", 1)]


def test_without_rotation_no_other_file_is_looked_for(tmp_path: Path) -> None:
    first = pcap(tmp_path / "d.pcap", session("a.found.test")[:3])
    following = Following(Series((first,), follow=True, rotates=False))
    pcap(tmp_path / "d.pcap1", session("a.found.test")[3:])
    for _ in range(3 * LOOKS):
        following.until_idle()
    (capture,) = following.end()
    assert capture.files == []


@pytest.mark.parametrize(
    ("harm", "told"),
    [("cut", "cut to 30 octets while it was followed"), ("replaced", "removed or replaced")],
)
def test_a_file_that_is_cut_or_replaced_is_told(tmp_path: Path, harm: str, told: str) -> None:
    path = Path(pcap(tmp_path / "grows", session("a.found.test")))
    following = Following(Series((str(path),), follow=True))
    following.until_idle()
    if harm == "cut":
        os.truncate(path, 30)
    else:
        path.rename(tmp_path / "old")
        pcap(path, session("b.found.test"))
    assert list(following.turns) == []
    (capture,) = following.reading.done.captures
    assert capture.error is not None and told in capture.error
    assert following.names() == [("a.found.test", "grows", 5)]


def test_a_file_that_stays_empty_cannot_be_begun(tmp_path: Path) -> None:
    path = tmp_path / "empty"
    path.write_bytes(b"")
    following = Following(Series((str(path),), follow=True))
    for _ in range(5):
        assert next(following.turns) is False
    (capture,) = following.end()
    assert "nothing found" in (capture.error or "")


def test_packed_ones_cannot_be_followed(tmp_path: Path) -> None:
    import gzip

    path = tmp_path / "a.gz"
    plain = Path(pcap(tmp_path / "plain", session("a.found.test")))
    path.write_bytes(gzip.compress(plain.read_bytes()))
    following = Following(Series((str(path),), follow=True))
    assert list(following.turns) == []
    assert following.reading.done.failures[0][1] == 2


def test_an_operator_who_stops_has_not_interrupted_anything(tmp_path: Path) -> None:
    path = pcap(tmp_path / "grows", session("a.found.test"))
    following = Following(Series((path,), follow=True))
    following.until_idle()
    following.stop.request()
    assert list(following.turns) == []
    assert following.reading.done.captures[0].error is None
