"""Which files are one rotation, in which order, and which look like one and are not."""

import os
import struct
from pathlib import Path

import pytest

from netwatch.capture.find import Found, find_captures
from netwatch.capture.peek import Ends
from netwatch.capture.series import Series, folder_site, follows, plan, successor
from netwatch.errors import UsageError

S = 1_000_000_000


def write(path: Path, *times_s: int, link_type: int = 1) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    head = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65_535, link_type)
    path.write_bytes(
        head + b"".join(struct.pack("<IIII", time, 0, 4, 4) + b"abcd" for time in times_s)
    )


def planned(folder: Path, sequence: bool | None = None) -> list[list[str]]:
    series = plan(find_captures([str(folder)]), sequence)
    return [[os.path.relpath(path, folder) for path in one.paths] for one in series]


@pytest.mark.parametrize(
    "names",
    [
        ["dump.pcap", "dump.pcap1", "dump.pcap2", "dump.pcap10"],  # tcpdump -C
        ["dump.pcap00", "dump.pcap01", "dump.pcap02", "dump.pcap10"],  # tcpdump -C -W
        ["d-20240101-235900.pcap", "d-20240102-000000.pcap", "d-20240102-000100.pcap"],  # -G
        ["d-120000.pcap", "d-120000.pcap1", "d-120500.pcap", "d-120500.pcap1"],  # -G and -C
        ["t_00001_20240101120000.pcapng", "t_00002_20240101120100.pcapng"],  # dumpcap
        ["t_99999_20240101120000.pcapng", "t_100000_20240101120100.pcapng"],
        ["dump-1700000000.pcap", "dump-1700000060.pcap"],  # netsniff-ng
        ["log.pcap.1700000000", "log.pcap.1700000060"],  # Suricata
        ["eth0.pcap", "eth0.pcap1", "eth0.pcap2"],
    ],
)
def test_names_of_the_tools(tmp_path: Path, names: list[str]) -> None:
    for number, name in enumerate(names):
        write(tmp_path / name, 100 + 10 * number, 109 + 10 * number)
    write(tmp_path / "other.pcap", 100)
    assert sorted(planned(tmp_path)) == sorted([names, ["other.pcap"]])
    assert sorted(planned(tmp_path, False)) == sorted([[name] for name in [*names, "other.pcap"]])


def test_those_that_were_packed_since_are_of_it(tmp_path: Path) -> None:
    import gzip

    for number in range(3):
        write(tmp_path / f"d.pcap{number}", 100 + number, 100 + number)
    packed = gzip.compress((tmp_path / "d.pcap0").read_bytes())
    (tmp_path / "d.pcap0").unlink()
    (tmp_path / "d.pcap0.gz").write_bytes(packed)
    assert planned(tmp_path) == [["d.pcap0.gz", "d.pcap1", "d.pcap2"]]


def test_a_ring_begins_with_its_oldest_file(tmp_path: Path) -> None:
    for name, time in (("r0", 130), ("r1", 110), ("r2", 120)):
        write(tmp_path / name, time, time + 9)
    assert planned(tmp_path) == [["r1", "r2", "r0"]]


@pytest.mark.parametrize(
    ("second", "why"),
    [
        ((105, 120), "they overlap"),
        ((109 + 61,), "more than a minute without a frame"),
        ((100, 109), "the same time"),
        ((10, 30), "older, and too long ago for a ring"),
        ((), "no frame, nothing to tell by"),
    ],
)
def test_what_is_not_certain_stays_apart(tmp_path: Path, second: tuple[int, ...], why: str) -> None:
    write(tmp_path / "a1", 100, 109)
    write(tmp_path / "a2", *second)
    assert sorted(planned(tmp_path)) == [["a1"], ["a2"]], why


def test_other_links_folders_and_stems_stay_apart(tmp_path: Path) -> None:
    write(tmp_path / "a1", 100)
    write(tmp_path / "a2", 101, link_type=113)
    write(tmp_path / "b" / "a3", 102)
    write(tmp_path / "ab3", 103)
    assert len(planned(tmp_path)) == 4


def test_a_series_is_cut_where_it_breaks_off(tmp_path: Path) -> None:
    for number, time in enumerate((100, 110, 1_000, 1_010)):
        write(tmp_path / f"a{number}", time, time + 9)
    assert planned(tmp_path) == [["a0", "a1"], ["a2", "a3"]]


def test_series_come_in_the_order_of_their_first_files(tmp_path: Path) -> None:
    for name, time in (("b.pcap", 100), ("a1", 100), ("a2", 101), ("c", 5)):
        write(tmp_path / name, time)
    found = find_captures([str(tmp_path / name) for name in ("c", "b.pcap", "a2", "a1")])
    assert [Path(one.paths[0]).name for one in plan(found)] == ["c", "b.pcap", "a1"]


