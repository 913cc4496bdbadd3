"""Rotated captures: which files are one stream, in which order, and where one goes on in the next.

tcpdump (-C, -G, -W), dumpcap, netsniff-ng, Suricata and editcap all cut a capture into files whose
names differ in numbers only. So names say which files may belong together, and their frames say
whether they do: every file must begin behind the end of the one before, within a minute and on the
same kind of link. What is not certain stays apart, because one engine over two networks would mix
their addresses.
"""

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import msgspec

from netwatch.capture.files import is_stream, shown
from netwatch.capture.find import Found
from netwatch.capture.peek import Ends, ends_of
from netwatch.errors import UsageError
from netwatch.limits import CLOCK_BACK_NS_MAX, SERIES_GAP_NS_MAX

DIGITS: Final = "0123456789"
NUMBER: Final = re.compile(r"([0-9]+)")
PACKED: Final = re.compile(r"\.(?:gz|zst|xz|bz2)$", re.IGNORECASE)
"""What `tcpdump -z` and housekeepers append to the files that are done."""

Stem = tuple[str, tuple[str, ...]]
"""Folder, and the parts of the name around its numbers."""


class Series(msgspec.Struct, frozen=True):
    """What is read as one stream as long as each file follows on: mostly one file alone."""

    paths: tuple[str, ...]
    site: str = ""
    joined: bool = False
    """The operator says that it is one stream, whatever the times."""
    follow: bool = False
    """At the end of the last file wait for more of it, and for the next file."""
    rotates: bool = True
    """There may be a next file."""


def plan(
    found: Iterable[Found],
    sequence: bool | None = None,
    site: str = "",
    site_per_folder: bool = False,
    follow: bool = False,
) -> list[Series]:
    """The captures as series, in the order of their first files.

    `sequence` False: every file by itself. True: all files of a site are one stream, in the order
    of their first frames. None: told by names and times. `site` is that of all captures, unless
    `site_per_folder` says that each folder below what was named is one. `follow`: somebody still
    writes them; of a rotation, the last file.
    """
    sited = [(folder_site(one) if site_per_folder else site, one.path) for one in found]
    if sequence is False:
        return [Series((path,), of, follow=follow, rotates=False) for of, path in sited]
    if sequence:
        return [msgspec.structs.replace(one, follow=follow) for one in _joined(sited)]
    places = {path: number for number, (_, path) in enumerate(sited)}
    planned: list[Series] = []
    for of, paths in _named_alike(sited):
        parts = list(_told_by_times(of, paths))
        if follow:
            parts[-2:] = _with_begun(parts[-2:])
        planned += parts
    return sorted(planned, key=lambda series: places[series.paths[0]])


def folder_site(found: Found) -> str:
    """The first folder below the path that was named; else the folder in which the capture lies."""
    below = os.path.relpath(found.path, found.root).split(os.sep) if not found.named else []
    if len(below) > 1:
        return below[0]
    if is_stream(found.path):
        return ""
    folder = os.path.dirname(found.path) if found.named else found.root
    return os.path.basename(os.path.abspath(folder))


def follows(before: Ends, after: Ends) -> bool:
    """Whether a file with the ends `after` goes on where the one with the ends `before` ended.

    While it is not known where that was, any later file may.
    """
    if after.link_type != before.link_type or after.first_ns <= before.first_ns:
        return False
    if before.last_ns is None:
        return True
    return -CLOCK_BACK_NS_MAX <= after.first_ns - before.last_ns <= SERIES_GAP_NS_MAX


def successor(path: str) -> str | None:
    """The file of the same rotation that was begun after `path`; None as long as there is none.

    It was written to after `path` was, and its number is the next one, or in a ring the lowest.
    """
    folder = os.path.dirname(path)
    try:
        changed_ns = os.stat(path).st_mtime_ns
        with os.scandir(folder or os.curdir) as entries:
            newer = {
                os.path.join(folder, entry.name)
                for entry in entries
                # Not what the folder says of it: on Windows that is old while the file is open.
                if entry.is_file() and os.stat(entry.path).st_mtime_ns >= changed_ns
            }
    except OSError:
        return None
    keys = _keys(sorted(newer | {path}))
    stem, numbers = keys.pop(path)
    others = [(key[1] <= numbers, key[1], other) for other, key in keys.items() if key[0] == stem]
    return min(others)[2] if others else None


def _with_begun(parts: Sequence[Series]) -> list[Series]:
    """The end of a rotation that is followed: its last file may have been begun just now, and have
    no frame by which it could be told.
    """
    *before, last = parts
    if before and len(last.paths) == 1 and ends_of(last.paths[0]) is None:
        last = msgspec.structs.replace(last, paths=before.pop().paths + last.paths)
    return [*before, msgspec.structs.replace(last, follow=True)]


def _joined(sited: Sequence[tuple[str, str]]) -> list[Series]:
    sites: dict[str, list[tuple[int, int, str]]] = {}
    for number, (site, path) in enumerate(sited):
        if is_stream(path):
            raise UsageError(f"{shown(path)}: --sequence puts files in order, a stream found")
        ends = ends_of(path)
        sites.setdefault(site, []).append((ends.first_ns if ends else 0, number, path))
    return [
        Series(tuple(path for _, _, path in sorted(places)), site, joined=True)
        for site, places in sites.items()
    ]


def _named_alike(sited: Sequence[tuple[str, str]]) -> Iterator[tuple[str, list[str]]]:
    """Site and paths of the files whose names differ in numbers only, in the order of these."""
    groups: dict[tuple[str, Stem], list[str]] = {}
    keys = _keys([path for _, path in sited])
    for site, path in sited:
        groups.setdefault((site, keys[path][0]), []).append(path)
    for (site, _), paths in groups.items():
        yield site, sorted(paths, key=lambda path: (keys[path][1], path))


def _keys(paths: Sequence[str]) -> dict[str, tuple[Stem, tuple[int, ...]]]:
    """Path -> what is the same in all names of its rotation, and the numbers in its own.

    `tcpdump -C` calls the first file `x` and the next one `x1`: beside such, `x` is `x0`.
    """
    plain = {path: PACKED.sub("", path) for path in paths}
    first = {name.rstrip(DIGITS) for name in plain.values() if name[-1:] in DIGITS}
    keys = {}
    for path, name in plain.items():
        folder, base = os.path.split(name + "0" if name in first else name)
        parts = NUMBER.split(base)
        keys[path] = ((folder, tuple(parts[::2])), tuple(int(n) for n in parts[1::2]))
    return keys


def _told_by_times(site: str, paths: list[str]) -> Iterator[Series]:
    """Cut the list wherever a file does not go on where the one before it ended."""
    if len(paths) == 1 or any(is_stream(path) for path in paths):
        yield from (Series((path,), site) for path in paths)
        return
    ends = [(path, ends_of(path)) for path in paths]
    # A ring (`tcpdump -W`) begins anew at its lowest number: the oldest file stands elsewhere.
    firsts = [seen.first_ns for _, seen in ends if seen is not None]
    oldest = next((n for n, (_, e) in enumerate(ends) if e and e.first_ns == min(firsts)), 0)
    run: list[str] = []
    before: Ends | None = None
    for path, seen in ends[oldest:] + ends[:oldest]:
        if run and not (before is not None and seen is not None and follows(before, seen)):
            yield Series(tuple(run), site)
            run = []
        run.append(path)
        before = seen
    yield Series(tuple(run), site)
