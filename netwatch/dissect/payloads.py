"""Compiled. What the octets of one direction of TCP say: TLS, HTTP or DNS, told by content.

`read` is given the octets from the beginning of a message and answers with the phase in which the
direction goes on, or WAIT (the message goes on behind them), or UNKNOWN. It serves a segment as it
came and a young stream alike.
"""

from typing import Final

from librt.strings import read_i16_be
from mypy_extensions import i64

from netwatch.decode.packet import Packet
from netwatch.dissect.certificates import CertificateDissector
from netwatch.dissect.dns import DnsDissector
from netwatch.dissect.flows import FlowWatch
from netwatch.dissect.ftp import FTP_PORT, FtpDissector
from netwatch.dissect.hellos import HelloDissector
from netwatch.dissect.proxies import ProxyDissector
from netwatch.dissect.requests import RequestDissector
from netwatch.extract.envelopes import behind_envelope
from netwatch.extract.ftp import ftp_begins
from netwatch.extract.http2 import PREFACE_BYTES, preface_begins
from netwatch.extract.http_begins import request_begins, usual_method
from netwatch.extract.http_response import HttpResponse, response_begins
from netwatch.extract.tls import ClientHello
from netwatch.extract.tls_records import (
    TlsRecords,
    certificate_begins,
    hello_begins,
    server_hello_begins,
)
from netwatch.model import Answer, Sighting, Signal
from netwatch.state.flows import BODY, DNS, FRESH, HTTP, HTTP2, OVER, TUNNELLED

WAIT: Final = -1
UNKNOWN: Final = -2
SWITCHING: Final = 101
BEGINNING_BYTES_MIN: Final = 9
"""Octets that suffice to tell what a stream begins with."""
HANDSHAKE: Final = 0x16
ALERT: Final = 0x15
SPACE: Final = 0x20
ALERT_BYTES: Final = 7
DNS_MESSAGE_BYTES_MIN: Final = 19
"""Its length, its header, and a question for the root."""


