"""The packs: files -> `Pack`, which makes the matcher and explains its answers.

A wrong pack is refused as a whole, with the place of its first mistake: half a pack would be half
blind without saying so. So is an empty one.
"""

from collections.abc import Sequence
from pathlib import Path

import msgspec

from netwatch.errors import SignatureError
from netwatch.limits import PACK_FILES_MAX
from netwatch.match.explain import Explanation, explain
from netwatch.match.index import Conflict, Index
from netwatch.match.matcher import Matcher
from netwatch.match.notation import answer, asked
from netwatch.match.pack_file import Entry, read_pack_file
from netwatch.match.patterns import PatternError
from netwatch.signature import Signature

SUFFIXES = (".yaml", ".yml")
_DIGEST_CHARACTERS = 12


class Pack(msgspec.Struct, frozen=True):
    """All signatures of a run."""

    signatures: tuple[Signature, ...]
    versions: tuple[tuple[str, str, str], ...] = ()
    """(file name, version, first 12 hex digits of the file's SHA-256) of each file."""

    def matcher(self) -> Matcher:
        """The native matcher; its answers are indices into `signatures`.

        SignatureError for signatures that were made by hand and are wrong.
        """
        return _index(self.signatures).matcher()

    def explain(self, text: str) -> Explanation:
        """Which entry matches, which ones lost to it, and why.

        `text` is a name, a /path, an address, `tcp/PORT`, `udp/PORT`, `issuer:NAME`, `subject:NAME`
        or `magic:TEXT`. SignatureError if it is none of these.
        """
        try:
            question = asked(text)
        except PatternError as error:
            raise SignatureError("explain", str(error)) from None
        return explain(_index(self.signatures), question)


def _index(signatures: Sequence[Signature]) -> Index:
    try:
        return Index(signatures)
    except Conflict as conflict:
        signature = signatures[conflict.signature]
        place = signature.place or signature.id
        raise SignatureError(place, f"{conflict.field}: {conflict}") from None


def load_packs(paths: Sequence[Path], examples: bool = False) -> Pack:
    """Read packs; a folder stands for its *.yaml and *.yml files (not those of folders inside).

    `examples`: also try every `matches` and `ignores`. SignatureError, with file:line:column, at
    the first mistake, for a repeated id, for two entries that claim the same thing, and if there is
    no signature at all.
    """
    files = _files(paths)
    entries: list[Entry] = []
    versions: list[tuple[str, str, str]] = []
    for path in files:
        pack_file = read_pack_file(path)
        entries += pack_file.entries
        versions.append((path.name, pack_file.version, pack_file.sha256[:_DIGEST_CHARACTERS]))
    _refuse_repeated_ids(entries)
    signatures = tuple(entry.signature for entry in entries)
    try:
        index = Index(signatures)
    except Conflict as conflict:
        place = entries[conflict.signature].place(conflict.field, conflict.text)
        raise SignatureError(place, f"{conflict.field}: {conflict}") from None
    if examples:
        _try_examples(entries, index.matcher())
    return Pack(signatures, tuple(versions))


def _files(paths: Sequence[Path]) -> list[Path]:
    """The files that `paths` stand for, each once, in the order given."""
    files: dict[Path, None] = {}
    for path in paths:
        if path.is_dir():
            inside = sorted(file for file in path.iterdir() if file.suffix in SUFFIXES)
            if not inside:
                message = "found no *.yaml in this folder, expected at least one pack"
                raise SignatureError(str(path), message)
            files.update(dict.fromkeys(inside))
        else:
            files[path] = None
    if not files:
        raise SignatureError("signatures", "found no pack at all, expected at least one")
    if len(files) > PACK_FILES_MAX:
        message = f"found {len(files)} packs, expected <= {PACK_FILES_MAX}"
        raise SignatureError(str(next(iter(files))), message)
    return list(files)


def _refuse_repeated_ids(entries: Sequence[Entry]) -> None:
    known: dict[str, Entry] = {}
    for entry in entries:
        first = known.setdefault(entry.signature.id, entry)
        if first is not entry:
            message = (
                f"id: found {entry.signature.id!r} again, first at {first.place('id', '')};"
                " expected every id once"
            )
            raise SignatureError(entry.place("id", ""), message)


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
