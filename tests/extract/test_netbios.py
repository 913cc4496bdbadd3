"""NetBIOS names.

Invariant: a name is a host's only if it is unique, of a host's kind and whole; dpkt agrees on every
name that can be decoded.
"""

import dpkt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwatch.extract.netbios import NetbiosMessage
from netwatch.limits import CLAIM_VALUE_BYTES_MAX
from netwatch.model import Anomaly, Answer
from netwatch.selftest import neighbours as wire

ADDRESS = b"\x0a\0\0\x07"
MAC = bytes.fromhex("00163e000007")
NAME = wire.netbios_name("LAPTOP-ANNA")
CLAIM = wire.netbios_claim(NAME, ADDRESS)
QUESTION = wire.netbios_question(NAME)
ANSWER = wire.netbios_answer(wire.netbios_name("NAS", wire.FILE_SERVER), ADDRESS)
STATUS = wire.netbios_status(
    [("WORKGROUP", 0, wire.GROUP), ("ANNA", 3, 0), ("NAS", 0x20, 0), ("OTHER", 0, 0)], MAC
)
DATAGRAM = wire.netbios_datagram(NAME, ADDRESS, b"Anna's laptop")

# RFC 1001 section 14.1 prints this encoding: "FRED            " under the scope NETBIOS.COM.
FRED = b"\x20EGFCEFEECACACACACACACACACACACACA\x07NETBIOS\x03COM\x00"


def read(octets: bytes) -> NetbiosMessage:
    message = NetbiosMessage()
    assert message.read(octets, 0, len(octets)) == Answer.DONE
    return message


def test_the_vector_of_the_rfc() -> None:
    message = NetbiosMessage()
    octets = wire.netbios_question(FRED)
    assert message.read(octets, 0, len(octets)) == Answer.DONE
    assert (message.name, message.suffix, message.question) == (b"FRED", 0x20, True)


def test_who_is_asked_for() -> None:
    message = read(QUESTION)
    assert (message.name, message.suffix, message.question) == (b"LAPTOP-ANNA", 0, True)
    assert message.claim.hostname == b""
    for octets in (
        wire.netbios_question(wire.netbios_name(b"*" + bytes(14)), kind=0x21),
        wire.netbios_question(wire.netbios_name(b"*" + bytes(14))),
        wire.netbios_question(NAME, kind=0x21),
    ):
        assert NetbiosMessage().read(octets, 0, len(octets)) == Answer.NEED_MORE


@pytest.mark.parametrize("opcode", [5, 8, 9, 15])
@pytest.mark.parametrize("scope", [b"", b"\x04corp\x04test"])
def test_whose_name_it_is(opcode: int, scope: bytes) -> None:
    name = wire.netbios_name("LAPTOP-ANNA", scope=scope)
    message = read(wire.netbios_claim(name, ADDRESS, opcode=opcode))
    assert not message.question
    assert (message.claim.hostname, message.claim.address) == (b"LAPTOP-ANNA", ADDRESS)


def test_answers() -> None:
    claim = read(ANSWER).claim
    assert (claim.hostname, claim.address, claim.mac) == (b"NAS", ADDRESS, b"")
    claim = read(STATUS).claim
    assert (claim.hostname, claim.address, claim.mac) == (b"NAS", b"", MAC)


NOBODY = {
    "a group": wire.netbios_claim(NAME, ADDRESS, flags=wire.GROUP),
    "a user": wire.netbios_claim(wire.netbios_name("ANNA", 3), ADDRESS),
    "a master browser": wire.netbios_claim(wire.netbios_name("WORKGROUP", 0x1D), ADDRESS),
    "a domain": wire.netbios_claim(wire.netbios_name("CORP", 0x1B), ADDRESS),
    "no address": wire.netbios_claim(NAME, bytes(4)),
    "multicast": wire.netbios_claim(NAME, b"\xe0\0\0\1"),
    "msbrowse": wire.netbios_claim(wire.netbios_name(b"\1\2__MSBROWSE__\2"), ADDRESS),
    "release": wire.netbios_claim(NAME, ADDRESS, opcode=6),
    "refused": ANSWER[:3] + b"\x06" + ANSWER[4:],
    "wait": ANSWER[:2] + b"\xbc\0" + ANSWER[4:],
    "no names": wire.netbios_status([], MAC),
    "only users": wire.netbios_status([("ANNA", 3, 0)], MAC),
}


@pytest.mark.parametrize("octets", NOBODY.values(), ids=NOBODY.keys())
def test_what_names_no_host(octets: bytes) -> None:
    message = NetbiosMessage()
    assert message.read(octets, 0, len(octets)) == Answer.NEED_MORE
    assert (message.claim.hostname, message.claim.address, message.question) == (b"", b"", False)


