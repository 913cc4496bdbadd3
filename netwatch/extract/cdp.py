"""Compiled. CDP, Cisco's discovery protocol, as Cisco published it and its devices speak it.

Version, time to live and checksum, then values of type, length (with these four octets) and octets.
Behind the device id a value that does not fit ends the reading: padding follows, or the cut.
"""

from typing import Final

from librt.strings import read_i16_be, read_i32_be
from mypy_extensions import i64

from netwatch.extract.device_claim import DeviceClaim, one_host4, trimmed, value
from netwatch.limits import CLAIM_PARTS_MAX
from netwatch.model import Anomaly, Answer

HEADER_BYTES: Final = 4
SNAP_BYTES: Final = 8
SNAP_CISCO: Final = 0xAAAA0300
CISCO_CDP: Final = 0x000C2000
"""The last octets of OUI 00-00-0C, and the protocol."""

DEVICE_ID: Final = 1
ADDRESSES: Final = 2
PORT_ID: Final = 3
CAPABILITIES: Final = 4
VERSION: Final = 5
PLATFORM: Final = 6
SYSTEM_NAME: Final = 0x14
MANAGEMENT_ADDRESSES: Final = 0x16

PROTOCOL_IPV4: Final = 0x0101CC
"""NLPID, one octet, 0xCC."""
PROTOCOL_IPV6_LENGTH: Final = 8

CAPABLE_ROUTER: Final = 0x01
CAPABLE_SWITCH: Final = 0x0A
"""Transparent bridge, switch."""
CAPABLE_HOST: Final = 0x10
CAPABLE_PHONE: Final = 0x80


def cdp_follows(data: bytes, start: i64) -> bool:
    """Whether the SNAP header that ends at `start` is CDP's (OUI 00-00-0C, protocol 0x2000)."""
    if start < SNAP_BYTES:
        return False
    if i64(read_i32_be(data, start - 8)) & 0xFFFFFFFF != SNAP_CISCO:
        return False
    return i64(read_i32_be(data, start - 4)) & 0xFFFFFFFF == CISCO_CDP


def read_cdp(data: bytes, start: i64, end: i64, claim: DeviceClaim) -> i64:
    """Read the CDP message data[start:end] into `claim`.

    DONE; NEED_MORE: it takes its leave (time to live 0); -CDP: it is none.
    """
    claim.clear()
    if end - start < HEADER_BYTES or not 1 <= i64(data[start]) <= 2:
        return -Anomaly.CDP
    if data[start + 1] == 0:
        return Answer.NEED_MORE
    position = start + HEADER_BYTES
    parts: i64 = 0
    while position + 4 <= end and parts < CLAIM_PARTS_MAX:
        kind = i64(read_i16_be(data, position)) & 0xFFFF
        length = i64(read_i16_be(data, position + 2)) & 0xFFFF
        following = position + length
        if length < 4 or following > end:
            break
        keep(data, position + 4, following, kind, claim)
        position = following
        parts += 1
    return Answer.DONE if parts > 0 and len(claim.hostname) > 0 else -Anomaly.CDP


def keep(data: bytes, start: i64, end: i64, kind: i64, claim: DeviceClaim) -> None:
    """Keep one value of `kind`."""
    if kind == DEVICE_ID:
        if len(claim.hostname) == 0:
            claim.hostname = trimmed(value(data, start, end))
    elif kind == SYSTEM_NAME:
        name = trimmed(value(data, start, end))
        if len(name) > 0:
            claim.hostname = name
    elif kind == PORT_ID:
        claim.port = trimmed(value(data, start, end))
    elif kind == PLATFORM or kind == VERSION:
        # The platform is short and says more; the version is a page of licence.
        if kind == PLATFORM or len(claim.description) == 0:
            claim.description = trimmed(value(data, start, end))
    elif kind == CAPABILITIES and end - start == 4:
        claim.device_kind = kind_of(i64(read_i32_be(data, start)) & 0xFFFFFFFF)
    elif kind == ADDRESSES or kind == MANAGEMENT_ADDRESSES:
        keep_address(data, start, end, claim)


def keep_address(data: bytes, start: i64, end: i64, claim: DeviceClaim) -> None:
    """Keep the first address of a list: a count, then protocol and address behind their lengths."""
    if len(claim.address) > 0 or end - start < 8:
        return
    count = i64(read_i32_be(data, start)) & 0xFFFFFFFF
    position = start + 4
    while count > 0 and position + 4 <= end:
        protocol_length = i64(data[position + 1])
        at = position + 2 + protocol_length
        if at + 2 > end:
            return
        length = i64(read_i16_be(data, at)) & 0xFFFF
        following = at + 2 + length
        if following > end:
            return
        protocol = i64(read_i32_be(data, position)) & 0xFFFFFFFF
        if length == 4 and protocol >> 8 == PROTOCOL_IPV4 and one_host4(data, at + 2):
            claim.address = data[at + 2 : following]
            return
        if length == 16 and protocol_length == PROTOCOL_IPV6_LENGTH and data[at + 2] != 0xFF:
            claim.address = data[at + 2 : following]
            return
        position = following
        count -= 1


def kind_of(capabilities: i64) -> str:
    """What the capabilities make of a device; a phone has a switch inside as well."""
    if capabilities & CAPABLE_PHONE != 0:
        return "phone"
    if capabilities & CAPABLE_SWITCH != 0:
        return "switch"
    if capabilities & CAPABLE_ROUTER != 0:
        return "router"
    return "host" if capabilities & CAPABLE_HOST != 0 else ""
