"""Leases and tables, as the programs write them. Invariant: a line gives what it says, or is told.

No text makes the readers raise anything but UsageError.
"""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwatch.errors import UsageError
from netwatch.leases import files
from netwatch.leases.files import FORMATS, LeaseFile, read_lease_file
from netwatch.leases.notation import LATEST_NS, SNAPSHOT_NS, mac_of

AT = 1_763_546_400  # 2025-11-19 10:00:00 UTC
SECOND = 1_000_000_000
MAC = bytes.fromhex("00163e000005")
PC = bytes((10, 0, 0, 5))
PC6 = bytes.fromhex("20010db8000000000000000000000005")

ISC = """\
# The format of this file is documented in the dhcpd.leases(5) manual page.
authoring-byte-order little-endian;

server-duid "\\000\\001";

lease 10.0.0.5 {
  starts 3 2025/11/19 10:00:00;
  ends 3 2025/11/19 11:00:00;
  cltt 3 2025/11/19 10:00:00;
  binding state active;
  next binding state free;
  hardware ethernet 00:16:3e:00:00:05;
  uid "\\001\\000\\026>\\000\\000\\005";
  client-hostname "LAPTOP-5";
}
lease 10.0.0.6 {
  starts epoch 1763546400; # Wed Nov 19 10:00:00 2025
  ends never;
  binding state free;
  hardware ethernet 00:16:3e:00:00:06;
}
lease 10.0.0.7 {
  starts 3 2025/11/19 10:00:00;
  ends 3 2025/11/19 11:00:00;
  binding state abandoned;
  client-hostname "nobody";
}
lease 10.0.0.8 {
  starts yesterday;
  hardware ethernet 00:16:3e:00:00:08;
}
lease 10.0.0.9 {
  hardware ethernet 00:16:3e:00:00:09;
"""
KEA = """\
address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname,state,user_context,pool_id
10.0.0.5,00:16:3e:00:00:05,,3600,1763550000,1,0,0,laptop-5.example.,0,,0
10.0.0.6,00:16:3e:00:00:06,,3600,1763550000,1,0,0,,1,,0
10.0.0.7,,01:02,3600,1763550000,1,0,0,,0,,0
10.0.0.8,00:16:3e:00:00:08,,3600,soon,1,0,0,,0,,0
ten,00:16:3e:00:00:08,,3600,1763550000,1,0,0,,0,,0
"""
KEA6 = """\
address,duid,valid_lifetime,expire,subnet_id,pref_lifetime,lease_type,iaid,prefix_len,fqdn_fwd,fqdn_rev,hostname,hwaddr,state,user_context,hwtype,hwaddr_source,pool_id
2001:db8::5,00:01:00:01,3600,1763550000,1,1800,0,7,128,0,0,a&#x2cb,00:16:3e:00:00:05,0,,1,0,0
2001:db8::6,00:01:00:01,3600,1763550000,1,1800,0,7,128,0,0,,,0,,1,0,0
"""
DNSMASQ = """\
1763550000 00:16:3e:00:00:05 10.0.0.5 laptop-5 01:00:16:3e:00:00:05
0 00:16:3e:00:00:06 10.0.0.6 * *
nothing at all
duid 00:01:00:01:2c:aa
1763550000 12345 2001:db8::5 laptop-5 00:01
"""
WINDOWS = """\
#TYPE Microsoft.Management.Infrastructure.CimInstance
"IPAddress","ScopeId","AddressState","ClientId","HostName","LeaseExpiryTime"
"10.0.0.5","10.0.0.0","Active","00-16-3e-00-00-05","laptop-5.example","11/20/2025 8:00:00 AM"
"10.0.0.6","10.0.0.0","Expired","00-16-3e-00-00-06","",""
"10.0.0.7","10.0.0.0","ActiveReservation","0016","",""
"""
NEIGH = """\
10.0.0.5 dev eth0 lladdr 00:16:3e:00:00:05 REACHABLE
10.0.0.6 dev eth0 FAILED
2001:db8::5 dev eth0 lladdr 00:16:3e:00:00:05 router STALE
fe80::1%eth0 dev eth0 lladdr 00:16:3e:00:00:05 STALE
10.0.0.8 dev eth0 lladdr 00:16:3e:00:00:08 00:16:3e:00:00:09
"""
ARP_A = """\
gateway (10.0.0.1) at 00:16:3e:00:00:01 [ether] on eth0
? (10.0.0.5) at 0:16:3e:0:0:5 on en0 ifscope [ethernet]
? (10.0.0.6) at <incomplete> on eth0
"""
ARP_WINDOWS = """\

Interface: 10.0.0.2 --- 0x5
  Internet Address      Physical Address      Type
  10.0.0.5              00-16-3e-00-00-05     dynamic
  10.0.0.255            ff-ff-ff-ff-ff-ff     static
"""
ARP_CISCO = """\
Protocol  Address          Age (min)  Hardware Addr   Type   Interface
Internet  10.0.0.5               12   0016.3e00.0005  ARPA   Vlan10
Internet  10.0.0.6                0   Incomplete      ARPA
"""
NETSH = """\
Changed the current scope context to 10.0.0.0 scope.
IP Address      - Subnet Mask    - Unique ID           - Lease Expires        -Type -Name
10.0.0.5        - 255.255.255.0  - 00-16-3e-00-00-05   -11/20/2025 8:00:00 AM    -D-  laptop-5
"""
CAM = """\
          Mac Address Table
Vlan    Mac Address       Type        Ports
----    -----------       --------    -----
  10    0016.3e00.0005    DYNAMIC     Gi1/0/5
 All    0100.0ccc.cccc    STATIC      CPU
  10    0016.3e00.0006    DYNAMIC     Po1
  10    0016.3e00.0007    DYNAMIC     Drop
"""
CAM_JUNIPER = "   vlan10  00:16:3e:00:00:05   D   -   ge-0/0/5.0   0   0\n"
CAM_ARUBA = "  0016-3e00-0005  10   dynamic   1/1/5\n"


