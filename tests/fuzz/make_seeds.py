"""Writes the seeds that were made: `python tests/fuzz/make_seeds.py`. Those called crash-* are not.

Small inputs that get deep into each parser. Everything in them was made up by `netwatch.selftest`.
"""

import bz2
import gzip
import io
import lzma
import re
import struct
import sys
from collections.abc import Iterator
from pathlib import Path

import zstandard

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parent))
import fuzzing
from invariants import in_pieces
from link_vectors import ETHER, SNAP, V4, VECTORS, Vector, wifi
from log_samples import FORM_OF, SAMPLES

from netwatch.decode.ethertypes import IPV4
from netwatch.decode.link import LINK_TYPES
from netwatch.logs.formats import FORMATS, FRAMED
from netwatch.names import name_wire
from netwatch.selftest import dtls as datagrams
from netwatch.selftest import frames, hellos, messages, neighbours
from netwatch.selftest import http2 as frames2
from netwatch.selftest import proxies as wrapped
from netwatch.selftest.authority import certificate
from netwatch.selftest.carriers import CARRIERS, Ends, Inner, geneve, vxlan
from netwatch.selftest.files import Frame, pcap, pcapng
from netwatch.selftest.hellos import Hello, counted, extension, records
from netwatch.selftest.quic import chlo, cut, google, initial, variable
from netwatch.selftest.wire import Site, Wire

Seeds = Iterator[tuple[str, bytes]]
LOG_FORMS = (*FORMATS, *FRAMED)

LINKS = list(LINK_TYPES)
START = "2025-03-01T08:00:00Z"
NAME = "a.example.com"
WIRE = name_wire(NAME)
HELLO = Hello(name=NAME.encode()).handshake()
LARGE = Hello(name=NAME.encode(), post_quantum=True, browser=True).handshake()
QUIC = Hello(name=NAME.encode(), quic=True, alpn=("h3",)).handshake()
DCID = bytes(range(8))
LEAF = certificate([("O", "Example, Lab"), ("CN", NAME)], [("O", "Example Lab")], [NAME, "*.b.net"])
ROOT = certificate([("O", "Example Lab")], [("O", "Example Lab"), ("CN", "Root\tCA")])
QUESTION = messages.question(WIRE, "A", 7)
ANSWER = messages.answer(
    WIRE, "A", 7, messages.alias("b.example.net", "192.0.2.130", "2001:db8::1")
)
HTTPS = b"\0\1\0" + b"\0\1\0\3\2h3" + b"\0\4\0\4\xc0\0\2\x82" + b"\0\6\0\x10" + bytes(15) + b"\1"
ECH = b"\0\1\0" + b"\0\5\0\x0c\0\x0a\xfe\x0d\0\2ab\xfe\x0a\0\0"
REQUEST = messages.request("/index/u1.xml", "a.example.com:8080", fields=("User-Agent: x/1",))
RESPONSE = messages.response(b"MAGIC and more")


def lan(packet: bytes, vlans: tuple[int, ...] = ()) -> bytes:
    """The packet in an Ethernet frame."""
    return frames.on_link(packet, frames.ETHERNET, "00:16:3e:00:00:02", "00:16:3e:00:00:01", vlans)


def conversation() -> Wire:
    """A look-up, a TLS session, a file by HTTP."""
    site = Site(1)
    wire = Wire(START)
    client, server = site.host(7), site.internet("192.0.2.130")
    wire.look_up(client, site.resolver, NAME, messages.addresses("192.0.2.130"))
    wire.tls(client, server, NAME)
    plain = wire.connect(client, server, 80)
    plain.say(REQUEST)
    plain.hear(RESPONSE)
    return wire


def one_of_each() -> list[Vector]:
    """A frame of every link type, and of every shim, the last of each: those are the deepest."""
    found = {vector.link_type: vector for vector in VECTORS if vector.link_type != 1}
    shims = {vector.name.split(",")[0]: vector for vector in VECTORS if vector.link_type == 1}
    return [*found.values(), *shims.values()]


def aggregate(*packets: bytes) -> bytes:
    """An 802.11 frame that holds several packets (A-MSDU)."""
    made = b""
    for packet in packets:
        content = SNAP + V4 + packet
        made += bytes(-len(made) % 4) + ETHER + len(content).to_bytes(2, "big") + content
    return wifi(1, kind=0x88, quality=b"\x80\0") + made


