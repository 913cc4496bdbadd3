"""Compiled. ClientHellos out of QUIC Initial packets (RFC 9000, 9001, 9369).

An Initial is encrypted with keys that anybody can derive from the connection id that the client
chose first (RFC 9001 section 5.2), so a listener can read the hello inside. Three things lose names
and decide the shape of this file. A hello comes in pieces: over frames in any order, over packets,
over datagrams, twice; so which octets are there is kept as intervals, never as a count. A later
Initial carries another connection id but keeps the keys of the first one, except after a Retry;
so the remembered id is tried first, then the packet's own. And every attempt costs the sensor a
decryption, so a packet that was already read is known by its octets, and attempts are bounded.
What a frame claims about offsets allocates nothing: only received octets are kept.
"""

from collections.abc import Callable
from typing import Final

from librt.strings import read_i32_be
from mypy_extensions import i64

from netwatch.extract.gquic import ChloHello
from netwatch.extract.pieces import Pieces
from netwatch.extract.quic_fields import skip_ack, skip_close, varint, varint_length
from netwatch.limits import (
    QUIC_CRYPTO_BYTES_MAX,
    QUIC_INITIALS_MAX,
)
from netwatch.model import Anomaly, Answer

DATAGRAM_BYTES_MIN: Final = 1_200
"""RFC 9000 section 14.1: a client pads every datagram that has an Initial in it to at least this,
and servers throw shorter ones away."""
DCID_FIRST_MIN: Final = 8
"""RFC 9000 section 7.2: the id that a client invents has at least eight octets."""
CONNECTION_ID_MAX: Final = 20
SAMPLE_BYTES: Final = 16
"""RFC 9001 section 5.4.2: taken four octets behind the start of the packet number."""
ATTEMPTS_MAX: Final = 2 * QUIC_INITIALS_MAX
"""Two ids may have to be tried for each Initial."""

EARLY_BYTES_MIN: Final = 6 + DCID_FIRST_MIN + 1 + 1 + 4 + SAMPLE_BYTES
"""Header, first connection id, no second one, length, packet number and sample."""

LONG_HEADER: Final = 0x80
VERSION_1: Final = 0x00000001
VERSION_2: Final = 0x6B3343CF
DRAFT_FIRST: Final = 0xFF000016
DRAFT_LAST: Final = 0xFF000022
MVFST_22: Final = 0xFACEB001
MVFST_27: Final = 0xFACEB002
MVFST_27_TEST: Final = 0xFACEB00E
GOOGLE_Q050: Final = 0x51303530
GOOGLE_T050: Final = 0x54303530
GOOGLE_T051: Final = 0x54303531

TYPE_INITIAL: Final = 0
TYPE_0RTT: Final = 1
TYPE_RETRY: Final = 3

FRAME_PING: Final = 0x01
FRAME_ACK: Final = 0x02
FRAME_ACK_ECN: Final = 0x03
FRAME_CRYPTO: Final = 0x06
FRAME_CRYPTO_GOOGLE: Final = 0x08
"""Under T050, T051 and Q050, with the layout of CRYPTO; in the RFCs it may not be in an Initial."""
FRAME_CLOSE: Final = 0x1C
FRAME_CLOSE_APPLICATION: Final = 0x1D

CLIENT_HELLO: Final = 1


def version_known(version: i64) -> bool:
    """True for the versions whose Initials can be read.

    These are v1, v2, IETF drafts 22 to 34, the private numbers under which mvfst (drafts 22 and 27)
    and Google (T050, T051; Q050 with a hello of its own) shipped drafts, and the 0x?a?a?a?a with
    which a client makes the server negotiate (RFC 9000 section 15) and whose hello is protected
    like that of a real version.
    """
    if version == VERSION_1 or version == VERSION_2:
        return True
    if version >= DRAFT_FIRST and version <= DRAFT_LAST:
        return True
    if version == MVFST_22 or version == MVFST_27 or version == MVFST_27_TEST:
        return True
    if version == GOOGLE_T050 or version == GOOGLE_T051 or version == GOOGLE_Q050:
        return True
    return version & 0x0F0F0F0F == 0x0A0A0A0A


def packet_type(first: i64, version: i64) -> i64:
    """The long packet type with the numbers of version 1 (RFC 9000 section 17.2).

    Version 2 turned the numbers by one (RFC 9369 section 3.2): its Initial is 1, its Retry 0.
    """
    kind = (first >> 4) & 3
    if version == VERSION_2:
        return (kind + 3) & 3
    return kind


def initial_begins(data: bytes, start: i64, end: i64) -> bool:
    """True if the UDP payload data[start:end] begins like a client's Initial of a known version.

    Cheap and without memory. The fixed bit is not asked for (RFC 9287 lets it be anything). A
    server's Initial may pass too; `QuicHello.add` finds out.
    """
    if end - start < DATAGRAM_BYTES_MIN:
        return False
    first = i64(data[start])
    if first & LONG_HEADER == 0:
        return False
    version = i64(read_i32_be(data, start + 1)) & 0xFFFFFFFF
    if not version_known(version) or packet_type(first, version) != TYPE_INITIAL:
        return False
    dcid_length = i64(data[start + 5])
    if dcid_length == 0 or dcid_length > CONNECTION_ID_MAX:
        return False
    return i64(data[start + 6 + dcid_length]) <= CONNECTION_ID_MAX


