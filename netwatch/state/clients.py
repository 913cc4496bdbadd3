"""Compiled. Visibility counters of every client address, and the MACs that spoke.

Touched when a flow begins, a name is said or DNS is seen: never for every packet. A record is a run
of integers; the address itself lies beside it in two of them, so nothing is allocated.
"""

from typing import Final

from librt.vecs import vec
from mypy_extensions import i64

from netwatch.limits import BIT_61, CLIENT_SLOTS
from netwatch.state.fingerprint import M62

WAYS: Final = 8
FIELDS: Final = 32

FINGERPRINT: Final = 0
ADDRESS: Final = 1
"""Four words of 32 bits; IPv4 in the first, the others 0."""
LENGTH_VLAN: Final = 5
"""Octets of the address (4 or 16), the outermost VLAN id in bits 8-19."""
MAC: Final = 6
MACS: Final = 7
FIRST: Final = 8
LAST: Final = 9
HOURS: Final = 10
"""Hours of the clock, from that of FIRST (bit 0) on."""
CONNECTIONS: Final = 11
CONNECTIONS_NAMED: Final = 12
CONNECTIONS_ANSWERED: Final = 13
HELLOS: Final = 14
HELLOS_ECH: Final = 15
HELLOS_NAMELESS: Final = 16
HELLO_KINDS: Final = 17
AGENT_KINDS: Final = 18
TTL_KINDS: Final = 19
QUESTIONS: Final = 20
QUESTIONS_PUBLIC: Final = 21
QUESTIONS_MATCHED: Final = 22
ANSWERS: Final = 23
ANSWERS_SERVED: Final = 24
CLIENTS_SERVED: Final = 25
PROXIED: Final = 26
ENCRYPTED_DNS: Final = 27
QUIC: Final = 28
FLOWS: Final = 29
"""Flows that this address began, to wherever."""
HOUR_END: Final = 30
"""Where the hour of LAST ends: until then nothing but LAST changes."""

HOUR_NS: Final = 3_600_000_000_000
HOURS_MAX: Final = 62
"""Bits of HOURS."""
SKETCH_BITS: Final = 61
"""Odd, because fingerprints are: an even number would leave half of the bits for ever empty."""