def network() -> Seeds:
    udp4 = frames.udp("10.0.0.1", "10.0.0.2", (4000, 53), QUESTION)
    tcp6 = frames.tcp("fd00::1", "fd00::2", (4000, 443), "PA", (1, 2), b"hello")
    ethernet = bytes((LINKS.index(1),))
    yield "udp4", ethernet + lan(udp4)
    yield "tcp4", ethernet + lan(frames.tcp("10.0.0.1", "10.0.0.2", (4, 5), "S", (1, 0)))
    yield "tcp6-qinq", ethernet + lan(tcp6, (7, 8))
    options = frames.udp("fd00::1", "fd00::2", (4000, 53), b"x", options=True)
    yield "udp6-options", bytes((LINKS.index(101),)) + options
    for number, piece in enumerate(frames.in_fragments(udp4 + bytes(64), 32)[:2]):
        yield f"fragment4-{number}", ethernet + lan(piece)
    yield "fragment6", ethernet + lan(frames.in_fragments(options + bytes(640), 64)[1])
    yield "unknown", bytes((len(LINKS),)) + udp4
    yield "aggregate", bytes((LINKS.index(105),)) + aggregate(udp4, udp4, udp4[:24])
    for vector in one_of_each():
        name = re.sub(r"[^a-z0-9]+", "-", vector.name.lower())
        packet = udp4 if vector.ethertype == IPV4 else tcp6
        yield f"link-{name}", bytes((LINKS.index(vector.link_type),)) + vector.frame(packet)


def tunnels() -> Seeds:
    inside = frames.udp("10.0.0.1", "10.0.0.2", (4000, 53), b"x" * 8)
    inside6 = frames.udp("fd00::1", "fd00::2", (4000, 53), b"x" * 8)
    ends = Ends("10.1.0.1", "10.1.0.2")
    for name, forms in CARRIERS.items():
        packet = inside6 if name in ("6in4 and IPv6 in IPv6", "Teredo") else inside
        for number, form in enumerate(forms):
            made = form(Inner(ends, packet, lan(packet, (7,)), 70_000 if number == 0 and
                              not name.startswith("ERSPAN") else 700))  # fmt: skip
            yield f"{name.lower().replace(' ', '-')}-{number}", b"\0" + made
    deep = inside
    for _ in range(8):
        deep = ends.ip(4, deep)
    yield "deep", b"\0" + deep
    yield "too-deep", b"\0" + ends.ip(4, deep)
    yield "encrypted", b"\0" + ends.ip(50, bytes(range(60)))
    twice = ends.udp(6081, geneve(0x0800, ends.udp(4789, vxlan(lan(inside), 70_000)), 5))
    yield "twice", b"\0" + twice
    yield "cut", b"\1" + twice[:-20]


def fragments() -> Seeds:
    yield "whole", bytes((0, 0, 0, 2, 1, 0, 0, 0, 2, 2, 1, 0, 0, 0, 4, 1, 0, 3))
    yield "backwards", bytes((0, 0, 4, 1, 0, 3, 0, 0, 2, 2, 1, 0, 0, 0, 0, 2, 1, 0))
    yield "overlap", bytes((1, 0, 0, 3, 1, 0, 1, 0, 2, 2, 1, 0x80, 1, 0, 0, 1, 1, 0))
    yield "twice", bytes((1, 0, 0, 3, 1, 0, 1, 0, 0, 3, 1, 0, 1, 0, 3, 1, 0, 7))
    yield "late", bytes((2, 0, 0, 3, 1, 0, 2, 15, 3, 3, 1, 0, 2, 15, 6, 3, 1, 0, 2, 15, 3, 1, 0, 7))
    yield "largest", bytes((3, 0, 0, 2, 1, 0, 3, 0, 255, 2, 0x81, 0, 3, 0, 255, 1, 0x80, 7))


def captures(which: str) -> Seeds:
    shown = conversation().shown
    if which == "pcapng":
        yield "conversation", pcapng(shown[:6])
        both = [*shown[:2], Frame(shown[2].time_ns, b"\x45" + bytes(30), frames.RAW, 99)]
        yield "two-interfaces", pcapng(both)
        simple = b"\3\0\0\0\x18\0\0\0\5\0\0\0hello\0\0\0\x18\0\0\0"
        yield "simple", pcapng(both) + simple
        yield "two-sections", pcapng(shown[:1]) + pcapng(shown[1:2])
        yield "short-block", pcapng(shown[:1]) + b"\6\0\0\0\x0c\0\0\0\x0c\0\0\0"
        return
    made = pcap(shown[:4])
    yield "conversation", made
    yield "nanoseconds", b"\x4d\x3c\xb2\xa1" + made[4:]
    swapped = b"".join(made[at : at + 4][::-1] for at in range(0, 40, 4))
    yield "big-endian", b"\xa1\xb2\xc3\xd4\0\2\0\4" + swapped[8:] + made[40:120]
    yield "modified", b"\x34\xcd\xb2\xa1" + made[4:40] + bytes(8) + made[40:120]
    yield "too-long", made[:24] + b"\1\0\0\0\2\0\0\0\xff\xff\xff\x7f\xff\xff\xff\x7f"


