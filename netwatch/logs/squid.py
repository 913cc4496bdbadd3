"""Squid's access log: its own form, and the common and combined ones of web servers.

`1795384148.537 5 ADDRESS TCP_TUNNEL/200 611 CONNECT host:443 - HIER_DIRECT/SERVER -` is its own. Of
the others only what asks a proxy is read: CONNECT, and URLs with a scheme. A request and the
proxy's reply to it prove a connection of the client to the proxy; what the proxy refused is marked.
"""

import re
from typing import Final

from netwatch.logs.entries import Ends, Entries, cut
from netwatch.logs.fields import address_of, host_and_port, is_address
from netwatch.logs.syslog import HEAD
from netwatch.logs.times import Clock, month_of
from netwatch.model import HttpFields, Signal

NATIVE: Final = re.compile(
    rb"(\d{9,11}\.\d{3}) +-?\d+ (\S+) ([A-Z_]+(?:/[A-Z_]+)?)/(\d{3}) (\d+) (\S+) (\S+) (\S+) (\S+)"
)
COMMON: Final = re.compile(
    rb"(\S+) \S+ (?:\S+|\".*?\") \[(\d\d)/([A-Z][a-z]{2})/(\d{4}):(\d\d:\d\d:\d\d) ([+-]\d{4})\]"
    rb" \"([A-Z][\w-]*) (\S+)(?: \S+)?\" (\d{1,3}) (\d+|-)(.*)"
)
COMBINED: Final = re.compile(rb" \".*?\" \"(.*)\"(?: ([A-Z_]+):[A-Z_]+)?$")
RESULT: Final = re.compile(rb" ([A-Z_]+):[A-Z_]+$")
SCHEME: Final = re.compile(rb"[a-z][a-z0-9+.-]{1,10}://", re.IGNORECASE)
NOT_ASKED: Final = (b"error:", b"cache_object:")
OWN_WORDS: Final = (b"ICP_QUERY", b"HTCP_TST", b"NONE")
TCP: Final = 6
REFUSED_STATUSES: Final = (403, 451)
DENIED: Final = b"DENIED"


class Squid:
    """Reads squid's lines."""

    def __init__(self, clock: Clock, entries: Entries) -> None:
        self._clock = clock
        self._entries = entries

    def line(self, line: bytes) -> bool:
        """See the package."""
        start = _start(line)
        native = NATIVE.match(line, start)
        if native is not None:
            time, client, result, status, _, method, url, _, _ = native.groups()
            self._request(self._clock.epoch(time), client, method, url, (status, result), b"")
            return True
        common = COMMON.match(line, start)
        if common is None:
            return False
        client, day, month, year, clock, zone, method, url, status, _, rest = common.groups()
        combined = COMBINED.match(rest)
        result = RESULT.search(rest)
        self._request(
            self._clock.at((int(year), month_of(month), int(day)), clock, None, zone),
            client,
            method,
            url,
            (status, result[1] if result else b""),
            combined[1] if combined else b"",
        )
        return True

    def _request(
        self,
        time_ns: int,
        client: bytes,
        method: bytes,
        url: bytes,
        outcome: tuple[bytes, bytes],
        agent: bytes,
    ) -> None:
        connect = method == b"CONNECT"
        if not _asks_proxy(method, url):
            return
        authority = url if connect else url.partition(b"://")[2].partition(b"/")[0]
        host, port = host_and_port(authority.partition(b"?")[0])
        status = int(outcome[0])
        self._entries.said(
            Ends(time_ns=time_ns, client=address_of(client), transport=TCP),
            Signal.HTTP_CONNECT if connect else Signal.HTTP_ABSOLUTE,
            host,
            two_way=status > 0,
            blocked=DENIED in outcome[1] or status in REFUSED_STATUSES,
            http=HttpFields(
                method=cut(method),
                target=cut(url),
                user_agent=b"" if agent == b"-" else cut(agent),
                host_port=port,
                status=status,
            ),
        )


def _start(line: bytes) -> int:
    """Where the entry begins, behind the head of syslog if there is one."""
    head = HEAD.match(line)
    return head.end() if head is not None else 0


def _asks_proxy(method: bytes, url: bytes) -> bool:
    if method in OWN_WORDS or url.startswith(NOT_ASKED):
        return False
    return method == b"CONNECT" or SCHEME.match(url) is not None


def knows(line: bytes) -> bool:
    """Whether this is surely a request to a proxy; those to a web server are not."""
    start = _start(line)
    native = NATIVE.match(line, start)
    if native is not None:
        return is_address(native[2])
    common = COMMON.match(line, start)
    return common is not None and _asks_proxy(common[7], common[8]) and is_address(common[1])
