"""Compiled. Visibility counters of every client address, and the MACs that spoke.

Touched when a flow begins, a name is said or DNS is seen: never for every packet. A record is a run
of integers; the address itself lies beside it in two of them, so nothing is allocated.
"""

from typing import Final

from mypy_extensions import i64

from netwatch.limits import BIT_61, CLIENT_SLOTS
from netwatch.state.fingerprint import M62, SEED, mix
from netwatch.state.table import Table

FIELDS: Final = 40
"""Five cache lines of eight; the last seven are free."""

FINGERPRINT: Final = 0
ADDRESS: Final = 1
"""Four words of 32 bits; IPv4 in the first, the others 0."""
LENGTH_VLAN: Final = 5
"""Octets of the address (4 or 16), the outermost VLAN or network id in bits 8-31."""
FIRST: Final = 6
HOURS: Final = 7
"""Hours of the clock, from that of FIRST (bit 0) on."""

# What a DNS message touches lies together: a cache line.
MAC: Final = 8
LAST: Final = 9
HOUR_END: Final = 10
"""Where the hour of LAST ends: until then nothing but LAST changes."""
QUESTIONS: Final = 11
QUESTIONS_PUBLIC: Final = 12
ANSWERS: Final = 13
ANSWERS_SERVED: Final = 14
CLIENTS_SERVED: Final = 15

# And what a connection does.
FLOWS: Final = 16
"""Flows that this address began, to wherever."""
CONNECTIONS: Final = 17
CONNECTIONS_NAMED: Final = 18
CONNECTIONS_ANSWERED: Final = 19
TTL_KINDS: Final = 20
HELLOS: Final = 21
HELLO_KINDS: Final = 22
HELLOS_ECH: Final = 23

HELLOS_NAMELESS: Final = 24
AGENT_KINDS: Final = 25
QUESTIONS_MATCHED: Final = 26
PROXIED: Final = 27
ENCRYPTED_DNS: Final = 28
QUIC: Final = 29
MACS: Final = 30
HELLOS_OUTER: Final = 31
TUNNELS: Final = 32
"""Flows of VPNs that it began; packets of ESP that it sent or was sent."""

HOUR_NS: Final = 3_600_000_000_000
HOURS_MAX: Final = 62
"""Bits of HOURS."""
SKETCH_BITS: Final = 61
"""Odd, because fingerprints are: an even number would leave half of the bits for ever empty."""


class Clients(Table):
    """The table of clients; `find` gives the place of a record in `records`."""

    def __init__(self, slots: i64 = CLIENT_SLOTS) -> None:
        super().__init__(slots, FIELDS)

    def find(self, fingerprint: i64, time_ns: i64) -> i64:
        """Give the place of the client's record, touched: new (all counters 0, `fresh`) or old."""
        place = super().find(fingerprint, time_ns)
        if not self.fresh:
            self.touch(place, time_ns)
        return place

    def begin(self, place: i64, fingerprint: i64, time_ns: i64) -> None:
        """A client was never seen before."""
        records = self.records
        field: i64 = 0
        while field < FIELDS:
            records[place + field] = 0
            field += 1
        records[place] = fingerprint
        records[place + FIRST] = time_ns
        records[place + LAST] = time_ns
        records[place + HOURS] = 1
        records[place + HOUR_END] = hour_end(time_ns)

    def touched(self, place: i64) -> i64:
        """Give when the client was last active."""
        return self.records[place + LAST]

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


class Macs(Table):
    """How many addresses each MAC spoke for: the mark of a router."""

    def __init__(self, slots: i64) -> None:
        super().__init__(slots, 4)
        # A record is: MAC + 1 (0 = empty), addresses, public addresses, last time.

    def add(self, mac: i64, public: bool, time_ns: i64) -> None:
        """Count one more address for `mac` (its 48 bits as a number)."""
        place = self.find(mix(SEED, mac) | 1, time_ns)
        records = self.records
        records[place] = mac + 1
        records[place + 1] = records[place + 1] + 1
        if public:
            records[place + 2] = records[place + 2] + 1
        records[place + 3] = time_ns

    def begin(self, place: i64, fingerprint: i64, time_ns: i64) -> None:
        """A MAC speaks for its first address."""
        del fingerprint, time_ns
        self.records[place + 1] = 0
        self.records[place + 2] = 0

    def touched(self, place: i64) -> i64:
        """Give when the MAC spoke for another address last."""
        return self.records[place + 3]
