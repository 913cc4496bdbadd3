"""One entry of a pack, checked, and the words it may use for purpose and strength."""

from typing import Final

import msgspec


class Signature(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of a pack, checked. Patterns are in the glob syntax of signatures/README.md."""

    id: str
    service: str
    product: str
    purpose: str
    strength: str
    """`strong`, `medium`, `weak`; the ceiling of the verdict."""
    names: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    issuers: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    magics: tuple[bytes, ...] = ()
    prefixes: tuple[str, ...] = ()
    ports: tuple[str, ...] = ()
    """`tcp/13000`, `udp/15000`, `tcp/23100-23199`."""
    users: tuple[str, ...] = ()
    """Accounts of FTP servers, as they are said."""
    decoy: bool = False
    shared: bool = False
    """OEM engines say these names as well."""
    references: tuple[str, ...] = ()
    added: str = ""
    note: str = ""
    matches: tuple[str, ...] = ()
    ignores: tuple[str, ...] = ()
    place: str = ""
    """file:line of the entry."""


PURPOSES: Final = (
    "update",
    "telemetry",
    "activation",
    "management",
    "portal",
    "vpn",
    "mobile",
    "connectivity",
    "certificate",
    "diagnostics",
    "marketing",
    "web",
    "oem",
    "successor",
    "exempt",
    "impostor",
    "unclassified",
)


STRENGTHS: Final = ("strong", "medium", "weak")
