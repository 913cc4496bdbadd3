"""`netwatch names`: the keys of the issue in their order, text that is safe, and null for none."""

import json

from netwatch.model import Sighting
from netwatch.outputs.name_rows import name_rows

NAME = b"\x02ds\x09kaspersky\x03com"


def test_a_sighting_is_one_line() -> None:
    sighting = Sighting(
        time_ns=1_755_775_527_123_456_789,
        frame=213,
        signal="tls-sni",
        name=NAME,
        signature=1,
        client=b"\x0a\x00\x00\x01",
        client_port=50_000,
        client_mac=b"\x02\0\0\0\0\1",
        server=bytes.fromhex("20010db8000000000000000000000001"),
        server_port=443,
        vlans=(7, 20),
        tunnels=(b"\xc0\x00\x02\x01\xc0\x00\x02\x02",),
    )
    written = name_rows([sighting], "a.pcap", ["x", "ksn-ds"])
    assert written == (
        b'{"capture":"a.pcap","frame":213,"time":"2025-08-21T11:25:27.123456789Z",'
        b'"signal":"tls-sni","name":"ds.kaspersky.com","client_ip":"10.0.0.1",'
        b'"client_port":50000,"client_mac":"02:00:00:00:00:01","server_ip":"2001:db8::1",'
        b'"server_port":443,"vlans":[7,20],'
        b'"tunnels":[{"src_ip":"192.0.2.1","dst_ip":"192.0.2.2"}],"signature":"ksn-ds"}\n'
    )


def test_what_is_not_known_is_empty_and_what_did_not_match_is_null() -> None:
    row = json.loads(name_rows([Sighting(time_ns=0, frame=1, signal="mdns", name=b"")], "-", []))
    assert row["signature"] is None
    assert (row["name"], row["client_ip"], row["client_mac"], row["tunnels"]) == ("", "", "", [])


def test_no_sighting_is_no_line() -> None:
    assert name_rows([], "a.pcap", []) == b""
