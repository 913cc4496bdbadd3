"""Compiled. What every reader of captured records shares: the current frame, and where to go on.

A reader is fed blocks of whatever length comes and stands on one frame at a time; the frame is a
span of the caller's block, so that nothing is copied. Whoever feeds the blocks looks at `position`
afterwards and gives the next block from there, because half a record is read again, never kept.
"""

from typing import Final

from mypy_extensions import i64

from netwatch.limits import FRAME_BYTES_MAX
from netwatch.model import Answer

DAMAGED: Final = -1
"""The answer of `Records.next` beside `Answer.DONE` and `Answer.NEED_MORE`."""
U16: Final = 0xFFFF
U32: Final = 0xFFFFFFFF
SECOND_NS: Final = 1_000_000_000
TIME_NS_MAX: Final = 0x7FFFFFFFFFFFFFFF
"""2262-04-11: the last nanosecond that a signed 64-bit number holds."""

# Link types whose frames may be longer than 256 KiB, with libpcap's bound for each. Their frames
# hold no packets for us: what is beyond FRAME_BYTES_MAX is passed over unread.
LINKTYPE_DBUS: Final = 231
LINKTYPE_USBPCAP: Final = 249
LINKTYPE_EBHSCR: Final = 279
DBUS_BYTES_MAX: Final = 134_217_728
USBPCAP_BYTES_MAX: Final = 1_048_576
EBHSCR_BYTES_MAX: Final = 8_388_608


def captured_bytes_max(link_type: i64) -> i64:
    """The captured length above which a record of this LINKTYPE_ number is a lie, in octets."""
    if link_type == LINKTYPE_DBUS:
        return DBUS_BYTES_MAX
    if link_type == LINKTYPE_USBPCAP:
        return USBPCAP_BYTES_MAX
    if link_type == LINKTYPE_EBHSCR:
        return EBHSCR_BYTES_MAX
    return FRAME_BYTES_MAX


class Records:
    """The frame that was read last, as block[start:end], and where reading goes on.

    The base of `PcapRecords` and `PcapngRecords`. The attributes of the frame are valid after
    `next` said DONE and until it is called again.
    """

    def __init__(self) -> None:
        self.frame: i64 = 0
        """Number of the frame in the whole input, from 1, as Wireshark and tshark number it."""
        self.packets: i64 = 0
        """Frames given so far; below `frame` where the input numbers records that hold none."""
        self.time_ns: i64 = 0
        """Nanoseconds since the epoch, 0 to TIME_NS_MAX; 0 also where the record has no time."""
        self.start: i64 = 0
        self.end: i64 = 0
        self.wire_bytes: i64 = 0
        """Length on the wire, never below the captured one."""
        self.link_type: i64 = 0
        """LINKTYPE_ number as the file has it."""
        self.interface: i64 = 0
        self.vlan_tci: i64 = -1
        """Tag that was taken out of the frame before it got here; -1: none known."""
        self.position: i64 = 0
        """Where in the block the next record begins; beyond its end: that many octets are to be
        passed over before the next block begins."""
        self.needed: i64 = 0
        """After NEED_MORE: octets from `position` without which the next call cannot go on."""
        self.damage: str = ""
        """What was found and what was expected, after `next` said DAMAGED."""

    def begin(self, position: i64) -> None:
        """The next block is another one; its records go on at `position`."""
        self.position = position
        self.needed = 0

    def next(self, block: bytes) -> i64:
        """Read the record at `position`. Never raises, whatever the octets.

        Answer.DONE: a frame stands in the attributes and `position` behind it. Answer.NEED_MORE:
        give a block that begins at `position` and has at least `needed` octets. DAMAGED: the record
        at `position` cannot be, `damage` says why; there is no way on.
        """
        del block
        return self.damaged("no record format is known")

    def stand_on(self, inner: "Records") -> None:
        """Stand on the frame on which `inner` stands; for readers around readers."""
        self.frame = inner.frame
        self.time_ns = inner.time_ns
        self.start = inner.start
        self.end = inner.end
        self.wire_bytes = inner.wire_bytes
        self.link_type = inner.link_type
        self.interface = inner.interface
        self.vlan_tci = inner.vlan_tci
        self.position = inner.position

    def wait(self, position: i64, needed: i64) -> i64:
        """NEED_MORE: the record at `position` has at least `needed` octets."""
        self.position = position
        self.needed = needed
        return Answer.NEED_MORE

    def damaged(self, why: str) -> i64:
        """DAMAGED, for the reason `why`."""
        self.damage = why
        return DAMAGED
