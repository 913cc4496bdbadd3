"""`netwatch names`: every sighting as one line of JSON. Millions of them, so addresses and names
are turned into text once and remembered.
"""

from collections.abc import Sequence
from functools import lru_cache

import msgspec

from netwatch.model import Sighting
from netwatch.outputs.json_records import encoded_lines
from netwatch.outputs.text import address_text, mac_text, time_text, wire_name_text


class TunnelRow(msgspec.Struct, kw_only=True):
    """The outer addresses of one layer."""

    src_ip: str
    dst_ip: str


class NameRow(msgspec.Struct, kw_only=True):
    """One line; the fields are the keys, in this order."""

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


def name_rows(sightings: Sequence[Sighting], capture: str, signature_ids: Sequence[str]) -> bytes:
    """Lines of JSON in the order of `sightings`; empty for none. `capture` is its name as text."""
    return encoded_lines([_row(sighting, capture, signature_ids) for sighting in sightings])


def _row(sighting: Sighting, capture: str, signature_ids: Sequence[str]) -> NameRow:
    number = sighting.signature
    return NameRow(
        capture=capture,
        frame=sighting.frame,
        time=time_text(sighting.time_ns),
        signal=sighting.signal,
        name=wire_name_text(sighting.name),
        client_ip=address_text(sighting.client),
        client_port=sighting.client_port,
        client_mac=mac_text(sighting.client_mac),
        server_ip=address_text(sighting.server),
        server_port=sighting.server_port,
        vlans=sighting.vlans,
        tunnels=[_tunnel(layer) for layer in sighting.tunnels],
        signature=signature_ids[number] if number >= 0 else None,
    )


@lru_cache(maxsize=1024)
def _tunnel(layer: bytes) -> TunnelRow:
    half = len(layer) // 2
    return TunnelRow(src_ip=address_text(layer[:half]), dst_ip=address_text(layer[half:]))