def packings() -> Seeds:
    plain = pcap(conversation().shown[:3]) + bytes(3_000)
    packers = {
        "gzip": lambda data: gzip.compress(data, mtime=0),
        "zstd": zstandard.ZstdCompressor(level=3, write_checksum=True).compress,
        "xz": lzma.compress,
        "bzip2": bz2.compress,
    }
    for name, pack in packers.items():
        yield name, b"\0" + pack(plain)
        yield f"{name}-two", b"\0" + pack(plain[:50]) + pack(plain[50:])
        yield f"{name}-limit", b"\2" + pack(plain)
    stream = io.BytesIO()
    with zstandard.ZstdCompressor().stream_writer(stream, closefd=False) as writer:
        writer.write(plain)
    yield "zstd-skippable", b"\0\x50\x2a\x4d\x18\4\0\0\0skip" + stream.getvalue()
    yield "pcap", b"\1" + plain


def dns() -> Seeds:
    yield "question", QUESTION
    yield "answer", ANSWER
    yield "nxdomain", messages.answer(WIRE, "A", 7, rcode=messages.NXDOMAIN)
    yield "announcement", messages.announcement(WIRE, messages.addresses("10.0.0.9")[0])
    head = b"\0\1\x81\x80\0\1\0\3\0\0\0\1" + WIRE + b"\0\0\x41\0\1"
    https = b"\xc0\x0c\0\x41\0\1\0\0\0\x3c" + counted(2, HTTPS)
    srv = b"\xc0\x0c\0\x21\0\1\0\0\0\x3c" + counted(2, b"\0\1\0\2\0\3\1z\xc0\x0e")
    liar = b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\5hello"
    yield "https", head + https + srv + liar + b"\0\0\x29\4\xd0\0\0\0\0\0\0"
    asked = b"\0\1\x81\x80\0\1\0\1\0\0\0\0" + WIRE + b"\0\0\x41\0\1"
    yield "ech", asked + b"\xc0\x0c\0\x41\0\1\0\0\0\x3c" + counted(2, ECH)
    chain = b"\1a\xc0\x0c" + b"\1b\xc0\x1f" + b"\1c\xc0\x23"
    yield "chain", b"\0\1\0\0\0\4\0\0\0\0\0\0" + WIRE + b"\0\0\1\0\1" + chain
    yield "loop", b"\0\1\0\0\0\1\0\0\0\0\0\0\xc0\x0c\0\1\0\1"
    pointers = b"".join((0xC000 | at).to_bytes(2) + b"\0\1\0\1" for at in (12, 31, 37, 43))
    yield "many-questions", b"\0\1\0\0\0\5\0\0\0\0\0\0" + WIRE + b"\0\0\1\0\1" + pointers


def tls_hello() -> Seeds:
    yield "hello", HELLO
    yield "large", LARGE
    yield "nameless", Hello(name=b"").handshake()
    small = b"\3\3" + bytes(32) + b"\0" + b"\0\2\x13\1" + b"\1\0"
    name = extension(0, counted(2, b"\0" + counted(2, b"a.example.com")))
    yield "small", hellos.message(1, small + counted(2, name))
    grease = extension(0x2A2A, b"") + name + extension(16, counted(2, b"\2\x0a\x0a\2h2"))
    yield "grease", hellos.message(1, small + counted(2, grease))
    yield "damaged-behind", hellos.message(1, small + counted(2, name + b"\0\x10\0\x09\0"))
    yield "without-extensions", hellos.message(1, small)


def tls_records() -> Seeds:
    yield "hello", records(HELLO)
    yield "in-two", records(HELLO, 100)
    yield "crumbs", records(tuple(tls_hello())[3][1], *range(1, 80))
    yield "message", HELLO
    yield "small-message", tuple(tls_hello())[3][1]
    yield "flight-13", hellos.flight_13()
    yield "flight-12", hellos.flight_12([LEAF, ROOT])
    warned = b"\x15\3\3\0\2\1\x70" + hellos.flight_12([ROOT])
    yield "warned", warned
    yield "certificate-first", records(hellos.message(11, counted(3, counted(3, ROOT))))
    yield "resumed", records(hellos.server_hello(version=0x0303)) + b"\x14\3\3\0\1\1"


def tls_tail() -> Seeds:
    at = HELLO.index(b"a.example.com")
    yield "hello", HELLO[at - 40 :]
    yield "odd", HELLO[at - 9 :]
    yield "decoy", HELLO[at - 9 : at + 13] + b"\xff" * 9 + HELLO[at - 9 :]
    yield "nothing", bytes(64)
    yield "long", b"\xff" * 16_500


def certificates() -> Seeds:
    yield "leaf", LEAF
    yield "root", ROOT
    parts = [("C", "XX"), ("O", "Ünïcode\u202e"), ("OU", 'a+b,"c'), ("CN", "x" * 60)]
    yield "odd", certificate(parts, parts, ["a.b", "xn--a.b"])


