"""FTP's first commands.

Invariant: an account is a sighting only where a signature has it, a host is one like any name, and
the hello behind AUTH TLS is still read.
"""

import pytest

from netwatch.capture.pcap import PcapRecords
from netwatch.match.signatures import Pack
from netwatch.model import Observation
from netwatch.names import name_text
from netwatch.observe import build_engine, observation
from netwatch.selftest.files import pcap
from netwatch.selftest.hellos import Hello, records
from netwatch.selftest.wire import Site, Wire
from netwatch.signature import Signature

SITE = Site(9)
ALICE, SERVER = SITE.host(11), SITE.internet("93.184.216.34")
MATCHER = Pack(
    (
        Signature(
            id="found",
            service="found",
            product="Test",
            purpose="diagnostics",
            strength="strong",
            names=("*.found.test",),
            users=("dumpuser",),
        ),
    )
).matcher()


def said(*lines: bytes, port: int = 21, segment: int = 1_460, names: bool = False) -> Observation:
    wire = Wire("2024-06-03T08:00:00Z")
    connection = wire.connect(ALICE, SERVER, port)
    connection.hear(b"220 ready\r\n")
    for line in lines:
        connection.say(line, segment)
        connection.hear(b"331 go on\r\n")
    engine = build_engine(MATCHER, names=names, strict=True)
    engine.feed(pcap(wire.shown), PcapRecords())
    return observation(engine)


def rows(seen: Observation) -> list[tuple[str, str]]:
    return [(s.signal, name_text(s.name)) for s in seen.sightings]


USER, HOST = ("ftp-user", ""), ("ftp-host", "ftp.found.test")


@pytest.mark.parametrize("segment", [5, 6, 12, 1_460])
def test_in_any_segments(segment: int) -> None:
    seen = said(b"HOST ftp.found.test\r\n", b"USER dumpuser\r\n", segment=segment)
    assert rows(seen) == [HOST, USER]
    assert all(s.two_way for s in seen.sightings)
    (alice,) = [c for c in seen.clients if c.connections]
    assert (alice.connections, alice.connections_named) == (1, 1)


def test_together() -> None:
    assert rows(said(b"HOST ftp.found.test\r\nUSER dumpuser\r\nPASS x\r\n")) == [HOST, USER]


def test_users_that_match_nothing_never_leave() -> None:
    for user in (b"anna", b"DumpUser", b"dumpuser2", b"dumpuse"):
        assert rows(said(b"USER " + user + b"\r\n", names=True)) == []
    assert rows(said(b"HOST a.test\r\n", names=True)) == [("ftp-host", "a.test")]
    assert rows(said(b"HOST a.test\r\n")) == []


def test_only_on_its_port() -> None:
    assert rows(said(b"USER dumpuser\r\n", port=110)) == []


def test_hosts_that_are_no_names() -> None:
    assert said(b"HOST [2001:db8::1]\r\n", names=True).sightings == []
    odd = said(b"HOST a..b\r\n", names=True)
    assert (odd.sightings, odd.coverage.anomalies) == ([], {"name-not-a-name": 1})


@pytest.mark.parametrize("segment", [9, 1_460])
def test_a_hello_behind_it(segment: int) -> None:
    hello = records(Hello(name=b"ds.found.test").handshake())
    seen = said(b"HOST ftp.found.test\r\n", b"AUTH TLS\r\n", hello, segment=segment)
    assert ("tls-sni", "ds.found.test") in rows(seen)
    assert HOST in rows(seen)
