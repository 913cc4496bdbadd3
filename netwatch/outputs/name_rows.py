"""`netwatch names`: every sighting as one line of JSON.

Millions of them, so a line is put together from texts, and what comes again and again (addresses,
names, the second) is written once and remembered. `NameRow` says what a line holds.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Final, Generic, TypeVar

import msgspec

from netwatch.model import Sighting
from netwatch.names import name_text
from netwatch.outputs.text import address_text, mac_text, time_text

_SECOND_NS: Final = 1_000_000_000
_SECOND_CHARACTERS: Final = len("2025-08-21T11:25:27.")
_REMEMBERED_MAX: Final = 16_384
"""Names, addresses and MACs whose text is remembered, of each."""

Key = TypeVar("Key")


class TunnelRow(msgspec.Struct, kw_only=True):
    """The outer addresses of one layer."""

    src_ip: str
    dst_ip: str


class NameRow(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What a line holds; the fields are the keys, in this order."""

    capture: str
    frame: int
    time: str
    signal: str
    name: str
    client_ip: str
    client_port: int
    client_mac: str
    server_ip: str
    server_port: int
    vlans: tuple[int, ...]
    tunnels: list[TunnelRow]
    signature: str | None
    """Its id; null where none matched."""
    site: str | msgspec.UnsetType = msgspec.UNSET
    """Only where sites were told."""
    log: str | msgspec.UnsetType = msgspec.UNSET
    """Only of a log: its format; `frame` is then the number of the line."""


class _Texts(dict[Key, str], Generic[Key]):
    """Texts by what they are of; one that is missing is written. All are forgotten when full."""

    def __init__(self, write: Callable[[Key], str]) -> None:
        super().__init__()
        self._write = write

    def __missing__(self, key: Key) -> str:
        if len(self) >= _REMEMBERED_MAX:
            self.clear()
        text = self[key] = self._write(key)
        return text


def name_rows(
    sightings: Sequence[Sighting],
    capture: str,
    signature_ids: Sequence[str],
    site: str = "",
    log: str = "",
) -> bytes:
    """Lines of JSON in the order of `sightings`; empty for none. `capture` is its name as text."""
    head = f'{{"capture":{_json(capture)},"frame":'
    ids = [_json(id) for id in signature_ids]
    end = f',"site":{_json(site)}' if site else ""
    end += f',"log":{_json(log)}}}\n' if log else "}\n"
    ids.append("null")  # what -1, "none matched", finds
    seconds, names, addresses, macs = _seconds, _names, _addresses, _macs
    lines = [
        f'{head}{s.frame},"time":"{seconds[s.time_ns // _SECOND_NS]}{s.time_ns % _SECOND_NS:09d}Z",'
        f'"signal":"{s.signal}","name":{names[s.name]},'
        f'"client_ip":"{addresses[s.client]}","client_port":{s.client_port},'
        f'"client_mac":"{macs[s.client_mac]}",'
        f'"server_ip":"{addresses[s.server]}","server_port":{s.server_port},'
        f'"vlans":{_json(s.vlans) if s.vlans else "[]"},'
        f'"tunnels":{_tunnels(s.tunnels) if s.tunnels else "[]"},'
        f'"signature":{ids[s.signature]}{end}'
        for s in sightings
    ]
    return "".join(lines).encode()


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _name_json(wire: bytes) -> str:
    return _json(name_text(wire))  # a name may hold a quotation mark


def _second_text(second: int) -> str:
    return time_text(second * _SECOND_NS)[:_SECOND_CHARACTERS]


@lru_cache(maxsize=1_024)
def _tunnels(layers: tuple[bytes, ...]) -> str:
    halves = [(layer[: len(layer) // 2], layer[len(layer) // 2 :]) for layer in layers]
    rows = [TunnelRow(src_ip=address_text(one), dst_ip=address_text(two)) for one, two in halves]
    return _json(rows)


_seconds: Final = _Texts(_second_text)
_names: Final = _Texts(_name_json)
_addresses: Final = _Texts(address_text)
_macs: Final = _Texts(mac_text)
