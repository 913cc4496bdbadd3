"""What `scan` and `names` are told alike: captures, a span of time, packs, how many workers."""

import ipaddress
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

import click

from netwatch.errors import UsageError

_RFC_3339: Final = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.(\d{1,9})\d*)?([Zz]|[+-]\d\d:\d\d)"
)

Command = Callable[..., Any]


def capture_arguments(command: Command) -> Command:
    """The arguments and options that both commands have; the names are those of the parameters."""
    for decorate in reversed(
        (
            click.argument("paths", nargs=-1, required=True, metavar="PATH..."),
            click.option(
                "-o", "--output", metavar="FILE", help="Write there, whole or not at all."
            ),
            click.option(
                "--since",
                metavar="TIME",
                callback=_time_option,
                help="Only frames from this time on (RFC 3339, 2025-08-21T11:25:27Z).",
            ),
            click.option(
                "--until", metavar="TIME", callback=_time_option, help="Only frames before it."
            ),
            click.option(
                "--signatures",
                "packs",
                multiple=True,
                metavar="PATH",
                help="A pack, or a folder of packs, instead of the shipped ones; repeatable.",
            ),
            click.option(
                "--jobs",
                type=click.IntRange(min=1),
                metavar="N",
                help="Captures read at a time; as many as there are cores unless told otherwise.",
            ),
        )
    ):
        command = decorate(command)
    return command


def time_ns(text: str) -> int:
    """RFC 3339 as nanoseconds since the epoch; digits beyond the ninth are dropped. ValueError."""
    found = _RFC_3339.fullmatch(text)
    if found is None:
        raise ValueError(text)
    date, clock, fraction, offset = found.groups()
    whole = datetime.fromisoformat(f"{date}T{clock}{offset.upper().replace('Z', '+00:00')}")
    since_epoch = whole.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    seconds = since_epoch.days * 86_400 + since_epoch.seconds
    return seconds * 1_000_000_000 + int((fraction or "").ljust(9, "0"))


def role_of(text: str, roles: tuple[str, ...]) -> tuple[bytes, str]:
    """`resolver=10.0.0.53` as (packed address, role). UsageError says what was expected."""
    role, equals, address = text.partition("=")
    if not equals or role not in roles:
        raise UsageError(f"--role {text}: expected ROLE=ADDRESS, ROLE one of {', '.join(roles)}")
    try:
        return ipaddress.ip_address(address).packed, role
    except ValueError:
        raise UsageError(
            f"--role {text}: {address!r} found, an IPv4 or IPv6 address expected"
        ) from None


def _time_option(_context: click.Context, option: click.Parameter, text: str | None) -> int | None:
    if text is None:
        return None
    try:
        return time_ns(text)
    except (ValueError, OverflowError):
        raise UsageError(
            f"--{option.name} {text}: expected a time of RFC 3339, like 2025-08-21T11:25:27Z"
        ) from None


def time_span(since: int | None, until: int | None) -> tuple[int, int]:
    """(since_ns, until_ns) of the frames that are wanted. UsageError if there can be none."""
    if since is not None and until is not None and since >= until:
        raise UsageError("--since is not before --until: no frame can be between them")
    latest = 0x7FFF_FFFF_FFFF_FFFF
    return (
        min(max(since or 0, 0), latest),
        latest if until is None else min(max(until, 0), latest),
    )
