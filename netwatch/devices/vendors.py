"""Who made an interface: the table of MAC prefixes that scapy ships, read without scapy itself.

scapy takes a second to import and its table a tenth of one, so both wait for the first question.
Nothing is ever asked of the network.
"""

import importlib.util
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

from netwatch.devices.addresses import is_random

PREFIX_BITS: Final = (36, 28, 24)
"""Blocks that the IEEE gives out, the smallest first: the longest prefix decides."""
VENDOR_MAX: Final = 60
"""Characters of a name."""


def vendor_of(mac: bytes) -> str | None:
    """Name the maker of a MAC's interface; None for a MAC made up, or where nobody knows."""
    if len(mac) != 6 or is_random(mac) or mac[0] & 1:
        return None
    return _vendor(mac)


@lru_cache(maxsize=4096)
def _vendor(mac: bytes) -> str | None:
    number = int.from_bytes(mac, "big")
    table = _table()
    for bits in PREFIX_BITS:
        kept = number >> (48 - bits) << (48 - bits)
        text = kept.to_bytes(6, "big")[: -(-bits // 8)].hex(":").upper()
        begins = text if bits == 24 else f"{text}/{bits}"
        start = max(table.find(f"\n{begins}{blank}") for blank in "\t ")
        if start >= 0:
            line = table[start + 1 : table.find("\n", start + 1)]
            return line.rpartition("\t")[2].strip()[:VENDOR_MAX] or None
    return None


@cache
def _table() -> str:
    """Lines of `prefix TAB short name TAB name`; empty where scapy is not installed."""
    found = importlib.util.find_spec("scapy")
    if found is None or found.origin is None:
        return ""
    path = Path(found.origin).parent / "libs" / "manuf.py"
    spec = importlib.util.spec_from_file_location("scapy_manuf", path)
    if spec is None or spec.loader is None or not path.is_file():
        return ""
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return "\n" + str(getattr(module, "DATA", "")) + "\n"
