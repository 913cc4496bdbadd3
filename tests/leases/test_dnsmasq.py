"""The lease file of dnsmasq is what held at one time."""

from collections.abc import Callable

from lease_samples import AT, DNSMASQ, MAC, PC, SECOND

from netwatch.leases.files import LeaseFile
from netwatch.leases.notation import LATEST_NS, SNAPSHOT_NS

Told = Callable[..., LeaseFile]


def test_dnsmasq(told: Told) -> None:
    seen = told(DNSMASQ)
    first, second = seen.leases
    assert (first.address, first.mac, first.hostname) == (PC, MAC, b"laptop-5")
    assert (first.first_ns, first.last_ns) == (AT * SECOND - SNAPSHOT_NS, AT * SECOND + SNAPSHOT_NS)
    assert (second.hostname, second.last_ns) == (b"", LATEST_NS)
    assert not first.granted
    assert len(seen.problems) == 1
