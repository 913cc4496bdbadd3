"""STARTTLS: talks of other protocols, and the hello behind them.

Invariant: the hello is found behind whatever a client and a server said before it, each line in a
segment of its own, on any port, with the talk's opening seen or not; what is not a talk is over.
"""

from collections.abc import Sequence
from ipaddress import ip_address

import pytest

from netwatch.capture.pcap import PcapRecords
from netwatch.match.signatures import Pack
from netwatch.model import Observation
from netwatch.names import name_text
from netwatch.observe import build_engine, observation
from netwatch.selftest import hellos
from netwatch.selftest.authority import certificate
from netwatch.selftest.files import pcap
from netwatch.selftest.wire import Site, Tcp, Wire
from netwatch.signature import Signature

MATCHER = Pack(
    (
        Signature(
            id="found",
            service="found",
            product="Test",
            purpose="update",
            strength="strong",
            names=("*.found.test",),
        ),
    )
).matcher()
SITE = Site(9)
ALICE, SERVER = SITE.host(11), SITE.internet("93.184.216.34")
START = "2024-06-03T08:00:00+00:00"
HELLO = hellos.records(hellos.Hello(name=b"in.found.test").handshake())
LONG = hellos.records(hellos.Hello(name=b"in.found.test", post_quantum=True).handshake())
FLIGHT = hellos.flight_12([certificate([("CN", "x")], [("CN", "y")], ["cert.found.test"])])
FOUND = [("tls-sni", "in.found.test"), ("tls-certificate", "cert.found.test")]

Talk = tuple[int, list[tuple[bytes, bytes]]]
"""The usual port; what each side says in turn, the server first; an empty one says nothing."""

TALKS: dict[str, Talk] = {
    "smtp": (  # RFC 3207
        25,
        [
            (b"220 mail.test ESMTP service ready\r\n", b"EHLO client.test\r\n"),
            (b"250-mail.test\r\n250-8BITMIME\r\n250 STARTTLS\r\n", b"STARTTLS\r\n"),
            (b"220 Go ahead\r\n", b""),
        ],
    ),
    "smtp, a long talk": (
        587,
        [
            (b"220-mail.test ESMTP\r\n", b"EHLO client.test\r\n"),
            (b"220 no unsolicited mail\r\n", b""),
            (b"250-mail.test\r\n", b"NOOP\r\n"),
            *((b"250-EXTENSION-%d\r\n" % number, b"NOOP\r\n") for number in range(9)),
            (b"250 STARTTLS\r\n", b"AUTH LOGIN\r\n"),
            (b"334 VXNlcm5hbWU6\r\n", b"YWxpY2U=\r\n"),
            (b"334 UGFzc3dvcmQ6\r\n", b"cGFzcw==\r\n"),
            (b"538 5.7.11 encryption required\r\n", b"RSET\r\n"),
            (b"250 ok\r\n", b"STARTTLS\r\n"),
            (b"220 Go ahead\r\n", b""),
        ],
    ),
    "imap": (  # RFC 9051 section 6.2.1
        143,
        [
            (b"* OK [CAPABILITY IMAP4rev2 STARTTLS LOGINDISABLED] ready\r\n", b"a1 CAPABILITY\r\n"),
            (b"* CAPABILITY IMAP4rev2 STARTTLS\r\na1 OK done\r\n", b"a2 STARTTLS\r\n"),
            (b"a2 OK Begin TLS negotiation now\r\n", b""),
        ],
    ),
    "pop3": (  # RFC 2595 section 4
        110,
        [
            (b"+OK POP3 server ready <1896.697170952@pop.test>\r\n", b"CAPA\r\n"),
            (b"+OK\r\nSTLS\r\nSASL PLAIN\r\n.\r\n", b"AUTH PLAIN\r\n"),
            (b"-ERR not in the clear\r\n", b"STLS\r\n"),
            (b"+OK Begin TLS negotiation\r\n", b""),
        ],
    ),
    "ftp": (  # RFC 4217
        21,
        [
            (b"220 ftp.test ready\r\n", b"FEAT\r\n"),
            (b"211-Features:\r\n AUTH TLS\r\n PBSZ\r\n PROT\r\n211 End\r\n", b"AUTH TLS\r\n"),
            (b"234 AUTH TLS successful\r\n", b""),
        ],
    ),
    "ldap": (  # RFC 4511 section 4.14: the extended operation 1.3.6.1.4.1.1466.20037
        389,
        [
            (b"", b"0\x1d\x02\x01\x01\x77\x18\x80\x161.3.6.1.4.1.1466.20037"),
            (b"0\x0c\x02\x01\x01\x78\x07\x0a\x01\x00\x04\x00\x04\x00", b""),
        ],
    ),
    "xmpp": (  # RFC 6120 section 5.4.2
        5222,
        [
            (
                b"",
                b"<?xml version='1.0'?><stream:stream to='im.test' version='1.0' "
                b"xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>",
            ),
            (
                b"<stream:stream from='im.test' id='t7A' version='1.0' xmlns='jabber:client'>"
                b"<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"
                b"</stream:features>",
                b"<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>",
            ),
            (b"<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>", b""),
        ],
    ),
    "postgresql": (  # protocol 3.0: GSSENCRequest refused, then SSLRequest
        5432,
        [
            (b"", b"\x00\x00\x00\x08\x04\xd2\x16\x30"),
            (b"N", b"\x00\x00\x00\x08\x04\xd2\x16\x2f"),
            (b"S", b""),
        ],
    ),
    "mysql": (  # HandshakeV10, then SSLRequest: 32 octets with CLIENT_SSL
        3306,
        [
            (
                b"\x4a\x00\x00\x00\x0a8.0.36\x00\x0b\x00\x00\x00abcdefgh\x00\xff\xff\xff\x02\x00"
                b"\xff\xdf\x15" + bytes(10) + b"ijklmnopqrst\x00caching_sha2_password\x00",
                b"\x20\x00\x00\x01\x05\xae\xff\x19\x00\x00\x00\x01\xff" + bytes(23),
            ),
        ],
    ),
}


