"""Compiled. DNS messages, whichever way they came: names out, answers remembered.

Answers are remembered for two questions. Was this client told that this address is a matched name?
Then its later flow there is a sighting even without a name. Was the same address also told for
another name? Then it is shared and proves nothing without one.
"""

from typing import Final

from librt.strings import read_i16_be, read_i32_be
from mypy_extensions import i64

from netwatch.decode.packet import UDP, Packet
from netwatch.dissect.claims import ClaimDissector
from netwatch.dissect.clients import ClientWatch
from netwatch.dissect.copies import Copies
from netwatch.dissect.outer import OuterNames
from netwatch.dissect.sightings import Sightings
from netwatch.extract.dns import DnsMessage
from netwatch.limits import (
    ANSWER_NS_MAX,
    ANSWER_NS_MIN,
    ANSWER_SLOTS,
    ANSWERED_NAMES_MAX,
)
from netwatch.model import Anomaly, Answer, DnsFields, Sighting, Signal
from netwatch.state.answers import MATCHED, SPAN, TIME, UNMATCHED, VALUE, Remembered
from netwatch.state.clients import (
    ANSWERS,
    ANSWERS_SERVED,
    CLIENTS_SERVED,
    QUESTIONS,
    QUESTIONS_MATCHED,
    QUESTIONS_PUBLIC,
    TTL_KINDS,
)
from netwatch.state.fingerprint import address_hash, is_public, mix
from netwatch.state.recent import AGAIN, NEW
from netwatch.state.tally import Tally

A: Final = 1
CNAME: Final = 5
AAAA: Final = 28
SVCB: Final = 64
HTTPS: Final = 65
NXDOMAIN: Final = 3
REFUSED: Final = 5
ADDRESSES_MAX: Final = 16
FULL: Final = -2
"""In place of the index of a matched name: one that found no room."""
TOLD_SALT: Final = 1
SECOND_NS: Final = 1_000_000_000
MDNS_PORT: Final = 5353
MDNS_GROUP4: Final = 0xE00000FB
MDNS_GROUP6: Final = 0xFF02


class Answered:
    """A matched name that somebody was told an address for."""

    def __init__(self, name: bytes, signature: i64) -> None:
        self.name: bytes = name
        self.signature: i64 = signature


