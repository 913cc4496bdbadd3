"""Compiled. LLDP (IEEE 802.1AB): switches, access points and phones say who they are.

Chassis, port and time to live come first, in this order, and must agree to the octet; behind them a
value that goes past the frame's end ends the reading, since captures cut frames.
"""

from typing import Final

from librt.strings import read_i16_be
from mypy_extensions import i64

from netwatch.extract.claims import one_interface
from netwatch.extract.device_claim import DeviceClaim, one_host4, trimmed, value
from netwatch.limits import CLAIM_PARTS_MAX
from netwatch.model import Anomaly, Answer

CHASSIS: Final = 1
PORT: Final = 2
TIME_TO_LIVE: Final = 3
PORT_DESCRIPTION: Final = 4
SYSTEM_NAME: Final = 5
SYSTEM_DESCRIPTION: Final = 6
CAPABILITIES: Final = 7
MANAGEMENT_ADDRESS: Final = 8

CHASSIS_IS_MAC: Final = 4
CHASSIS_IS_ADDRESS: Final = 5
PORT_IS_MAC: Final = 3
FAMILY_IPV4: Final = 1
FAMILY_IPV6: Final = 2

CAPABLE_BRIDGE: Final = 0x04
CAPABLE_ACCESS_POINT: Final = 0x08
CAPABLE_ROUTER: Final = 0x10
CAPABLE_TELEPHONE: Final = 0x20
CAPABLE_STATION: Final = 0x80


def read_lldp(data: bytes, start: i64, end: i64, claim: DeviceClaim) -> i64:
    """Read the LLDP data unit data[start:end] into `claim`.

    DONE; NEED_MORE: it takes its leave (time to live 0); -LLDP: it is none.
    """
    claim.clear()
    position = start
    parts: i64 = 0
    while position + 2 <= end and parts < CLAIM_PARTS_MAX:
        header = i64(read_i16_be(data, position)) & 0xFFFF
        kind = header >> 9
        position += 2
        following = position + (header & 0x1FF)
        parts += 1
        if parts <= 3:
            if kind != parts or following > end or following - position < 2:
                return -Anomaly.LLDP
            if kind == TIME_TO_LIVE and i64(read_i16_be(data, position)) == 0:
                return Answer.NEED_MORE
        elif kind <= TIME_TO_LIVE or following > end:
            break  # the end, or what may stand in front only
        keep(data, position, following, kind, claim)
        position = following
    return Answer.DONE if parts >= 3 else -Anomaly.LLDP


def keep(data: bytes, start: i64, end: i64, kind: i64, claim: DeviceClaim) -> None:
    """Keep one value of `kind`."""
    if kind == CHASSIS:
        if i64(data[start]) == CHASSIS_IS_MAC and end - start == 7:
            if one_interface(data, start + 1):
                claim.mac = data[start + 1 : end]
        elif i64(data[start]) == CHASSIS_IS_ADDRESS:
            keep_address(data, start + 1, end, claim)
    elif kind == PORT:
        if i64(data[start]) == PORT_IS_MAC and end - start == 7:
            claim.port = data[start + 1 : end].hex().encode()
        else:
            claim.port = trimmed(value(data, start + 1, end))
    elif kind == PORT_DESCRIPTION:
        if len(claim.port) == 0:
            claim.port = trimmed(value(data, start, end))
    elif kind == SYSTEM_NAME:
        claim.hostname = trimmed(value(data, start, end))
    elif kind == SYSTEM_DESCRIPTION:
        claim.description = trimmed(value(data, start, end))
    elif kind == CAPABILITIES and end - start == 4:
        claim.device_kind = kind_of(i64(read_i16_be(data, start + 2)) & 0xFFFF)
    elif kind == MANAGEMENT_ADDRESS and end - start > 1:
        following = start + 1 + i64(data[start])
        if following <= end:
            keep_address(data, start + 1, following, claim)


def keep_address(data: bytes, start: i64, end: i64, claim: DeviceClaim) -> None:
    """Keep an address behind its family (IANA's numbers); of several the first."""
    if len(claim.address) > 0 or end <= start:
        return
    family = i64(data[start])
    if family == FAMILY_IPV4 and end - start == 5 and one_host4(data, start + 1):
        claim.address = data[start + 1 : end]
    elif family == FAMILY_IPV6 and end - start == 17 and data[start + 1] != 0xFF:
        claim.address = data[start + 1 : end]


def kind_of(enabled: i64) -> str:
    """What the enabled capabilities make of a device; a phone has a switch inside as well."""
    if enabled & CAPABLE_TELEPHONE != 0:
        return "phone"
    if enabled & CAPABLE_ACCESS_POINT != 0:
        return "access-point"
    if enabled & CAPABLE_BRIDGE != 0:
        return "switch"
    if enabled & CAPABLE_ROUTER != 0:
        return "router"
    return "host" if enabled & CAPABLE_STATION != 0 else ""
