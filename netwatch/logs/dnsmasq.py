"""dnsmasq's query log (`log-queries`), which is Pi-hole's as well.

`query[A] NAME from ADDRESS` is the question. That it was answered (`reply`, `cached`, `config`,
`gravity blocked` and others say with what) is told of the name only, so it counts for those who
asked for it within the last seconds; with `log-queries=extra` a number tells whose answer it is.
"""

import re
from collections import OrderedDict
from typing import Final

from netwatch.limits import LOG_PENDING_MAX, LOG_PENDING_NS_MAX
from netwatch.logs.entries import Ends, Entries
from netwatch.logs.fields import NXDOMAIN, REFUSED, address_of, port_of, qtype_of
from netwatch.logs.syslog import head_of
from netwatch.logs.times import Clock

EXTRA: Final = rb"(?:(\d+) ([0-9a-fA-F:.%\w]+)/(\d{1,5}) )?"
QUERY: Final = re.compile(EXTRA + rb"query\[([\w=]+)\] (\S+) from ([0-9a-fA-F:.%\w]+)")
ANSWER: Final = re.compile(
    EXTRA + rb"(?:reply|cached(?:-stale)?|config|/\S+|DHCP|gravity blocked|exactly blacklisted"
    rb"|exactly denied|regex blacklisted|regex denied|blacklisted|denied|special domain)"
    rb" (\S+) is (.+)"
)
PROGRAMS: Final = (b"dnsmasq", b"pihole-FTL", b"pihole")
STARTS: Final = re.compile(rb"(?:\d+ \S+/\d+ )?query\[")
BLOCKED: Final = {b"NXDOMAIN": NXDOMAIN, b"REFUSED": REFUSED, b"blocked": NXDOMAIN}


class Dnsmasq:
    """Reads dnsmasq's lines."""

    def __init__(self, clock: Clock, entries: Entries) -> None:
        self._clock = clock
        self._entries = entries
        self._pending: OrderedDict[bytes, list[tuple[Ends, bytes, int]]] = OrderedDict()
        """Number, or name, of what was asked -> who did, under which name and type."""

    def line(self, line: bytes) -> bool:
        """See the package."""
        head = head_of(line)
        if head is None:
            return STARTS.search(line) is None
        if head.program not in PROGRAMS:
            return True
        asked = QUERY.match(line, head.end)
        if asked is not None:
            number, _, port, qtype, name, client = asked.groups()
            ends = Ends(
                time_ns=head.time_ns(self._clock),
                client=address_of(client),
                client_port=port_of(port) if port else 0,
                server_port=53,
            )
            self._ask(ends, number or name.lower(), name, qtype_of(qtype))
            return True
        answer = ANSWER.match(line, head.end)
        if answer is not None:
            number, _, _, name, given = answer.groups()
            self._answer(number or name.lower(), head.time_ns(self._clock), given)
            return True
        return STARTS.match(line, head.end) is None

    def _ask(self, ends: Ends, key: bytes, name: bytes, qtype: int) -> None:
        self._entries.asked(ends, name, qtype)
        waiting = self._pending.setdefault(key, [])
        if len(waiting) < LOG_PENDING_MAX:
            waiting.append((ends, name, qtype))
        if len(self._pending) > LOG_PENDING_MAX:
            self._pending.popitem(last=False)

    def _answer(self, key: bytes, time_ns: int, given: bytes) -> None:
        """An answer went out to everybody who waits for it."""
        word = given.split(b" ", 1)[0]
        try:
            answers: tuple[bytes, ...] = (address_of(word),)
        except ValueError:
            answers = ()
        for ends, name, qtype in self._pending.pop(key, ()):
            if 0 <= time_ns - ends.time_ns <= LOG_PENDING_NS_MAX:
                ends.time_ns = time_ns
                rcode = BLOCKED.get(word, 0)
                self._entries.answered(ends, name, qtype, rcode=rcode, answers=answers)


def knows(line: bytes) -> bool:
    """Whether this is surely a line of dnsmasq's query log."""
    head = head_of(line)
    return head is not None and head.program in PROGRAMS and QUERY.match(line, head.end) is not None