def quic() -> Seeds:
    yield "one", b"\1" + in_pieces(initial(cut(QUIC), dcid=DCID))
    shuffled = cut(LARGE, 400, 900, 1_000, 1_300)
    first = initial([shuffled[2], shuffled[0]], dcid=DCID)
    second = initial([shuffled[4], shuffled[1], shuffled[3]], dcid=DCID, number=1)
    yield "two", b"\1" + in_pieces(second, first)
    yield "plain", b"\0" + in_pieces(plain_initial(cut(QUIC)))
    pieces = cut(QUIC, 10, 90, 91, 200)
    yield "plain-shuffled", b"\0" + in_pieces(plain_initial(pieces[::-1]))
    yield "plain-two", b"\0" + in_pieces(plain_initial(pieces[3:]), plain_initial(pieces[:4]))
    ack = b"\2\1\0\0\1\x1c\0\6\4oops\1"
    yield "plain-frames", b"\0" + in_pieces(plain_initial(pieces[:1], ack))
    early = b"\xd0\0\0\0\1\x08" + DCID + b"\0" + variable(40) + bytes(60)
    yield "early", b"\0" + in_pieces(early)
    yield "unreadable", b"\0" + in_pieces(plain_initial(pieces, dcid=b"\xff" * 8))


def dtls() -> Seeds:
    hello = datagrams.hello(Hello(name=NAME.encode()))
    yield "hello", in_pieces(*datagrams.records(datagrams.fragments(hello)))
    parts = datagrams.records(datagrams.fragments(hello, 40, 90, 200))
    yield "fragments", in_pieces(*parts[::-1])
    yield "one-datagram", in_pieces(b"".join(parts))
    again = datagrams.hello(Hello(name=NAME.encode()), cookie=b"cookie")
    second = datagrams.record(datagrams.fragments(again, number=1)[0])
    yield "cookie", in_pieces(parts[0], datagrams.verify_request(b"cookie"), second)
    chain = datagrams.certificate_message([LEAF, ROOT])
    server = datagrams.fragments(datagrams.server_hello()) + datagrams.fragments(chain, 300, 400)
    yield "server", in_pieces(*datagrams.records(server))
    yield "lie", in_pieces(parts[0][:24] + b"\xff" + parts[0][25:])


def gquic() -> Seeds:
    for version in (b"Q024", b"Q043", b"Q046"):
        packet = google(chlo(NAME.encode(), pad=20), version, DCID)
        yield version.decode(), packet[:200]
    yield "nameless", google(chlo(b"", pad=1), b"Q043", DCID)[:120]
    yield "cut", google(chlo(NAME.encode(), pad=90), b"Q043", DCID)[:150]


def ech() -> Seeds:
    head = b"\x07\0\x20" + counted(2, bytes(32)) + counted(2, b"\0\1\0\1") + b"\x20"
    one = b"\xfe\x0d" + counted(2, head + counted(1, NAME.encode()) + b"\0\0")
    yield "one", counted(2, one)
    yield "two", counted(2, one + b"\xfe\x0a\0\1x" + one)
    yield "bare", one


def ftp() -> Seeds:
    yield "lines", b"HOST ftp.example.com\r\nuser  name\nPASS x\r\n"
    yield "waits", b"USER na"
    yield "long", b"HOST a\r\nUSER " + b"x" * 600


def plain_initial(
    pieces: list[tuple[int, bytes]], before: bytes = b"", dcid: bytes = DCID
) -> bytes:
    """An Initial whose payload lies open, as `fuzz_quic.unprotected` reads it."""
    payload = before + b"".join(
        b"\6" + variable(offset) + variable(len(data)) + data for offset, data in pieces
    )
    head = b"\xc3\0\0\0\1" + counted(1, dcid) + b"\0\0"
    return (head + variable(len(payload) + 20) + bytes(4) + payload + bytes(16)).ljust(1_200, b"\0")


def http_request() -> Seeds:
    yield "get", REQUEST + REQUEST
    yield "absolute", messages.request("http://u:p@b.example.net:8080/a?q=1", "b.example.net:x")
    yield "connect", messages.request("a.example.com:443", "a.example.com:443", method="CONNECT")
    fields = ("Content-Length: 12", "X-Forwarded-For: 10.0.0.1, 10.0.0.2", "Cookie: a=b")
    yield "post", messages.request("/", "[2001:db8::1]:81", method="POST", fields=fields) + b"x=1"
    yield (
        "odd",
        b"\r\nGET  /a b HTTP/1.0 \nhost :\r\n  folded.example.com\nUSER-AGENT:\tMozilla/5\n\n",
    )
    yield "method", messages.request("*", "a.example.com", method="M-SEARCH")


