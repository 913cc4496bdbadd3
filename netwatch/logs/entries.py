"""What the lines of a log say, as sightings, and everybody whom they show.

Only here a sighting is made of a line, as in `dissect.sightings` of a frame; a name that matches
nothing leaves nothing but counters, unless every name was asked for. `Sighting.frame` is the number
of the line, and `Sighting.flow` is that of its request, so that name and path stay together.
"""

import zlib
from typing import Final, Protocol

import msgspec

from netwatch.limits import CLIENT_SLOTS
from netwatch.logs.fields import NXDOMAIN, REFUSED, is_address, is_public, set_name
from netwatch.model import Client, Coverage, DnsFields, HttpFields, Sighting, Signal, TlsFields
from netwatch.names import Name

HOUR_NS: Final = 3_600_000_000_000
HOURS_MAX: Final = 62
SKETCH_BITS: Final = 61
ANSWERS_MAX: Final = 16
FIELD_BYTES_MAX: Final = 1_024
BROWSER: Final = b"Mozilla/"
HELLOS: Final = frozenset((Signal.TLS_SNI, Signal.QUIC_SNI))
PROXIED: Final = frozenset((Signal.HTTP_CONNECT, Signal.HTTP_ABSOLUTE))


class Matching(Protocol):
    """The packs, as the engine asks them (`match.matcher.Matcher`)."""

    def name(self, name: Name) -> int:
        """Of a name, by its labels; -1: of none."""

    def path(self, data: bytes, start: int, end: int) -> int:
        """Of the HTTP path data[start:end] without its query."""

    def address(self, data: bytes, start: int, length: int) -> int:
        """Of a packed address."""

    def port(self, transport: int, port: int) -> int:
        """Of a server's port."""


class Ends(msgspec.Struct, kw_only=True, gc=False):
    """Who with whom, and when; empty or 0 = the log does not say."""

    time_ns: int
    client: bytes
    client_port: int = 0
    server: bytes = b""
    server_port: int = 0
    transport: int = 0
    vlans: tuple[int, ...] = ()


