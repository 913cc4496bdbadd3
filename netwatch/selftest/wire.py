"""A network that is told what to say, and what a mirror on it would show.

`Site` gives addresses: every site has its own, so that captures of several sites can be scanned
together. `Wire` keeps the time and the frames; `Tcp` is one connection on it. Client and server are
`Host`s; a server on the Internet has the gateway's MAC, as the mirror would see it.
"""

from collections.abc import Sequence
from datetime import datetime
from ipaddress import ip_address
from typing import Final, Self

import msgspec

from netwatch.names import name_wire
from netwatch.selftest import frames, hellos, messages
from netwatch.selftest.files import Frame

STEP_NS: Final = 200_000
"""Between two frames of one exchange."""
TURN_NS: Final = 12_000_000
"""Until the other side answers."""
SEGMENT_BYTES: Final = 1_460
FIRST_PORT: Final = 49_152
PORTS: Final = 16_000


class Host(msgspec.Struct, frozen=True, kw_only=True):
    """One end of a conversation."""

    ip: str
    mac: str
    ttl: int = 64


class Site:
    """Addresses of one network, 10.NUMBER.0.0/16, its gateway and its resolver."""

    def __init__(self, number: int) -> None:
        if not 0 <= number <= 255:
            raise ValueError(f"site {number} found, 0 to 255 expected")
        self.number = number
        self.gateway = self.host(1)
        self.resolver = self.host(53)

    def host(self, number: int, *, six: bool = False, ttl: int = 64) -> Host:
        """A machine of the site; `six`: by its IPv6 address. Its MAC is its own, Xen's prefix."""
        high, low = divmod(number, 256)
        ip = f"10.{self.number}.{high}.{low}"
        if six:
            ip = str(ip_address(f"fd00:0:0:{self.number:x}::{number:x}"))
        mac = f"00:16:3e:{self.number:02x}:{high:02x}:{low:02x}"
        return Host(ip=ip, mac=mac, ttl=ttl)

    def internet(self, ip: str) -> Host:
        """A server on the Internet, behind the site's gateway."""
        return Host(ip=ip, mac=self.gateway.mac, ttl=54)


class Wire:
    """The frames that a mirror shows, from the time `start` on (RFC 3339).

    `link` is a LINKTYPE_ of `frames`, `vlans` the tags of every frame, outermost first.
    """

    def __init__(self, start: str, *, link: int = frames.ETHERNET, vlans: Sequence[int] = ()):
        moment = datetime.fromisoformat(start)
        self.now_ns = int(moment.timestamp()) * 1_000_000_000
        self.link = link
        self.vlans = tuple(vlans)
        self.shown: list[Frame] = []
        self.count = 0
        """Of conversations: it makes ports and numbers different."""
        self._sent = 0

    def wait(self, seconds: float) -> Self:
        """Let time pass."""
        self.now_ns += round(seconds * 1e9)
        return self

    def show(self, frame: bytes, *, wire_bytes: int = 0) -> None:
        """The mirror shows this frame now."""
        self.shown.append(Frame(self.now_ns, frame, self.link, wire_bytes))
        self.now_ns += STEP_NS

    def send(self, source: Host, target: Host, packet: bytes) -> None:
        """Somebody sends this packet now."""
        self.show(frames.on_link(packet, self.link, source.mac, target.mac, self.vlans))

    def number(self) -> int:
        """The next number of a packet."""
        self._sent += 1
        return self._sent

    def port(self) -> int:
        """A client's port that no conversation before had."""
        self.count += 1
        return FIRST_PORT + self.count % PORTS

    def datagram(
        self, source: Host, target: Host, ports: tuple[int, int], payload: bytes, ttl: int = 0
    ) -> bytes:
        """The IP packet of a datagram; it is not sent."""
        life = ttl or source.ttl
        return frames.udp(source.ip, target.ip, ports, payload, ttl=life, number=self.number())

    def ask(
        self, client: Host, server: Host, name: str | bytes, kind: str = "A", *, rd: bool = True
    ) -> "Question":
        """`client` asks `server` for a name, given as text or as wire labels."""
        asked = Question(self, client, server, labels(name), kind, rd)
        asked.send()
        return asked

    def look_up(
        self,
        client: Host,
        server: Host,
        name: str | bytes,
        records: Sequence[messages.Record],
        *,
        kind: str = "",
        rcode: int = 0,
    ) -> None:
        """A question and its answer; the kind is that of the last record unless told."""
        asked = self.ask(client, server, name, kind or (records[-1].kind if records else "A"))
        self.now_ns += TURN_NS
        asked.answer(records, rcode=rcode)
        self.now_ns += STEP_NS

    def connect(self, client: Host, server: Host, port: int = 443) -> "Tcp":
        """A TCP connection with its handshake."""
        connection = Tcp(self, client, server, port)
        connection.open()
        return connection

    def tls(
        self,
        client: Host,
        server: Host,
        name: str,
        *,
        browser: bool = False,
        port: int = 443,
        program: int = 0,
    ) -> "Tcp":
        """A TLS 1.3 session: handshake, hello, the server's flight, some octets, the end."""
        connection = self.connect(client, server, port)
        hello = hellos.Hello(
            name=name.encode(), number=self.count, browser=browser, program=program
        )
        connection.say(hellos.records(hello.handshake()))
        connection.hear(hellos.flight_13(self.count))
        connection.say(hellos.records(bytes(64), kind=hellos.APPLICATION))
        connection.close()
        return connection

    def exchange(
        self, client: Host, server: Host, ports: tuple[int, int], said: bytes, heard: bytes
    ) -> None:
        """A datagram each way."""
        self.send(client, server, self.datagram(client, server, ports, said))
        self.now_ns += TURN_NS
        self.send(server, client, self.datagram(server, client, (ports[1], ports[0]), heard))


