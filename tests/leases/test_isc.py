"""dhcpd.leases: every declaration is a lease from when to when, or is told."""

from collections.abc import Callable

from lease_samples import AT, ISC, MAC, PC, SECOND

from netwatch.leases.files import LeaseFile
from netwatch.leases.notation import LATEST_NS

Told = Callable[..., LeaseFile]


def test_isc(told: Told) -> None:
    seen = told(ISC)
    assert seen.format == "ISC dhcpd.leases"
    first, second = seen.leases
    assert (first.address, first.mac, first.hostname, first.granted) == (PC, MAC, b"LAPTOP-5", True)
    assert (first.first_ns, first.last_ns) == (AT * SECOND, (AT + 3_600) * SECOND)
    assert (second.first_ns, second.last_ns) == (AT * SECOND, LATEST_NS)
    assert [text.partition(":")[2] for text in seen.problems] == [
        "28: no time from which on it holds", "32: a lease that is cut off",
    ]  # fmt: skip
