"""How time grows with the size of one input: twice the size may take at most 2.5 times as long.

Times are those of the thread, the best of several, and a ratio above the bound is measured again,
so that a busy machine does not decide. The last line of `growth` holds a reader that is quadratic
on purpose to the same bound in the same way, and it must fail.
"""

import math
import time
from collections.abc import Callable
from itertools import count

from hostile.checks import Outcome
from hostile.crafted import certificate, der, fake_tails, flight, many_names, pointer_chain, rdn
from hostile.wires import PUSH, Clock, Tap, client_hello, ipv4, matcher, tcp
from netwatch.extract.certificates import read_certificate
from netwatch.extract.dns import DnsMessage
from netwatch.extract.http import HttpRequest
from netwatch.extract.http_begins import request_begins
from netwatch.extract.http_response import HttpResponse
from netwatch.extract.tls import ClientHello
from netwatch.extract.tls_records import TlsRecords
from netwatch.model import Answer
from netwatch.names import Name
from netwatch.selftest.hellos import records

GROWTH_MAX = 2.5
TRIES = 4
GROWTHS_MAX = {"crumbs in segments": 3.2}
"""A message in crumbs is read again whenever half of what it lacked is there: n log n."""


def read_dns(octets: bytes) -> None:
    """Read everything that a message gives."""
    reader = DnsMessage()
    if reader.parse(octets, 0, len(octets), False) == Answer.DONE:
        while reader.next_question() == Answer.DONE:
            pass
        while reader.next_record() != Answer.NEED_MORE:
            reader.fill_owner()
    reader.parse(octets, 0, len(octets), True)


def read_request(octets: bytes) -> None:
    """Read one head."""
    request_begins(octets, 0, len(octets))
    HttpRequest().parse(octets, 0, len(octets))


def read_response(octets: bytes) -> None:
    """Read one response's head."""
    HttpResponse().parse(octets, 0, len(octets))


def read_flight(octets: bytes) -> None:
    """Read a server's octets."""
    TlsRecords().server_flight(octets, 0, len(octets))


def read_hello(octets: bytes) -> None:
    """Read a client's octets, and look for a tail in them."""
    TlsRecords().client_hello(octets, 0, len(octets), ClientHello())
    ClientHello().parse_tail(octets, 0, len(octets))


def read_fresh_certificate(octets: bytes) -> None:
    """Read a certificate that is not remembered."""
    read_certificate(octets + next(_fresh).to_bytes(8, "big"))


_fresh = count()


def through_engine(size: int, data: bytes, segment: int) -> Callable[[], float]:
    """The time of one connection that says `data` in segments."""

    def once() -> float:
        clock, tap = Clock(), _tap()
        before = tap.seconds
        source = 0x0A000000 + next(_fresh)
        for at in range(0, size, segment):
            said = tcp((40_000, 443), (1 + at, 1), PUSH, data[at : at + segment])
            tap.feed(clock.record(ipv4(source, 9, 6, said)))
        return tap.seconds - before

    return once


_taps: list[Tap] = []


def _tap() -> Tap:
    if not _taps:
        _taps.append(Tap())
    return _taps[0]


def timed(read: Callable[[bytes], None], octets: bytes) -> Callable[[], float]:
    """The time of reading the same octets 20 times."""

    def once() -> float:
        began = time.thread_time()
        for _ in range(20):
            read(octets)
        return time.thread_time() - began

    return once


def best(once: Callable[[], float]) -> float:
    """The least of several."""
    return min(once() for _ in range(7))


