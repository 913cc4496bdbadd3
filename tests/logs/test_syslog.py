"""The head that syslog puts before a line."""

import pytest

from netwatch.logs.syslog import head_of
from netwatch.logs.times import Clock


@pytest.mark.parametrize(
    ("head", "program"),
    [
        (b"Nov 22 10:00:00 gw dnsmasq[1]: ", b"dnsmasq"),
        (b"Nov  2 10:00:00 dnsmasq[1]: ", b"dnsmasq"),
        (b"Nov 22 2026 10:00:00 gw named: ", b"named"),
        (b"<13>Nov 22 10:00:00.123 gw (squid-1)[1]: ", None),
        (b"Nov 22 10:00:00 unbound[1:0] ", b"unbound"),
        (b"2026-11-22T10:00:00.1+01:00 gw named[1]: ", b"named"),
        (b"<30>1 2026-11-22T10:00:00Z gw dnsmasq 1 - - ", b"dnsmasq"),
        (b"no head", None),
        (b"", None),
    ],
)
def test_heads(head: bytes, program: bytes | None) -> None:
    found = head_of(head + b"words")
    assert (found.program if found else None) == program
    if found is not None:
        assert (head + b"words")[found.end :] == b"words"
        assert found.time_ns(Clock(0, 1_795_390_000_000_000_000)) > 0


def test_a_day_that_cannot_be() -> None:
    found = head_of(b"Xyz 22 10:00:00 gw dnsmasq[1]: words")
    assert found is not None
    with pytest.raises(ValueError, match="Xyz"):
        found.time_ns(Clock())
