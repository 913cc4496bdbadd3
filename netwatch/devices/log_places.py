"""Where the addresses of a log are: it knows no VLAN, and the captures of its site may.

An address that they show in one VLAN only is the same one there. In two VLANs it may be either, and
stays a device of its own.
"""

from collections.abc import Sequence

import msgspec

from netwatch.devices.addresses import outermost
from netwatch.model import Capture, Client, Sighting

Vlans = dict[tuple[str, bytes], set[int]]
"""Site and address -> the VLANs in which captures show it."""


def place_logs(captures: Sequence[Capture]) -> list[Capture]:
    """The captures, with the addresses of logs in the VLANs where others show them."""
    if not any(capture.is_log for capture in captures):
        return list(captures)
    vlans: Vlans = {}
    for capture in captures:
        if not capture.is_log:
            for client in capture.observation.clients:
                vlans.setdefault((capture.site, client.address), set()).add(client.vlan)
            for sighting in capture.observation.sightings:
                vlan = outermost(sighting.vlans)
                vlans.setdefault((capture.site, sighting.client), set()).add(vlan)
    return [_placed(capture, vlans) if capture.is_log else capture for capture in captures]


def _placed(capture: Capture, vlans: Vlans) -> Capture:
    seen, site = capture.observation, capture.site
    observation = msgspec.structs.replace(
        seen,
        sightings=[_sighting(one, vlans.get((site, one.client))) for one in seen.sightings],
        clients=[_client(one, vlans.get((site, one.address))) for one in seen.clients],
    )
    return msgspec.structs.replace(capture, observation=observation)


def _sighting(sighting: Sighting, vlans: set[int] | None) -> Sighting:
    if sighting.vlans or vlans is None or len(vlans) != 1 or vlans == {0}:
        return sighting
    return msgspec.structs.replace(sighting, vlans=tuple(vlans))


def _client(client: Client, vlans: set[int] | None) -> Client:
    if client.vlan or vlans is None or len(vlans) != 1 or vlans == {0}:
        return client
    return msgspec.structs.replace(client, vlan=min(vlans))
