"""Compiled. What stands before a stream that somebody else asked for: PROXY headers and SOCKS."""

from mypy_extensions import i64

from netwatch.decode.packet import Packet
from netwatch.dissect.flows import FlowWatch
from netwatch.extract.proxy_header import ProxyHeader
from netwatch.extract.socks import SocksRequest
from netwatch.model import Anomaly, Signal
from netwatch.names import Name
from netwatch.state.clients import PROXIED
from netwatch.state.flows import SIDE, TRIED_ONE


class ProxyDissector:
    """Reads them where a stream begins, or may begin anew."""

    def __init__(self, watch: FlowWatch) -> None:
        self.watch: FlowWatch = watch
        self.header: ProxyHeader = ProxyHeader()
        self.socks: SocksRequest = SocksRequest()
        self.name: Name = Name()

    def read(self, packet: Packet, data: bytes, start: i64, end: i64) -> i64:
        """Read what begins at data[start:end]: the offset behind it, 0 for "more", -1: neither."""
        behind = self.header.read(data, start, end)
        if behind >= 0:
            if behind > 0 and len(self.header.origin) > 0:
                self.watch.keep_origin(packet, self.header.origin)
            return behind
        behind = self.socks.read(data, start, end)
        if behind > 0:
            self.request(packet, data)
        return behind

    def request(self, packet: Packet, data: bytes) -> None:
        """Somebody asks a SOCKS proxy for a connection; match the name, if it says one."""
        watch = self.watch
        socks = self.socks
        watch.begin(packet, True, True)
        watch.clients.count(packet, False, PROXIED)
        watch.set_bits(TRIED_ONE << (watch.side * SIDE))  # a copy of it is known by that
        if socks.name_end == 0:
            return
        if not self.name.set_dotted(data, socks.name_start, socks.name_end):
            watch.tally.anomaly(Anomaly.NAME_NOT_A_NAME)
            return
        watch.named(packet, True)
        signature = watch.sightings.matcher.name(self.name)
        if signature < 0:
            watch.said_other(packet)
        if watch.sightings.wanted(signature):
            sighting = watch.add(packet, True, Signal.SOCKS_HOST, self.name.wire(), signature)
            watch.tell_origin(packet, sighting)
