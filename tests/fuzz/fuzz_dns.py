"""A DNS message gives names inside it, as a plain reading does, in steps bounded by its length.

What is read of a cut message is the same in the whole one; the strict reading takes nothing that
the other one does not.
"""

from typing import Final

from invariants import alike, is_answer, is_inside, labels_inside, labels_of, prefixes

from netwatch.extract.dns import DnsMessage
from netwatch.limits import DNS_QUESTIONS_MAX, DNS_RECORDS_MAX
from netwatch.model import Answer

RUNS: Final = 3_600
DEPTHS: Final = ("question", "record", "target", "hints", "ech", "pointer", "strict", "lie")
reached: set[str] = set()
CALLS_MAX: Final = DNS_QUESTIONS_MAX + 2 * DNS_RECORDS_MAX

Labels = tuple[bytes, ...]
Facts = tuple[object, ...]


def target(octets: bytes) -> None:
    """Read one message."""
    facts = alike(octets, loose)
    strict = alike(octets, strictly)
    assert strict[0] != Answer.DONE or (facts[0] == Answer.DONE and facts[1] == strict[1])
    if strict[0] == Answer.DONE:
        reached.add("strict")
    if facts[0] != Answer.DONE or not facts[1]:
        return
    reached.add("question")
    plain = expanded(octets, 12)
    assert plain == facts[1], f"{facts[1]} instead of {plain}"
    for cut in prefixes(octets):
        shorter = loose(cut, 0, len(cut))
        assert shorter[0] != Answer.DONE or shorter[1] in (facts[1], ())


def strictly(data: bytes, start: int, end: int) -> Facts:
    """The strict answer and its question."""
    message = DnsMessage()
    answer = message.parse(data, start, end, True)
    assert is_answer(answer)
    return (answer, labels_of(message.question) if answer == Answer.DONE else ())


def loose(data: bytes, start: int, end: int) -> Facts:
    """Everything that is found in a message, spans as octets."""
    message = DnsMessage()
    answer = message.parse(data, start, end, False)
    assert is_answer(answer)
    if answer != Answer.DONE:
        return (answer, ())
    assert labels_inside(message.question, start, end)
    question = labels_of(message.question)
    found: list[object] = []
    calls = 0
    while message.next_question() == Answer.DONE:
        calls += 1
        assert labels_inside(message.question, start, end)
        found.append((labels_of(message.question), message.qtype, message.qclass))
    while (outcome := message.next_record()) != Answer.NEED_MORE:
        calls += 1
        assert is_answer(outcome) and calls <= CALLS_MAX
        if outcome < 0:
            reached.add("lie")
        found.append(record(message, start, end) if outcome == Answer.DONE else outcome)
    assert message.next_record() == Answer.NEED_MORE, "it is over, and goes on"
    assert message.budget >= -1
    return (answer, question, message.id, message.flags, message.cut, *found)


def record(message: DnsMessage, start: int, end: int) -> object:
    """The current record."""
    reached.add("record")
    span = (message.record_start, message.record_end)
    assert start < span[0] <= span[1] <= end and message.section in (1, 2, 3)
    hints = []
    hint4 = (message.hint4_start, message.hint4_end)
    hint6 = (message.hint6_start, message.hint6_end)
    for (first, last), step in ((hint4, 4), (hint6, 16)):
        assert is_inside((first, last), span[0], span[1]) and (last - first) % step == 0
        hints.append(message.data[first:last])
    if any(hints):
        reached.add("hints")
    if message.ech:
        reached.add("ech")
        assert message.record_type in (64, 65) and span[1] - span[0] >= 13
    assert labels_inside(message.target, start, end)
    if message.target.count:
        reached.add("target")
    owner = message.fill_owner()
    assert owner == Answer.DONE or owner < 0
    assert labels_inside(message.owner, start, end)
    if owner == Answer.DONE:
        plain = expanded(message.data[start:end], message.owner_start - start)
        assert plain == labels_of(message.owner), f"{labels_of(message.owner)} instead of {plain}"
    kind = (message.record_type, message.record_class, message.record_ttl, message.section)
    return (
        kind,
        labels_of(message.target),
        owner,
        labels_of(message.owner),
        tuple(hints),
        message.ech,
    )


def expanded(octets: bytes, position: int) -> Labels:
    """The name at `position`, read without any thought of cost."""
    labels: list[bytes] = []
    while octets[position]:
        length = octets[position]
        if length >= 0xC0:
            reached.add("pointer")
            position = (length & 0x3F) << 8 | octets[position + 1]
            continue
        labels.append(octets[position + 1 : position + 1 + length])
        position += 1 + length
    return tuple(labels)
