"""Compiled. The flow a packet belongs to: who began it, who answered, what hangs on it.

`enter` finds the flow; from then on `place`, `side` and `flow` speak of the current packet's flow
until the next `enter`. What TCP and UDP have in common about connections is decided here.
"""

from mypy_extensions import i64

from netwatch.decode.packet import ACK, RST, SYN, TCP, UDP, Packet
from netwatch.dissect.clients import ClientWatch, is_tunnel
from netwatch.dissect.dns import DnsDissector
from netwatch.dissect.sightings import Sightings
from netwatch.extract.lines import is_talk
from netwatch.limits import ORIGINS_MAX
from netwatch.match.resolvers import Resolvers
from netwatch.model import HttpFields, Sighting, Signal
from netwatch.names import Name
from netwatch.state.clients import (
    CONNECTIONS_ANSWERED,
    CONNECTIONS_NAMED,
    ENCRYPTED_DNS,
    TUNNELS,
)
from netwatch.state.fingerprint import flow_hash, mix
from netwatch.state.flows import (
    CLIENT_KNOWN,
    CLIENT_SIDE,
    COUNTED,
    GUESSED,
    HIDES_DNS,
    LINES_0,
    LINES_0_ONE,
    LINES_1,
    LINES_1_ONE,
    NAMED,
    NEXT,
    ORIGIN_TOLD,
    OVER,
    PHASE,
    REPLIED,
    SEEN,
    SIDE,
    TIME,
    TO_PUBLIC,
    TRIED,
    TRIED_ONE,
    WATCHED,
    Flows,
)
from netwatch.state.sequences import acked_unseen, is_acked
from netwatch.state.tally import Tally


