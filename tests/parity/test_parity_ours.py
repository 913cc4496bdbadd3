"""What `netwatch names` gives, and the proof that it stands in the frame.

Invariant: a name is proven only by its own octets, in the frame that is named.
"""

from pathlib import Path

import pytest
from parity_ours import read_ours
from parity_proof import frame_of, stands_in
from parity_truth import Key

from netwatch.names import name_wire
from netwatch.selftest import messages
from netwatch.selftest.files import pcap
from netwatch.selftest.wire import Site, Wire

SITE = Site(3)
ALICE = SITE.host(11)


def capture() -> bytes:
    wire = Wire("2024-06-03T08:00:00+00:00")
    wire.look_up(ALICE, SITE.resolver, "Asked.Test", messages.alias("alias.test", "192.0.2.1"))
    return pcap(wire.shown)


def test_names_and_endings(tmp_path: Path) -> None:
    (tmp_path / "whole.pcap").write_bytes(capture())
    (tmp_path / "cut.pcap").write_bytes(capture()[:-5])
    (tmp_path / "none.pcap").write_bytes(b"no capture")
    ours = read_ours(tmp_path, ["whole.pcap", "cut.pcap", "none.pcap"])
    assert {key: seen.frame for key, seen in ours["whole.pcap"].seen.items()} == {
        Key("dns-query", "asked.test", ALICE.ip): 1,
        Key("dns-answer", "asked.test", ALICE.ip): 2,
        Key("dns-answer", "alias.test", ALICE.ip): 2,
    }
    assert [key.signal for key in ours["cut.pcap"].seen] == ["dns-query"]
    assert [one.exit_code for one in ours.values()] == [0, 3, 3]
    assert [one.error != "" for one in ours.values()] == [False, True, True]
    assert [one.bugs for one in ours.values()] == [0, 0, 0]


@pytest.mark.parametrize(
    ("frame", "proven"),
    [
        (b"..GET / HTTP/1.1\r\nHost: WWW.asked.test\r\n", True),
        (b".." + name_wire("www.Asked.test") + b"\0", True),
        (b"..www.asked,test", False),
        (b"..\3www\4asked\5test", False),
        (b"", False),
    ],
)
def test_proof(frame: bytes, proven: bool) -> None:
    assert stands_in([b"www", b"asked", b"test"], frame) == proven


def test_frames_by_number(tmp_path: Path) -> None:
    path = tmp_path / "a.pcap"
    path.write_bytes(capture())
    assert stands_in([b"asked", b"test"], frame_of(path, 1))
    assert not stands_in([b"alias", b"test"], frame_of(path, 1))
    assert stands_in([b"alias", b"test"], frame_of(path, 2))
    assert frame_of(path, 3) == b""
