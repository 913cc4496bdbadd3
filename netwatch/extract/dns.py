"""Compiled. DNS messages (RFC 1035), with mDNS (RFC 6762), LLMNR (RFC 4795) and EDNS (RFC 6891).

One reused `DnsMessage` is a cursor over one message: `parse` reads the header and the first
question, `next_question` and `next_record` move on. Names are spans of the message, so nothing is
copied.
"""

from typing import Final

from librt.strings import read_i16_be, read_i32_be
from mypy_extensions import i64

from netwatch.extract.dns_names import HEADER_BYTES, CompressedNames
from netwatch.limits import DNS_QUESTIONS_MAX, DNS_RECORDS_MAX
from netwatch.model import Anomaly, Answer
from netwatch.names import Name

QUESTION_TAIL_BYTES: Final = 4
RECORD_TAIL_BYTES: Final = 10
QUESTION_BYTES_MIN: Final = 5
RECORD_BYTES_MIN: Final = 11

TYPE_A: Final = 1
TYPE_NS: Final = 2
TYPE_CNAME: Final = 5
TYPE_PTR: Final = 12
TYPE_MX: Final = 15
TYPE_AAAA: Final = 28
TYPE_SRV: Final = 33
TYPE_DNAME: Final = 39
TYPE_OPT: Final = 41
TYPE_SVCB: Final = 64
TYPE_HTTPS: Final = 65
TYPE_TKEY: Final = 249
TYPE_TSIG: Final = 250
CLASS_IN: Final = 1
CLASS_CHAOS: Final = 3
CLASS_ANY: Final = 255
SERVICE_HINT_IPV4: Final = 4
SERVICE_ECH: Final = 5
SERVICE_HINT_IPV6: Final = 6

SECTION_ANSWER: Final = 1
SECTION_AUTHORITY: Final = 2
SECTION_ADDITIONAL: Final = 3


