"""A lease says who, where and from when to when; anything else may be unknown."""

import msgspec
import pytest

from netwatch.lease import Lease


def test_what_is_not_told_is_empty() -> None:
    lease = Lease(mac=b"123456", first_ns=1, last_ns=2)
    assert (lease.address, lease.hostname, lease.port, lease.site) == (b"", b"", "", "")
    assert not lease.granted


def test_it_never_changes() -> None:
    lease = Lease(mac=b"123456", first_ns=1, last_ns=2)
    with pytest.raises(AttributeError):
        lease.mac = b""  # type: ignore[misc]  # this is what is tried
    assert msgspec.structs.replace(lease, site="berlin").site == "berlin"
