"""The truth's rows: which are compared, under which signal, and whose they are.

Invariant: a row is inside exactly when every layer down to its one TCP or UDP is one that netwatch
reads.
"""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from parity_truth import Key, captures, captures_folder, outside_layers, read_truth

QUERY = {
    "path": "a.pcap",
    "frame": 3,
    "proto": "dns",
    "response": 0,
    "name": "Asked.Test",
    "src": "10.0.0.1",
    "dst": "10.0.0.2",
    "encaps": "eth:ethertype:ip:udp:dns",
}


def truth_of(folder: Path, *rows: dict[str, Any]) -> dict[str, Any]:
    lines = "".join(json.dumps(QUERY | row) + "\n" for row in rows)
    (folder / "truth.jsonl.gz").write_bytes(gzip.compress(lines.encode()))
    return dict(read_truth(folder))


@pytest.mark.parametrize(
    ("row", "signal", "client"),
    [
        ({}, "dns-query", "10.0.0.1"),
        ({"proto": "dns-tcp"}, "dns-query", "10.0.0.1"),
        ({"response": 1}, "dns-answer", "10.0.0.2"),
        ({"proto": "tls"}, "tls-sni", "10.0.0.1"),
        ({"proto": "quic"}, "quic-sni", "10.0.0.1"),
        ({"proto": "http", "name": "asked.test:80"}, "http-host", "10.0.0.1"),
        ({"proto": "http-connect", "name": "asked.test:443"}, "http-connect", "10.0.0.1"),
        ({"proto": "http-absolute", "name": "http://asked.test/"}, "http-absolute", "10.0.0.1"),
        ({"proto": "cert-dnsname"}, "tls-certificate", "10.0.0.2"),
        ({"proto": "mdns"}, "mdns", "10.0.0.1"),
        ({"proto": "llmnr", "response": 1}, "llmnr", "10.0.0.1"),
    ],
)
def test_signals(tmp_path: Path, row: dict[str, Any], signal: str, client: str) -> None:
    (capture,) = truth_of(tmp_path, row).values()
    assert list(capture.seen) == [Key(signal, "asked.test", client)]


@pytest.mark.parametrize(
    "row",
    [
        {"proto": "ssdp"},
        {"proto": "http2"},
        {"proto": "tls", "decrypted": True},
        {"name": "<Root>"},
        {"proto": "http-connect", "name": "/"},
    ],
)
def test_rows_that_are_not_compared(tmp_path: Path, row: dict[str, Any]) -> None:
    truth = truth_of(tmp_path, row)
    assert all(not capture.seen for capture in truth.values())


def test_the_first_of_repeats_counts_unless_only_a_later_one_is_inside(tmp_path: Path) -> None:
    tunnel = {"encaps": "eth:ethertype:ip:icmp:ip:udp:dns", "frame": 1}
    (capture,) = truth_of(tmp_path, tunnel, {}, {"frame": 9}).values()
    (seen,) = capture.seen.values()
    assert (seen.frame, seen.outside) == (3, "")


def test_aliases_belong_to_who_was_told(tmp_path: Path) -> None:
    (capture,) = truth_of(tmp_path, {"response": 1, "cname": ["Alias.test"]}).values()
    assert capture.aliases == {("alias.test", "10.0.0.2")}


@pytest.mark.parametrize(
    ("encapsulation", "outside"),
    [
        ("eth:ethertype:ip:udp:dns", ""),
        ("eth:ethertype:vlan:ethertype:vlan:ethertype:ipv6:tcp:tls:x509ce:tls", ""),
        ("eth:ethertype:ieee8021ad:ethertype:ip:udp:quic:tls", ""),
        ("eth:llc:ip:tcp:http", ""),
        ("null:ip:tcp:socks:http", ""),
        ("sll:ethertype:ipv6:ipv6.hopopts:ipv6.fraghdr:udp:mdns", ""),
        ("eth:ethertype:ip:tcp:http:mime_multipart:data", ""),
        ("eth:ethertype:ip:gre:ip:tcp:http", ""),
        ("eth:ethertype:ip:udp:vxlan:eth:ethertype:ip:tcp:tls", ""),
        ("eth:ethertype:ip:ah:ipcomp:data:ip:tcp:http", "ipcomp, data"),
        ("eth:ethertype:ip:icmp:ip:udp:dns", "icmp"),
        ("eth:ethertype:ip:ipv6:tcp:tls", ""),
        ("eth:ethertype:vlan:ethertype:pppoes:ppp:ip:tcp:tls", ""),
        ("eth:ethertype:mpls:ip:tcp:http", ""),
        ("radiotap:wlan_radio:wlan:llc:ip:udp:dns", ""),
        ("eth:ethertype:ip:udp:dtls:x509sat", ""),
        ("eth:ethertype:ip:udp:rdpudp:tls", "rdpudp"),
    ],
)
def test_layers(encapsulation: str, outside: str) -> None:
    assert outside_layers(encapsulation) == outside


def test_where_the_captures_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NETWATCH_CAPTURES", str(tmp_path))
    assert captures_folder() == tmp_path
    (tmp_path / "files.jsonl").write_text('{"path": "b.pcap"}\n{"path": "a.pcap"}\n')
    assert captures(tmp_path) == ["b.pcap", "a.pcap"]
