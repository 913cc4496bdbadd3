"""unbound's log with `log-queries` or `log-replies`: `info: ADDRESS NAME. A IN [NOERROR ...]`.

Times are seconds since the epoch in brackets, or as `log-time-ascii` and `log-time-iso` say, or
syslog's. With `log-tag-queryreply` the word before the address is `query` or `reply`.
"""

import re
from typing import Final

from netwatch.logs.entries import Ends, Entries
from netwatch.logs.fields import address_of, port_of, qtype_of, rcode_of
from netwatch.logs.syslog import head_of
from netwatch.logs.times import Clock

EPOCH: Final = re.compile(rb"\[(\d{9,11})\] unbound\[[\d:]+\]:? ")
SAID: Final = re.compile(
    rb"(?:\[\d+:[0-9a-f]+\] )?(?:info|query|reply): "
    rb"([0-9a-fA-F:.]+(?:%\w+)?)(?:@(\d{1,5}))? (\S+\.) ([\w-]+) ([A-Z]+\d*)(?: ([A-Z]+\d*) .*)?$"
)
SERVER_PORT: Final = 53


class Unbound:
    """Reads unbound's lines."""

    def __init__(self, clock: Clock, entries: Entries) -> None:
        self._clock = clock
        self._entries = entries

    def line(self, line: bytes) -> bool:
        """See the package."""
        epoch = EPOCH.match(line)
        head = head_of(line) if epoch is None else None
        if epoch is None and (head is None or head.program != b"unbound"):
            return True
        end = epoch.end() if epoch is not None else head.end if head is not None else 0
        said = SAID.match(line, end)
        if said is None:
            return not line.startswith((b"query: ", b"reply: "), end)
        client, port, name, qtype, _, rcode = said.groups()
        time_ns = 0
        if epoch is not None:
            time_ns = self._clock.epoch(epoch[1])
        elif head is not None:
            time_ns = head.time_ns(self._clock)
        ends = Ends(
            time_ns=time_ns,
            client=address_of(client),
            client_port=port_of(port) if port else 0,
            server_port=SERVER_PORT,
        )
        if rcode is None:
            self._entries.asked(ends, name, qtype_of(qtype))
        else:
            self._entries.answered(ends, name, qtype_of(qtype), rcode=rcode_of(rcode))
        return True


def knows(line: bytes) -> bool:
    """Whether this is surely a line of unbound's query log."""
    epoch = EPOCH.match(line)
    if epoch is not None:
        return SAID.match(line, epoch.end()) is not None
    head = head_of(line)
    return (
        head is not None and head.program == b"unbound" and SAID.match(line, head.end) is not None
    )