class Question:
    """A DNS question over UDP that may be answered."""

    def __init__(
        self, wire: Wire, client: Host, server: Host, name: bytes, kind: str, rd: bool
    ) -> None:
        self.port = wire.port()
        self.id = (wire.count * 0x9E37 + wire.now_ns // 1_000_000) & 0xFFFF
        self._wire = wire
        self._client = client
        self._server = server
        self._name = name
        self._kind = kind
        self._recursion = rd

    def send(self) -> None:
        """Ask (once more)."""
        text = messages.question(self._name, self._kind, self.id, recursion=self._recursion)
        ports = (self.port, 53)
        packet = self._wire.datagram(self._client, self._server, ports, text)
        self._wire.send(self._client, self._server, packet)

    def reply(self, records: Sequence[messages.Record], *, rcode: int = 0) -> bytes:
        """The IP packet of the answer; it is not sent."""
        text = messages.answer(
            self._name, self._kind, self.id, records, rcode=rcode, recursion=self._recursion
        )
        return self._wire.datagram(self._server, self._client, (53, self.port), text)

    def answer(self, records: Sequence[messages.Record], *, rcode: int = 0) -> None:
        """The server answers."""
        self._wire.send(self._server, self._client, self.reply(records, rcode=rcode))


class Tcp:
    """One TCP connection; every step shows its segments and, where it should, the other's ACK."""

    def __init__(self, wire: Wire, client: Host, server: Host, port: int) -> None:
        self.ports = (wire.port(), port)
        self.acknowledge = True
        """Whether what was said is acknowledged in a segment of its own."""
        self._wire = wire
        self._client = client
        self._server = server
        self._next_client = (wire.count * 1_000_003) & 0xFFFFFFFF
        self._next_server = (wire.count * 2_000_003) & 0xFFFFFFFF

    def syn(self) -> None:
        """The client knocks."""
        self._wire.send(self._client, self._server, self._segment(True, "S"))
        self._next_client += 1

    def open(self) -> None:
        """The three-way handshake."""
        self.syn()
        self._wire.now_ns += TURN_NS
        self._wire.send(self._server, self._client, self._segment(False, "SA"))
        self._next_server += 1
        self._wire.send(self._client, self._server, self._segment(True, "A"))

    def refuse(self) -> None:
        """The server, or somebody in its name, resets."""
        self._wire.now_ns += STEP_NS
        self._wire.send(self._server, self._client, self._segment(False, "RA"))

    def pieces(
        self, data: bytes, segment_bytes: int = SEGMENT_BYTES, *, server: bool = False
    ) -> list[bytes]:
        """The IP packets that carry `data`; they are not sent, but the numbers go on."""
        made = []
        for start in range(0, len(data), segment_bytes):
            piece = data[start : start + segment_bytes]
            made.append(self._segment(not server, "PA", piece))
            if server:
                self._next_server += len(piece)
            else:
                self._next_client += len(piece)
        return made

    def send(self, *packets: bytes, server: bool = False) -> None:
        """Show these packets of one side, in this order."""
        for packet in packets:
            self.show(packet, server=server)

    def show(self, packet: bytes, *, server: bool = False) -> None:
        """Show one packet of one side."""
        ends = (self._server, self._client) if server else (self._client, self._server)
        self._wire.send(*ends, packet)

    def say(self, data: bytes, segment_bytes: int = SEGMENT_BYTES) -> None:
        """The client says something."""
        self.send(*self.pieces(data, segment_bytes))
        if self.acknowledge:
            self._wire.now_ns += TURN_NS
            self.send(self._segment(False, "A"), server=True)

    def hear(self, data: bytes, segment_bytes: int = SEGMENT_BYTES) -> None:
        """The server says something."""
        self._wire.now_ns += TURN_NS
        self.send(*self.pieces(data, segment_bytes, server=True), server=True)
        if self.acknowledge:
            self.send(self._segment(True, "A"))

    def skip(self, octets: int, *, server: bool = False) -> None:
        """So many octets of one side pass that the mirror does not show."""
        if server:
            self._next_server += octets
        else:
            self._next_client += octets

    def ack(self, *, server: bool = False) -> None:
        """One side acknowledges what it has."""
        self.send(self._segment(not server, "A"), server=server)

    def close(self) -> None:
        """Both sides are done."""
        self.send(self._segment(True, "FA"))
        self._next_client += 1
        self._wire.now_ns += TURN_NS
        self.send(self._segment(False, "FA"), server=True)
        self._next_server += 1
        self.send(self._segment(True, "A"))

    def _segment(self, from_client: bool, flags: str, data: bytes = b"") -> bytes:
        source, target = self._client, self._server
        ports = self.ports
        numbers = (self._next_client, self._next_server)
        if not from_client:
            source, target = target, source
            ports, numbers = (ports[1], ports[0]), (numbers[1], numbers[0])
        if flags == "S":
            numbers = (numbers[0], 0)
        return frames.tcp(
            source.ip,
            target.ip,
            ports,
            flags,
            numbers,
            data,
            ttl=source.ttl,
            number=self._wire.number(),
        )


def labels(name: str | bytes) -> bytes:
    """Wire labels of a name that is given as text, or already is that."""
    return name if isinstance(name, bytes) else name_wire(name)


def together(*wires: Wire) -> list[Frame]:
    """All frames of several wires in the order of their times."""
    return sorted((frame for wire in wires for frame in wire.shown), key=lambda f: f.time_ns)