class Entries:
    """Takes what the lines say. `since_ns` <= time < `until_ns` is wanted."""

    def __init__(self, matcher: Matching, names: bool, since_ns: int, until_ns: int) -> None:
        self.line = 0
        """Number of the line that is being read, from 1."""
        self.found: list[Sighting] = []
        self.coverage = Coverage()
        self._matcher = matcher
        self._names = names
        self._since_ns = since_ns
        self._until_ns = until_ns
        self._name = Name()
        self._clients: dict[bytes, Client] = {}

    def asked(self, ends: Ends, name: bytes, qtype: int = 0, *, recursive: bool = True) -> None:
        """The client asked the server for a name (text as in master files)."""
        if self._is_wanted(ends) and self._take_name(name):
            client = self._client(ends, ends.client)
            client.questions += 1
            client.questions_public += is_public(ends.server)
            self.coverage.dns_questions += 1
            sighting = self._sighting(ends, Signal.DNS_QUERY)
            if sighting is not None:
                sighting.recursion_desired = recursive
                sighting.dns = DnsFields(qtype=qtype)
                client.questions_matched += sighting.signature >= 0

    def answered(
        self,
        ends: Ends,
        name: bytes,
        qtype: int = 0,
        *,
        rcode: int = 0,
        answers: tuple[bytes, ...] = (),
        recursive: bool = True,
    ) -> None:
        """The server sent the client an answer: `answers` are packed addresses in it."""
        if not self._is_wanted(ends) or not self._take_name(name):
            return
        self._client(ends, ends.client).answers += 1
        self.coverage.dns_answers += 1
        self.served(ends)
        sighting = self._sighting(ends, Signal.DNS_ANSWER)
        if sighting is not None:
            nowhere = any(_leads_nowhere(answer) for answer in answers)
            sighting.two_way = True
            sighting.blocked = rcode in (NXDOMAIN, REFUSED) or nowhere
            sighting.recursion_desired = recursive
            sighting.dns = DnsFields(qtype=qtype, rcode=rcode, answers=answers[:ANSWERS_MAX])

    def served(self, ends: Ends) -> None:
        """The server answers the client's questions: it is a resolver."""
        if self._is_wanted(ends) and ends.server:
            server = self._client(ends, ends.server)
            server.answers_served += 1
            server.clients_served |= 1 << zlib.crc32(ends.client) % SKETCH_BITS

    def said(
        self,
        ends: Ends,
        signal: str,
        host: bytes,
        *,
        two_way: bool,
        blocked: bool = False,
        tls: TlsFields | None = None,
        http: HttpFields | None = None,
    ) -> None:
        """The client itself named the server: a hello, a Host, a request to a proxy."""
        if not self._is_wanted(ends):
            return
        client = self._client(ends, ends.client)
        if signal in HELLOS:
            self.coverage.hellos += 1
            self.coverage.hellos_named += bool(host)
            client.hellos += 1
        else:
            self.coverage.http += 1
        if signal in PROXIED and ends.server:
            self._client(ends, ends.server).proxied += 1
        client.connections += is_public(ends.server)
        named = not is_address(host) and self._take_name(host)
        made = [self._sighting(ends, signal)] if named else []
        if http is not None:
            made.append(self._path(ends, http, named))
        for sighting in made:
            if sighting is not None:
                sighting.two_way, sighting.blocked = two_way, blocked
                sighting.tls, sighting.http = tls, http
                sighting.browser = http is not None and http.user_agent.startswith(BROWSER)

    def connected(self, ends: Ends, *, answered: bool) -> None:
        """The client began a connection; nothing is known of what was said on it."""
        if not self._is_wanted(ends) or not ends.server:
            return
        self._client(ends, ends.client).connections += is_public(ends.server)
        matcher = self._matcher
        for signal, signature in (
            (Signal.ADDRESS_PREFIX, matcher.address(ends.server, 0, len(ends.server))),
            (Signal.PORT_PROFILE, matcher.port(ends.transport, ends.server_port)),
        ):
            if signature >= 0:
                self._keep(ends, signal, b"", signature).two_way = answered

    def clients(self) -> list[Client]:
        """Everybody who was shown, by address."""
        return sorted(self._clients.values(), key=lambda one: (len(one.address), one.address))

    def _is_wanted(self, ends: Ends) -> bool:
        coverage, time_ns = self.coverage, ends.time_ns
        if not self._since_ns <= time_ns < self._until_ns:
            return False
        coverage.first_ns = min(coverage.first_ns or time_ns, time_ns)
        coverage.last_ns = max(coverage.last_ns, time_ns)
        return True

    def _take_name(self, text: bytes) -> bool:
        return set_name(self._name, text)

    def _sighting(self, ends: Ends, signal: str) -> Sighting | None:
        signature = int(self._matcher.name(self._name))
        if signature < 0 and not self._names:
            return None
        return self._keep(ends, signal, self._name.wire(), signature)

    def _path(self, ends: Ends, http: HttpFields, named: bool) -> Sighting | None:
        """A path of an update, whatever the host is called."""
        path = _path_of(http.target)
        signature = int(self._matcher.path(path, 0, len(path)))
        if signature < 0:
            return None
        return self._keep(ends, Signal.HTTP_PATH, self._name.wire() if named else b"", signature)

    def _keep(self, ends: Ends, signal: str, name: bytes, signature: int) -> Sighting:
        sighting = Sighting(
            time_ns=ends.time_ns,
            frame=self.line,
            signal=signal,
            name=name,
            signature=signature,
            client=ends.client,
            client_port=ends.client_port,
            server=ends.server,
            server_port=ends.server_port,
            transport=ends.transport,
            vlans=ends.vlans,
            flow=self.line,
        )
        self.found.append(sighting)
        return sighting

    def _client(self, ends: Ends, address: bytes) -> Client:
        vlan = ends.vlans[0] if ends.vlans else 0
        key = vlan.to_bytes(4, "big") + address
        known = self._clients.get(key)
        if known is None:
            known = Client(
                address=address, vlan=vlan, first_ns=ends.time_ns, last_ns=ends.time_ns, hours=1
            )
            if len(self._clients) < CLIENT_SLOTS:
                self._clients[key] = known
            else:
                self.coverage.clients_evicted += 1
            return known
        hour = known.first_ns // HOUR_NS - ends.time_ns // HOUR_NS
        if hour > 0:  # a log may go back a little
            known.hours <<= hour
        known.first_ns = min(known.first_ns, ends.time_ns)
        known.last_ns = max(known.last_ns, ends.time_ns)
        bit = ends.time_ns // HOUR_NS - known.first_ns // HOUR_NS
        if bit < HOURS_MAX:
            known.hours |= 1 << bit
        known.hours &= (1 << HOURS_MAX) - 1
        return known


def cut(text: bytes) -> bytes:
    """A value of a request, at most so long as the engine keeps one."""
    return text[:FIELD_BYTES_MAX]


def _path_of(target: bytes) -> bytes:
    """The path of a request's target, absolute or not, without its query."""
    if b"://" in target[:16]:
        slash = target.partition(b"://")[2]
        target = slash[slash.find(b"/") :] if b"/" in slash else b""
    return target.partition(b"?")[0].partition(b"#")[0]


def _leads_nowhere(address: bytes) -> bool:
    """The answer of a blocker: 0.0.0.0/8, 127.0.0.0/8, :: or ::1."""
    if len(address) == 4:
        return address[0] in (0, 127)
    return address[:15] == bytes(15) and address[15] <= 1