def http2() -> Seeds:
    fields = frames2.request_fields(NAME, "/index/u1.xml")
    encoder = frames2.Encoder()
    twice = encoder.request(fields) + encoder.request(fields, body=b"x" * 20)
    yield "packed", b"\x50" + frames2.beginning()[24:] + twice
    plain = frames2.Encoder(packed=False)
    yield "continued", b"\xa0" + plain.request(fields, pieces=4)
    yield "unfinished", b"\x80" + plain.request(fields, pieces=3)[:-20]
    padded = b"\x05" + bytes.fromhex("80000000ff") + frames2.Encoder().fields(fields) + bytes(5)
    yield "padded", b"\x10" + frames2.frame(frames2.HEADERS, padded, flags=0x2C, stream=1)
    sized = b"\x3f\xe1\x01" + frames2.Encoder().fields(fields)
    yield "sized", b"\xf0" + frames2.frame(frames2.HEADERS, sized, flags=4, stream=1)
    yield "refused", b"\x70" + frames2.frame(frames2.HEADERS, b"\xbf\x80", flags=4, stream=1)


def proxies() -> Seeds:
    ports = (4_000, 443)
    yield "line", wrapped.proxy_line("10.0.0.1", "10.0.0.2", ports) + REQUEST
    yield "line6", wrapped.proxy_line("2001:db8::1", "2001:db8::2", ports)
    yield "header", wrapped.proxy_header("10.0.0.1", "10.0.0.2", ports, b"\4\0\1x") + b"\x16\3\1"
    yield "header6", wrapped.proxy_header("2001:db8::1", "2001:db8::2", ports)
    yield "local", wrapped.SIGNATURE + b"\x20\0\0\0"
    yield "socks5", wrapped.GREETING + wrapped.socks5(NAME) + b"\x16\3\1"
    yield "socks5-login", b"\5\1\2" + wrapped.log_in(b"a", b"b") + wrapped.socks5("2001:db8::1")
    yield "socks4", wrapped.socks4("10.0.0.1", user=b"me")
    yield "socks4a", wrapped.socks4(NAME, user=b"me")
    yield "tds", b"\x12\1\0\x40\0\0\1\0" + records(HELLO)[:56]
    yield "mysql", b"\x20\0\0\1\x05\xae\xff\x19" + bytes(28) + records(HELLO)[:40]
    yield "forwarded", b'for="[2001:db8::17]:47011";by=a, for=10.0.0.1, unknown'


def http_response() -> Seeds:
    yield "ok", RESPONSE
    chunked = (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\nContent-Encoding: gzip\r\n\r\n"
    )
    yield "chunked", chunked + b"5;x=1\r\nMAGIC\r\n0\r\n\r\n"
    yield "interim", b"HTTP/1.1 100 Continue\n\nHTTP/1.1 200 OK\n\n"
    yield "no-reason", b"HTTP/1.0 404\r\n\r\n"


def claims() -> Seeds:
    yield "arp", b"\0" + frames.arp("00:16:3e:00:00:01", "10.0.0.1", "10.0.0.2")[14:]
    yield "group", b"\0" + frames.arp("01:16:3e:00:00:01", "10.0.0.1", "10.0.0.2")[14:]
    advertisement = frames.neighbour("00:16:3e:00:00:01", "fd00::1")
    yield "nd", b"\1" + advertisement[22:38] + advertisement[54:]
    source = bytes.fromhex("fd000000000000000000000000000001")
    option = b"\1\1\0\x16\x3e\0\0\1"
    yield "no-mac", b"\1" + source + b"\x88\0\0\0\x60\0\0\0" + source
    yield (
        "solicitation",
        b"\1" + source + b"\x87\0\0\0\0\0\0\0" + source + b"\5\1" + bytes(6) + option,
    )
    yield "router", b"\1" + source + b"\x86\0\0\0\x40\0\0\0" + bytes(8) + option


def device_claims() -> Seeds:
    address, mac = b"\x0a\0\0\7", b"\0\x16\x3e\0\0\1"
    name = neighbours.netbios_name("LAPTOP", scope=b"\4corp")
    yield "nb-question", b"\0" + neighbours.netbios_question(name)
    yield "nb-claim", b"\0" + neighbours.netbios_claim(name, address)
    yield "nb-answer", b"\0" + neighbours.netbios_answer(name, address)
    names = [("GROUP", 0, neighbours.GROUP), ("LAPTOP", 0x20, 0)]
    yield "nb-status", b"\0" + neighbours.netbios_status(names, mac)
    yield "nb-datagram", b"\1" + neighbours.netbios_datagram(name, address, b"a comment")
    fields = ("LOCATION: http://10.0.0.7/d.xml", "Server: Linux UPnP/1.0 x", "NTS: ssdp:alive")
    yield "ssdp", b"\2" + neighbours.ssdp("NOTIFY * HTTP/1.1", *fields)
    yield "ssdp-search", b"\2" + neighbours.ssdp("M-SEARCH * HTTP/1.1", "USER-AGENT: x")
    yield (
        "lldp",
        b"\3" + neighbours.lldp(mac, "sw", description="x", capabilities=4, address=address),
    )
    yield "lldp-leaving", b"\3" + neighbours.lldp(mac, "sw", ttl_s=0)
    yield "cdp", b"\4" + neighbours.cdp("sw", platform="x", capabilities=8, address=address)
    six = bytes.fromhex("fd00") + bytes(13) + b"\7"
    yield "cdp-six", b"\4" + neighbours.cdp("sw", address=six)


