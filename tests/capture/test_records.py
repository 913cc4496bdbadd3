"""What all readers of records share: the bounds by link type, and a base that reads nothing."""

import pytest

from netwatch.capture.records import DAMAGED, Records, captured_bytes_max
from netwatch.limits import FRAME_BYTES_MAX
from netwatch.model import Answer


@pytest.mark.parametrize(
    ("link_type", "most"),
    [
        (1, FRAME_BYTES_MAX),
        (113, FRAME_BYTES_MAX),
        (231, 128 * 1024 * 1024),
        (249, 1024 * 1024),
        (279, 8 * 1024 * 1024),
        (65535, FRAME_BYTES_MAX),
    ],
)
def test_only_link_types_without_packets_may_have_huge_frames(link_type: int, most: int) -> None:
    assert captured_bytes_max(link_type) == most


def test_the_base_reads_nothing_and_says_so() -> None:
    records = Records()
    assert records.next(bytes(100)) == DAMAGED
    assert records.damage
    assert records.packets == 0


def test_begin_forgets_what_was_needed() -> None:
    records = Records()
    assert records.wait(7, 24) == Answer.NEED_MORE
    assert (records.position, records.needed) == (7, 24)
    records.begin(3)
    assert (records.position, records.needed) == (3, 0)
    assert records.vlan_tci == -1
