"""Every known difference between netwatch and tshark, with its reason. What is not here fails."""

from typing import Final, NamedTuple

Row = tuple[str, str, str, int]
"""Path, signal, name as the witness prints it, frame."""


class Group(NamedTuple):
    """Differences with one reason."""

    alone: bool
    """Netwatch has the name, tshark does not; else the other way round."""
    title: str
    reason: str
    rows: tuple[Row, ...]
    encrypted: bool = False
    """The names cannot stand in the frame's octets."""


GROUPS: Final[tuple] = ()
