"""Compiled. TCP (RFC 9293) and UDP (RFC 768): ports, numbers, flags, and where the payload lies."""

from librt.strings import read_i16_be, read_i32_be
from mypy_extensions import i64

from netwatch.decode.packet import Packet
from netwatch.model import Anomaly, Answer


def tcp(packet: Packet) -> i64:
    """Read the TCP header at packet.start: DONE or -Anomaly."""
    data = packet.data
    start = packet.start
    if packet.end - start < 20:
        return -Anomaly.TRANSPORT_HEADER
    header = (i64(data[start + 12]) >> 4) * 4
    if header < 20 or packet.end - start < header:
        return -Anomaly.TRANSPORT_HEADER
    packet.ports = start
    packet.source_port = i64(read_i16_be(data, start)) & 0xFFFF
    packet.target_port = i64(read_i16_be(data, start + 2)) & 0xFFFF
    packet.sequence = i64(read_i32_be(data, start + 4)) & 0xFFFFFFFF
    packet.acknowledged = i64(read_i32_be(data, start + 8)) & 0xFFFFFFFF
    packet.flags = i64(data[start + 13])
    packet.start = start + header
    return Answer.DONE


def udp(packet: Packet) -> i64:
    """Read the UDP header at packet.start: DONE or -Anomaly."""
    data = packet.data
    start = packet.start
    if packet.end - start < 8:
        return -Anomaly.TRANSPORT_HEADER
    packet.ports = start
    packet.source_port = i64(read_i16_be(data, start)) & 0xFFFF
    packet.target_port = i64(read_i16_be(data, start + 2)) & 0xFFFF
    length = i64(read_i16_be(data, start + 4)) & 0xFFFF
    packet.start = start + 8
    if length == 0:
        return Answer.DONE  # RFC 2675 jumbogram, or segmentation offload
    if length < 8:
        return -Anomaly.TRANSPORT_HEADER
    if start + length < packet.end:
        packet.end = start + length
    elif start + length > packet.end:
        packet.cut = True
    return Answer.DONE
