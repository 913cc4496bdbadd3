"""Times, spans and roles as an operator types them."""

from pathlib import Path

import pytest

from netwatch.cli.arguments import pack_paths, role_of, time_ns, time_span
from netwatch.errors import UsageError
from netwatch.paths import packs_folder

SECOND_NS = 1_000_000_000


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("2025-08-21T11:25:27Z", 1_755_775_527 * SECOND_NS),
        ("2025-08-21t11:25:27z", 1_755_775_527 * SECOND_NS),
        ("2025-08-21 11:25:27Z", 1_755_775_527 * SECOND_NS),
        ("2025-08-21T13:25:27+02:00", 1_755_775_527 * SECOND_NS),
        ("2025-08-21T11:25:27.5Z", 1_755_775_527 * SECOND_NS + 500_000_000),
        ("2025-08-21T11:25:27.123456789Z", 1_755_775_527 * SECOND_NS + 123_456_789),
        ("2025-08-21T11:25:27.1234567899Z", 1_755_775_527 * SECOND_NS + 123_456_789),
        ("1969-12-31T23:59:59Z", -SECOND_NS),
    ],
)
def test_times(text: str, expected: int) -> None:
    assert time_ns(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "today",
        "2025-08-21",
        "2025-08-21T11:25:27",
        "2025-02-30T11:25:27Z",
        "2025-08-21T25:00:00Z",
        "1755775527",
        "2025-08-21T11:25:27.Z",
        "0001-01-01T00:00:00+23:59",
    ],
)
def test_what_is_no_time(text: str) -> None:
    with pytest.raises((ValueError, OverflowError)):
        time_ns(text)


def test_spans() -> None:
    assert time_span(None, None) == (0, 2**63 - 1)
    assert time_span(5, None) == (5, 2**63 - 1)
    assert time_span(-5, 7) == (0, 7)
    assert time_span(None, 2**70) == (0, 2**63 - 1)
    with pytest.raises(UsageError, match="--since is not before --until"):
        time_span(7, 7)


def test_roles() -> None:
    roles = ("resolver", "proxy")
    assert role_of("resolver=10.0.0.53", roles) == (b"\x0a\0\0\x35", "resolver")
    assert role_of("proxy=::1", roles) == (bytes(15) + b"\1", "proxy")
    for wrong in ("resolver", "resolver=", "king=10.0.0.1", "=10.0.0.1", "proxy=10.0.0.0/8"):
        with pytest.raises(UsageError, match=r"--role .* expected|expected ROLE"):
            role_of(wrong, roles)


def test_the_shipped_packs_have_a_name_among_others() -> None:
    assert pack_paths(()) == pack_paths(("shipped",)) == [packs_folder()]
    assert pack_paths(("a.yaml", "shipped", "./shipped")) == [
        Path("a.yaml"),
        packs_folder(),
        Path("shipped"),
    ]
