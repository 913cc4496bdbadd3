"""Copies of UDP messages.

Invariant: a message is its ends, its VLAN, its length and its first octets; what differs in one bit
of them is another message.
"""

from netwatch.decode.packet import Packet
from netwatch.dissect.copies import COMPARED_BYTES_MAX, Copies, message_hash
from netwatch.state.recent import AGAIN, COPY, NEW

PAYLOAD = bytes(range(7, 7 + 61))


def packet_with(payload: bytes, *, before: bytes = b"", after: bytes = b"") -> Packet:
    packet = Packet()
    packet.data = before + payload + after
    packet.start, packet.end = len(before), len(before) + len(payload)
    packet.source_hash, packet.target_hash = 0x1234567, 0x7654321
    packet.source_port, packet.target_port = 40_000, 53
    return packet


def test_every_bit_of_a_message_counts() -> None:
    for size in (12, 13, 17, 24, 31, 61):
        payload = PAYLOAD[:size]
        whole = message_hash(packet_with(payload))
        hashes = {whole}
        for position in range(size):
            for bit in range(8):
                changed = bytearray(payload)
                changed[position] ^= 1 << bit
                hashes.add(message_hash(packet_with(bytes(changed))))
        assert len(hashes) == 8 * size + 1
        assert all(0 < hashed < 1 << 62 and hashed & 1 for hashed in hashes)


def test_messages_are_told_apart_by_their_length() -> None:
    hashes = {message_hash(packet_with(bytes(size))) for size in range(300)}
    assert len(hashes) == 300


def test_only_the_message_is_read() -> None:
    for size in range(len(PAYLOAD)):
        payload = PAYLOAD[:size]
        plain = message_hash(packet_with(payload))
        assert message_hash(packet_with(payload, before=b"<<<", after=b">")) == plain


def test_long_messages_are_known_by_their_beginning() -> None:
    long = bytes(COMPARED_BYTES_MAX)
    assert message_hash(packet_with(long + b"a")) == message_hash(packet_with(long + b"b"))
    assert message_hash(packet_with(long[1:] + b"a")) != message_hash(packet_with(long[1:] + b"b"))


def test_the_ends_and_the_vlan_count() -> None:
    def changed(**fields: int) -> int:
        packet = packet_with(PAYLOAD)
        for field, value in fields.items():
            setattr(packet, field, value)
        return int(message_hash(packet))

    tagged = packet_with(PAYLOAD)
    tagged.vlan_count, tagged.vlans[0] = 1, 7
    hashes = [
        changed(),
        changed(source_port=53, target_port=40_000),
        changed(source_hash=0x7654321, target_hash=0x1234567),
        changed(source_port=40_001),
        changed(target_port=54),
        changed(source_hash=5),
        changed(target_hash=5),
        message_hash(tagged),
    ]
    assert len(set(hashes)) == len(hashes)


def test_a_copy_from_another_mac_is_told_apart() -> None:
    copies = Copies()
    packet = packet_with(PAYLOAD)
    packet.frame = bytes(6) + b"\2\0\0\0\0\1" + b"\2\0\0\0\0\2" + bytes(9)
    packet.time_ns = 1_700_000_000_000_000_000
    shown = []
    for offset in (6, 6, 12, 12, -1, -1):
        packet.source_mac = offset
        shown.append(copies.show(packet))
    assert shown == [NEW, AGAIN, COPY, AGAIN, COPY, AGAIN]
