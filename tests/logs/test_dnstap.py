"""dnstap, as BIND 9.18 wrote it, and its protobuf with every length wrong."""

import pytest
from log_samples import SAMPLES, Read, read_sample

from netwatch.logs.dnstap import knows

WHOLE = (SAMPLES / "bind.dnstap").read_bytes()
FIRST = 0x2A
"""Where the first data frame begins."""


def test_a_file_of_bind_itself() -> None:
    read = read_sample("bind.dnstap")
    names = [
        "dnl-03.geo.kaspersky.com",
        "activation-v2.kaspersky.com",
        "we\\.ird\\032x.example.org",
    ]
    assert [told[1:4] for told in read.told()] == [
        (signal, name, client)
        for name, client in zip(names, ("10.20.0.7", "10.20.0.8", "fd00:20::8"), strict=True)
        for signal in ("dns-query", "dns-answer")
    ]
    assert read.told()[0][0] == "1 2026-11-22T21:48:47"
    assert [s.transport for s in read.found] == [17, 17, 6, 6, 17, 17]
    assert [s.two_way for s in read.found] == [False, True] * 3
    assert read.found[1].dns is not None
    assert read.found[1].dns.answers == (bytes((192, 0, 2, 80)),)
    assert (read.log.skipped, read.log.stop) == (0, "")


def test_the_head_is_known_and_no_other() -> None:
    assert knows(WHOLE)
    assert not knows(WHOLE.replace(b"dnstap.Dnstap", b"other.Thing00"))
    assert not knows(WHOLE[:20])
    assert not knows(b"")


def test_every_truncation_gives_the_frames_before_it() -> None:
    whole = read_sample("bind.dnstap").told()
    for cut in range(FIRST, len(WHOLE)):
        read = Read("dnstap", WHOLE[:cut])
        assert read.told() == whole[: len(read.found)]
        assert not read.log.skipped


@pytest.mark.parametrize("octet", [0x00, 0x7F, 0x80, 0xFF])
def test_any_octet_may_be_wrong(octet: int) -> None:
    for place in range(FIRST + 4, FIRST + 4 + 0x8D):
        octets = bytearray(WHOLE)
        octets[place] = octet
        read = Read("dnstap", bytes(octets))
        assert len(read.found) >= 4, "the other frames are read"
        assert read.log.skipped <= 1


def test_a_frame_that_is_too_long_ends_the_reading() -> None:
    read = Read("dnstap", WHOLE[:FIRST] + b"\x7f\xff\xff\xff" + WHOLE[FIRST:])
    assert read.log.stop.startswith("a frame of 2147483647 octets found")
    assert read.found == []


def test_a_number_may_not_go_on_for_ever() -> None:
    frame = b"\x80" * 20
    octets = WHOLE[:FIRST] + len(frame).to_bytes(4, "big") + frame
    assert Read("dnstap", octets).log.skipped == 1
