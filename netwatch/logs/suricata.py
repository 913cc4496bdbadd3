"""Suricata's EVE log: its dns (versions 1 to 3), tls, quic and http events.

Suricata saw packets, so an event is what a capture would have shown. The server took part where a
tls event has a version, and an http event a status.
"""

from collections.abc import Callable, Mapping
from typing import Final

import msgspec

from netwatch.logs.entries import Ends, Entries, cut
from netwatch.logs.fields import (
    address_of,
    host_and_port,
    is_address,
    port_of,
    qtype_of,
    rcode_of,
)
from netwatch.logs.times import Clock
from netwatch.model import HttpFields, Signal, TlsFields

TRANSPORTS: Final = {"TCP": 6, "UDP": 17}
QUESTIONS: Final = ("query", "request")
ANSWERS: Final = ("answer", "response")
NO_VERSION: Final = ("", "UNDETERMINED")
GOSSIP_PORTS: Final = frozenset((5353, 5355))
DNS_PORT: Final = 53
ECH: Final = 65037


class Question(msgspec.Struct, kw_only=True):
    """One question of a dns event of version 3."""

    rrname: str = ""
    rrtype: str = ""


class Record(msgspec.Struct, kw_only=True):
    """One record of an answer."""

    rrtype: str = ""
    rdata: str | dict[str, object] = ""


class Dns(msgspec.Struct, kw_only=True):
    """The `dns` object of all versions."""

    type: str = ""
    rrname: str = ""
    rrtype: str = ""
    rcode: str = ""
    rd: bool | None = None
    rdata: str = ""
    queries: list[Question] = []
    answers: list[Record] = []


class Tls(msgspec.Struct, kw_only=True):
    """The `tls` object."""

    sni: str = ""
    version: str = ""


class Extension(msgspec.Struct, kw_only=True):
    """An extension of a QUIC hello."""

    type: int = 0


class Quic(msgspec.Struct, kw_only=True):
    """The `quic` object."""

    sni: str = ""
    extensions: list[Extension] = []


class Http(msgspec.Struct, kw_only=True):
    """The `http` object."""

    hostname: str = ""
    url: str = ""
    http_method: str = ""
    http_user_agent: str = ""
    status: int = 0
    xff: str = ""


class Event(msgspec.Struct, kw_only=True):
    """What is looked at of an event."""

    timestamp: str = ""
    event_type: str = ""
    src_ip: str = ""
    src_port: int = 0
    dest_ip: str = ""
    dest_port: int = 0
    proto: str = ""
    vlan: list[int] = []
    xff: str = ""
    dns: Dns | None = None
    tls: Tls | None = None
    quic: Quic | None = None
    http: Http | None = None


class Suricata:
    """Reads the lines of EVE."""

    def __init__(self, clock: Clock, entries: Entries) -> None:
        self._clock = clock
        self._entries = entries
        self._json: msgspec.json.Decoder[Event] = msgspec.json.Decoder(Event)

    def line(self, line: bytes) -> bool:
        """See the package."""
        event = _event(self._json, line)
        reader = READERS.get(event.event_type)
        if reader is None:
            return True  # alerts, flows, statistics
        ends = Ends(
            time_ns=self._clock.iso(_octets(event.timestamp)),
            client=address_of(_octets(event.src_ip)),
            client_port=port_of(b"%d" % event.src_port),
            server=address_of(_octets(event.dest_ip)),
            server_port=port_of(b"%d" % event.dest_port),
            transport=TRANSPORTS.get(event.proto.upper(), 0),
            vlans=tuple(tag for tag in event.vlan if 0 < tag <= 0xFFF),
        )
        reader(self._entries, ends, event)
        return True


def _event(decoder: msgspec.json.Decoder[Event], line: bytes) -> Event:
    try:
        return decoder.decode(line)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ValueError(str(error)) from None


def _octets(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _dns(entries: Entries, ends: Ends, event: Event) -> None:
    dns = event.dns
    if dns is None or GOSSIP_PORTS & {ends.client_port, ends.server_port}:
        return
    answer = dns.type in ANSWERS
    if not answer and dns.type not in QUESTIONS:
        return
    if ends.client_port == DNS_PORT and ends.server_port != DNS_PORT:
        ends = _turned(ends)  # the packet was the answer's
    elif answer and ends.server_port != DNS_PORT:
        return  # whose answer it was cannot be told
    # An answer of version 1 is one event for each of its records, whose name may be an alias.
    for question in dns.queries or [Question(rrname=dns.rrname, rrtype=dns.rrtype)]:
        name, qtype = _octets(question.rrname), qtype_of(_octets(question.rrtype))
        recursive = dns.rd is not False or answer
        if answer:
            given = [one.rdata for one in dns.answers] or [dns.rdata]
            texts = [_octets(one) for one in given if isinstance(one, str)]
            entries.answered(
                ends,
                name,
                qtype,
                rcode=rcode_of(_octets(dns.rcode or "NOERROR")),
                answers=tuple(address_of(text) for text in texts if is_address(text)),
            )
        else:
            entries.asked(ends, name, qtype, recursive=recursive)


def _turned(ends: Ends) -> Ends:
    return msgspec.structs.replace(
        ends,
        client=ends.server,
        client_port=ends.server_port,
        server=ends.client,
        server_port=ends.client_port,
    )


def _tls(entries: Entries, ends: Ends, event: Event) -> None:
    if event.tls is not None and event.tls.sni:
        two_way = event.tls.version not in NO_VERSION
        name = _octets(event.tls.sni)
        entries.said(ends, Signal.TLS_SNI, name, two_way=two_way, tls=TlsFields())


def _quic(entries: Entries, ends: Ends, event: Event) -> None:
    if event.quic is not None and event.quic.sni:
        ech = any(extension.type == ECH for extension in event.quic.extensions)
        name = _octets(event.quic.sni)
        entries.said(ends, Signal.QUIC_SNI, name, two_way=False, tls=TlsFields(ech=ech))


def _http(entries: Entries, ends: Ends, event: Event) -> None:
    http = event.http
    if http is None:
        return
    url, host, signal = _octets(http.url), _octets(http.hostname), Signal.HTTP_HOST
    if http.http_method == "CONNECT":
        signal, host = Signal.HTTP_CONNECT, url or host
    elif b"://" in url[:16]:
        signal, host = Signal.HTTP_ABSOLUTE, url.partition(b"://")[2].partition(b"/")[0]
    named, port = host_and_port(host)
    told = _octets(http.xff or event.xff).split(b",")[0].strip()
    fields = HttpFields(
        method=cut(_octets(http.http_method)),
        target=cut(url),
        user_agent=cut(_octets(http.http_user_agent)),
        host_port=port,
        status=http.status,
        forwarded_for=told.lower() if told and is_address(told) else b"",
    )
    entries.said(ends, signal, named, two_way=http.status > 0, http=fields)


READERS: Final[Mapping[str, Callable[[Entries, Ends, Event], None]]] = {
    "dns": _dns,
    "tls": _tls,
    "quic": _quic,
    "http": _http,
}
"""Kind of event -> what reads it."""


def knows(line: bytes) -> bool:
    """Whether this is surely one of these events."""
    if not line.startswith(b"{") or b'"event_type"' not in line:
        return False
    try:
        event = _event(msgspec.json.Decoder(Event), line)
    except ValueError:
        return False
    return event.event_type in READERS and bool(event.timestamp and event.src_ip)