def growths() -> dict[str, Callable[[int], Callable[[], float]]]:
    """What -> size -> how long it takes once. All are whole at 16,000 octets and doubled."""
    hello = client_hello("slow.honest.example", 15_000)[5:]
    san = der(0x30, b"".join(der(0x82, b"%d.a.example" % n) for n in range(4_000)))
    alternative = der(0x30, der(0x06, b"\x55\x1d\x11") + der(0x04, san))
    request = b"GET / HTTP/1.1\r\n"

    def reading(read: Callable[[bytes], None], make: Callable[[int], bytes]):
        return lambda size: timed(read, make(size))

    def small_segments(data: bytes, segment: int):
        return lambda size: through_engine(size, data, segment)

    return {
        "dns pointers": reading(read_dns, pointer_chain),
        "dns names": reading(read_dns, many_names),
        "dns questions": reading(
            read_dns, lambda n: (b"\0\1\1\0\xff\xff\0\0\0\0\0\0" + b"\1a\0\0\1\0\1" * 9_999)[:n]
        ),
        "http headers": reading(
            read_request, lambda n: request + b"a: b\r\n" * (n // 12) + b"\r\n"
        ),
        "http host": reading(read_request, lambda n: request + b"Host: " + b":" * (n // 2)),
        "http method": reading(read_request, lambda n: b"AB " + b"x" * (n // 2)),
        "http blanks": reading(read_request, lambda n: request[:5] + b" " * (n // 2) + b"\n"),
        "http response": reading(
            read_response,
            lambda n: b"HTTP/1.1 200 OK\r\n" + b"T: \r\n" * (n // 10),
        ),
        "certificate rdns": reading(
            read_fresh_certificate, lambda n: certificate(rdn(3, b"\1\2") * (n // 15), b"")
        ),
        "certificate text": reading(
            read_fresh_certificate, lambda n: certificate(rdn(3, b"\1" * n), b"")
        ),
        "certificate names": reading(
            read_fresh_certificate, lambda n: certificate(b"", alternative[:n])
        ),
        "certificate oid": reading(
            read_fresh_certificate,
            lambda n: certificate(der(0x31, der(0x30, der(6, b"\x81" * n) + der(12, b"x"))), b""),
        ),
        "hello crumbs": reading(read_hello, lambda n: records(hello[: n // 2], *range(1, n // 2))),
        "flight crumbs": reading(
            read_flight, lambda n: records(flight(bytes(60_000))[5 : 5 + n], *range(1, n))
        ),
        "tails": reading(read_hello, lambda n: fake_tails(n // 2)[: n // 2]),
        "name": reading(match_name, lambda n: b"a" * (n // 600)),
        "crumbs in segments": small_segments(records(hello, *range(1, 14_000)), 1_400),
        "flight in segments": small_segments(flight(bytes(60_000)), 1_400),
        "head in segments": small_segments(request + b"a: b\r\n" * 9_999, 100),
        "hello backwards": small_segments(b"\x16\3\1\x40\0" + hello, 100),
    }


_matcher = matcher()
_name = Name()


def match_name(label: bytes) -> None:
    """Match a name under the slow patterns."""
    octets = label[:60] + b"." + label[:60] + b".u1a.glob.example"
    _name.set_dotted(octets, 0, len(octets))
    _matcher.name(_name)


def growth() -> Outcome:
    """Time at 16 and 32 kB, or at 32 and 64, of every parser on what is worst for it."""
    outcome = Outcome()
    ratios: dict[str, float] = {}
    for what, at_size in growths().items():
        bound = GROWTHS_MAX.get(what, GROWTH_MAX)
        ratios[what] = ratio(at_size(16_000), at_size(32_000), bound, outcome)
        outcome.at_most(f"{what} at twice the size", ratios[what], bound, 0.1)
    outcome.packets = len(ratios)
    slowest = sorted(ratios, key=lambda what: -ratios[what])[:4]
    outcome.notes = ", ".join(f"{what} x{ratios[what]:.2f}" for what in slowest)
    sizes = (lambda: quadratic_time(8_000), lambda: quadratic_time(16_000))
    quadratic = ratio(*sizes, GROWTH_MAX, outcome)
    outcome.at_least("the control, which is quadratic", quadratic, GROWTH_MAX)
    return outcome


def ratio(
    once: Callable[[], float], twice: Callable[[], float], bound: float, outcome: Outcome
) -> float:
    """How much longer it takes at twice the size: the least of as many tries as it needs."""
    least = math.inf
    for _ in range(TRIES):
        small, large = best(once), best(twice)
        outcome.seconds += small + large
        if small < 20e-6:
            small, large = small + 20e-6, large + 20e-6  # too little to tell
        least = min(least, large / small)
        if least <= bound:
            break
    return least


def quadratic_time(size: int) -> float:
    """A reader as it should not be: for every record it looks at all octets again."""
    began = time.thread_time()
    data = bytes(size)
    for _ in range(0, size, 100):
        sum(data)
    return time.thread_time() - began