DAMAGED = {
    "odd letters": CLAIM[:20] + b"Q" + CLAIM[21:],
    "long label": CLAIM[:12] + b"\x21" + CLAIM[13:],
    "no record": CLAIM[:11] + b"\0" + CLAIM[12:],
    "two questions": CLAIM[:5] + b"\2" + CLAIM[6:],
    "long rdata": CLAIM[:-7] + b"\x07" + CLAIM[-6:],
    "pointer to nothing": ANSWER[:12] + b"\xc0\x0c" + ANSWER[46:],
    "too many names": STATUS[:56] + b"\x20" + STATUS[57:],
}


@pytest.mark.parametrize("octets", DAMAGED.values(), ids=DAMAGED.keys())
def test_what_is_damaged(octets: bytes) -> None:
    assert NetbiosMessage().read(octets, 0, len(octets)) == -Anomaly.NBNS


@pytest.mark.parametrize("octets", [CLAIM, QUESTION, ANSWER, STATUS])
def test_every_truncation_and_surroundings(octets: bytes) -> None:
    message = NetbiosMessage()
    for end in range(len(octets)):
        message.read(octets, 0, end)
        assert message.claim.hostname == b"" or octets is STATUS
    data = b"\xff" * 5 + octets + b"\xff" * 30
    assert message.read(data, 5, 5 + len(octets)) == Answer.DONE
    again = read(octets)
    assert (message.name, message.claim.said()) == (again.name, again.claim.said())


def test_datagrams() -> None:
    message = NetbiosMessage()
    assert message.read_datagram(DATAGRAM, 0, len(DATAGRAM)) == Answer.DONE
    claim = message.claim
    assert (claim.hostname, claim.address) == (b"LAPTOP-ANNA", ADDRESS)
    assert claim.description == b"Anna's laptop"
    plain = wire.netbios_datagram(NAME, ADDRESS)
    assert message.read_datagram(plain, 0, len(plain)) == Answer.DONE
    assert (message.claim.hostname, message.claim.description) == (b"LAPTOP-ANNA", b"")
    long = wire.netbios_datagram(NAME, ADDRESS, b"x" * 500)
    assert message.read_datagram(long, 0, len(long)) == Answer.DONE
    assert len(message.claim.description) == CLAIM_VALUE_BYTES_MAX
    for end in range(len(DATAGRAM)):
        message.read_datagram(DATAGRAM, 0, end)
        assert DATAGRAM[:end].endswith(b"\xff") or message.claim.description in b"Anna's laptop"


def test_other_datagrams() -> None:
    message = NetbiosMessage()
    for octets in (
        b"\x13" + DATAGRAM[1:],
        DATAGRAM[:12] + b"\0\x40" + DATAGRAM[14:],
        wire.netbios_datagram(wire.netbios_name("WORKGROUP", 0x1D), ADDRESS),
        wire.netbios_datagram(NAME, bytes(4)),
    ):
        assert message.read_datagram(octets, 0, len(octets)) == Answer.NEED_MORE
    broken = DATAGRAM[:14] + b"\x1f" + DATAGRAM[15:]
    assert message.read_datagram(broken, 0, len(broken)) == -Anomaly.NBNS


@settings(max_examples=200, derandomize=True, deadline=None)
@given(name=st.binary(min_size=1, max_size=15), suffix=st.integers(0, 255))
def test_dpkt_decodes_the_same(name: bytes, suffix: int) -> None:
    encoded = wire.netbios_name(name, suffix)
    told = dpkt.netbios.decode_name(encoded[1:33].decode()).encode("latin-1")
    octets = wire.netbios_question(encoded)
    message = NetbiosMessage()
    answer = message.read(octets, 0, len(octets))
    whole = name.ljust(15)
    assert told.startswith(whole.rstrip(b" \0")) or b"\0" in name
    assert message.name in (whole.rstrip(b"\0 \t\r\n"), b"")
    assert message.suffix == suffix
    assert (answer == Answer.DONE) == bool(message.name)


@settings(max_examples=300, derandomize=True, deadline=None)
@given(octets=st.binary(max_size=80), head=st.sampled_from([b"", CLAIM[:50], STATUS[:57], ANSWER]))
def test_any_octets(octets: bytes, head: bytes) -> None:
    data = head + octets
    message = NetbiosMessage()
    answers = (Answer.DONE, Answer.NEED_MORE, -Anomaly.NBNS)
    for reader in (message.read, message.read_datagram):
        assert reader(data, 0, len(data)) in answers
        assert len(message.claim.hostname) <= 16 and len(message.claim.address) in (0, 4)