def dhcp() -> Seeds:
    request = frames.dhcp_request("00:16:3e:00:00:01", "host", "10.0.0.7")[42:]
    yield "request", b"\0" + request
    yield (
        "ack",
        b"\0"
        + frames.dhcp_ack("00:16:3e:00:00:09", "10.0.0.9", "00:16:3e:00:00:01", "10.0.0.7")[42:],
    )
    named = request[:-1] + b"\x51\x0e\4\0\0\4host\3lan\0\0" + b"\x34\1\3" + b"\xff"
    yield "named", b"\0" + named
    client = b"\0\1" + counted(2, b"\0\3\0\1\0\x16\x3e\0\0\1")
    lease = b"\0\5" + counted(2, bytes.fromhex("fd00") + bytes(13) + b"\7" + b"\0\0\1\0\0\0\2\0")
    association = b"\0\3" + counted(2, bytes(12) + lease)
    fqdn = b"\0\x27" + counted(2, b"\1\4host\3lan\0")
    reply = b"\7abc" + client + b"\0\2" + counted(2, b"\0\3\0\1abc") + association
    yield "reply6", b"\1" + reply
    solicit = b"\1abc" + client + fqdn + b"\0\6" + counted(2, b"\0\x17\0\x18")
    yield "solicit6", b"\1" + solicit
    relayed = b"\0\x4f" + counted(2, b"\0\1\0\x16\x3e\0\0\1") + b"\0\x09" + counted(2, solicit)
    yield "relayed6", b"\1" + b"\x0c\0" + bytes(32) + relayed


def streams() -> Seeds:
    yield "in-order", bytes((0, 0, 0, 4, 0, 0, 32, 4, 0, 0, 64, 4, 0))
    yield "backwards", bytes((0, 0, 64, 4, 0, 0, 32, 4, 0, 0, 0, 4, 0))
    yield "blind", bytes((1, 0, 64, 4, 0, 0, 32, 4, 0, 0, 0, 4, 0))
    yield "overlap", bytes((0, 0, 0, 9, 0, 0, 40, 9, 0, 0, 20, 60, 0x80, 0, 8, 1, 0x80))
    yield "consumed", bytes((0, 0, 0, 9, 0, 0, 0, 0, 99, 0, 80, 4, 0, 0, 72, 1, 0))
    yield "far", bytes((0, 0, 0, 9, 0, 0x9C, 0x40, 200, 0, 0x9C, 0, 200, 0))


def names() -> Seeds:
    yield "dotted", b"WWW.Example.Com."
    yield "wire", name_wire("a.b.example.com")
    yield "trap", b"\x0dkaspersky.com\4evil\3net"
    yield "controls", b'\5\x1b[2J\n\4\\x."\2\xc3\xa9'
    yield "long", b"a" * 63 + b"." + b"b" * 63 + b"." + b"c" * 63 + b"." + b"d" * 61


