"""Which engine runs. Both are the same source; only the speed differs."""

from importlib.machinery import EXTENSION_SUFFIXES
from typing import Literal

from netwatch import names

Engine = Literal["compiled", "interpreted"]


def engine_kind() -> Engine:
    """Told from where `netwatch.names` was loaded: the engine is compiled whole or not at all."""
    return engine_kind_of(names.__file__)


def engine_kind_of(path: str) -> Engine:
    """The same for any module's file: an extension module is compiled, all else interpreted."""
    return "compiled" if path.endswith(tuple(EXTENSION_SUFFIXES)) else "interpreted"