class Payloads:
    """Reads what a direction says; `consumed` is where an unfinished message begins."""

    def __init__(
        self,
        watch: FlowWatch,
        dns: DnsDissector,
        hellos: HelloDissector,
        certificates: CertificateDissector,
    ) -> None:
        self.watch: FlowWatch = watch
        self.dns: DnsDissector = dns
        self.hellos: HelloDissector = hellos
        self.requests: RequestDissector = RequestDissector(watch)
        self.ftp: FtpDissector = FtpDissector(watch)
        self.certificates: CertificateDissector = certificates
        self.proxies: ProxyDissector = ProxyDissector(watch)
        self.records: TlsRecords = TlsRecords()
        self.hello: ClientHello = ClientHello()
        self.response: HttpResponse = HttpResponse()
        self.consumed: i64 = 0
        self.wanted: i64 = 0
        """After WAIT: octets from `consumed` on without which the next reading is in vain."""
        self.phase: i64 = FRESH
        """After WAIT: the phase in which the unfinished message is read."""

    def read(self, packet: Packet, data: bytes, start: i64, end: i64, phase: i64) -> i64:
        """Read data[start:end], which begins a message in `phase`.

        Behind a CONNECT, or a head without a body, the next message may stand in the same segment.
        """
        outcome = self.message(packet, data, start, end, phase)
        while (outcome == FRESH or outcome == HTTP) and start < self.consumed < end:
            start = self.consumed
            outcome = self.message(packet, data, start, end, outcome)
            if outcome == UNKNOWN:
                return FRESH
        return outcome

    def message(self, packet: Packet, data: bytes, start: i64, end: i64, phase: i64) -> i64:
        """Read the one message that begins at `start`, or several requests."""
        self.consumed = start
        self.wanted = 0
        self.phase = phase
        if phase == DNS:
            return self.dns_messages(packet, data, start, end)
        if phase == BODY and not response_begins(data, start, end):
            # No file begins like a head: that was a response without a body, as to HEAD.
            return self.body(packet, data, start, end)
        if hello_begins(data, start, end):
            return self.client_hello(packet, data, start, end)
        if packet.target_port == FTP_PORT and ftp_begins(data, start, end):
            return self.ftp_lines(packet, data, start, end)
        if request_begins(data, start, end):
            outcome = self.requests.read(packet, data, start, end)
            self.consumed = self.requests.position
            return outcome
        if server_flight_begins(data, start, end):
            return self.server_flight(packet, data, start, end)
        if response_begins(data, start, end):
            return self.answer(packet, data, start, end)
        if preface_begins(data, start, end):
            return self.preface(start, end)
        if phase == HTTP:
            return HTTP
        behind = self.proxies.read(packet, data, start, end)
        if behind > 0:
            self.consumed = behind
            return FRESH
        if behind == 0:
            return WAIT
        behind = behind_envelope(data, start, end)
        if behind > 0:
            self.consumed = behind
            return FRESH
        return self.maybe_dns(packet, data, start, end)

    def ftp_lines(self, packet: Packet, data: bytes, start: i64, end: i64) -> i64:
        """Commands of FTP; a hello may still follow (AUTH TLS)."""
        if self.ftp.read(packet, data, start, end):
            self.consumed = self.ftp.position
            return WAIT
        return FRESH

    def preface(self, start: i64, end: i64) -> i64:
        """HTTP/2 in the clear: whatever the port, its stream is read frame by frame."""
        if end - start >= PREFACE_BYTES:
            self.phase = HTTP2
            self.consumed = start + PREFACE_BYTES
            self.watch.set_other_phase(OVER)
        return WAIT

    def client_hello(self, packet: Packet, data: bytes, start: i64, end: i64) -> i64:
        """A TLS hello from its first record on."""
        hello = self.hello
        answer = self.records.client_hello(data, start, end, hello)
        if answer == Answer.NEED_MORE:
            self.wanted = self.records.wanted
            return WAIT
        if answer < 0:
            self.watch.tally.anomaly(answer)
            if not hello.has_name:
                return OVER
        self.hellos.read(packet, hello, 0)
        return OVER

    def tails(self, pieces: list[bytes]) -> bool:
        """Look for the name of a hello whose start is missing, or that stands behind a gap."""
        hello = self.hello
        for piece in pieces:
            length: i64 = len(piece)
            if hello_begins(piece, 0, length):
                self.records.client_hello(piece, 0, length, hello)
                if hello.has_name:
                    return True
            if hello.parse_tail(piece, 0, length) == Answer.DONE:
                return True
        return False

    def server_flight(self, packet: Packet, data: bytes, start: i64, end: i64) -> i64:
        """The server's hello and, up to TLS 1.2, its certificates."""
        answer = self.records.server_flight(data, start, end)
        if answer == Answer.NEED_MORE:
            self.wanted = self.records.wanted
            return WAIT
        if answer < 0:
            self.watch.tally.anomaly(answer)
        for der in self.records.certificates:
            self.certificates.read(packet, der, self.records.version)
        return OVER

    def late_flight(self, origin: Sighting, data: bytes) -> None:
        """Take the certificates that are whole in a flight which never will be.

        `origin`: a blank sighting of the flight's first packet, with its sender as the client.
        """
        self.records.server_flight(data, 0, len(data))
        for der in self.records.certificates:
            self.certificates.late(origin, der, self.records.version)

    def answer(self, packet: Packet, data: bytes, start: i64, end: i64) -> i64:
        """An HTTP response: only its body's first octets can say something."""
        response = self.response
        answer = response.parse(data, start, end)
        if answer == Answer.NEED_MORE:
            return WAIT
        watch = self.watch
        if answer < 0:
            watch.tally.anomaly(answer)
            return HTTP
        if response.status == SWITCHING or (
            watch.state() & TUNNELLED != 0 and 200 <= response.status < 300
        ):
            self.consumed = response.head_end
            return FRESH
        if not response.has_body:
            self.consumed = response.head_end
            return HTTP
        if response.body_start >= end:
            return BODY
        return self.body(packet, data, response.body_start, end)

    def body(self, packet: Packet, data: bytes, start: i64, end: i64) -> i64:
        """The beginning of a body: a file that only a product fetches?"""
        matcher = self.watch.sightings.matcher
        signature = matcher.magic(data, start, end)
        if signature >= 0:
            self.watch.add(packet, False, Signal.FILE_MAGIC, b"", signature)
        elif matcher.magic_cut(data, start, end):
            return WAIT
        return HTTP

    def maybe_dns(self, packet: Packet, data: bytes, start: i64, end: i64) -> i64:
        """DNS over TCP (RFC 7766): on port 53, elsewhere only if one whole message stands here."""
        if packet.source_port == 53 or packet.target_port == 53:
            return self.dns_messages(packet, data, start, end)
        if not is_one_message(data, start, end):
            return UNKNOWN
        return DNS if self.dns.read(packet, data, start + 2, end, True) else UNKNOWN

    def dns_messages(self, packet: Packet, data: bytes, start: i64, end: i64) -> i64:
        """All whole messages; the rest waits."""
        position = start
        while position + 2 <= end:
            length = i64(read_i16_be(data, position)) & 0xFFFF
            if position + 2 + length > end:
                break
            if not self.dns.read(packet, data, position + 2, position + 2 + length, False):
                return OVER
            position += 2 + length
        self.consumed = position
        return DNS if position == end else WAIT


def begins_surely(data: bytes, start: i64, end: i64) -> bool:
    """Tell a beginning that no tail of a hello, request or response can be taken for.

    A tail can be `NECT host:443 HTTP/1.1`, `HTTP/1.1` alone, or a record of one octet: so only
    well-known methods, status lines and records with a whole handshake header count.
    """
    if end - start < BEGINNING_BYTES_MIN:
        return False
    first = i64(data[start])
    if first == HANDSHAKE and (i64(read_i16_be(data, start + 3)) & 0xFFFF) < 4:
        return False
    if first == HANDSHAKE or first == ALERT:
        return hello_begins(data, start, end) or server_flight_begins(data, start, end)
    method = usual_method(first, i64(data[start + 1]))
    length: i64 = len(method)
    if length == 0 or data[start : start + length] != method:
        return response_begins(data, start, end) and i64(data[start + 8]) == SPACE
    return request_begins(data, start, end)


def is_one_message(data: bytes, start: i64, end: i64) -> bool:
    """Tell whether data[start:end] may be one DNS message and its length (RFC 7766 section 8)."""
    if end - start < DNS_MESSAGE_BYTES_MIN:
        return False
    return (i64(read_i16_be(data, start)) & 0xFFFF) == end - start - 2


def server_flight_begins(data: bytes, start: i64, end: i64) -> bool:
    """Tell a server's first TLS octets: its hello, also behind a warning alert, or its Certificate.

    The alert is "unrecognized name" (RFC 6066 section 3); a flight that begins with the Certificate
    has lost the segment before it.
    """
    if i64(data[start]) == ALERT and end - start > ALERT_BYTES:
        return server_hello_begins(data, start + ALERT_BYTES, end)
    return server_hello_begins(data, start, end) or certificate_begins(data, start, end)
