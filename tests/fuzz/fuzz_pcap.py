"""The frames of a pcap file are inside it and the same in whatever blocks it is read."""

from typing import Final

from capture_walk import same_in_every_block

from netwatch.capture.pcap import PcapRecords

RUNS: Final = 3_200
DEPTHS: Final = ("frames", "damage")
reached: set[str] = set()


def target(octets: bytes) -> None:
    """Read one file."""
    walked = same_in_every_block(octets, PcapRecords)
    if walked.frames:
        reached.add("frames")
    if walked.damage:
        reached.add("damage")
    # What was read stays read when the file goes on.
    longer = same_in_every_block(octets + bytes(40), PcapRecords)
    assert longer.frames[: len(walked.frames)] == walked.frames