def frame() -> Seeds:
    yield "conversation", in_pieces(*(b"\0\1" + shown.octets for shown in conversation().shown))
    site = Site(1)
    client, server = site.host(7, six=True), site.internet("2001:db8::1")
    wire = Wire(START, vlans=(7,))
    wire.exchange(client, server, (5000, 443), initial(cut(QUIC), dcid=DCID), b"\x40" + bytes(30))
    old = wire.connect(client, server, 8443)
    old.say(records(LARGE), 700)
    old.hear(hellos.flight_12([LEAF]), 300)
    group = site.internet("ff02::fb")
    told = messages.announcement(WIRE, messages.addresses("10.0.0.9")[0])
    wire.send(client, group, wire.datagram(client, group, (5353, 5353), told))
    yield "six", in_pieces(*(b"\0\2" + shown.octets for shown in wire.shown))
    lease = frames.dhcp_request("00:16:3e:00:00:01", "host", "10.0.0.7")
    arp = frames.arp("00:16:3e:00:00:01", "10.0.0.1", "10.0.0.2")
    nd = frames.neighbour("00:16:3e:00:00:01", "fd00::1")
    yield "claims", in_pieces(b"\0\0" + lease, b"\0\1" + arp, b"\0\1" + nd)
    half = Wire(START)
    cut_short = half.connect(site.host(8), site.internet("192.0.2.200"))
    parts = cut_short.pieces(records(LARGE), 500)
    cut_short.send(parts[2], parts[0])
    half.connect(site.host(9), site.internet("192.0.2.200"), 13_000)
    proxy = half.connect(site.host(9), site.host(3), 3128)
    proxy.say(messages.request("a.example.com:443", method="CONNECT") + records(HELLO))
    yield "half", in_pieces(*(b"\0\0" + shown.octets for shown in half.shown))
    asked = frames.udp("10.0.0.1", "10.0.0.2", (4000, 53), QUESTION + bytes(700))
    pieces = [b"\4\0" + piece for piece in frames.in_fragments(asked, 128)]
    yield "fragments", in_pieces(*pieces[::-1])
    ends = Ends("10.1.0.1", "10.1.0.2")
    asked = frames.udp("10.0.0.1", "10.0.0.2", (4000, 53), QUESTION)
    told = frames.udp("10.0.0.2", "10.0.0.1", (53, 4000), ANSWER)
    carried = [ends.udp(4789, vxlan(lan(asked), 70_000)), ends.udp(6081, geneve(0x0800, told, 9))]
    whole = ends.udp(4789, vxlan(lan(told + bytes(300)), 70_000))
    carried += frames.in_fragments(whole, 128)
    yield "tunnels", in_pieces(*(b"\4\0" + packet for packet in carried))


PACK = """\
pack: {name: n, version: "1", description: d}
signatures:
  - id: first
    service: s
    product: p
    purpose: update
    strength: strong
    names: ["{s,p}[01][0-9].upd.example.com", "*.example.com", example.com]
    paths: ["/index/u*.xml"]
    magics: ['KLZF\\x00']
    prefixes: [192.0.2.0/24]
    ports: [tcp/13000-13010]
    references: [https://example.com/]
    added: 2024-01-01
    matches: [s01.upd.example.com]
    ignores: [example.org]
"""
SECOND = """\
  - id: second
    service: s
    product: p
    purpose: exempt
    strength: weak
    shared: true
    names: [a.example.org]
    references: [x]
    added: 2024-01-01
"""


def pack() -> Seeds:
    yield "one", PACK.encode()
    every = '    issuers: ["O=Example, CN=Example *"]\n    subjects: ["CN=a.example.com"]\n'
    yield "two", (PACK + every + SECOND).encode()
    yield "wrong-strength", (PACK + SECOND.replace("weak", "strong")).encode()
    yield "repeated", (PACK + SECOND.replace("second", "first")).encode()
    yield "alias", PACK.replace("[x]", "*a").replace("n,", "&a n,").encode()


def patterns() -> Seeds:
    yield (
        "names",
        (
            b"*.example.com\nexample.com\n{s,p}[01][0-9].upd.example.com\n*-x?.b.example.com\n\n"
            b"s01.upd.EXAMPLE.com\na.b.example.com\nq-xz.b.example.com\nexample.com.\nexample.org"
        ),
    )
    yield (
        "paths",
        b"/index/u*.xml\n/{a,b}/[0-9]x?/c*d*e\n/index/u1313g.xml\n\n/index/u1.xml\n/a/5xy/cdede\n/",
    )
    yield "refused", b"*.com\na..b\n{a\n/\n/**x\n[z-a].b.c\n1.2.3.4\n\n1.2.3.4\na.b"


def explain() -> Seeds:
    asked = (
        "s01.a.example.com",
        "b.example.com",
        "/index/u1.xml",
        "/a/update/1z",
        "192.0.2.1",
        "2001:db8::2",
        "tcp/80",
        "udp/53",
        "issuer:CN=Example X CA ECC G3, O=Example Lab",
        "subject:CN=a.example.com,O=Example",
        "magic:MAGIC\\x00\\xff",
        "magic:MAG",
        "nobody.example.org",
        "tcp/1-2",
        "issuer:",
    )
    for number, text in enumerate(asked):
        yield f"{number:02}", text.encode()


def lists() -> Seeds:
    yield "plain", "\0# x\na.example.com\n*.B.example.com.\nü.example\n.c.net\nno name\n".encode()
    yield "hosts", b"\1127.0.0.1 localhost\r\n0.0.0.0 a.example.com b.example.com # c\r\n::\r\n"
    zone = b"$TTL 9\n@ SOA a. b. (1 2\n3 4 5)\na.example.com CNAME .\n  A 192.0.2.1\n"
    yield "rpz", b"\2" + zone + b"*.a.example.com CNAME *.\nx.a.example.com CNAME rpz-passthru.\n"
    event = b'{"Event":{"Attribute":[{"type":"domain","value":"a.example.com","to_ids":true}]}}'
    yield "misp", b"\3" + event
    yield "feed", b'\4type,value,to_ids\ndomain|ip,"a.example.com|192.0.2.1",1\nmd5,0,1\n'
    yield "auto", b"\x09" + zone
    yield "nothing", b"\0# a.example.com\n192.0.2.1\n"
    yield "wide", b"\xff\xff\xfea\0.\0e\0x\0.\0c\0o\0m\0\n\0"


