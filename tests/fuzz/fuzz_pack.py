"""A pack is read as a whole and claims its own names, or refused on one line with its place."""

import re
import tempfile
from pathlib import Path
from typing import Final

from netwatch.errors import SignatureError
from netwatch.match.signatures import Pack, load_packs
from netwatch.names import Name
from netwatch.signature import PURPOSES, STRENGTHS

RUNS: Final = 1_000
DEPTHS: Final = ("pack", "refused", "refused value", "every kind")
reached: set[str] = set()

PLACE: Final = re.compile(r".*pack\.yaml(:[1-9]\d*){0,2}")
PLAIN: Final = re.compile(r"[a-z0-9_.-]+")
_folder: Final = tempfile.TemporaryDirectory(prefix="netwatch-fuzz-")


def target(octets: bytes) -> None:
    """Load the octets as a pack."""
    path = Path(_folder.name) / "pack.yaml"
    path.write_bytes(octets)
    try:
        pack = load_packs([path], examples=True)
    except SignatureError as error:
        judge_refusal(error)
        return
    reached.add("pack")
    judge(pack)


def judge_refusal(error: SignatureError) -> None:
    """It says where and what, on one line."""
    reached.add("refused")
    assert PLACE.fullmatch(error.place), error.place
    message = str(error).removeprefix(error.place)
    assert message.startswith(": ") and message.isprintable(), repr(message)
    if "expected" in message:
        reached.add("refused value")


def judge(pack: Pack) -> None:
    """Every plain name is claimed by its own entry, or by one that says more."""
    matcher = pack.matcher()
    every = ("names", "paths", "issuers", "subjects", "magics", "prefixes", "ports")
    if all(any(getattr(entry, kind) for entry in pack.signatures) for kind in every):
        reached.add("every kind")
    for number, entry in enumerate(pack.signatures):
        assert entry.purpose in PURPOSES and entry.strength in STRENGTHS and entry.id
        for text in filter(PLAIN.fullmatch, entry.names):
            name = Name()
            assert name.set_dotted(text.encode(), 0, len(text))
            assert matcher.name(name) == number, f"{text} is not its own"
        for text in entry.names:
            assert pack.explain(text.replace("*", "x")) is not None
