"""Whole lists as products export them; bad rows; what is refused."""

import codecs
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwatch.asset import Asset, AssetList
from netwatch.assets.headings import Columns
from netwatch.assets.lists import list_of, read_lists
from netwatch.errors import UsageError
from netwatch.limits import ASSET_LIST_BYTES_MAX

MAC = bytes.fromhex("00163ec8000b")
OTHER = bytes.fromhex("00163ec8000c")


def read(text: str | bytes) -> AssetList:
    return list_of(text.encode() if isinstance(text, str) else text, "list", Columns({}))


def one(text: str | bytes) -> Asset:
    (asset,) = read(text).assets
    return asset


EXPORTS = {
    "intune": "Device ID,Device name,Ownership,Serial number,Wi-Fi MAC,Ethernet MAC,Last check-in\n"
    "d1,PC1,Corporate,5CG1,00163EC8000B,00163EC8000C,2026-11-16 11:58:00.0000000\n",
    "graph": '{"@odata.context":"x","value":[{"id":"d1","deviceName":"PC1","serialNumber":"5CG1",'
    '"wiFiMacAddress":"00163EC8000B","ethernetMacAddress":"00163EC8000C",'
    '"lastSyncDateTime":"2026-11-16T11:58:00Z"}]}',
    "jamf": '"JSS Computer ID","Computer Name","MAC Address","Alternate MAC Address",'
    '"Serial Number","Last Check-in"\n"d1","PC1","00:16:3E:C8:00:0B","00:16:3E:C8:00:0C","5CG1",'
    '"2026-11-16 11:58:00"\n',
    "jamf api": '{"totalCount":1,"results":[{"udid":"d1","general":{"name":"PC1",'
    '"lastContactTime":"2026-11-16T11:58:00.000Z"},"hardware":{"serialNumber":"5CG1",'
    '"macAddress":"00:16:3E:C8:00:0B","altMacAddress":"00:16:3E:C8:00:0C"}}]}',
    "crowdstrike": "Hostname,Last Seen,Host ID,MAC Address,Connection MAC Address,Serial Number\n"
    "PC1,2026-11-16T11:58:00Z,d1,00-16-3e-c8-00-0b,00-16-3e-c8-00-0c,5CG1\n",
    "defender": '{"value":[{"id":"d1","computerDnsName":"pc1","lastSeen":"2026-11-16T11:58:00Z",'
    '"serialNumber":"5CG1","ipAddresses":[{"ipAddress":"fe80::1","macAddress":"00163EC8000B"},'
    '{"ipAddress":"fe80::2","macAddress":"00163EC8000C"}]}]}',
    "sccm": "Systems with MACs\n\nResourceID,Name0,MAC_Addresses0,SerialNumber0,LastActiveTime\n"
    'd1,PC1,"00:16:3E:C8:00:0B, 00:16:3E:C8:00:0C",5CG1,11/16/2026 11:58:00 AM\n',
    "servicenow": '{"result":[{"sys_id":"x","asset_tag":{"display_value":"d1","link":"y"},'
    '"name":"PC1","serial_number":"5CG1","mac_address":"00:16:3e:c8:00:0b 00:16:3e:c8:00:0c",'
    '"last_discovered":"2026-11-16 11:58:00"}]}',
    "yaml": "- asset: d1\n  name: PC1\n  serial: 5CG1\n  last_seen: 2026-11-16 11:58\n"
    "  interfaces:\n    - mac: 00:16:3e:c8:00:0b\n    - mac: 00:16:3e:c8:00:0c\n",
}


@pytest.mark.parametrize("export", EXPORTS)
def test_exports_say_the_same(export: str) -> None:
    asset = one(EXPORTS[export])
    assert (asset.id, asset.names, asset.serials) == ("d1", ("pc1",), ("5cg1",))
    assert asset.macs == (MAC, OTHER)
    assert asset.last_seen_ns == 1794830280 * 10**9


