"""Where the shipped packs lie: the same question has two answers, in the wheel and in the tree."""

from pathlib import Path

from netwatch.errors import SignatureError


def packs_folder(package: Path | None = None) -> Path:
    """The folder of the shipped `*.yaml`: inside the installed package, or at the tree's top.

    `package` is the folder of the package itself (tests pass another one). SignatureError if there
    are no packs: without signatures nothing would ever be found, and silently so.
    """
    home = Path(__file__).resolve().parent if package is None else package
    inside = home / "signatures"
    if _has_packs(inside):
        return inside
    # Beside the package only in the tree: next to an installed one anybody may have put a folder.
    beside = home.parent / "signatures"
    if (home.parent / "pyproject.toml").is_file() and _has_packs(beside):
        return beside
    raise SignatureError(str(inside), "found no *.yaml here; expected the shipped signatures")


def _has_packs(folder: Path) -> bool:
    return any(folder.glob("*.yaml"))
