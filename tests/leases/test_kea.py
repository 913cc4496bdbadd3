"""Lease files of Kea: every row with a MAC is a lease, of IPv4 and IPv6."""

from collections.abc import Callable

import pytest
from lease_samples import AT, KEA, KEA6, MAC, PC, PC6, SECOND

from netwatch.leases.files import LeaseFile

Told = Callable[..., LeaseFile]


@pytest.mark.parametrize(
    ("text", "address", "name", "problems"),
    [(KEA, PC, b"laptop-5.example", 2), (KEA6, PC6, b"a,b", 0)],
)
def test_kea(told: Told, text: str, address: bytes, name: bytes, problems: int) -> None:
    seen = told(text)
    (lease,) = seen.leases
    assert (lease.address, lease.mac, lease.hostname, lease.granted) == (address, MAC, name, True)
    assert (lease.first_ns, lease.last_ns) == (AT * SECOND, (AT + 3_600) * SECOND)
    assert len(seen.problems) == problems
