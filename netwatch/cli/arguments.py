"""What `scan` and `names` are told alike: captures, a span of time, packs, how many workers."""

import functools
import ipaddress
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from netwatch.errors import UsageError
from netwatch.limits import FOLLOWED_MAX

if TYPE_CHECKING:
    from netwatch.capture.series import Series
    from netwatch.model import Capture

_RFC_3339: Final = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.(\d{1,9})\d*)?([Zz]|[+-]\d\d:\d\d)"
)

_ZONE: Final = re.compile(r"[Zz]|([+-])(0\d|1[0-4]):?([0-5]\d)")

Command = Callable[..., Any]

SHIPPED: Final = "shipped"
"""What stands for the shipped packs among other paths (a folder of that name is `./shipped`)."""
SIGNATURES_HELP: Final = (
    f"A pack, or a folder of packs, instead of the shipped ones. Repeatable: of entries with one id"
    f" the last counts. `{SHIPPED}` stands for the shipped ones."
)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What both commands are told of captures; the names are those of the parameters."""

    paths: tuple[str, ...]
    output: str | None
    since: int | None
    until: int | None
    filter: str
    log_zone: int
    sequence: bool | None
    site: str
    site_per_folder: bool
    follow: bool
    idle: float | None
    packs: tuple[str, ...]
    jobs: int | None


def capture_arguments(command: Command) -> Command:
    """The arguments and options that both commands have, given to `command` as `Asked`."""

    @functools.wraps(command)
    def with_asked(**given: Any) -> Any:
        asked = Asked(**{field.name: given.pop(field.name) for field in fields(Asked)})
        return command(asked, **given)

    decorated: Command = with_asked
    for decorate in reversed(_options()):
        decorated = decorate(decorated)
    return decorated


def _options() -> list[Callable[[Command], Command]]:
    """In the order of the help page."""
    return [*_output_options(), *_frame_options(), *_stream_options(), *_run_options()]


def _output_options() -> list[Callable[[Command], Command]]:
    """Where from and where to."""
    return [
        click.argument("paths", nargs=-1, required=True, metavar="PATH..."),
        click.option("-o", "--output", metavar="FILE", help="Write there, whole or not at all."),
    ]


def _frame_options() -> list[Callable[[Command], Command]]:
    """Which frames."""
    return [
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
            "--filter",
            default="",
            metavar="EXPR",
            help="Only frames that pass this filter of libpcap, as for tcpdump. Without the "
            "word vlan it does not look behind VLAN tags: 'EXPR or (vlan and EXPR)' does.",
        ),
        click.option(
            "--log-zone",
            default="+00:00",
            metavar="ZONE",
            callback=_zone_option,
            help="The time zone of logs whose times say none (+02:00); UTC unless told otherwise.",
        ),
    ]


def _stream_options() -> list[Callable[[Command], Command]]:
    """What is one stream, where it was captured, and when it ends."""
    return [
        click.option(
            "--sequence/--no-sequence",
            default=None,
            help="All captures are one stream, by time; or each is by itself. Else the files "
            "of a rotation are one stream where names and times leave no doubt.",
        ),
        click.option("--site", default="", metavar="NAME", help="Where it was captured."),
        click.option(
            "--site-per-folder",
            is_flag=True,
            help="Each first folder below a PATH is a site; equal addresses of two sites are "
            "two devices. Captures that lie in PATH itself are of the site PATH.",
        ),
        click.option(
            "--follow",
            is_flag=True,
            help="Wait for more at the end, like tail -f, and for the next file of a "
            "rotation, until Ctrl-C or SIGTERM.",
        ),
        click.option(
            "--idle",
            type=click.FloatRange(min=0, min_open=True),
            metavar="SECONDS",
            help="With --follow: end where nothing new came for so long.",
        ),
    ]


def _run_options() -> list[Callable[[Command], Command]]:
    """What to look for, and how."""
    return [
        click.option(
            "--signatures",
            "packs",
            multiple=True,
            metavar="PATH",
            help=SIGNATURES_HELP,
        ),
        click.option(
            "--jobs",
            type=click.IntRange(min=1),
            metavar="N",
            help="Captures read at a time; as many as there are cores unless told otherwise.",
        ),
    ]


def planned(asked: Asked) -> "list[Series]":
    """The captures that were asked for, as series. UsageError for what goes not together."""
    from netwatch.capture.files import is_stream, shown
    from netwatch.capture.find import find_captures
    from netwatch.capture.series import plan
    from netwatch.logs.formats import log_format_of

    if asked.site and asked.site_per_folder:
        raise UsageError("--site and --site-per-folder cannot both say where a capture was made")
    if asked.idle is not None and not asked.follow:
        raise UsageError("--idle says when --follow ends: without it there is nothing to end")
    found = find_captures(list(asked.paths), log_format_of)
    series = plan(found, asked.sequence, asked.site, asked.site_per_folder, asked.follow)
    followed = sum(one.follow for one in series)
    if followed > FOLLOWED_MAX:
        raise UsageError(
            f"--follow: {followed} captures that may grow found, at most {FOLLOWED_MAX} expected"
        )
    streams = [one.path for one in found if is_stream(one.path)]
    if asked.follow and streams and len(found) > 1:
        raise UsageError(f"--follow: {shown(streams[0])} is a stream, which is read alone")
    return series


def tagged_warning(captures: "Sequence[Capture]", expression: str) -> list[str]:
    """What to say of frames with VLAN tags that a filter dropped without having looked inside."""
    dropped = sum(capture.tagged_dropped for capture in captures)
    if not dropped or re.search(r"\bvlan\b", expression):
        return []
    return [
        f"--filter dropped {dropped} frames with VLAN tags, behind which it does not look; "
        f"'{expression} or (vlan and ({expression}))' does"
    ]


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


def pack_paths(given: Sequence[str]) -> list[Path]:
    """The paths of the packs that `--signatures` asks for; none given: the shipped ones."""
    from netwatch.paths import packs_folder

    return [packs_folder() if path == SHIPPED else Path(path) for path in given or (SHIPPED,)]


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


def zone_named(text: str) -> tuple[str, str]:
    """`guest=10.90.0.0/16` as (prefix, name). UsageError says what was expected."""
    name, equals, prefix = text.partition("=")
    if not equals or not name or not prefix:
        raise UsageError(f"--zone {text}: expected NAME=PREFIX, like guest=10.90.0.0/16")
    return prefix, name


def _time_option(_context: click.Context, option: click.Parameter, text: str | None) -> int | None:
    if text is None:
        return None
    try:
        return time_ns(text)
    except (ValueError, OverflowError):
        raise UsageError(
            f"--{option.name} {text}: expected a time of RFC 3339, like 2025-08-21T11:25:27Z"
        ) from None


def _zone_option(_context: click.Context, _option: click.Parameter, text: str) -> int:
    """Seconds east of UTC."""
    found = _ZONE.fullmatch(text)
    if found is None:
        raise UsageError(f"--log-zone {text}: expected a zone like +02:00, -05:30 or Z")
    sign, hours, minutes = found.groups()
    seconds = int(hours or 0) * 3600 + int(minutes or 0) * 60
    return -seconds if sign == "-" else seconds


def time_span(since: int | None, until: int | None) -> tuple[int, int]:
    """(since_ns, until_ns) of the frames that are wanted. UsageError if there can be none."""
    if since is not None and until is not None and since >= until:
        raise UsageError("--since is not before --until: no frame can be between them")
    latest = 0x7FFF_FFFF_FFFF_FFFF
    return (
        min(max(since or 0, 0), latest),
        latest if until is None else min(max(until, 0), latest),
    )
