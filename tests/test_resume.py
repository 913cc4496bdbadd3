"""What a scan noted is what it would read again; anything else is refused or read anew."""

import os
import stat
import struct
import sys
from pathlib import Path

import msgspec
import pytest

from netwatch import resume
from netwatch.capture.files import CaptureReader, Teller, open_capture
from netwatch.capture.series import Series
from netwatch.errors import OutputError, UsageError
from netwatch.match.signatures import Pack
from netwatch.model import Capture
from netwatch.resume import LENGTHS, MAGIC, ResumeFile, key_of
from netwatch.scan import scan_captures
from netwatch.signature import Signature
from netwatch.stop import Stop
from netwatch.workers import Done, Setup


def pack(name: str = "*.found.test") -> Pack:
    return Pack(
        (
            Signature(
                id="a", service="s", product="p", purpose="update", strength="strong", names=(name,)
            ),
        )
    )


def question(name: str) -> bytes:
    wire = b"".join(bytes((len(label),)) + label.encode() for label in name.split("."))
    message = struct.pack(">HHHHHH", 7, 0x0100, 1, 0, 0, 0) + wire + b"\0\0\1\0\1"
    datagram = struct.pack(">HHHH", 40_000, 53, 8 + len(message), 0) + message
    header = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(datagram), 1, 0, 64, 17, 0)
    return b"\2" * 5 + b"\1" + b"\2" * 6 + b"\x08\0" + header + bytes(range(10, 18)) + datagram


@pytest.fixture
def captures(tmp_path: Path) -> list[str]:
    paths = []
    for number in range(4):
        frame = question(f"n{number}.found.test")
        path = tmp_path / f"{'abcd'[number]}.pcap"
        head = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262_144, 1)
        path.write_bytes(head + struct.pack("<IIII", 5, 0, len(frame), len(frame)) + frame)
        paths.append(str(path))
    return paths


def packed(captures: list[Capture]) -> bytes:
    return msgspec.msgpack.encode(captures)


def interrupted(paths: list[str], state: str, after: int) -> None:
    """A scan that is stopped when so many captures were begun."""
    stop, told = Stop(), []

    def advance(_octets: int, packets: int) -> None:
        if packets:
            told.append(packets)
            if len(told) == after:
                stop.request()

    scan_captures(paths, pack(), stop=stop, advance=advance, resume=state)