def early_begins(data: bytes, start: i64, end: i64) -> bool:
    """True if the UDP payload data[start:end] begins like a client's 0-RTT packet (section 17.2.3).

    It may overtake the Initial, and whoever lost that one sees it first; it is not padded.
    """
    if end - start < EARLY_BYTES_MIN:
        return False
    first = i64(data[start])
    if first & LONG_HEADER == 0:
        return False
    version = i64(read_i32_be(data, start + 1)) & 0xFFFFFFFF
    if not version_known(version) or packet_type(first, version) != TYPE_0RTT:
        return False
    dcid_length = i64(data[start + 5])
    return DCID_FIRST_MIN <= dcid_length <= CONNECTION_ID_MAX


class QuicHello:
    """The ClientHello of one young QUIC connection, as far as its Initials have shown it.

    `version` is the last Initial's, `initials` counts those that were decrypted, `crypto_whole`
    says that `handshake()` begins with the complete ClientHello message.
    """

    def __init__(self) -> None:
        self.version: i64 = 0
        self.crypto_whole: bool = False
        self.initials: i64 = 0
        self.attempts: i64 = 0
        self.keyed: bool = False
        self.dcid: bytes = b""
        self.samples: list[bytes] = []
        self.crypto: Pieces = Pieces()
        self.initial_type: bool = False
        self.dcid_end: i64 = 0
        self.number_start: i64 = 0

    def add(
        self,
        data: bytes,
        start: i64,
        end: i64,
        opener: Callable[[int, bytes, bytes, int], bytes | None],
    ) -> i64:
        """Take in the client's datagram data[start:end], with all its coalesced packets.

        `opener` is asked with (version, connection id, packet, offset of the packet number) for the
        plain payload. DONE: the ClientHello is complete. NEED_MORE: it is not yet. QUIC_UNREADABLE:
        no Initial of this datagram could be opened (a server's, keys not known, damaged).
        QUIC_HEADER, QUIC_VERSION: it is no datagram of Initials. QUIC_CRYPTO: opened, and the
        frames are wrong. QUIC_BUDGET: more than limits.py allows. After a negative answer the
        next datagram may be added all the same.
        """
        if self.crypto_whole:
            return Answer.DONE
        opened = False
        anomaly: i64 = 0
        position = start
        while position < end:
            length = self.measure(data, position, end)
            if length <= 0:
                anomaly = length if anomaly == 0 else anomaly
                break
            if self.initial_type:
                answer = self.open(data, position, position + length, opener)
                if answer == Answer.DONE:
                    opened = True
                elif anomaly == 0:
                    anomaly = answer
            position += length
        if self.crypto_whole:
            return Answer.DONE
        if opened and anomaly != -Anomaly.QUIC_CRYPTO and anomaly != -Anomaly.QUIC_BUDGET:
            return Answer.NEED_MORE
        return anomaly

    def handshake(self) -> bytes:
        """The CRYPTO octets from 0 on without a gap; the hello may still be incomplete."""
        return self.crypto.prefix()

    def measure(self, data: bytes, start: i64, end: i64) -> i64:
        """Octets of the packet at data[start:end]; 0: nothing that can be read from here on.

        Sets `initial_type`, `dcid_end` and `number_start` of that packet (RFC 9000 section 17.2).
        """
        self.initial_type = False
        first = i64(data[start])
        if first & LONG_HEADER == 0:
            return 0
        if end - start < 7:
            return -Anomaly.QUIC_HEADER
        version = i64(read_i32_be(data, start + 1)) & 0xFFFFFFFF
        if not version_known(version):
            return 0 if version == 0 else -Anomaly.QUIC_VERSION
        kind = packet_type(first, version)
        if kind == TYPE_RETRY:
            return 0
        dcid_end = start + 6 + i64(data[start + 5])
        if dcid_end >= end or dcid_end > start + 6 + CONNECTION_ID_MAX:
            return -Anomaly.QUIC_HEADER
        scid_length = i64(data[dcid_end])
        at = dcid_end + 1 + scid_length
        if scid_length > CONNECTION_ID_MAX or at >= end:
            return -Anomaly.QUIC_HEADER
        if kind == TYPE_INITIAL:
            token = varint(data, at, end)
            if token < 0:
                return -Anomaly.QUIC_HEADER
            at += varint_length(data, at)
            if token >= end - at:
                return -Anomaly.QUIC_HEADER
            at += token
        length = varint(data, at, end)
        if length < 0:
            return -Anomaly.QUIC_HEADER
        at += varint_length(data, at)
        if length > end - at or length < 4 + SAMPLE_BYTES:
            return -Anomaly.QUIC_HEADER
        self.initial_type = kind == TYPE_INITIAL
        self.dcid_end = dcid_end
        self.number_start = at
        return at + length - start

    def open(
        self,
        data: bytes,
        start: i64,
        end: i64,
        opener: Callable[[int, bytes, bytes, int], bytes | None],
    ) -> i64:
        """Decrypt the Initial data[start:end] that was just measured, and keep its CRYPTO octets.

        DONE: it was read now or before. Otherwise QUIC_UNREADABLE, QUIC_CRYPTO or QUIC_BUDGET.
        """
        number = self.number_start
        sample = data[number + 4 : number + 4 + SAMPLE_BYTES]
        if sample in self.samples:
            return Answer.DONE
        version = i64(read_i32_be(data, start + 1)) & 0xFFFFFFFF
        own = data[start + 6 : self.dcid_end]
        if not self.keyed and len(own) < DCID_FIRST_MIN:
            return -Anomaly.QUIC_UNREADABLE
        if self.initials >= QUIC_INITIALS_MAX or self.attempts >= ATTEMPTS_MAX:
            return -Anomaly.QUIC_BUDGET
        packet = data[start:end]
        plain: bytes | None = None
        if self.keyed:
            self.attempts += 1
            plain = opener(version, self.dcid, packet, number - start)
        if plain is None and (not self.keyed or own != self.dcid):
            self.attempts += 1
            plain = opener(version, own, packet, number - start)
            if plain is not None:
                self.begin(own)
        if plain is None:
            return -Anomaly.QUIC_UNREADABLE
        self.initials += 1
        self.version = version
        self.samples.append(sample)
        answer = self.read_frames(plain)
        judged = self.judge()
        if answer < 0:
            return answer
        return judged if judged < 0 else Answer.DONE

    def begin(self, dcid: bytes) -> None:
        """Start a CRYPTO stream under the keys of `dcid`.

        After a Retry the client says its hello again from octet 0, and a new connection on the same
        ports says another one: in neither case do octets of the old stream belong here.
        """
        self.keyed = True
        self.dcid = dcid
        self.crypto.clear()

    def read_frames(self, plain: bytes) -> i64:
        """Keep what the CRYPTO frames of a payload carry (RFC 9000 section 12.4); 0 or anomaly."""
        version = self.version
        google = version == GOOGLE_T050 or version == GOOGLE_T051 or version == GOOGLE_Q050
        end: i64 = len(plain)
        at: i64 = 0
        while at < end:
            kind = i64(plain[at])
            at += 1
            if kind <= FRAME_PING:
                continue
            if kind == FRAME_CRYPTO or (kind == FRAME_CRYPTO_GOOGLE and google):
                at = self.read_crypto(plain, at, end)
            elif kind == FRAME_ACK or kind == FRAME_ACK_ECN:
                at = skip_ack(plain, at, end, kind == FRAME_ACK_ECN)
            elif kind == FRAME_CLOSE or kind == FRAME_CLOSE_APPLICATION:
                at = skip_close(plain, at, end, kind == FRAME_CLOSE_APPLICATION)
            else:
                return -Anomaly.QUIC_CRYPTO
            if at < 0:
                return at if at == -Anomaly.QUIC_BUDGET else -Anomaly.QUIC_CRYPTO
        return 0

    def read_crypto(self, plain: bytes, at: i64, end: i64) -> i64:
        """Keep one CRYPTO frame (section 19.6); the offset behind it, or an anomaly."""
        offset = varint(plain, at, end)
        if offset < 0:
            return -Anomaly.QUIC_CRYPTO
        at += varint_length(plain, at)
        length = varint(plain, at, end)
        if length < 0:
            return -Anomaly.QUIC_CRYPTO
        at += varint_length(plain, at)
        if length > end - at:
            return -Anomaly.QUIC_CRYPTO
        if offset > QUIC_CRYPTO_BYTES_MAX - length or not self.crypto.keep(
            plain, at, length, offset
        ):
            return -Anomaly.QUIC_BUDGET
        return at + length

    def judge(self) -> i64:
        """Set `crypto_whole` if octets 0 to 4 + length are all there (RFC 8446 section 4).

        Of Google's own hello (Q050) the name has to be there.
        """
        found = self.handshake()
        if self.version == GOOGLE_Q050:
            answer = ChloHello().parse(found, 0, len(found))
            self.crypto_whole = answer == Answer.DONE
            return answer if answer < 0 else 0
        if len(found) < 4:
            return 0
        if i64(found[0]) != CLIENT_HELLO:
            return -Anomaly.QUIC_CRYPTO
        whole = 4 + (i64(read_i32_be(found, 0)) & 0xFFFFFF)
        if whole > QUIC_CRYPTO_BYTES_MAX:
            return -Anomaly.QUIC_BUDGET
        self.crypto_whole = len(found) >= whole
        return 0
