"""Invariant: whatever the octets, every answer is DONE, NEED_MORE or a negative anomaly; what was
found lies inside the message; and a message that is cut loses nothing that stands before the cut.
"""

import socket

import dpkt
import pytest
from dns_messages import ANSWER, QUERY, header, parse, question, record
from hypothesis import given, settings
from hypothesis import strategies as st

from netwatch.extract.dns import DnsMessage
from netwatch.limits import DNS_QUESTIONS_MAX, DNS_RECORDS_MAX
from netwatch.model import Anomaly, Answer
from netwatch.names import name_text, name_wire

QUESTION = name_wire("dnl-01.geo.kaspersky.com")

Row = tuple[int, int, str, bytes]


def rows(message: DnsMessage) -> list[Row]:
    """Every record that is left: section, type, target, rdata. A lie ends the walk."""
    found: list[Row] = []
    while message.next_record() == Answer.DONE:
        rdata = message.data[message.record_start : message.record_end]
        target = name_text(message.target.wire())
        found.append((message.section, message.record_type, target, rdata))
    return found


def questions(message: DnsMessage) -> list[str]:
    """The first question and all further ones."""
    found = [name_text(message.question.wire())]
    while message.next_question() == Answer.DONE:
        found.append(name_text(message.question.wire()))
    return found


ANSWER_ROWS = [
    (1, 5, "geo01.geo.kaspersky.com", bytes.fromhex("0567656f3031c013")),
    (1, 1, "", bytes((4, 3, 2, 1))),
    (1, 1, "", bytes((4, 3, 2, 2))),
    (3, 41, "", b""),
]


@pytest.mark.parametrize("strict", [False, True])
def test_query(strict: bool) -> None:
    answer, message = parse(QUERY, strict)
    assert answer == Answer.DONE
    assert message.question.wire() == QUESTION
    assert (message.qtype, message.qclass) == (1, 1)
    assert (message.id, message.flags, message.opcode, message.rcode) == (0x1A2B, 0x0100, 0, 0)
    assert (message.response, message.recursion_desired, message.truncated) == (False, True, False)
    assert (message.questions, message.cut) == (1, False)
    assert message.next_question() == Answer.NEED_MORE
    assert message.next_record() == Answer.NEED_MORE
    assert not message.cut


@pytest.mark.parametrize("strict", [False, True])
def test_answer(strict: bool) -> None:
    answer, message = parse(ANSWER, strict)
    assert answer == Answer.DONE
    assert message.response
    assert message.question.wire() == QUESTION
    assert rows(message) == ANSWER_ROWS
    assert not message.cut
    assert message.next_record() == Answer.NEED_MORE


def test_owner_is_read_when_asked_for() -> None:
    _, message = parse(ANSWER)
    owners = []
    while message.next_record() == Answer.DONE:
        assert message.fill_owner() == Answer.DONE
        owners.append(name_text(message.owner.wire()))
    assert owners == ["dnl-01.geo.kaspersky.com"] + ["geo01.geo.kaspersky.com"] * 2 + [""]


def test_record_fields() -> None:
    _, message = parse(header(0, 1, flags=0x8400) + record(b"\x01a\x00", 16, b"t", 3, 0xFFFFFFFF))
    assert message.next_record() == Answer.DONE
    assert (message.record_type, message.record_class) == (16, 3)
    assert message.record_ttl == 0xFFFFFFFF


def test_only_the_given_octets_are_read() -> None:
    data = b"\xff\xfe" + ANSWER + QUERY
    message = DnsMessage()
    assert message.parse(data, 2, 2 + len(ANSWER), True) == Answer.DONE
    assert message.question.wire() == QUESTION
    assert rows(message) == ANSWER_ROWS


def test_trailing_octets_are_let_be_on_port_53_only() -> None:
    assert parse(QUERY + b"\x00")[0] == Answer.DONE
    assert parse(QUERY + b"\x00", strict=True)[0] < 0


def test_one_object_forgets_the_message_before() -> None:
    message = DnsMessage()
    assert message.parse(ANSWER, 0, len(ANSWER), False) == Answer.DONE
    assert message.parse(header(0, flags=0x8180), 0, 12, False) == Answer.DONE
    assert (message.questions, message.question.count) == (0, 0)
    assert message.next_record() == Answer.NEED_MORE
    assert message.parse(QUERY, 0, 5, False) == Answer.NEED_MORE
    assert (message.question.count, message.questions, message.cut) == (0, 0, True)
    assert message.next_question() == Answer.NEED_MORE


@pytest.mark.parametrize("size", range(len(QUERY)))
def test_query_at_every_truncation(size: int) -> None:
    answer, message = parse(QUERY[:size])
    assert answer == Answer.NEED_MORE
    assert message.cut
    assert message.question.count == 0
    assert message.next_record() == Answer.NEED_MORE
    assert parse(QUERY[:size], strict=True)[0] <= 0


