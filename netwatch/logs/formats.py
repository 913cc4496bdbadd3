"""Every log that is read: one literal table. What a log is, its lines say, never its name.

A format knows a line that no other program writes. Of the first lines of an input the format that
knows most of them is the input's; lines that none knows may be anything (a syslog has many).
"""

from collections.abc import Callable
from typing import Final, NamedTuple, Protocol

from netwatch.limits import LOG_HEAD_BYTES, LOG_LINE_BYTES_MAX
from netwatch.logs import bind, dnsmasq, dnstap, squid, suricata, unbound, windows_dns, zeek
from netwatch.logs.entries import Entries
from netwatch.logs.times import Clock

UTF8_MARK: Final = b"\xef\xbb\xbf"


class Parser(Protocol):
    """Reads one log line by line; see the package."""

    def line(self, line: bytes) -> bool:
        """Take a line without its end: False, or ValueError, if it is not understood."""


class Format(NamedTuple):
    """A kind of log, and how to read it."""

    product: str
    knows: Callable[[bytes], bool]
    parser: Callable[[Clock, Entries], Parser]


FORMATS: Final = {
    "bind": Format("BIND query log", bind.knows, bind.Bind),
    "dnsmasq": Format("dnsmasq and Pi-hole query log", dnsmasq.knows, dnsmasq.Dnsmasq),
    "unbound": Format("unbound query log", unbound.knows, unbound.Unbound),
    "windows-dns": Format("Windows DNS debug log", windows_dns.knows, windows_dns.WindowsDns),
    "squid": Format("squid access log", squid.knows, squid.Squid),
    "zeek": Format("Zeek dns, ssl, quic, http or conn log", zeek.knows, zeek.Zeek),
    "suricata": Format("Suricata EVE log", suricata.knows, suricata.Suricata),
}
"""Name of a format -> how its lines are told and read."""
FRAMED: Final = {"dnstap": Format("dnstap file", dnstap.knows, dnstap.Dnstap)}
"""Those that are no text; what is known is the file's head."""
PRODUCTS: Final = {name: form.product for name, form in (FORMATS | FRAMED).items()}
"""Name of a format -> whose it is, for people."""


def log_format_of(head: bytes) -> str:
    """The format of an input that begins with `head`, or "" if it is no log that is known."""
    for name, framed in FRAMED.items():
        if framed.knows(head):
            return name
    if b"\0" in head[:LOG_HEAD_BYTES]:
        return ""
    votes = dict.fromkeys(FORMATS, 0)
    for line in head[:LOG_HEAD_BYTES].removeprefix(UTF8_MARK).split(b"\n"):
        if len(line) <= LOG_LINE_BYTES_MAX:
            for name, form in FORMATS.items():
                votes[name] += form.knows(line.rstrip(b"\r"))
    best = max(votes, key=lambda name: votes[name])
    return best if votes[best] else ""