class DnsMessage(CompressedNames):
    """A cursor over one message; what it found stands until the next call.

    `question`, `qtype`, `qclass`: the current question. `record_*`: the current record, its rdata
    is data[record_start:record_end]; `target` the name in the rdata of CNAME, DNAME, PTR, NS, MX,
    SRV, HTTPS and SVCB, else empty; `owner` is filled by `fill_owner` only. `hint4_*`, `hint6_*`:
    packed addresses that an HTTPS or SVCB record gives along, start == end where there are none;
    `ech`: it gives an ECHConfigList along (RFC 9848), data[ech_start:ech_end].
    Classes are as on the wire: in mDNS the highest bit is a flag (RFC 6762 sections 5.4, 10.2).
    `cut`: the message ends before what its counts promise.
    """

    def __init__(self) -> None:
        super().__init__()
        self.position: i64 = 0
        self.cut: bool = False
        self.over: bool = False
        self.id: i64 = 0
        self.flags: i64 = 0
        self.opcode: i64 = 0
        self.rcode: i64 = 0
        self.response: bool = False
        self.recursion_desired: bool = False
        self.truncated: bool = False
        self.questions: i64 = 0
        self.questions_seen: i64 = 0
        self.question: Name = Name()
        self.qtype: i64 = 0
        self.qclass: i64 = 0
        self.answers: i64 = 0
        self.authorities: i64 = 0
        self.records: i64 = 0
        self.records_seen: i64 = 0
        self.owner: Name = Name()
        self.owner_start: i64 = 0
        self.target: Name = Name()
        self.record_type: i64 = 0
        self.record_class: i64 = 0
        self.record_ttl: i64 = 0
        self.record_start: i64 = 0
        self.record_end: i64 = 0
        self.section: i64 = 0
        self.hint4_start: i64 = 0
        self.hint4_end: i64 = 0
        self.hint6_start: i64 = 0
        self.hint6_end: i64 = 0
        self.ech: bool = False
        self.ech_start: i64 = 0
        self.ech_end: i64 = 0

    def parse(self, data: bytes, start: i64, end: i64, strict: bool) -> i64:
        """Read the header and the first question of data[start:end] (RFC 1035 section 4.1).

        DONE: header fields and, where `questions` > 0, the first question; a message without a
        question is DONE with `question.count` 0, as is a question for the root. NEED_MORE: the
        message is cut inside the header or first question. Negative: not DNS.

        With `strict` the whole message must stand, as it must on a port that is not DNS's own:
        then any answer but DONE means "something else", not a surprise worth counting.
        """
        self.set_message(data, start, end)
        self.questions = 0
        self.records = 0
        self.question.count = 0
        self.over = False
        self.cut = end - start < HEADER_BYTES
        if self.cut:
            return Answer.NEED_MORE
        questions = i64(read_i16_be(data, start + 4)) & 0xFFFF
        flags = i64(read_i16_be(data, start + 2)) & 0xFFFF
        opcode = (flags >> 11) & 15
        if (strict and questions != 1) or opcode > 6 or opcode == 3:
            return -Anomaly.DNS_HEADER
        answers = i64(read_i16_be(data, start + 6)) & 0xFFFF
        authorities = i64(read_i16_be(data, start + 8)) & 0xFFFF
        records = answers + authorities + (i64(read_i16_be(data, start + 10)) & 0xFFFF)
        self.id = i64(read_i16_be(data, start)) & 0xFFFF
        self.flags = flags
        self.opcode = opcode
        self.rcode = flags & 15
        self.response = flags & 0x8000 != 0
        self.truncated = flags & 0x0200 != 0
        self.recursion_desired = flags & 0x0100 != 0
        self.questions = questions
        self.questions_seen = 0
        self.answers = answers
        self.authorities = authorities
        self.records = records
        self.records_seen = 0
        self.position = start + HEADER_BYTES
        self.cut = end - self.position < questions * QUESTION_BYTES_MIN + records * RECORD_BYTES_MIN
        if strict:
            return self._whole()
        if questions == 0:
            return Answer.DONE
        answer = self.next_question()
        if self.cut and answer == Answer.DONE and not self._known_question():
            return self._stop(-Anomaly.DNS_COUNTS)
        return answer

    def next_question(self) -> i64:
        """Go to the next question (the first stands after `parse`).

        DONE, NEED_MORE (there is no further one; `cut` says whether there should be), or negative;
        after a negative answer nothing more is read of this message.
        """
        self.question.count = 0
        seen = self.questions_seen
        if self.over or seen >= self.questions or seen >= DNS_QUESTIONS_MAX:
            return Answer.NEED_MORE
        after = self.read_name(self.question, self.position, self.end)
        if after <= 0 or after + QUESTION_TAIL_BYTES > self.end:
            self.question.count = 0
            return self._stop(after)
        self.qtype = i64(read_i16_be(self.data, after)) & 0xFFFF
        self.qclass = i64(read_i16_be(self.data, after + 2)) & 0xFFFF
        self.position = after + QUESTION_TAIL_BYTES
        self.questions_seen = seen + 1
        return Answer.DONE

    def next_record(self) -> i64:
        """Go to the next record of the answer, authority and additional sections.

        DONE; NEED_MORE: there is none left (`cut` says whether there should be); negative: this
        record lies, and the next call gives the one after it, where that can be found.
        """
        self.target.count = 0
        self.hint4_end = self.hint4_start = 0
        self.hint6_end = self.hint6_start = 0
        self.ech = False
        seen = self.records_seen
        if self.over or seen >= self.records or seen >= DNS_RECORDS_MAX:
            return Answer.NEED_MORE
        if self.questions_seen < self.questions:
            answer = self._skip_questions()
            if answer != Answer.DONE:
                return answer
        data = self.data
        tail = self.skip_name(self.position)
        if tail <= 0 or tail + RECORD_TAIL_BYTES > self.end:
            return self._stop(tail)
        record_start = tail + RECORD_TAIL_BYTES
        record_end = record_start + (i64(read_i16_be(data, tail + 8)) & 0xFFFF)
        if record_end > self.end:
            return self._stop(0)
        self.owner_start = self.position
        self.record_type = i64(read_i16_be(data, tail)) & 0xFFFF
        self.record_class = i64(read_i16_be(data, tail + 2)) & 0xFFFF
        self.record_ttl = i64(read_i32_be(data, tail + 4)) & 0xFFFFFFFF
        self.record_start = record_start
        self.record_end = record_end
        self.section = SECTION_ADDITIONAL
        if seen < self.answers:
            self.section = SECTION_ANSWER
        elif seen < self.answers + self.authorities:
            self.section = SECTION_AUTHORITY
        self.position = record_end
        self.records_seen = seen + 1
        return self._read_data()

    def fill_owner(self) -> i64:
        """Read the owner name of the current record into `owner`; DONE or negative."""
        after = self.read_name(self.owner, self.owner_start, self.end)
        if after > 0:
            return Answer.DONE
        return after if after < 0 else -Anomaly.NAME_LABEL

    def _stop(self, answer: i64) -> i64:
        """Nothing more can be found in this message: for a lie (negative) or because it is cut."""
        self.over = True
        if answer < 0:
            return answer
        self.cut = True
        return Answer.NEED_MORE

    def _skip_questions(self) -> i64:
        """Go behind the questions that nobody asked for: each costs its own octets only."""
        while self.questions_seen < self.questions:
            after = self.skip_name(self.position)
            if after <= 0 or after + QUESTION_TAIL_BYTES > self.end:
                return self._stop(after)
            self.position = after + QUESTION_TAIL_BYTES
            self.questions_seen += 1
        return Answer.DONE

    def _read_data(self) -> i64:
        """Read what is wanted of the current record's rdata."""
        kind = self.record_type
        size = self.record_end - self.record_start
        if kind == TYPE_A or kind == TYPE_AAAA:
            right = size == (4 if kind == TYPE_A else 16) or (size == 0 and self.opcode != 0)
            return Answer.DONE if right else -Anomaly.DNS_HEADER
        if kind == TYPE_CNAME or kind == TYPE_NS or kind == TYPE_PTR or kind == TYPE_DNAME:
            before: i64 = 0
        elif kind == TYPE_MX or kind == TYPE_HTTPS or kind == TYPE_SVCB:
            before = 2
        elif kind == TYPE_SRV:
            before = 6
        else:
            return Answer.DONE
        if size == 0 and self.opcode != 0:
            return Answer.DONE  # an UPDATE names what it deletes by empty rdata (RFC 2136 2.5)
        after = self.read_name(self.target, self.record_start + before, self.record_end)
        if after <= 0:
            return after if after < 0 else -Anomaly.NAME_LABEL
        if kind == TYPE_HTTPS or kind == TYPE_SVCB:
            return self._read_parameters(after)
        return Answer.DONE if after == self.record_end else -Anomaly.NAME_LABEL

    def _read_parameters(self, position: i64) -> i64:
        """Read ipv4hint, ipv6hint and ech of the SvcParams (RFC 9460 sections 2.2, 7.3).

        A record of priority 0 is an alias only: what follows its target is not looked at (2.4.2).
        """
        data = self.data
        end = self.record_end
        if i64(read_i16_be(data, self.record_start)) == 0:
            return Answer.DONE
        while position + 4 <= end:
            key = i64(read_i16_be(data, position)) & 0xFFFF
            size = i64(read_i16_be(data, position + 2)) & 0xFFFF
            position += 4
            if position + size > end:
                return -Anomaly.DNS_HEADER
            if key == SERVICE_HINT_IPV4 and size & 3 == 0:
                self.hint4_start = position
                self.hint4_end = position + size
            elif key == SERVICE_HINT_IPV6 and size & 15 == 0:
                self.hint6_start = position
                self.hint6_end = position + size
            elif key == SERVICE_ECH and is_ech_list(data, position, position + size):
                self.ech = True
                self.ech_start = position
                self.ech_end = position + size
            position += size
        return Answer.DONE if position == end else -Anomaly.DNS_HEADER

    def _whole(self) -> i64:
        """`parse` on a port that is not DNS's own: everything must stand, to the last octet."""
        flags = self.flags
        records = self.records
        if self.cut or self.opcode != 0 or flags & 0x0040 != 0 or records > DNS_RECORDS_MAX:
            return -Anomaly.DNS_HEADER
        if not self.response and (flags & 0x068F != 0 or self.answers + self.authorities != 0):
            return -Anomaly.DNS_HEADER
        if self.rcode > 10 or (not self.response and records > 2):
            return -Anomaly.DNS_HEADER
        if self.next_question() != Answer.DONE or not self._question_stands():
            return -Anomaly.DNS_HEADER
        first = self.position
        while self.records_seen < records:
            if self.next_record() != Answer.DONE or not self._record_stands():
                return -Anomaly.DNS_HEADER
        if self.position != self.end:
            return -Anomaly.DNS_HEADER
        self.set_message(self.data, self.start, self.end)
        self.position = first
        self.records_seen = 0
        return Answer.DONE

    def _known_question(self) -> bool:
        """Whether type and class make sense: they must where the counts lie, cut or not."""
        return known_type(self.qtype) and known_class(self.qclass & 0x7FFF)

    def _question_stands(self) -> bool:
        """Whether a DNS client would ask this on a foreign port.

        NetBIOS names (RFC 1002 section 4.2.1) come in the same clothes and are left to others:
        their first label is 32 letters from A to P.
        """
        if not self._known_question() or self.qtype == TYPE_OPT or self.qclass & 0x8000 != 0:
            return False
        if self.question.count == 0:
            return self.qtype == TYPE_NS or self.qtype == 48
        data = self.data
        netbios = self.question.ends[0] - self.question.starts[0] == 32
        i: i64 = 0
        while i < self.question.count:
            position = self.question.starts[i]
            while position < self.question.ends[i]:
                octet = i64(data[position])
                if octet < 0x21 or octet > 0x7E:
                    return False
                if i == 0 and (octet < 0x41 or octet > 0x50):
                    netbios = False
                position += 1
            i += 1
        return not netbios

    def _record_stands(self) -> bool:
        """Whether the current record's fixed fields are those of a known kind of record."""
        kind = self.record_type
        if kind == TYPE_OPT:
            return self.section == SECTION_ADDITIONAL and i64(self.data[self.owner_start]) == 0
        if kind | self.record_class | self.record_ttl == 0:  # dnscrypt-proxy pads so, without OPT
            return self.section == SECTION_ADDITIONAL and i64(self.data[self.owner_start]) == 0
        if not known_type(kind) or self.record_ttl & 0x80000000 != 0:
            return False
        if self.record_class == CLASS_ANY:
            return kind == TYPE_TSIG or kind == TYPE_TKEY
        return known_class(self.record_class)


def is_ech_list(data: bytes, start: i64, end: i64) -> bool:
    """Whether data[start:end] is an ECHConfigList (RFC 9849 section 4) of any version."""
    position = start + 2
    if end - position < 4 or position + (i64(read_i16_be(data, start)) & 0xFFFF) != end:
        return False
    while position + 4 <= end:
        position += 4 + (i64(read_i16_be(data, position + 2)) & 0xFFFF)
    return position == end


def known_class(kind: i64) -> bool:
    """Whether anybody asks in this class: IN, CH or any."""
    return kind == CLASS_IN or kind == CLASS_CHAOS or kind == CLASS_ANY


def known_type(kind: i64) -> bool:
    """Whether IANA lists the record type as one that is or was in use (meta types included)."""
    if kind <= 65:
        return kind >= 1 and kind != 31 and kind != 32 and kind != 34 and kind != 40
    if kind < 249:
        return kind == 99 or kind == 108 or kind == 109
    return kind <= 258 or kind == 32768 or kind == 32769
