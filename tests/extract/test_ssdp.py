"""SSDP: what a device says of itself.

Invariant: a claim is of the sender's own address, and its values stand in the message.
"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwatch.extract.device_claim import DeviceClaim
from netwatch.extract.ssdp import own_location, read_ssdp, ssdp_begins
from netwatch.limits import CLAIM_PARTS_MAX, CLAIM_VALUE_BYTES_MAX
from netwatch.model import Anomaly, Answer
from netwatch.selftest.neighbours import ssdp

ADDRESS = b"\x0a\0\0\x07"
SERVER = "Linux/5.4 UPnP/1.0 MediaServer/2"
LOCATION = "http://10.0.0.7:5000/rootDesc.xml"
NOTIFY = ssdp(
    "NOTIFY * HTTP/1.1",
    "HOST: 239.255.255.250:1900",
    f"Location: {LOCATION}",
    f"SERVER:{SERVER} ",
    "NTS: ssdp:alive",
)
SEARCH = ssdp("M-SEARCH * HTTP/1.1", "MAN: x", "USER-AGENT: Browser/1 Windows")
ANSWER = ssdp("HTTP/1.1 200 OK", "ST: upnp:rootdevice", f"SERVER: {SERVER}")


def read(octets: bytes, address: bytes = ADDRESS) -> tuple[int, DeviceClaim]:
    claim = DeviceClaim()
    data = b"\r\n" + octets + b"SERVER: not mine\r\n"
    answer = read_ssdp(data, 2, 2 + len(octets), 0, len(address), address, claim)
    return answer, claim


def test_an_announcement() -> None:
    answer, claim = read(NOTIFY)
    assert answer == Answer.DONE
    assert (claim.address, claim.location) == (ADDRESS, LOCATION.encode())
    assert claim.description == SERVER.encode()


@pytest.mark.parametrize(("octets", "said"), [(SEARCH, "Browser/1 Windows"), (ANSWER, SERVER)])
def test_searches_and_answers(octets: bytes, said: str) -> None:
    answer, claim = read(octets)
    assert (answer, claim.description, claim.location) == (Answer.DONE, said.encode(), b"")
    assert read(octets, bytes(15) + b"\1")[0] == Answer.DONE


NOTHING = {
    "says nothing": ssdp("M-SEARCH * HTTP/1.1", "MAN: x", "SERVER:  "),
    "leaves": ssdp("NOTIFY * HTTP/1.1", f"SERVER: {SERVER}", "NTS: ssdp:ByeBye"),
    "speaks for another": NOTIFY.replace(b"10.0.0.7:", b"10.0.0.8:"),
}


@pytest.mark.parametrize("octets", NOTHING.values(), ids=NOTHING.keys())
def test_what_claims_nothing(octets: bytes) -> None:
    answer, claim = read(octets)
    assert answer == Answer.NEED_MORE
    assert claim.said() == DeviceClaim().said()


@pytest.mark.parametrize(
    "octets", [b"", b"NOTIFY", b"GET / HTTP/1.1\r\nSERVER: x\r\n\r\n", b"\0" * 40]
)
def test_other_octets(octets: bytes) -> None:
    assert not ssdp_begins(octets, 0, len(octets))
    assert read(octets)[0] == -Anomaly.SSDP


def test_a_beginning_without_lines() -> None:
    assert read(b"NOTIFY * HTTP/1.1")[0] == -Anomaly.SSDP
    assert read(b"NOTIFY * HTTP/1.1\r\n\r\n")[0] == -Anomaly.SSDP


def test_every_truncation() -> None:
    for end in range(len(NOTIFY)):
        answer, claim = read(NOTIFY[:end])
        assert answer in (Answer.DONE, Answer.NEED_MORE, -Anomaly.SSDP)
        assert SERVER.encode().startswith(claim.description)
        assert ssdp_begins(NOTIFY, 0, end) == (end >= 16)


def test_bounds() -> None:
    _, claim = read(ssdp("NOTIFY * HTTP/1.1", "SERVER: " + "x" * 900))
    assert claim.description == b"x" * CLAIM_VALUE_BYTES_MAX
    many = ("X: y",) * CLAIM_PARTS_MAX
    assert read(ssdp("NOTIFY * HTTP/1.1", *many, "SERVER: x"))[0] == Answer.NEED_MORE


@pytest.mark.parametrize(
    ("location", "own"),
    [
        ("http://10.0.0.7/", True),
        ("HTTP://10.0.0.7:80", True),
        ("http://10.0.0.77/", False),
        ("http://10.0.0.6", False),
        ("http://11.", False),
        ("http://10.0", True),
        ("http://hue.local/", True),
        ("http://[fe80::1]/", True),
        ("http://", True),
        ("", True),
        ("http://999.0.0.1/", True),
    ],
)
def test_whose_location(location: str, own: bool) -> None:
    assert own_location(location.encode(), ADDRESS) == own
    assert own_location(location.encode(), bytes(16))


@settings(max_examples=200, derandomize=True, deadline=None)
@given(octets=st.binary(max_size=120), head=st.sampled_from([b"", NOTIFY[:60], SEARCH[:40]]))
def test_any_octets(octets: bytes, head: bytes) -> None:
    answer, claim = read(head + octets)
    assert answer in (Answer.DONE, Answer.NEED_MORE, -Anomaly.SSDP)
    assert claim.description in head + octets and claim.location in head + octets
    assert claim.address == (ADDRESS if answer == Answer.DONE else b"")