class DnsDissector:
    """Reads messages; keeps what was answered."""

    def __init__(
        self,
        key: i64,
        sightings: Sightings,
        clients: ClientWatch,
        claims: ClaimDissector,
        tally: Tally,
    ) -> None:
        self.key: i64 = key
        self.sightings: Sightings = sightings
        self.clients: ClientWatch = clients
        self.claims: ClaimDissector = claims
        self.tally: Tally = tally
        self.message: DnsMessage = DnsMessage()
        self.by_address: Remembered = Remembered(ANSWER_SLOTS)
        self.by_client: Remembered = Remembered(ANSWER_SLOTS)
        self.answered: list[Answered] = []
        self.indices: dict[bytes, int] = {}
        """Name -> where it stands in `answered`."""
        self.addresses: list[bytes] = []
        self.blocked: bool = False
        self.copies: Copies = Copies()
        self.outer: OuterNames = OuterNames()
        self.copy: bool = False
        """The current message is a copy that was shown elsewhere: it is not counted again."""

    def read(self, packet: Packet, data: bytes, start: i64, end: i64, strict: bool) -> bool:
        """Read the message data[start:end] that `packet` brought; False if it is none."""
        message = self.message
        answer = message.parse(data, start, end, strict)
        if answer != Answer.DONE:
            if not strict:
                self.tally.anomaly(answer if answer < 0 else -Anomaly.DNS_TRUNCATED)
            return False
        self.copy = False
        if packet.protocol == UDP:
            shown = self.copies.show(packet)
            if shown != NEW:
                self.copy = True
                self.tally.duplicates += 1
                if shown == AGAIN:
                    return True
        port = packet.source_port if message.response else packet.target_port
        if port == MDNS_PORT or (packet.source_port == MDNS_PORT and to_mdns_group(packet)):
            self.announced(packet, Signal.MDNS)
        elif port == 5355:
            self.announced(packet, Signal.LLMNR)
        elif message.response:
            self.response(packet)
        else:
            self.query(packet)
        return True

    def announced(self, packet: Packet, signal: str) -> None:
        """Multicast DNS and LLMNR: the sender is the client, whatever the message is.

        Every port hears these, mirrored or not, so they count as nothing that the feed could show.
        """
        self.clients.source(packet)
        message = self.message
        while message.question.count > 0:
            self.sightings.add_name(packet, 0, True, signal, message.question)
            if message.next_question() != Answer.DONE:
                break
        if message.response:
            self.owners(packet, signal, message.questions == 0)

    def owners(self, packet: Packet, signal: str, unasked: bool) -> None:
        """What is announced unasked: the names of the records. The sender's own is a claim."""
        message = self.message
        while True:
            answer = message.next_record()
            if answer == Answer.NEED_MORE:
                return
            if answer < 0:
                self.tally.anomaly(answer)
            elif message.fill_owner() == Answer.DONE and message.owner.count > 0:
                self.claims.announced(packet, signal, message)
                if unasked:
                    self.sightings.add_name(packet, 0, True, signal, message.owner)

    def query(self, packet: Packet) -> None:
        """Somebody asks."""
        message = self.message
        clients = self.clients
        place = clients.source(packet)
        if not self.copy:
            self.tally.dns_questions += 1
            clients.clients.count(place, QUESTIONS)
            clients.clients.mark(place, TTL_KINDS, packet.ttl)
            if is_public(packet.net, packet.target, packet.address_length):
                clients.clients.count(place, QUESTIONS_PUBLIC)
        while message.question.count > 0:
            signature = self.sightings.matcher.name(message.question)
            if signature >= 0 and not self.copy:
                clients.clients.count(place, QUESTIONS_MATCHED)
            if self.sightings.wanted(signature):
                self.asked(packet, signature)
            if message.questions <= 1 or message.next_question() != Answer.DONE:
                break

    def asked(self, packet: Packet, signature: i64) -> None:
        """Write down a question."""
        message = self.message
        sighting = self.sightings.add(
            packet, 0, True, Signal.DNS_QUERY, message.question.wire(), signature
        )
        sighting.recursion_desired = message.recursion_desired
        sighting.dns = DnsFields(id=message.id, flags=message.flags, qtype=message.qtype)

    def response(self, packet: Packet) -> None:
        """Somebody is answered."""
        message = self.message
        clients = self.clients
        if not self.copy:
            self.tally.dns_answers += 1
            served = clients.count(packet, True, ANSWERS_SERVED)
            clients.clients.mark(served, CLIENTS_SERVED, packet.target_hash)
            clients.count(packet, False, ANSWERS)
        sightings = self.sightings
        signature: i64 = -1
        found: Sighting | None = None
        while message.question.count > 0:
            matched = sightings.matcher.name(message.question)
            if sightings.wanted(matched):
                sighting = sightings.add(
                    packet, 0, False, Signal.DNS_ANSWER, message.question.wire(), matched
                )
                sighting.recursion_desired = message.recursion_desired
                if found is None or found.signature < 0 <= matched:
                    found = sighting
            if signature < 0:
                signature = matched
            if message.questions <= 1 or message.next_question() != Answer.DONE:
                break
        self.records(packet, found, signature)

    def records(self, packet: Packet, found: Sighting | None, signature: i64) -> None:
        """Walk the answers: aliases may match where the question did not; addresses are kept."""
        message = self.message
        sightings = self.sightings
        if len(self.addresses) > 0:
            self.addresses = []
        self.blocked = message.rcode in (NXDOMAIN, REFUSED)
        ech = False
        index: i64 = -1
        name = found.name if found is not None else b""
        while True:
            answer = message.next_record()
            if answer == Answer.NEED_MORE:
                break
            if answer < 0:
                self.tally.anomaly(answer)  # this record lies; the ones behind it may not
                continue
            if message.section != 1:
                break
            kind = message.record_type
            if kind in (CNAME, SVCB, HTTPS) and message.target.count > 0:
                matched = sightings.matcher.name(message.target)
                if sightings.wanted(matched):
                    self.alias(packet, matched)
                if matched >= 0 and signature < 0:
                    signature = matched
                    name = message.target.wire()
                    index = -1
            if kind in (A, AAAA, SVCB, HTTPS):
                if message.ech and kind in (SVCB, HTTPS):
                    ech = True
                    self.outer.told(packet, message)
                if signature >= 0 and index < 0:
                    index = self.index_of(name, signature)
                self.addresses_told(packet, kind, index)
        if found is not None:
            found.blocked = self.blocked
            found.dns = DnsFields(
                id=message.id,
                flags=message.flags,
                qtype=message.qtype,
                rcode=message.rcode,
                answers=tuple(self.addresses),
                ech=ech,
            )

    def addresses_told(self, packet: Packet, kind: i64, index: i64) -> None:
        """Keep the address of an A or AAAA record, or those that HTTPS and SVCB give along."""
        message = self.message
        if kind in (A, AAAA):
            length = message.record_end - message.record_start
            if length in (4, 16):
                self.remember(packet, message.record_start, length, index)
            return
        position = message.hint4_start
        while position < message.hint4_end:
            self.remember(packet, position, 4, index)
            position += 4
        position = message.hint6_start
        while position < message.hint6_end:
            self.remember(packet, position, 16, index)
            position += 16

    def alias(self, packet: Packet, signature: i64) -> None:
        """Write down the target of a CNAME, or of an HTTPS or SVCB record (RFC 9460 section 2)."""
        message = self.message
        sighting = self.sightings.add(
            packet, 0, False, Signal.DNS_ANSWER, message.target.wire(), signature
        )
        sighting.recursion_desired = message.recursion_desired
        sighting.dns = DnsFields(
            id=message.id,
            flags=message.flags,
            qtype=CNAME,
            rcode=message.rcode,
            ech=message.ech,
        )

    def index_of(self, name: bytes, signature: i64) -> i64:
        """Give the number under which a matched name is remembered; FULL: there are too many."""
        known = self.indices.get(name)
        if known is not None:
            return known
        count: i64 = len(self.answered)
        if count >= ANSWERED_NAMES_MAX:
            self.tally.anomaly(Anomaly.TABLE_FULL)
            return FULL
        self.answered.append(Answered(name, signature))
        self.indices[name] = count
        return count

    def remember(self, packet: Packet, start: i64, length: i64, index: i64) -> None:
        """Keep that the receiver was told this address, for a matched name or none (index -1)."""
        data = self.message.data
        hashed = address_hash(self.key, data, start, length)
        by_address = self.by_address
        place = by_address.put(hashed, packet.time_ns)
        if index == -1:
            by_address.records[place + VALUE] = by_address.records[place + VALUE] | UNMATCHED
            return
        by_address.records[place + VALUE] = by_address.records[place + VALUE] | MATCHED
        if len(self.addresses) < ADDRESSES_MAX:
            self.addresses.append(data[start : start + length])
        if leads_nowhere(data, start, length):
            self.blocked = True
            return
        if index == FULL:
            return
        place = self.by_client.put(pair_hash(packet.target_hash, hashed), packet.time_ns)
        self.by_client.records[place + VALUE] = index + 1
        self.by_client.records[place + SPAN] = answer_span(self.message.record_ttl)

    def told(self, client_hash: i64, server_hash: i64, time_ns: i64) -> i64:
        """Give the index of the matched name for which the client was told this address, or -1.

        An answer that is too old by `time_ns` says nothing any more.
        """
        place = self.by_client.get(pair_hash(client_hash, server_hash))
        if place < 0:
            return -1
        records = self.by_client.records
        if time_ns - records[place + TIME] > records[place + SPAN]:
            return -1
        return records[place + VALUE] - 1

    def shared(self, server_hash: i64) -> bool:
        """Tell whether the address was also answered for names that match nothing."""
        place = self.by_address.get(server_hash)
        return place >= 0 and self.by_address.records[place + VALUE] & UNMATCHED != 0