class Clients:
    """The table of clients; `find` gives the place of a record in `records`."""

    def __init__(self, slots: i64 = CLIENT_SLOTS) -> None:
        self.mask: i64 = slots - 1
        self.slots: i64 = slots
        self.fingerprints: vec[i64] = vec[i64]([i64(0)] * slots)
        """Apart from the records, so that a look-up touches two cache lines."""
        self.records: vec[i64] = vec[i64]([i64(0)] * (slots * FIELDS))
        self.fresh: bool = False
        self.evicted: i64 = 0

    def find(self, fingerprint: i64, time_ns: i64) -> i64:
        """Give the place of the client's record, new (all counters 0, `fresh`) or old."""
        fingerprints = self.fingerprints
        base = fingerprint & self.mask & 0x3FFFFFFFFFFFFFF8
        slot = base
        while slot < base + WAYS:
            held = fingerprints[slot]
            if held == fingerprint:
                self.fresh = False
                self.touch(slot * FIELDS, time_ns)
                return slot * FIELDS
            if held == 0:
                return self.fill(slot, fingerprint, time_ns)
            slot += 1
        return self.replace(base, fingerprint, time_ns)

    def replace(self, base: i64, fingerprint: i64, time_ns: i64) -> i64:
        """Evict the record of the set that was touched longest ago."""
        slot = base
        oldest = base
        oldest_ns: i64 = 0x7FFFFFFFFFFFFFFF
        while slot < base + WAYS:
            touched = self.records[slot * FIELDS + LAST]
            if touched < oldest_ns:
                oldest_ns = touched
                oldest = slot
            slot += 1
        self.evicted += 1
        return self.fill(oldest, fingerprint, time_ns)

    def fill(self, slot: i64, fingerprint: i64, time_ns: i64) -> i64:
        """Begin a record in `slot`; give its place."""
        records = self.records
        self.fingerprints[slot] = fingerprint
        place = slot * FIELDS
        field: i64 = 0
        while field < FIELDS:
            records[place + field] = 0
            field += 1
        records[place] = fingerprint
        records[place + FIRST] = time_ns
        records[place + LAST] = time_ns
        records[place + HOURS] = 1
        records[place + HOUR_END] = hour_end(time_ns)
        self.fresh = True
        return place

    def touch(self, place: i64, time_ns: i64) -> None:
        """Note that the client was active at `time_ns`; time may run backwards in a capture.

        More than the bitmap can show backwards is a broken clock, and says nothing.
        """
        records = self.records
        if records[place + LAST] <= time_ns < records[place + HOUR_END]:
            records[place + LAST] = time_ns
            return
        if time_ns > records[place + LAST]:
            records[place + LAST] = time_ns
            records[place + HOUR_END] = hour_end(time_ns)
        elif time_ns < records[place + FIRST]:
            hours = records[place + HOURS]
            earlier = records[place + FIRST] // HOUR_NS - time_ns // HOUR_NS
            if earlier >= HOURS_MAX:
                return
            records[place + FIRST] = time_ns
            records[place + HOURS] = ((hours << earlier) & M62) | 1
        hour = time_ns // HOUR_NS - records[place + FIRST] // HOUR_NS
        if 0 < hour < HOURS_MAX:
            records[place + HOURS] = records[place + HOURS] | (BIT_61 >> (61 - hour))

    def count(self, place: i64, field: i64) -> None:
        """Add one to a counter."""
        self.records[place + field] = self.records[place + field] + 1

    def mark(self, place: i64, field: i64, hashed: i64) -> None:
        """Set the sketch's bit for `hashed` (any number from 0 on)."""
        bit = BIT_61 >> (61 - hashed % SKETCH_BITS)
        self.records[place + field] = self.records[place + field] | bit


def hour_end(time_ns: i64) -> i64:
    """Give the time at which the hour of `time_ns` is over; the last hour of all time never is."""
    if time_ns > 0x7FFFFFFFFFFFFFFF - HOUR_NS:
        return 0x7FFFFFFFFFFFFFFF
    return (time_ns // HOUR_NS + 1) * HOUR_NS


class Macs:
    """How many addresses each MAC spoke for: the mark of a router."""

    def __init__(self, slots: i64) -> None:
        self.mask: i64 = slots - 1
        self.slots: i64 = slots
        self.records: vec[i64] = vec[i64]([i64(0)] * (slots * 4))
        """MAC + 1 (0 = empty), addresses, public addresses, last time."""
        self.evicted: i64 = 0

    def add(self, mac: i64, public: bool, time_ns: i64) -> None:
        """Count one more address for `mac` (its 48 bits as a number)."""
        records = self.records
        base = (((mac * 0x9E3779B1) & M62) >> 8) & self.mask & 0x3FFFFFFFFFFFFFF8
        slot = base
        oldest = base
        oldest_ns: i64 = 0x7FFFFFFFFFFFFFFF
        found: i64 = -1
        while slot < base + WAYS:
            held = records[slot * 4]
            if held in (mac + 1, 0):
                found = slot
                break
            if records[slot * 4 + 3] < oldest_ns:
                oldest_ns = records[slot * 4 + 3]
                oldest = slot
            slot += 1
        if found < 0:
            found = oldest
            self.evicted += 1
            records[found * 4] = 0
        place = found * 4
        if records[place] == 0:
            records[place] = mac + 1
            records[place + 1] = 0
            records[place + 2] = 0
        records[place + 1] = records[place + 1] + 1
        if public:
            records[place + 2] = records[place + 2] + 1
        records[place + 3] = time_ns
