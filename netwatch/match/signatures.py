"""The packs: files -> `Pack`, which makes the matcher and explains its answers.

A wrong pack is refused as a whole, with the place of its first mistake: half a pack would be half
blind without saying so. So is an empty one. A pack never changes and nothing global knows it: to
take another one, load it, make its matcher, and let go of the old ones.
"""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from fnmatch import fnmatchcase
from pathlib import Path

import msgspec

from netwatch.errors import SignatureError
from netwatch.limits import PACK_FILES_MAX
from netwatch.match.explain import Explanation, explain
from netwatch.match.index import Conflict, Index
from netwatch.match.matcher import Matcher
from netwatch.match.notation import answer, asked
from netwatch.match.pack_file import Entry, Mention, PackFile, pack_file_of, read_pack_file
from netwatch.match.patterns import PatternError
from netwatch.signature import Signature

SUFFIXES = (".yaml", ".yml")
_DIGEST_CHARACTERS = 12


class Pack(msgspec.Struct, frozen=True):
    """All signatures of a run."""

    signatures: tuple[Signature, ...]
    versions: tuple[tuple[str, str, str], ...] = ()
    """(file name, version, first 12 hex digits of the file's SHA-256) of each file."""
    disabled: tuple[Signature, ...] = ()
    """Left out by `disable` or `only`: what they claim is nobody's, not the next entry's."""
    replaced: tuple[Signature, ...] = ()
    """Overridden: a later path has an entry with the same id."""

    def matcher(self) -> Matcher:
        """The native matcher; its answers are indices into `signatures`.

        SignatureError for signatures that were made by hand and are wrong.
        """
        return self._index().matcher()

    def explain(self, text: str) -> Explanation:
        """Which entry matches, which ones lost to it, and why.

        `text` is a name, a /path, an address, `tcp/PORT`, `udp/PORT`, `issuer:NAME`, `subject:NAME`
        `magic:TEXT` or `user:NAME`. SignatureError if it is none of these.
        """
        try:
            question = asked(text)
        except PatternError as error:
            raise SignatureError("explain", str(error)) from None
        return explain(self._index(), question)

    def _index(self) -> Index:
        try:
            return Index(self.signatures, self.disabled)
        except Conflict as conflict:
            signature = (*self.signatures, *self.disabled)[conflict.signature]
            place = signature.place or signature.id
            raise SignatureError(place, f"{conflict.field}: {conflict}") from None


def load_packs(paths: Sequence[Path], examples: bool = False) -> Pack:
    """Read packs; a folder stands for its *.yaml and *.yml files (not those of folders inside).

    An entry of a later path takes the place of an earlier one with the same id; `disable` and
    `only` of any file count for all. `examples`: also try every `matches` and `ignores`.
    SignatureError, with file:line:column, at the first mistake, for an id repeated within one path,
    for two entries that claim the same thing, and if no signature is left.
    """
    layers = [[(path.name, read_pack_file(path)) for path in files] for files in _layers(paths)]
    return _pack(layers, examples)


def pack_of_text(octets: bytes, file: str) -> Pack:
    """One pack that is in no file yet, with its examples tried; like `load_packs`."""
    return _pack([[(file, pack_file_of(octets, file))]], examples=True)


def _pack(layers: Sequence[Sequence[tuple[str, PackFile]]], examples: bool) -> Pack:
    """The pack of (name, file) in layers, of which later ones override earlier ones."""
    known: dict[str, Entry] = {}
    replaced: list[Signature] = []
    for layer in layers:
        entries = _entries_by_id([file for _, file in layer])
        # The later one stands where it is read, so that it is the one to blame for a conflict.
        replaced += [known.pop(name).signature for name in entries if name in known]
        known.update(entries)
    named = [pair for layer in layers for pair in layer]
    files = [file for _, file in named]
    versions = [(name, file.version, file.sha256[:_DIGEST_CHARACTERS]) for name, file in named]
    enabled, disabled = _chosen(known, files)
    pack = Pack(
        tuple(entry.signature for entry in enabled),
        tuple(versions),
        tuple(entry.signature for entry in disabled),
        tuple(replaced),
    )
    _refuse_conflicts(pack, (*enabled, *disabled), examples)
    return pack