@pytest.mark.parametrize(
    "octets",
    [
        codecs.BOM_UTF8 + EXPORTS["intune"].encode(),
        codecs.BOM_UTF16_LE + EXPORTS["intune"].encode("utf-16-le"),
        EXPORTS["intune"].replace(",", ";").encode("cp1252"),
        EXPORTS["intune"].replace(",", "\t").encode("utf-16-be"),
        EXPORTS["intune"].replace(",", "|").replace("\n", "\r\n").encode(),
    ],
)
def test_encodings_and_delimiters_change_nothing(octets: bytes) -> None:
    assert one(octets) == one(EXPORTS["intune"])


def test_active_directory_and_netbox() -> None:
    asset = one(
        '#TYPE x\n"Name","DNSHostName","IPv4Address","SamAccountName","lastLogonTimestamp"\n'
        '"PC1","PC1.corp.example","10.0.0.7","PC1$","134393182800000000"\n'
    )
    assert asset.names == ("pc1", "pc1.corp.example") and asset.addresses == (b"\x0a\0\0\7",)
    assert asset.last_seen_ns == 1794844680 * 10**9
    netbox = json.dumps({"results": [{
        "id": 3, "name": "sw1", "asset_tag": None, "site": {"name": "AMS"},
        "primary_ip4": {"id": 9, "address": "10.0.0.7/24"},
    }]})  # fmt: skip
    asset = one(netbox)
    assert (asset.id, asset.names, asset.addresses) == ("3", ("sw1",), (b"\x0a\0\0\7",))
    assert asset.prefixes == ()


def test_several_rows_of_one_asset() -> None:
    found = read("Asset tag,MAC\nA,00:16:3e:c8:00:0c\nB,00:16:3e:c8:00:0d\nA,00:16:3e:c8:00:0b\n")
    assert [(a.id, a.line) for a in found.assets] == [("A", 2), ("B", 3)]
    assert found.assets[0].macs == (MAC, OTHER)
    assert (found.rows, len(found.assets)) == (3, 2)


def test_interfaces_belong_to_their_device() -> None:
    found = read(
        "ID,Name,Device,MAC Address\n1,eth0,pc1,00:16:3e:c8:00:0b\n2,eth1,pc1,00:16:3e:c8:00:0c\n"
        "3,eth0,pc2,00:16:3e:c8:00:0d\n"
    )
    told = [(asset.id, asset.names, len(asset.macs)) for asset in found.assets]
    assert told == [("pc1", ("pc1",), 2), ("pc2", ("pc2",), 1)]


def test_leases_of_other_times_stay_apart() -> None:
    found = read(
        "Name,IP,From,Until\nPC1,10.0.0.1,2026-11-16,2026-11-17\nPC1,10.0.0.2,2026-11-17,\n"
    )
    assert [len(asset.addresses) for asset in found.assets] == [1, 1]
    assert found.assets[0].until_ns == found.assets[1].from_ns


def test_a_prefix_beside_a_name_says_only_where_it_is() -> None:
    assert one("Name,IP\nPC1,10.0.0.0/24\n").prefixes == ()
    assert len(one("IP\n10.0.0.0/24\n").prefixes) == 1
    assert len(one("Name,Prefix\nprinters-2nd-floor,10.0.0.0/24\n").prefixes) == 1


def test_bad_rows_are_told_and_skipped_and_the_others_are_taken() -> None:
    found = read("Name,MAC\nPC1,nonsense\n,\nlocalhost,N/A\nPC2,a,b\nPC3,00:16:3e:c8:00:0b\n")
    assert [asset.id for asset in found.assets] == ["pc1", "pc3"]
    assert [(row.line, row.why) for row in found.skipped] == [
        (2, "MAC: found 'nonsense', expected a MAC"),
        (4, "found nothing to know a machine by, expected a MAC, host name or address"),
        (5, "found 3 cells, expected at most 2: a cell with a comma in it needs quotes"),
    ]
    assert found.placeholders == 2 and found.skipped_count == 3