@pytest.mark.parametrize("after", [1, 3])
def test_after_an_interruption_the_result_is_the_same(
    captures: list[str], tmp_path: Path, after: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = str(tmp_path / "state")
    whole = packed(scan_captures(captures, pack()))
    interrupted(captures, state, after)
    read: list[str] = []

    def noted(path: str, *, digest: bool, follow: bool, logs: Teller) -> CaptureReader:
        read.append(path)
        return open_capture(path, digest=digest, follow=follow, logs=logs)

    monkeypatch.setattr("netwatch.reading.open_capture", noted)
    assert packed(scan_captures(captures, pack(), resume=state)) == whole
    assert read == captures[after - 1 :], "only what was missing is read"
    read.clear()
    assert packed(scan_captures(captures, pack(), resume=state)) == whole
    assert read == []


@pytest.mark.parametrize("jobs", [1, 2])
def test_results_do_not_depend_on_jobs_here_either(
    captures: list[str], tmp_path: Path, jobs: int
) -> None:
    state = str(tmp_path / "state")
    scan_captures(captures[2:3], pack(), resume=state)
    read = scan_captures(captures, pack(), resume=state, jobs=jobs)
    assert packed(read) == packed(scan_captures(captures, pack()))


def test_progress_counts_what_was_known(captures: list[str], tmp_path: Path) -> None:
    state = str(tmp_path / "state")
    for _ in range(2):
        told = [0, 0]

        def advance(octets: int, packets: int, told: list[int] = told) -> None:
            told[0] += octets
            told[1] += packets

        scan_captures(captures, pack(), resume=state, advance=advance)
        assert told == [sum(os.path.getsize(path) for path in captures), 4]


def test_every_cut_of_the_file_loses_only_what_was_cut(captures: list[str], tmp_path: Path) -> None:
    captures, state = captures[:2], tmp_path / "state"
    whole = packed(scan_captures(captures, pack(), resume=str(state)))
    octets = state.read_bytes()
    setup = Setup(pack=pack(), digest=True)
    series = [Series((path,)) for path in captures]
    counts = set()
    head = len(MAGIC) + LENGTHS.size + LENGTHS.unpack_from(octets, len(MAGIC))[0]
    for cut in range(head, len(octets) + 1):
        state.write_bytes(octets[:cut])
        with ResumeFile(str(state), setup) as known:
            counts.add(sum(one in known for one in series))
            assert state.stat().st_size <= cut
    assert counts == {0, 1, 2}
    state.write_bytes(octets[: len(octets) // 2])
    assert packed(scan_captures(captures, pack(), resume=str(state))) == whole
    assert state.read_bytes() == octets


def test_an_octet_that_was_changed_is_seen(captures: list[str], tmp_path: Path) -> None:
    state = tmp_path / "state"
    whole = packed(scan_captures(captures, pack(), resume=str(state)))
    octets = bytearray(state.read_bytes())
    octets[-5] ^= 1
    state.write_bytes(octets)
    with ResumeFile(str(state), Setup(pack=pack(), digest=True)) as known:
        assert [Series((path,)) in known for path in captures] == [True, True, True, False]
    assert packed(scan_captures(captures, pack(), resume=str(state))) == whole


def test_a_capture_that_changed_is_read_again(captures: list[str], tmp_path: Path) -> None:
    state = str(tmp_path / "state")
    scan_captures(captures, pack(), resume=state)
    octets = Path(captures[1]).read_bytes()
    Path(captures[1]).write_bytes(octets + octets[24:])
    read = scan_captures(captures, pack(), resume=state)
    assert [capture.observation.coverage.packets for capture in read] == [1, 2, 1, 1]
    assert packed(read) == packed(scan_captures(captures, pack(), resume=state))


def test_only_results_that_stay_are_noted(captures: list[str], tmp_path: Path) -> None:
    state = tmp_path / "state"
    (tmp_path / "a.pcap").write_bytes(b"not a capture any more, for now")
    (tmp_path / "b.pcap").write_bytes((tmp_path / "b.pcap").read_bytes()[:-1])
    first = scan_captures(captures, pack(), resume=str(state))
    assert [capture.error is None for capture in first] == [False, False, True, True]
    with ResumeFile(str(state), Setup(pack=pack(), digest=True)) as known:
        assert [Series((path,)) in known for path in captures] == [False, True, True, True]


def test_streams_are_never_known() -> None:
    assert key_of(Series(("-",))) is None
    assert key_of(Series(("tcp://127.0.0.1:5",))) is None
    assert key_of(Series((os.devnull,))) is None
    assert key_of(Series(("absent",))) is None


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"since_ns": 5}, "another --since"),
        ({"until_ns": 5}, "another --until"),
        ({"filter": "udp"}, "another --filter"),
        ({"pack": pack("other.test")}, "another set of signatures"),
    ],
)
def test_other_options_are_refused(
    captures: list[str], tmp_path: Path, options: dict[str, object], told: str
) -> None:
    state = str(tmp_path / "state")
    scan_captures(captures, pack(), resume=state)
    setup = msgspec.structs.replace(Setup(pack=pack(), digest=True), **options)
    with pytest.raises(UsageError, match=f"state: written by a scan with {told} .* begin anew"):
        ResumeFile(state, setup)


def test_another_version_is_refused(
    captures: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = str(tmp_path / "state")
    scan_captures(captures, pack(), resume=state)
    monkeypatch.setattr(resume, "__version__", "99")
    with pytest.raises(UsageError, match="another version of netwatch"):
        scan_captures(captures, pack(), resume=state)


def test_digests_are_missed_only_where_they_are_wanted(captures: list[str], tmp_path: Path) -> None:
    with_digests, without = str(tmp_path / "with"), str(tmp_path / "without")
    scan_captures(captures, pack(), resume=with_digests)
    scan_captures(captures, pack(), digest=False, resume=without)
    scan_captures(captures, pack(), digest=False, resume=with_digests)
    with pytest.raises(UsageError, match="without digests"):
        scan_captures(captures, pack(), resume=without)


def test_what_is_something_else_is_never_overwritten(tmp_path: Path) -> None:
    other = tmp_path / "notes.txt"
    for octets in (b"my notes", b"", MAGIC[:-1] + b"x", MAGIC + b"\0" * 8):
        other.write_bytes(octets)
        with pytest.raises(UsageError, match=r"notes\.txt: "):
            ResumeFile(str(other), Setup(pack=pack()))
        assert other.read_bytes() == octets


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="cannot write") as caught:
        ResumeFile(str(tmp_path / "absent" / "state"), Setup(pack=pack()))
    assert caught.value.exit_code == 4
    with pytest.raises(OutputError):
        ResumeFile(str(tmp_path), Setup(pack=pack()))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such rights")
def test_only_its_owner_reads_it(captures: list[str], tmp_path: Path) -> None:
    state = tmp_path / "state"
    scan_captures(captures, pack(), resume=str(state))
    assert stat.S_IMODE(state.stat().st_mode) == 0o600


def test_a_capture_that_changes_while_it_is_read_is_not_noted(
    captures: list[str], tmp_path: Path
) -> None:
    series = Series((captures[0],))
    with ResumeFile(str(tmp_path / "state"), Setup(pack=pack())) as known:
        assert series not in known
        os.utime(captures[0], (1, 1))
        list(known.complete([series], iter([Done(captures=[Capture(path="a")])]), None))
        assert series not in known