def run(wire: Wire) -> Observation:
    engine = build_engine(MATCHER, strict=True)
    engine.feed(pcap(wire.shown), PcapRecords())
    return observation(engine)


def names_of(seen: Observation) -> list[tuple[str, str]]:
    assert {s.client for s in seen.sightings} <= {ip_address(ALICE.ip).packed}
    return [(s.signal, name_text(s.name)) for s in seen.sightings]


def talked(talk: Talk, hello: bytes = HELLO, *, port: int = 0, opened: bool = True) -> Wire:
    wire = Wire(START)
    connection = Tcp(wire, ALICE, SERVER, port or talk[0])
    if opened:
        connection.open()
    for heard, said in talk[1]:
        if heard:
            connection.hear(heard)
        if said:
            connection.say(said)
    connection.say(hello)
    connection.hear(FLIGHT, 500)
    return wire


@pytest.mark.parametrize("hello", [HELLO, LONG], ids=["one segment", "two segments"])
@pytest.mark.parametrize("port", [0, 60_000], ids=["its port", "another port"])
@pytest.mark.parametrize("talk", TALKS.values(), ids=TALKS.keys())
def test_the_hello_behind_a_talk(talk: Talk, port: int, hello: bytes) -> None:
    seen = run(talked(talk, hello, port=port))
    assert names_of(seen) == FOUND
    assert seen.sightings[0].two_way
    assert seen.sightings[0].tls is not None
    assert not seen.sightings[0].tls.partial


@pytest.mark.parametrize("cut", [1_460, 100])
def test_the_hello_in_packets_of_sql_server(cut: int) -> None:
    """MS-TDS section 2.2.3.1: the handshake lies in packets of type 0x12."""
    wire = Wire(START)
    connection = wire.connect(ALICE, SERVER, 1_433)
    connection.say(b"\x12\x01\x00\x2f\x00\x00\x01\x00" + bytes(39))
    connection.hear(b"\x04\x01\x00\x2b\x00\x00\x01\x00" + bytes(35))
    connection.say(b"\x12\x01" + (8 + len(LONG)).to_bytes(2, "big") + bytes(4) + LONG, cut)
    connection.hear(b"\x12\x01" + (8 + len(FLIGHT)).to_bytes(2, "big") + bytes(4) + FLIGHT, cut)
    assert names_of(run(wire)) == FOUND


def test_the_hello_in_one_segment_with_the_request_for_it() -> None:
    """A MySQL client does not wait for an answer to its request."""
    port, talk = TALKS["mysql"]
    ((heard, said),) = talk
    assert names_of(run(talked((port, [(heard, b"")]), said + HELLO))) == FOUND


LINES = [name for name in TALKS if name.split(",")[0] in ("smtp", "imap", "pop3", "ftp")]


@pytest.mark.parametrize("name", LINES)
def test_a_talk_of_which_the_opening_was_not_seen(name: str) -> None:
    assert names_of(run(talked(TALKS[name], opened=False))) == FOUND


@pytest.mark.parametrize("name", LINES)
def test_a_talk_of_which_a_segment_is_lost(name: str) -> None:
    whole = talked(TALKS[name])
    said = [place for place, frame in enumerate(whole.shown) if 54 < len(frame.octets) < 200]
    for place in said[: len(said) - 1]:
        shown = Wire(START)
        shown.shown = whole.shown[:place] + whole.shown[place + 1 :]
        assert FOUND[0] in names_of(run(shown)), place


def over(octets: Sequence[bytes]) -> bool:
    """Whether nothing is looked for any more behind these segments."""
    wire = Wire(START)
    connection = wire.connect(ALICE, SERVER, 5_000)
    for one in octets:
        connection.say(one)
    connection.say(HELLO)
    return run(wire).sightings == []


def test_a_talk_has_an_end_and_what_is_none_ends_sooner() -> None:
    line = b"neither this nor that\r\n"
    assert not over([line] * 38)
    assert over([line] * 39)
    assert not over([b"\x80 no line"] * 7)
    assert over([b"\x80 no line"] * 8)
    assert over([b"x" * 600 + b"\r\n"] * 8), "no line is that long"