def told(tmp_path: Path, text: str, suffix: str = "", site: str = "") -> LeaseFile:
    path = tmp_path / "leases"
    path.write_text(text)
    os.utime(path, (AT, AT))
    return read_lease_file(f"{site}{path}{suffix}")


def test_isc(tmp_path: Path) -> None:
    seen = told(tmp_path, ISC)
    assert seen.format == "ISC dhcpd.leases"
    first, second = seen.leases
    assert (first.address, first.mac, first.hostname, first.granted) == (PC, MAC, b"LAPTOP-5", True)
    assert (first.first_ns, first.last_ns) == (AT * SECOND, (AT + 3_600) * SECOND)
    assert (second.first_ns, second.last_ns) == (AT * SECOND, LATEST_NS)
    assert [text.partition(":")[2] for text in seen.problems] == [
        "28: no time from which on it holds", "32: a lease that is cut off",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "address", "name", "problems"),
    [(KEA, PC, b"laptop-5.example", 2), (KEA6, PC6, b"a,b", 0)],
)
def test_kea(tmp_path: Path, text: str, address: bytes, name: bytes, problems: int) -> None:
    seen = told(tmp_path, text)
    (lease,) = seen.leases
    assert (lease.address, lease.mac, lease.hostname, lease.granted) == (address, MAC, name, True)
    assert (lease.first_ns, lease.last_ns) == (AT * SECOND, (AT + 3_600) * SECOND)
    assert len(seen.problems) == problems


def test_dnsmasq(tmp_path: Path) -> None:
    seen = told(tmp_path, DNSMASQ)
    first, second = seen.leases
    assert (first.address, first.mac, first.hostname) == (PC, MAC, b"laptop-5")
    assert (first.first_ns, first.last_ns) == (AT * SECOND - SNAPSHOT_NS, AT * SECOND + SNAPSHOT_NS)
    assert (second.hostname, second.last_ns) == (b"", LATEST_NS)
    assert not first.granted
    assert len(seen.problems) == 1


