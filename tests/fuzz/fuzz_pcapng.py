"""The frames of a pcapng file are inside it and the same in whatever blocks it is read."""

from typing import Final

from capture_walk import same_in_every_block

from netwatch.capture.pcapng import PcapngRecords
from netwatch.limits import PCAPNG_INTERFACES_MAX

RUNS: Final = 1_800
DEPTHS: Final = ("frames", "damage", "interfaces")
reached: set[str] = set()
_kept: list[PcapngRecords] = []


def target(octets: bytes) -> None:
    """Read one file."""
    _kept.clear()
    walked = same_in_every_block(octets, _made)
    if walked.frames:
        reached.add("frames")
    if walked.damage:
        reached.add("damage")
    for records in _kept:
        assert 0 <= records.interfaces <= PCAPNG_INTERFACES_MAX
        if records.interfaces > 1:
            reached.add("interfaces")


def _made() -> PcapngRecords:
    _kept.append(PcapngRecords())
    return _kept[-1]