def assets() -> Seeds:
    rows = "Name;MAC Address;IP;Serial;Last seen;From\r\n"
    rows += 'PC1;"00:16:3e:c8:00:0b, 0016.3ec8.000c";10.0.0.7/24;5CG1200AA1;11/16/2026;2026-01-01'
    rows += "\r\nlocalhost;N/A;0.0.0.0;;;\r\nx;zz;10.0.0.300;;soon;\r\na;b;c;d;e;f;g\r\n"
    yield "csv", rows.encode()
    yield "wide", b"\xff\xfe" + ("sep=,\n#TYPE x\n" + rows.replace(";", ",")).encode("utf-16-le")
    yield "cp1252", rows.replace("PC1", "Büro").replace(";", "\t").encode("cp1252")
    yield "box", b"Box|x\nCORP\\PC1$|1\nAnna's iPhone|2\n"
    record = '{"asset_tag":{"display_value":"d1"},"name":"PC1","hardware":{"macAddress":"00163EC8'
    record += '000B"},"primary_ip4":{"address":"10.0.0.7/24"},"last_seen":"2026-11-16T11:58:00Z"}'
    yield "json", f'{{"value":[{record},\n{record}, 7],"count":2}}'.encode()
    yield "json-lines", f"{record}\n[]\n{record}\n{{x\n".encode()
    yield "yaml", b"assets:\n- name: PC1\n  net:\n  - mac: 00:16:3e:c8:00:0b\n- pc2\n- [1]\n"
    yield "yaml-names", b"pc1:\n  mac: 00163ec8000b\npc2:\n  prefix: 10.0.0.0/24\n"
    yield "plain", b"# x\n10.0.0.7 pc1\n00:16:3e:c8:00:0b\n2001:db8::/32\nBob Smith\npc1\n"
    yield "nothing", b"Foo,Bar\n1,2\n"


def logs() -> Seeds:
    """The samples of logs, each behind the number of its format."""
    for sample, form in FORM_OF.items():
        octets = (SAMPLES / sample).read_bytes()
        yield sample.replace(".", "-"), bytes((LOG_FORMS.index(form),)) + octets
    yield "skipped", bytes((LOG_FORMS.index("suricata"),)) + b"{}\n{\n"


def bpf() -> Seeds:
    """What libpcap makes of `udp port 53`, of IPv4 only; a loop; one that calculates."""
    udp = [(0x28, 0, 0, 12), (0x15, 0, 10, 0x800), (0x30, 0, 0, 23), (0x15, 0, 8, 17)]
    udp += [(0x28, 0, 0, 20), (0x45, 6, 0, 0x1FFF), (0xB1, 0, 0, 14), (0x48, 0, 0, 14)]
    udp += [(0x15, 2, 0, 53), (0x48, 0, 0, 16), (0x15, 0, 1, 53), (6, 0, 0, 262_144), (6, 0, 0, 0)]
    loop = [(1, 0, 0, 0), (0x87, 0, 0, 0), (4, 0, 0, 3), (7, 0, 0, 0), (0x25, 1, 0, 30)]
    loop += [(5, 0, 0, 0xFFFFFFFB), (0x50, 0, 0, 0), (0x16, 0, 0, 0)]
    sums = [(0x80, 0, 0, 0), (2, 0, 0, 3), (0x24, 0, 0, 7), (0x61, 0, 0, 3), (0x3C, 0, 0, 0)]
    sums += [(0x94, 0, 0, 5), (0x64, 0, 0, 9), (0x74, 0, 0, 2), (0x84, 0, 0, 0), (0x16, 0, 0, 0)]
    asked = lan(frames.udp("10.0.0.1", "10.0.0.2", (4000, 53), QUESTION))
    for name, steps in (("udp", udp), ("loop", loop), ("sums", sums), ("cut", udp[:5])):
        code = b"".join(struct.pack(">HBBI", *step) for step in steps)
        yield name, bytes((len(steps),)) + code + asked
        yield f"{name}-other", bytes((len(steps),)) + code + lan(asked[14:])[:20]


def ends() -> Seeds:
    yield from captures("pcap")
    yield from captures("pcapng")


def main() -> None:
    """Write them all; seeds of another origin stay."""
    for name in fuzzing.target_names():
        made = captures(name) if name in ("pcap", "pcapng") else globals()[name]()
        folder = fuzzing.SEEDS / name
        folder.mkdir(parents=True, exist_ok=True)
        for seed, octets in made:
            (folder / seed).write_bytes(octets)


if __name__ == "__main__":
    main()