def pair_hash(client: i64, server: i64) -> i64:
    """Fingerprint of "this client was told this address", which is not the same turned round."""
    return mix(mix(client, TOLD_SALT), server) | 1


def answer_span(ttl_s: i64) -> i64:
    """Give for how many nanoseconds a record of this TTL is a reason to expect a flow."""
    if ttl_s >= 0x80000000:
        ttl_s = 0  # RFC 2181 section 8
    span_ns = ttl_s * SECOND_NS
    if span_ns < ANSWER_NS_MIN:
        return ANSWER_NS_MIN
    if span_ns > ANSWER_NS_MAX:
        return ANSWER_NS_MAX
    return span_ns


def to_mdns_group(packet: Packet) -> bool:
    """Tell whether the packet goes to 224.0.0.251 or ff02::fb (RFC 6762 section 3)."""
    data = packet.net
    target = packet.target
    if packet.address_length == 4:
        return i64(read_i32_be(data, target)) & 0xFFFFFFFF == MDNS_GROUP4
    if i64(read_i16_be(data, target)) & 0xFFFF != MDNS_GROUP6 or data[target + 15] != 0xFB:
        return False
    position = target + 2
    while position < target + 15:
        if data[position] != 0:
            return False
        position += 1
    return True


def leads_nowhere(data: bytes, start: i64, length: i64) -> bool:
    """Tell whether a blocker's answer stands here: 0.0.0.0/8, 127.0.0.0/8, :: or ::1."""
    if length == 4:
        return i64(data[start]) in (0, 127)
    position = start
    while position < start + 15:
        if data[position] != 0:
            return False
        position += 1
    return i64(data[start + 15]) <= 1
