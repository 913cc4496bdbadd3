"""Zeek's dns, ssl, quic, http and conn logs, as tables with `#fields` or as JSON lines.

Zeek saw packets, so a row is what a capture would have shown. A row of dns.log is a question, and
with an `rcode` an answer too. The server took part where ssl.log says `established` or a version,
http.log a status, and conn.log octets of both sides.
"""

from collections.abc import Callable, Mapping
from typing import Final

import msgspec

from netwatch.logs.entries import Ends, Entries, cut
from netwatch.logs.fields import address_of, host_and_port, is_address, port_of
from netwatch.logs.times import Clock
from netwatch.model import HttpFields, Signal, TlsFields

FIELDS: Final = b"#fields\t"
PATH: Final = b"#path\t"
UNSET: Final = (b"-", b"(empty)", b"")
TRANSPORTS: Final = {b"tcp": 6, b"udp": 17}
FORWARDED: Final = b"X-FORWARDED-FOR -> "
Row = Mapping[bytes, bytes]
"""Field -> value; what is not set is not there."""


class JsonRow(msgspec.Struct, kw_only=True):
    """The fields that are looked at, of any of the logs."""

    path: str = msgspec.field(default="", name="_path")
    ts: float | str = ""
    orig_h: str = msgspec.field(default="", name="id.orig_h")
    orig_p: int = msgspec.field(default=0, name="id.orig_p")
    resp_h: str = msgspec.field(default="", name="id.resp_h")
    resp_p: int = msgspec.field(default=0, name="id.resp_p")
    proto: str = ""
    query: str = ""
    qtype: int = 0
    rcode: int | None = None
    RD: bool | None = None
    answers: list[str] = []
    server_name: str = ""
    version: str = ""
    established: bool = False
    method: str = ""
    host: str = ""
    uri: str = ""
    user_agent: str = ""
    status_code: int = 0
    proxied: list[str] = []
    conn_state: str = ""
    orig_bytes: int = 0
    resp_bytes: int = 0
    dcid: str = msgspec.field(default="", name="client_initial_dcid")


class Zeek:
    """Reads the rows of one of Zeek's logs."""

    def __init__(self, clock: Clock, entries: Entries) -> None:
        self._clock = clock
        self._entries = entries
        self._fields: list[bytes] = []
        self._log = b""
        self._json: msgspec.json.Decoder[JsonRow] = msgspec.json.Decoder(JsonRow)

    def line(self, line: bytes) -> bool:
        """See the package."""
        if line.startswith(b"#"):
            if line.startswith(FIELDS):
                self._fields = line[len(FIELDS) :].split(b"\t")
            elif line.startswith(PATH):
                self._log = line[len(PATH) :]
            return True
        if line.startswith(b"{"):
            return self._read(_json_row(self._json, line), b"")
        values = line.split(b"\t")
        if len(values) != len(self._fields):
            return False
        pairs = zip(self._fields, values, strict=True)
        return self._read({field: v for field, v in pairs if v not in UNSET}, self._log)

    def _read(self, row: Row, log: bytes) -> bool:
        log = log or row.get(b"_path", b"") or _log_of(row)
        reader = READERS.get(log)
        if reader is None:
            return True  # another of Zeek's logs
        transport = TRANSPORTS.get(row.get(b"proto", b"tcp"), 0)
        ends = Ends(
            time_ns=_time_ns(self._clock, row[b"ts"]) if b"ts" in row else self._clock.unknown(),
            client=address_of(row.get(b"id.orig_h", b"")),
            client_port=port_of(row.get(b"id.orig_p", b"0")),
            server=address_of(row.get(b"id.resp_h", b"")),
            server_port=port_of(row.get(b"id.resp_p", b"0")),
            transport=17 if log == b"quic" else transport,
        )
        reader(self._entries, ends, row)
        return True


def _json_row(decoder: msgspec.json.Decoder[JsonRow], line: bytes) -> Row:
    """A JSON line as a row, with the names that the table has. ValueError."""
    try:
        given = decoder.decode(line)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ValueError(str(error)) from None
    row: dict[bytes, bytes] = {}
    for field, name in JSON_FIELDS:
        value = getattr(given, field)
        if isinstance(value, bool):
            row[name] = b"T" if value else b"F"
        elif isinstance(value, list):
            if value:
                row[name] = b",".join(_octets(one.replace(",", "\\x2c")) for one in value)
        elif value is not None and value != "":
            row[name] = _octets(str(value))
    return row


