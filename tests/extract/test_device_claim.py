"""What one frame says of a device: the record, and the values in it."""

import pytest

from netwatch.extract.device_claim import DeviceClaim, one_host4, trimmed, value
from netwatch.limits import CLAIM_VALUE_BYTES_MAX


def test_clear_forgets_everything() -> None:
    claim = DeviceClaim()
    empty = claim.said()
    for name in ("mac", "address", "hostname", "description", "location", "port"):
        claim.clear()
        assert claim.said() == empty
        setattr(claim, name, b"x")
        assert claim.said() != empty
    claim.clear()
    claim.device_kind = "phone"
    assert claim.said() not in (empty, b"x")
    claim.clear()
    assert claim.said() == empty


def test_said_tells_fields_apart() -> None:
    one, other = DeviceClaim(), DeviceClaim()
    one.hostname, other.description = b"x", b"x"
    assert one.said() != other.said()


def test_values() -> None:
    data = b"abc" * 200
    assert value(data, 1, 4) == b"bca"
    assert len(value(data, 0, len(data))) == CLAIM_VALUE_BYTES_MAX
    assert trimmed(b" a b \t\0\0\r\n") == b" a b"
    assert trimmed(b"\0\0") == b""


@pytest.mark.parametrize(
    ("address", "one"),
    [
        ((10, 0, 0, 1), True),
        ((223, 255, 255, 255), True),
        ((0, 0, 0, 1), False),
        ((127, 0, 0, 1), False),
        ((224, 0, 0, 1), False),
    ],
)
def test_addresses(address: tuple[int, ...], one: bool) -> None:
    assert one_host4(b"\xff" + bytes(address), 1) == one
