"""What `netwatch --version` prints: a slow engine or an old pack must not go unnoticed."""

import netwatch
from netwatch.build import engine_kind
from netwatch.errors import SignatureError
from netwatch.outputs.text import line_text


def version_text() -> str:
    """Three lines: the version, which engine runs, the packs with their versions."""
    return "\n".join((f"netwatch {netwatch.__version__}", _engine_text(), _packs_text()))


def _engine_text() -> str:
    if engine_kind() == "compiled":
        return "engine: compiled"
    return "engine: interpreted (about 20 times slower; a C compiler at install time compiles it)"


def _packs_text() -> str:
    from netwatch.match.signatures import load_packs
    from netwatch.paths import packs_folder

    try:
        versions = load_packs([packs_folder()]).versions
    except SignatureError as error:
        return f"packs: unreadable ({line_text(str(error))})"
    return "packs: " + ", ".join(f"{name} {version}" for name, version in versions.items())