def _layers(paths: Sequence[Path]) -> list[list[Path]]:
    """The files that each path stands for, in the order given, each file where it comes first."""
    seen: set[Path] = set()
    layers: list[list[Path]] = []
    for path in paths:
        files = [path]
        if path.is_dir():
            files = sorted(file for file in path.iterdir() if file.suffix in SUFFIXES)
            if not files:
                message = "found no *.yaml in this folder, expected at least one pack"
                raise SignatureError(str(path), message)
        layers.append([file for file in files if file not in seen])
        seen.update(files)
    if not seen:
        raise SignatureError("signatures", "found no pack at all, expected at least one")
    if len(seen) > PACK_FILES_MAX:
        message = f"found {len(seen)} packs, expected <= {PACK_FILES_MAX}"
        raise SignatureError(str(next(file for layer in layers for file in layer)), message)
    return layers


def _entries_by_id(files: Sequence[PackFile]) -> dict[str, Entry]:
    """The entries of one path; there every id stands once."""
    known: dict[str, Entry] = {}
    for entry in (entry for file in files for entry in file.entries):
        first = known.setdefault(entry.signature.id, entry)
        if first is not entry:
            message = (
                f"id: found {entry.signature.id!r} again, first at {first.place('id', '')};"
                " expected every id once"
            )
            raise SignatureError(entry.place("id", ""), message)
    return known


def _chosen(
    known: Mapping[str, Entry], files: Sequence[PackFile]
) -> tuple[list[Entry], list[Entry]]:
    """The entries that count and those that do not: all, or what `only` says; less `disable`."""
    only = [mention for file in files for mention in file.only]
    disable = [mention for file in files for mention in file.disable]
    wanted = _mentioned("only", only, known) if only else set(known)
    wanted -= _mentioned("disable", disable, known)
    if not wanted:
        message = f"found no signature in {len(files)} packs, expected at least one"
        if known:
            message = (
                f"found that `disable` and `only` leave none of {len(known)} signatures,"
                " expected at least one"
            )
        raise SignatureError((*disable, *only, Mention("", "signatures"))[0].place, message)
    enabled = [entry for name, entry in known.items() if name in wanted]
    return enabled, [entry for name, entry in known.items() if name not in wanted]


def _mentioned(key: str, mentions: Sequence[Mention], known: Mapping[str, Entry]) -> set[str]:
    """The ids that `mentions` stand for; each must stand for one at least."""
    found: set[str] = set()
    for mention in mentions:
        ids = [name for name in known if fnmatchcase(name, mention.text)]
        if not ids:
            close = get_close_matches(mention.text, known, 1)
            message = f"{key}: found {mention.text!r}, which is the id of no entry here"
            hint = f" (did you mean {close[0]!r}?)" if close else ""
            raise SignatureError(mention.place, message + hint)
        found.update(ids)
    return found


def _refuse_conflicts(pack: Pack, entries: Sequence[Entry], examples: bool) -> None:
    """`entries` are the enabled and the disabled ones; their examples hold for both alike."""
    try:
        index = Index((*pack.signatures, *pack.disabled))
    except Conflict as conflict:
        place = entries[conflict.signature].place(conflict.field, conflict.text)
        raise SignatureError(place, f"{conflict.field}: {conflict}") from None
    if examples:
        _try_examples(entries, index.matcher())


def _try_examples(entries: Sequence[Entry], matcher: Matcher) -> None:
    """Every `matches` must be answered by its own entry, no `ignores` may be."""
    for number, entry in enumerate(entries):
        for key in ("matches", "ignores"):
            for text in getattr(entry.signature, key):
                try:
                    found = answer(matcher, asked(text))
                except PatternError as error:
                    raise SignatureError(entry.place(key, text), f"{key}: {error}") from None
                if (found == number) == (key == "matches"):
                    continue
                winner = f"{entries[found].signature.id!r}" if found >= 0 else "no entry"
                expected = "to be" if key == "matches" else "not to be"
                message = (
                    f"{key}: found {text!r} claimed by {winner}, expected it {expected} claimed by"
                    f" {entry.signature.id!r}"
                )
                raise SignatureError(entry.place(key, text), message)