@pytest.mark.parametrize("size", range(len(QUERY), len(ANSWER)))
def test_answer_that_is_cut_keeps_its_name_and_what_stands(size: int) -> None:
    answer, message = parse(ANSWER[:size])
    assert answer == Answer.DONE
    assert message.question.wire() == QUESTION
    found = rows(message)
    assert found == ANSWER_ROWS[: len(found)]
    assert len(found) < len(ANSWER_ROWS)
    assert message.cut
    assert parse(ANSWER[:size], strict=True)[0] < 0


def test_question_for_the_root() -> None:
    answer, message = parse(header() + b"\x00\x00\x02\x00\x01")
    assert answer == Answer.DONE
    assert (message.question.count, message.qtype) == (0, 2)


def test_message_without_question() -> None:
    message_bytes = header(0, 1, flags=0x8400) + record(
        b"\x01a\x05local\x00", 1, b"\x0a\x00\x00\x01"
    )
    answer, message = parse(message_bytes)
    assert (answer, message.questions, message.question.count) == (Answer.DONE, 0, 0)
    assert rows(message) == [(1, 1, "", b"\x0a\x00\x00\x01")]


MDNS = (
    header(2, 1, flags=0)
    + question("_ipp._tcp.local", 12, 0x8001)
    + b"\x04_foo\xc0\x11\x00\x0c\x00\x01"
    + record(b"\xc0\x0c", 12, b"\x02me\xc0\x0c")
)


def test_multicast_questions_with_known_answers() -> None:
    answer, message = parse(MDNS)
    assert answer == Answer.DONE
    assert message.qclass == 0x8001
    assert questions(message) == ["_ipp._tcp.local", "_foo._tcp.local"]
    assert rows(message) == [(1, 12, "me._ipp._tcp.local", b"\x02me\xc0\x0c")]


def test_records_without_asking_for_the_questions_before() -> None:
    _, message = parse(MDNS)
    assert [row[2] for row in rows(message)] == ["me._ipp._tcp.local"]
    assert message.next_question() == Answer.NEED_MORE


@pytest.mark.parametrize(
    ("kind", "before"),
    [
        (2, b""),
        (5, b""),
        (12, b""),
        (39, b""),
        (15, b"\x00\x0a"),
        (33, b"\x00\x01\x00\x02\x00\x50"),
    ],
)
def test_targets(kind: int, before: bytes) -> None:
    rdata = before + b"\x04next\xc0\x0c"
    data = header(1, 1, flags=0x8180) + question("a.example") + record(b"\xc0\x0c", kind, rdata)
    assert rows(parse(data, strict=True)[1]) == [(1, kind, "next.a.example", rdata)]
    cut = header(1, 2, flags=0x8180) + question("a.example")
    cut += record(b"\xc0\x0c", kind, rdata[:-1]) + record(b"\xc0\x0c", 1, b"\x01\x02\x03\x04")
    _, message = parse(cut)
    assert message.next_record() == -Anomaly.NAME_LABEL
    assert message.target.count == 0
    assert message.next_record() == Answer.DONE  # the liar costs only itself
    assert message.record_type == 1


def test_address_of_a_wrong_size() -> None:
    data = header(0, 2, flags=0x8180) + record(b"\x00", 1, b"123") + record(b"\x00", 28, bytes(17))
    _, message = parse(data)
    assert message.next_record() == -Anomaly.DNS_HEADER
    assert message.next_record() == -Anomaly.DNS_HEADER
    assert message.next_record() == Answer.NEED_MORE


def test_update_deletes_by_empty_data() -> None:
    deletes = record(b"\xc0\x0c", 1, b"", 255, 0) + record(b"\xc0\x0c", 5, b"", 255, 0)
    _, message = parse(header(1, 0, 2, flags=5 << 11) + question("example.com", 6) + deletes)
    assert message.opcode == 5
    assert [row[:2] for row in rows(message)] == [(2, 1), (2, 5)]


@pytest.mark.parametrize("opcode", [3, 7, 8, 15])
def test_opcode_that_does_not_exist(opcode: int) -> None:
    assert parse(header(flags=opcode << 11) + question("a.example"))[0] == -Anomaly.DNS_HEADER


def test_counts_that_lie_cost_no_name_that_makes_sense() -> None:
    answer, message = parse(header(1, 0xFFFF, 0xFFFF, 0xFFFF) + question("www.example"))
    assert answer == Answer.DONE
    assert name_text(message.question.wire()) == "www.example"
    assert message.cut
    assert rows(message) == []
    answer, message = parse(header(1, 0xFFFF) + question("www.example", 0x5F73, 0x6970))
    assert answer == -Anomaly.DNS_COUNTS
    assert message.next_question() == Answer.NEED_MORE