class FlowWatch:
    """The flows of one engine, and the one that is being looked at."""

    def __init__(
        self, sightings: Sightings, clients: ClientWatch, dns: DnsDissector, tally: Tally
    ) -> None:
        self.sightings: Sightings = sightings
        self.clients: ClientWatch = clients
        self.dns: DnsDissector = dns
        self.tally: Tally = tally
        self.resolvers: Resolvers = Resolvers()
        self.flows: Flows = Flows()
        self.place: i64 = 0
        self.side: i64 = 0
        """0 or 1: which side sent the current packet."""
        self.flow: i64 = 0
        self.last_ns: i64 = 0
        """When the flow was touched before this packet."""
        self.origins: dict[bytes, bytes] = {}
        """Direction of a flow -> whose stream it is, as a PROXY header says."""

    def enter(self, packet: Packet) -> i64:
        """Find the packet's flow; give its state as it was before this packet."""
        one = mix(packet.source_hash, packet.source_port)
        other = mix(packet.target_hash, packet.target_port)
        flows = self.flows
        self.flow = flow_hash(one, other, packet.protocol)
        if one < other:
            self.side = 0
        else:
            self.side = 1
        place = flows.find(self.flow, packet.time_ns)
        self.place = place
        records = flows.records
        self.last_ns = records[place + TIME]
        records[place + TIME] = packet.time_ns
        return records[place]

    def state(self) -> i64:
        """Give the bits of the current flow."""
        return self.flows.records[self.place]

    def set_bits(self, bits: i64) -> None:
        """Set bits of the current flow."""
        self.flows.records[self.place] = self.flows.records[self.place] | bits

    def phase(self) -> i64:
        """Give the phase of the current packet's direction."""
        return (self.flows.records[self.place] >> (self.side * SIDE)) & PHASE

    def set_phase(self, phase: i64) -> None:
        """Set the phase of the current packet's direction."""
        shift = self.side * SIDE
        state = self.flows.records[self.place]
        self.flows.records[self.place] = (state & ~(PHASE << shift)) | (phase << shift)

    def set_other_phase(self, phase: i64) -> None:
        """Set the phase of the opposite direction."""
        shift = (1 - self.side) * SIDE
        state = self.flows.records[self.place]
        self.flows.records[self.place] = (state & ~(PHASE << shift)) | (phase << shift)

    def from_client(self) -> bool:
        """Tell whether the current packet comes from the client, as far as that is known."""
        state = self.flows.records[self.place]
        return (state & CLIENT_SIDE != 0) == (self.side == 1)

    def other_seen(self) -> bool:
        """Tell whether a packet of the opposite side was seen before."""
        return self.state() & (SEEN << ((1 - self.side) * SIDE)) != 0

    def begin(self, packet: Packet, from_client: bool, certain: bool) -> None:
        """Say who the client is; `certain`: the opening was seen, so charge a connection to it.

        A hello or request settles it as well, and overrides a guess.
        """
        state = self.state() & ~CLIENT_SIDE
        if from_client == (self.side == 1):
            state |= CLIENT_SIDE
        self.flows.records[self.place] = state | CLIENT_KNOWN
        if not certain or state & COUNTED != 0:
            return
        public = self.clients.connection(packet, from_client)
        self.set_bits(COUNTED | TO_PUBLIC if public else COUNTED)
        server_port = packet.target_port if from_client else packet.source_port
        offset = packet.target if from_client else packet.source
        if server_port == 853 or (
            server_port == 443 and self.resolvers.address(packet.net, offset, packet.address_length)
        ):
            self.encrypted_dns(packet, from_client)
        elif is_tunnel(packet, server_port):
            self.clients.count(packet, from_client, TUNNELS)
        self.nameless(packet, from_client, server_port)

    def encrypted_dns(self, packet: Packet, from_client: bool) -> None:
        """Count the flow among those that hide questions, once."""
        if self.state() & HIDES_DNS == 0:
            self.set_bits(HIDES_DNS)
            self.tally.encrypted_dns += 1
            self.clients.count(packet, from_client, ENCRYPTED_DNS)

    def asks_resolver(self, packet: Packet, name: Name) -> None:
        """Look whether the name that the client said is that of a public resolver."""
        if self.resolvers.name(name):
            self.encrypted_dns(packet, True)

    def nameless(self, packet: Packet, from_client: bool, server_port: i64) -> None:
        """Look what a new flow proves before a name is said: answered address, prefix, port."""
        client_hash = packet.source_hash if from_client else packet.target_hash
        server_hash = packet.target_hash if from_client else packet.source_hash
        index = self.dns.told(client_hash, server_hash, packet.time_ns)
        if index >= 0:
            known = self.dns.answered[index]
            signal = Signal.FLOW_TO_ANSWERED_ADDRESS
            sighting = self.add(packet, from_client, signal, known.name, known.signature)
            sighting.shared = self.dns.shared(server_hash)
            self.set_bits(GUESSED)
            self.named(packet, from_client)
        matcher = self.sightings.matcher
        offset = packet.target if from_client else packet.source
        signature = matcher.address(packet.net, offset, packet.address_length)
        if signature >= 0:
            self.add(packet, from_client, Signal.ADDRESS_PREFIX, b"", signature)
        signature = matcher.port(packet.protocol, server_port)
        if signature >= 0:
            self.add(packet, from_client, Signal.PORT_PROFILE, b"", signature)

    def add(
        self, packet: Packet, from_client: bool, signal: str, name: bytes, signature: i64
    ) -> Sighting:
        """Make a sighting on the current flow and watch for packets of the side not yet seen."""
        sighting = self.sightings.add(packet, self.flow, from_client, signal, name, signature)
        sighting.two_way = self.other_seen()
        if not sighting.two_way:
            self.set_bits(WATCHED)
            if packet.protocol == TCP and from_client:
                self.follow(packet)
        return sighting

    def follow(self, packet: Packet) -> None:
        """Follow what the client, who sends this packet, acknowledges of a server that is not seen.

        Twice further than at first: then the server speaks, somewhere that the mirror does not see.
        """
        if packet.flags & (SYN | RST | ACK) != ACK:
            return
        records = self.flows.records
        place = self.place + NEXT + 1 - self.side
        held = records[place]
        if held >= 0 or is_acked(held):
            return
        records[place] = acked_unseen(held, packet.acknowledged)
        if is_acked(records[place]):
            self.sightings.reply(packet, self.flow, "acked")

    def named(self, packet: Packet, from_client: bool) -> None:
        """Count the connection among the named ones, once."""
        state = self.state()
        if state & NAMED != 0:
            return
        self.set_bits(NAMED)
        if state & TO_PUBLIC != 0:
            self.clients.count(packet, from_client, CONNECTIONS_NAMED)

    def said_other(self, packet: Packet) -> None:
        """Take the guess by answered address back: the client said a name that matches nothing."""
        if self.state() & GUESSED != 0:
            self.flows.records[self.place] = self.state() & ~GUESSED
            self.sightings.reply(packet, self.flow, "other-name")

    def arrived(self, packet: Packet, state: i64) -> None:
        """Note that this side was seen; tell those who wait for it."""
        own = SEEN << (self.side * SIDE)
        if state & own == 0:
            self.set_bits(own)
            self.clients.sender(packet)
            if self.other_seen() and packet.protocol == TCP:
                self.tally.flows_both += 1
                if self.state() & TO_PUBLIC != 0:
                    self.clients.count(packet, self.from_client(), CONNECTIONS_ANSWERED)
        if state & (WATCHED | REPLIED) == WATCHED and self.other_seen():
            refused = packet.protocol == TCP and packet.flags & RST != 0
            self.sightings.reply(packet, self.flow, "refused" if refused else "reply")
            self.set_bits(REPLIED)

    def keep_origin(self, packet: Packet, origin: bytes) -> None:
        """Remember whose stream this direction is; the oldest give way."""
        key = packet.key()
        self.origins.pop(key, None)
        if len(self.origins) >= ORIGINS_MAX:
            del self.origins[next(iter(self.origins))]
        self.origins[key] = origin
        self.set_bits(ORIGIN_TOLD)

    def origin(self, packet: Packet) -> bytes:
        """Give whose stream this is, as a PROXY header said, empty if none did."""
        if self.state() & ORIGIN_TOLD == 0:
            return b""
        return self.origins.get(packet.key(), b"")

    def tell_origin(self, packet: Packet, sighting: Sighting) -> None:
        """Put the origin, if it is known, where a proxy's word stands in a request."""
        origin = self.origin(packet)
        if len(origin) > 0:
            sighting.http = HttpFields(forwarded_for=origin)

    def tried(self, data: bytes, start: i64, end: i64) -> None:
        """Nothing known stands in data[start:end]: a hello may come behind STARTTLS or SOCKS.

        Seven segments of each side are looked at, whatever the port, and 31 lines of a talk: what
        is said by then is over.
        """
        state = self.state()
        lines = LINES_0
        one = LINES_0_ONE
        if self.side == 1:
            lines = LINES_1
            one = LINES_1_ONE
        if state & lines != lines and is_talk(data, start, end):
            self.flows.records[self.place] = state + one
            return
        shift = self.side * SIDE
        if state & (TRIED << shift) == TRIED << shift:
            self.set_phase(OVER)
        else:
            self.flows.records[self.place] = state + (TRIED_ONE << shift)

    def guess_client(self, packet: Packet) -> bool:
        """Guess whether the sender is the client: the larger port, else whoever came first."""
        if packet.protocol == UDP and packet.source_port >= 1024 and packet.target_port >= 1024:
            return True
        return packet.source_port >= packet.target_port
