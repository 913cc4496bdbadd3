"""Who looks: version, engine, packs. A slow engine or an old pack must not go unnoticed."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import netwatch
from netwatch.build import engine_kind
from netwatch.errors import SignatureError
from netwatch.outputs.text import line_text

if TYPE_CHECKING:
    from netwatch.match.signatures import Pack
    from netwatch.report import Netwatch


def loaded_pack(paths: Sequence[str]) -> "Pack":
    """The packs at `paths`, or the shipped ones. SignatureError with the place of a mistake."""
    from netwatch.cli.arguments import pack_paths
    from netwatch.match.signatures import load_packs

    return load_packs(pack_paths(paths))


def pack_versions(pack: "Pack") -> dict[str, str]:
    """File name -> `version+digest`, so that an edited pack is not taken for the shipped one.

    Of two files with one name the second is called `name (2)`.
    """
    versions: dict[str, str] = {}
    seen: dict[str, int] = {}
    for name, version, digest in pack.versions:
        seen[name] = seen.get(name, 0) + 1
        key = name if seen[name] == 1 else f"{name} ({seen[name]})"
        versions[line_text(key)] = f"{version}+{digest}"
    return versions


def who_looked(pack: "Pack") -> "Netwatch":
    """The head of a report."""
    from netwatch.report import Netwatch

    return Netwatch(version=netwatch.__version__, engine=engine_kind(), packs=pack_versions(pack))


def version_text() -> str:
    """The version, which engine runs, the shipped packs with their versions; no last line end."""
    return "\n".join((f"netwatch {netwatch.__version__}", _engine_text(), *_pack_lines()))


def _engine_text() -> str:
    if engine_kind() == "compiled":
        return "engine: compiled"
    return "engine: interpreted (slow; installing where there is a C compiler compiles it)"


def _pack_lines() -> list[str]:
    try:
        versions = pack_versions(loaded_pack(()))
    except SignatureError as error:
        return [f"packs: unreadable ({line_text(str(error))})"]
    return ["packs:", *(f"  {name} {version}" for name, version in versions.items())]