@pytest.mark.parametrize("comma", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_windows(tmp_path: Path, comma: str, encoding: str) -> None:
    path = tmp_path / "leases.csv"
    path.write_text(WINDOWS.replace(",", comma), encoding=encoding)
    seen = read_lease_file(str(path))
    assert seen.format == "Windows DHCP export"
    (lease,) = seen.leases
    assert (lease.address, lease.mac, lease.hostname) == (PC, MAC, b"laptop-5.example")
    assert len(seen.problems) == 1


@pytest.mark.parametrize("text", [NEIGH, ARP_A, ARP_WINDOWS, ARP_CISCO, NETSH])
def test_tables(tmp_path: Path, text: str) -> None:
    seen = told(tmp_path, text, "@2025-11-19T11:00:00+01:00")
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
def test_switch_tables(tmp_path: Path, text: str, port: str, count: int) -> None:
    seen = told(tmp_path, text)
    assert len(seen.leases) == count
    one = seen.leases[0]
    assert (one.mac, one.address, one.port) == (MAC, b"", port)


def test_a_file_of_a_site(tmp_path: Path) -> None:
    seen = told(tmp_path, NEIGH, site="berlin=")
    assert {lease.site for lease in seen.leases} == {"berlin"}


@pytest.mark.parametrize(
    ("text", "suffix", "why"),
    [
        ("", "", "no leases found"),
        ("hello\n", "", "no leases found"),
        (NEIGH, "@2025-11-19T11:00:00", "with its zone"),
        (NEIGH, "@noon", "cannot be read"),
        (NEIGH + "x" * 9_000, "", "more than 8,192 characters"),
    ],
)
def test_what_is_refused(tmp_path: Path, text: str, suffix: str, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        told(tmp_path, text, suffix)


def test_only_so_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "LEASES_MAX", 2)
    with pytest.raises(UsageError, match="more than 2 leases"):
        told(tmp_path, NEIGH)


def test_many_problems_are_counted(tmp_path: Path) -> None:
    seen = told(tmp_path, DNSMASQ.partition("duid")[0] + "bad\n" * 9)
    assert len(seen.problems) == files.PROBLEMS_TOLD + 1
    assert seen.problems[-1].endswith("5 more lines that say nothing")


@pytest.mark.parametrize(
    ("text", "mac"),
    [
        ("00:16:3e:00:00:05", MAC), ("0:16:3E:0:0:5", MAC), ("00-16-3e-00-00-05", MAC),
        ("0016.3e00.0005", MAC), ("0016-3e00-0005", MAC), ("00163e000005", MAC),
        ("01:16:3e:00:00:05", b""), ("00:00:00:00:00:00", b""), ("00:16:3e:00:00", b""),
        ("00:16:3e:00:00:05:06", b""), ("", b""), ("ff-ff-ff-ff-ff-ff", b""),
    ],
)  # fmt: skip
def test_macs(text: str, mac: bytes) -> None:
    assert mac_of(text) == mac


@pytest.mark.parametrize("sample", [ISC, KEA, KEA6, DNSMASQ, WINDOWS, NEIGH, NETSH, CAM])
def test_every_truncation(tmp_path: Path, sample: str) -> None:
    whole = told(tmp_path, sample).leases
    for end in range(0, len(sample), 7):
        try:
            seen = told(tmp_path, sample[:end])
        except UsageError:
            continue
        assert seen.leases[:-1] == whole[: max(len(seen.leases) - 1, 0)], "the last may be cut"


LINES = [line for text in (ISC, KEA, DNSMASQ, WINDOWS, NEIGH, CAM) for line in text.splitlines()]


@settings(max_examples=200, derandomize=True)
@given(st.lists(st.sampled_from(LINES) | st.text(max_size=60), max_size=12))
def test_any_lines(lines: list[str]) -> None:
    numbered = [(number, line) for number, line in enumerate(lines, 1) if line.strip()]
    for _, is_one, read in FORMATS:
        if is_one(numbered):
            for one in read(iter(numbered), int(datetime(2025, 1, 1, tzinfo=UTC).timestamp())):
                assert isinstance(one, tuple) or len(one.mac) == 6
