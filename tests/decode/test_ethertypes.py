"""Which frames can carry no packet."""

import pytest

from netwatch.decode.ethertypes import LLC, local_only


@pytest.mark.parametrize("ethertype", [LLC, 0x88CC, 0x888E, 0x8809, 0x9000, 0x88FB])
def test_what_never_leaves_its_segment_is_no_surprise(ethertype: int) -> None:
    assert local_only(ethertype)


@pytest.mark.parametrize(
    "ethertype",
    [0, 0x8847, 0x8864, 0x88A8, 0x88E7, 0x88E5, 0x0800, 0x86DD, 0x10001, 0x10002, 0x10003],
)
def test_what_may_carry_packets_is_never_local_only(ethertype: int) -> None:
    assert not local_only(ethertype)
