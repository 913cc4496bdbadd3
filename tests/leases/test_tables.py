"""Neighbours of routers and hosts, and ports of switches: one MAC a line."""

from collections.abc import Callable

import pytest
from lease_samples import (
    ARP_A,
    ARP_CISCO,
    ARP_WINDOWS,
    AT,
    CAM,
    CAM_ARUBA,
    CAM_JUNIPER,
    MAC,
    NEIGH,
    NETSH,
    PC,
    PC6,
    SECOND,
)

from netwatch.leases.files import LeaseFile
from netwatch.leases.notation import SNAPSHOT_NS

Told = Callable[..., LeaseFile]


@pytest.mark.parametrize("text", [NEIGH, ARP_A, ARP_WINDOWS, ARP_CISCO, NETSH])
def test_tables(told: Told, text: str) -> None:
    seen = told(text, "@2025-11-19T11:00:00+01:00")
    found = {(lease.address, lease.mac) for lease in seen.leases}
    assert (PC, MAC) in found
    assert found <= {
        (PC, MAC), (PC6, MAC), (bytes.fromhex("fe80") + bytes(13) + b"\1", MAC),
        (bytes((10, 0, 0, 1)), bytes.fromhex("00163e000001")),
    }  # fmt: skip
    one = seen.leases[0]
    assert (one.first_ns, one.last_ns) == (AT * SECOND - SNAPSHOT_NS, AT * SECOND + SNAPSHOT_NS)
    assert not one.granted


@pytest.mark.parametrize(
    ("text", "port", "count"), [(CAM, "Gi1/0/5", 2), (CAM_JUNIPER, "ge-0/0/5.0", 1),
    (CAM_ARUBA, "1/1/5", 1)],
)  # fmt: skip
def test_switch_tables(told: Told, text: str, port: str, count: int) -> None:
    seen = told(text)
    assert len(seen.leases) == count
    one = seen.leases[0]
    assert (one.mac, one.address, one.port) == (MAC, b"", port)
