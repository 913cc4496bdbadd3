"""Who made an interface: the longest prefix decides, and a MAC made up has no maker."""

import pytest

from netwatch.devices import vendors
from netwatch.devices.vendors import vendor_of


@pytest.mark.parametrize(
    ("mac", "vendor"),
    [
        ("00163e000005", "Xensource, Inc."),
        ("001bc5000123", "Converging Systems Inc."),  # a block of 36 bits
        ("001bc5001123", "OpenRB.com, Direct SIA"),
        ("0055da100011", "KoolPOS Inc."),  # of 28 bits
        ("02163e000005", None),  # made up
        ("01005e000001", None),  # a group
        ("0016", None),
        ("", None),
    ],
)
def test_vendors(mac: str, vendor: str | None) -> None:
    assert vendor_of(bytes.fromhex(mac)) == vendor


def test_nobody_knows_without_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vendors, "_table", lambda: "")
    assert vendor_of(bytes.fromhex("00163e0000ff")) is None
