"""Compiled. HTTP/2 in the clear: its requests, said like those of HTTP/1."""

from mypy_extensions import i64

from netwatch.decode.packet import Packet
from netwatch.dissect.requests import RequestDissector
from netwatch.extract.hpack import HpackTables
from netwatch.extract.http2 import Http2
from netwatch.limits import HTTP2_REQUESTS_MAX
from netwatch.model import Answer


class Http2Dissector:
    """Takes the first requests of each connection."""

    def __init__(self, requests: RequestDissector) -> None:
        self.requests: RequestDissector = requests
        self.tables: HpackTables = HpackTables()

    def connection(self) -> Http2:
        """Give a reader for one more connection."""
        return Http2(self.tables)

    def read(self, packet: Packet, http2: Http2, data: bytes, start: i64) -> bool:
        """Read what has come of the client's frames, data[start:]; True while more matters."""
        end: i64 = len(data)
        while True:
            answer = http2.read(data, start, end)
            start = http2.position
            if answer == Answer.NEED_MORE:
                return True
            if answer < 0:
                self.requests.watch.tally.anomaly(answer)
                return False
            fields = http2.fields
            if len(fields.method) > 0:  # and not the fields behind a body
                self.requests.request.tell(fields)
                self.requests.whole(packet)
            if http2.requests >= HTTP2_REQUESTS_MAX:
                return False
