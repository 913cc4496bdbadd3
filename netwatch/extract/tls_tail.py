"""Compiled. How a server_name extension is told in the middle of octets that nobody framed.

The first segment of a hello may be lost. Then a server_name extension is looked for whose nine
octets of header agree with each other (some 56 bits of structure), whose name can be a host name,
and from which the chain of extensions goes on. Neither random nor encrypted octets look like one.
"""

from librt.strings import read_i16_be
from mypy_extensions import i64

from netwatch.limits import HELLO_BYTES_MAX, NAME_BYTES_MAX


def name_of_tail(data: bytes, position: i64, end: i64) -> i64:
    """Where the name of the server_name extension at `position` ends; 0 if there is none.

    Exact: one host_name, the three lengths agree, letters, digits, hyphen and underscore in labels
    that are not empty, at least two of them. At least 13 octets must be there.
    """
    length = i64(read_i16_be(data, position + 7)) & 0xFFFF
    if (
        data[position + 6] != 0
        or (i64(read_i16_be(data, position + 2)) & 0xFFFF) != length + 5
        or (i64(read_i16_be(data, position + 4)) & 0xFFFF) != length + 3
        or length < 4
        or length > NAME_BYTES_MAX - 2
        or position + 9 + length > end
    ):
        return 0
    i = position + 9
    name_end = i + length
    dots: i64 = 0
    label: i64 = 0
    while i < name_end:
        octet = i64(data[i])
        if octet == 0x2E:
            if label == 0:
                return 0
            dots += 1
            label = 0
        elif (
            0x61 <= (octet | 0x20) <= 0x7A
            or 0x30 <= octet <= 0x39
            or octet == 0x2D
            or octet == 0x5F
        ):
            label += 1
        else:
            return 0
        i += 1
    return name_end if dots > 0 and label > 0 else 0


def end_of_chain(data: bytes, position: i64, end: i64) -> i64:
    """Where the whole extensions from `position` on end; 0 if this is no chain of extensions.

    A chain ends exactly at `end` or where another TLS record begins, or its last extension runs
    past `end` by no more than a hello can.
    """
    first = position
    while position + 4 <= end:
        if (
            20 <= data[position] <= 23
            and data[position + 1] == 3
            and data[position + 2] <= 4
            and data[position + 3] <= 0x41
        ):
            return position
        following = position + 4 + (i64(read_i16_be(data, position + 2)) & 0xFFFF)
        if following > end:
            return position if following - first <= HELLO_BYTES_MAX else 0
        position = following
    return position