JSON_FIELDS: Final = [
    (field.name, field.encode_name.encode()) for field in msgspec.structs.fields(JsonRow)
]


def _octets(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _time_ns(clock: Clock, text: bytes) -> int:
    return clock.iso(text) if b"T" in text else clock.epoch(text)


def _log_of(row: Row) -> bytes:
    """Which log a row without its name is of: by what only that one has."""
    if b"query" in row:
        return b"dns"
    if b"conn_state" in row:
        return b"conn"
    if b"client_initial_dcid" in row:
        return b"quic"
    if b"server_name" in row:
        return b"ssl"
    return b"http" if b"method" in row or b"uri" in row else b""


def _dns(entries: Entries, ends: Ends, row: Row) -> None:
    name = row.get(b"query", b"")
    if not name or ends.server_port in (5353, 5355, 137):
        return  # neighbours' business
    qtype = int(row.get(b"qtype", b"0"))
    recursive = row.get(b"RD") != b"F"
    entries.asked(ends, name, qtype, recursive=recursive)
    if b"rcode" in row:
        given = [one for one in row.get(b"answers", b"").split(b",") if is_address(one)]
        entries.answered(
            ends,
            name,
            qtype,
            rcode=int(row[b"rcode"]),
            answers=tuple(address_of(one) for one in given),
            recursive=recursive,
        )


def _ssl(entries: Entries, ends: Ends, row: Row) -> None:
    two_way = row.get(b"established") == b"T" or b"version" in row
    name = row.get(b"server_name", b"")
    entries.said(ends, Signal.TLS_SNI, name, two_way=two_way, tls=TlsFields())


def _quic(entries: Entries, ends: Ends, row: Row) -> None:
    name = row.get(b"server_name", b"")
    entries.said(ends, Signal.QUIC_SNI, name, two_way=False, tls=TlsFields())


def _http(entries: Entries, ends: Ends, row: Row) -> None:
    method, uri = row.get(b"method", b""), row.get(b"uri", b"")
    host = row.get(b"host", b"")
    signal = Signal.HTTP_HOST
    if method == b"CONNECT":
        signal, host = Signal.HTTP_CONNECT, uri or host
    elif b"://" in uri[:16]:
        signal, host = Signal.HTTP_ABSOLUTE, uri.partition(b"://")[2].partition(b"/")[0]
    named, port = host_and_port(host)
    status = int(row.get(b"status_code", b"0"))
    origins = [one for one in row.get(b"proxied", b"").split(b",") if one.startswith(FORWARDED)]
    told = origins[0].removeprefix(FORWARDED).split(b"\\x2c")[0].strip() if origins else b""
    http = HttpFields(
        method=cut(method),
        target=cut(uri),
        user_agent=cut(row.get(b"user_agent", b"")),
        host_port=port,
        status=status,
        forwarded_for=told.lower() if told and is_address(told) else b"",
    )
    entries.said(ends, signal, named, two_way=status > 0, http=http)


def _conn(entries: Entries, ends: Ends, row: Row) -> None:
    both = int(row.get(b"orig_bytes", b"0")) > 0 and int(row.get(b"resp_bytes", b"0")) > 0
    entries.connected(ends, answered=both)


READERS: Final[Mapping[bytes, Callable[[Entries, Ends, Row], None]]] = {
    b"dns": _dns,
    b"ssl": _ssl,
    b"quic": _quic,
    b"http": _http,
    b"conn": _conn,
}
"""Name of a log -> what reads a row of it."""


def knows(line: bytes) -> bool:
    """Whether this is surely of one of these logs: its table's head, or an object of its kind."""
    if line.startswith(PATH):
        return line[len(PATH) :] in READERS
    if not line.startswith(b"{") or b'"id.orig_h"' not in line:
        return False
    try:
        row = _json_row(msgspec.json.Decoder(JsonRow), line)
    except ValueError:
        return False
    return (row.get(b"_path", b"") or _log_of(row)) in READERS