def test_all_are_one_stream_where_that_is_said(tmp_path: Path) -> None:
    for name, time in (("x", 300), ("y", 100), ("z", 200)):
        write(tmp_path / name, time)
    assert planned(tmp_path, True) == [["y", "z", "x"]]
    (one,) = plan(find_captures([str(tmp_path)]), True)
    assert one.joined
    with pytest.raises(UsageError, match="a stream found"):
        plan(find_captures(["-"]), True)


def test_follows() -> None:
    one = Ends(100 * S, 1, 109 * S)
    assert follows(one, Ends(109 * S, 1, None))
    assert follows(one, Ends(169 * S, 1, None))
    assert not follows(one, Ends(169 * S + 1, 1, None))
    assert follows(one, Ends(108 * S, 1, None)), "the clocks of two queues"
    assert not follows(one, Ends(108 * S - 1, 1, None))
    assert not follows(one, Ends(109 * S, 113, None))
    unknown = Ends(100 * S, 1, None)
    assert follows(unknown, Ends(900 * S, 1, None)), "told when it was read to its end"
    assert not follows(unknown, Ends(100 * S, 1, None))


def test_sites_of_folders(tmp_path: Path) -> None:
    for name in ("berlin/a.pcap", "berlin/deep/b.pcap", "paris/c.pcap", "d.pcap"):
        write(tmp_path / "all" / name, 100)
    found = find_captures([str(tmp_path / "all"), "-", "tcp://127.0.0.1:5"])
    series = plan(found, site_per_folder=True)
    assert [one.site for one in series] == ["berlin", "berlin", "all", "paris", "", ""]
    named = [str(tmp_path / "all" / name) for name in ("berlin", "paris/c.pcap")]
    assert [one.site for one in plan(find_captures(named), site_per_folder=True)] == [
        "berlin",
        "deep",
        "paris",
    ]
    assert {one.site for one in plan(found, site="x")} == {"x"}
    together = plan(found[:4], True, site_per_folder=True)
    assert [(one.site, len(one.paths)) for one in together] == [
        ("berlin", 2),
        ("all", 1),
        ("paris", 1),
    ]


def test_the_site_of_where_we_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "hq" / "a.pcap", 100)
    monkeypatch.chdir(tmp_path / "hq")
    assert folder_site(Found("a.pcap", 1, True, "a.pcap")) == "hq"
    assert folder_site(Found("./a.pcap", 1, False, ".")) == "hq"


def test_equal_names_on_two_sites_are_two_series(tmp_path: Path) -> None:
    write(tmp_path / "x" / "a1", 100)
    write(tmp_path / "x" / "a2", 101)
    found = [
        Found(str(tmp_path / "x" / "a1"), 1, False, str(tmp_path)),
        Found(str(tmp_path / "x" / "a2"), 1, False, str(tmp_path / "x" / "..")),
    ]
    assert [one.site for one in plan(found, site_per_folder=True)] == ["x"]


def test_what_is_followed_is_the_last_of_a_rotation(tmp_path: Path) -> None:
    for number, time in enumerate((100, 110, 1_000, 1_010)):
        write(tmp_path / f"a{number}", time, time + 9)
    series = plan(find_captures([str(tmp_path)]), follow=True)
    assert [one.follow for one in series] == [False, True]
    assert all(one.rotates for one in series)
    write(tmp_path / "a4")
    series = plan(find_captures([str(tmp_path)]), follow=True)
    assert [[Path(path).name for path in one.paths] for one in series if one.follow] == [
        ["a2", "a3", "a4"]
    ]
    assert len(plan(find_captures([str(tmp_path)]))) == 3, "not followed it stays empty"
    (tmp_path / "a4").unlink()
    each = plan(find_captures([str(tmp_path)]), False, follow=True)
    assert [(one.follow, one.rotates) for one in each] == [(True, False)] * 4
    (joined,) = plan(find_captures([str(tmp_path)]), True, follow=True)
    assert joined.follow


def test_the_next_file_of_a_rotation(tmp_path: Path) -> None:
    def touch(name: str, time_s: int) -> str:
        path = tmp_path / name
        path.write_bytes(b"x")
        os.utime(path, (time_s, time_s))
        return str(path)

    first = touch("d.pcap", 100)
    assert successor(first) is None
    touch("e.pcap1", 200)
    touch("d.pcap.txt", 200)
    assert successor(first) is None, "another stem"
    third = touch("d.pcap2", 300)
    second = touch("d.pcap1", 200)
    assert (successor(first), successor(second), successor(third)) == (second, third, None)
    touch("d.pcap1", 400)
    assert successor(third) == second, "a ring begins again"
    assert successor(first) == second
    old = touch("d.pcap3", 50)
    assert successor(third) != old, "of the round before"
    assert successor(str(tmp_path / "absent" / "x1")) is None


def test_a_series_is_one_capture_by_default() -> None:
    assert Series(("a",)) == Series(("a",), "", False, False, True)
