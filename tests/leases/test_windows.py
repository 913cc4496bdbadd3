"""Exports of a Windows DHCP server, with any comma and in any encoding."""

from collections.abc import Callable

import pytest
from lease_samples import MAC, PC, WINDOWS

from netwatch.leases.files import LeaseFile

Told = Callable[..., LeaseFile]


@pytest.mark.parametrize("comma", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_windows(told: Told, comma: str, encoding: str) -> None:
    seen = told(WINDOWS.replace(",", comma), encoding=encoding)
    assert seen.format == "Windows DHCP export"
    (lease,) = seen.leases
    assert (lease.address, lease.mac, lease.hostname) == (PC, MAC, b"laptop-5.example")
    assert len(seen.problems) == 1