def test_columns_are_told() -> None:
    found = read("Name,Owner,MAC\nPC1,x,00:16:3e:c8:00:0b\n")
    assert found.columns == {"Name": "name", "MAC": "mac"} and found.unused == ["Owner"]
    assert found.format == "csv" and len(found.sha256) == 64
    assert read("pc1\n").columns == {}


@pytest.mark.parametrize(
    ("octets", "message"),
    [
        (b"", "list:1: found no text"),
        (b" \n\n", "list:1: found no text"),
        (b"PK\x03\x04\0\0\0\0\xff\xff", "list: found a spreadsheet"),
        (bytes(64), "list:1: found no text"),
        (b"Foo,Bar\n1,2\n", "list:1: found 'Foo,Bar', expected a known heading"),
        (b"[1, 2", "list:1: found JSON that cannot be read"),
        (b"a: [1\n", "list:2:1: found YAML that cannot be read"),
        (b"Name,MAC\n,\n", "list: no asset found in list"),
        (b"Name,MAC\nlocalhost,N/A\n", "list: no asset found in list: line 2: found nothing"),
        (b'[{"foo":1}]', "list: no asset found in list (no known heading: 'foo'"),
    ],
)
def test_what_is_no_list_is_refused(octets: bytes, message: str) -> None:
    with pytest.raises(UsageError) as error:
        read(octets)
    assert str(error.value).startswith(message)


def test_files(tmp_path: Path) -> None:
    first, second = tmp_path / "a.csv", tmp_path / "b"
    first.write_text("Box,Name\nPC1,front-desk\n")
    second.write_text("pc2\n")
    paths = [str(first), str(second), str(first)]
    lists = read_lists(paths, {"box": "name", "name": "ignore"})
    assert [asset.names for one in lists for asset in one.assets] == [("pc1",), ("pc2",)]
    with pytest.raises(UsageError, match=r"--map Nowhere=\.\.\.: no list has this heading"):
        read_lists(paths, {"Nowhere": "name"})
    for path in (str(tmp_path), str(tmp_path / "none"), "a\0b"):
        with pytest.raises(UsageError, match="cannot read"):
            read_lists([path], {})


def test_all_lists_together_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = [tmp_path / "a", tmp_path / "b"]
    for path in paths:
        path.write_text(f"{path.name}1\n{path.name}2\n")
    monkeypatch.setattr("netwatch.assets.lists.ASSETS_MAX", 4)
    assert len(read_lists(list(map(str, paths)), {})) == 2
    monkeypatch.setattr("netwatch.assets.lists.ASSETS_MAX", 3)
    with pytest.raises(UsageError, match="b: found more than 3 assets in all lists"):
        read_lists(list(map(str, paths)), {})


def test_a_list_is_bounded(tmp_path: Path) -> None:
    path = tmp_path / "large"
    with path.open("wb") as stream:
        stream.truncate(ASSET_LIST_BYTES_MAX + 1)
    with pytest.raises(UsageError, match="more than 64 MiB"):
        read_lists([str(path)], {})


@given(st.text(alphabet='aA1:-.,;|\t\n"[]{}# /0', max_size=80))
@settings(derandomize=True, max_examples=400, deadline=None)
def test_any_text_is_a_list_or_refused(text: str) -> None:
    """Nothing but UsageError ever comes of a list, and every asset can be known by something."""
    try:
        found = read(text)
    except UsageError:
        return
    for asset in found.assets:
        assert asset.macs or asset.names or asset.addresses or asset.prefixes or asset.serials
        assert asset.id and asset.line >= 1


ROWS = (EXPORTS["intune"].split("\n")[1], "d2,PC2,x,5CG2,,,", "d3,PC3,x,,,,")


@given(st.permutations(ROWS))
@settings(derandomize=True, max_examples=20, deadline=None)
def test_the_order_of_rows_does_not_matter(rows: list[str]) -> None:
    heading = EXPORTS["intune"].split("\n")[0]
    found = read("\n".join([heading, *rows]))
    keys = {(a.id, a.macs, a.names, a.serials, a.last_seen_ns) for a in found.assets}
    assert len(keys) == 3 and {"d1", "d2", "d3"} == {key[0] for key in keys}