def test_bad_second_question_ends_the_message() -> None:
    data = header(2, 1, flags=0x8180) + question("a.example") + b"\xc0\xff\x00\x01\x00\x01"
    answer, message = parse(data + record(b"\xc0\x0c", 1, b"\x01\x02\x03\x04"))
    assert answer == Answer.DONE
    assert message.next_question() == -Anomaly.NAME_POINTER
    assert message.question.count == 0
    assert message.next_question() == Answer.NEED_MORE
    assert message.next_record() == Answer.NEED_MORE


def test_so_many_questions_and_records_and_no_more() -> None:
    data = header(100, 300) + question("a.example") * 100
    data += record(b"\xc0\x0c", 1, b"\x01\x02\x03\x04") * 300
    _, message = parse(data)
    assert len(questions(message)) == DNS_QUESTIONS_MAX
    assert len(rows(message)) == DNS_RECORDS_MAX
    assert not message.cut


def test_dot_inside_a_label_does_not_make_a_domain() -> None:
    data = header() + b"\x0dkaspersky.com\x04evil\x00\x00\x01\x00\x01"
    _, message = parse(data)
    assert message.question.count == 2
    assert message.question.wire() != name_wire("kaspersky.com.evil")


def test_work_is_linear_in_the_message() -> None:
    """Names that all walk the longest shared tail, in messages of 4 to 64 KiB (CVE-2024-55628)."""
    for size in (4096, 8192, 16384, 32768, 65535):
        tail = b"\x01a" * 120 + b"\x00\x00\x01\x00\x01"
        many = (size - 12 - len(tail)) // 14
        data = header(1, many, flags=0x8180) + tail
        data += record(b"\xc0\x0c", 5, b"\xc0\x0c") * many
        _, message = parse(data)
        while message.next_record() != Answer.NEED_MORE:
            message.fill_owner()
        spent = 4 * len(data) - message.budget
        assert spent <= 4 * len(data) + 128 + 2 * DNS_RECORDS_MAX


@settings(derandomize=True, max_examples=200, deadline=None)
@given(
    st.from_regex(r"[a-z0-9]{1,20}(\.[a-z0-9-]{1,20}){0,4}", fullmatch=True),
    st.lists(st.ip_addresses(v=4).map(lambda address: address.packed), max_size=5),
)
def test_dpkt_reads_the_same(name: str, addresses: list[bytes]) -> None:
    data = header(1, 1 + len(addresses), flags=0x8180) + question(name)
    data += record(b"\xc0\x0c", 5, b"\x04next\xc0\x0c")
    data += b"".join(record(b"\xc0\x0c", 1, address) for address in addresses)
    referee = dpkt.dns.DNS(data)
    answer, message = parse(data, strict=True)
    assert answer == Answer.DONE
    assert name_text(message.question.wire()) == referee.qd[0].name
    found = rows(message)
    assert found[0][2] == referee.an[0].cname
    assert [row[3] for row in found[1:]] == [one.ip for one in referee.an[1:]]
    assert [socket.inet_ntoa(row[3]) for row in found[1:]] == [
        socket.inet_ntoa(address) for address in addresses
    ]


@settings(derandomize=True, max_examples=400, deadline=None)
@given(
    st.one_of(
        st.binary(max_size=200),
        st.binary(max_size=120).map(lambda body: header(3, 2, 1, 1) + body),
        st.tuples(st.integers(0, len(ANSWER) - 1), st.integers(0, 255)).map(
            lambda change: ANSWER[: change[0]] + bytes((change[1],)) + ANSWER[change[0] + 1 :]
        ),
    ),
    st.booleans(),
)
def test_any_octets(data: bytes, strict: bool) -> None:
    message = DnsMessage()
    padded = b"<" + data + b">"
    start, end = 1, 1 + len(data)
    answer = message.parse(padded, start, end, strict)
    assert -Anomaly.BUG < answer <= Answer.DONE
    steps = 0
    while message.next_question() == Answer.DONE:
        steps += 1
    answer = message.next_record()
    while answer != Answer.NEED_MORE:
        steps += 1
        if answer == Answer.DONE:
            assert start <= message.record_start <= message.record_end <= end
        message.fill_owner()
        for name in (message.owner, message.target):
            assert all(start < name.starts[i] < name.ends[i] <= end for i in range(name.count))
        answer = message.next_record()
    assert steps <= DNS_QUESTIONS_MAX + DNS_RECORDS_MAX
    assert message.parse(padded, start, end, strict) == DnsMessage().parse(
        data, 0, len(data), strict
    )
