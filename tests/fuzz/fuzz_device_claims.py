"""What a device says of itself stands in its frame, in bounds, and is the same in any surroundings.

The first octet chooses: names of NetBIOS, its datagrams, SSDP, LLDP or CDP.
"""

from typing import Final

from invariants import alike, is_answer

from netwatch.extract.cdp import cdp_follows, read_cdp
from netwatch.extract.device_claim import DeviceClaim
from netwatch.extract.lldp import read_lldp
from netwatch.extract.netbios import NetbiosMessage
from netwatch.extract.ssdp import read_ssdp
from netwatch.limits import CLAIM_VALUE_BYTES_MAX
from netwatch.model import ANOMALY_NAMES, DEVICE_KINDS, Answer

RUNS: Final = 20_000
DEPTHS: Final = (
    *("nbns", "browser", "ssdp", "lldp", "cdp", "question", "refused"),
    *("hostname", "address", "mac", "description", "location", "port", "device_kind"),
)
KINDS: Final = ("nbns", "browser", "ssdp", "lldp", "cdp")
reached: set[str] = set()
Facts = tuple[object, ...]


def target(octets: bytes) -> None:
    """Read one frame."""
    if not octets:
        return
    kind = KINDS[octets[0] % len(KINDS)]
    alike(octets[1:], lambda data, start, end: read(kind, data, start, end))


def read(kind: str, data: bytes, start: int, end: int) -> Facts:
    """Read data[start:end]."""
    claim = DeviceClaim()
    if kind == "ssdp":
        answer = read_ssdp(data, start, end, 0, 4, b"\x0a\0\0\7", claim)
    elif kind == "lldp":
        answer = read_lldp(data, start, end, claim)
    elif kind == "cdp":
        cdp_follows(data, start)
        answer = read_cdp(data, start, end, claim)
    else:
        return netbios(kind, data, start, end)
    return judged(kind, answer, claim, data[start:end])


def netbios(kind: str, data: bytes, start: int, end: int) -> Facts:
    """Read a NetBIOS message."""
    message = NetbiosMessage()
    reader = message.read if kind == "nbns" else message.read_datagram
    answer = reader(data, start, end)
    assert len(message.name) <= 15
    if message.question:
        assert answer == Answer.DONE and message.name
        reached.add("question")
        return (answer, message.name)
    return (*judged(kind, answer, message.claim, b""), message.name)


def judged(kind: str, answer: int, claim: DeviceClaim, octets: bytes) -> Facts:
    """What every claim is held to."""
    assert is_answer(answer)
    assert answer >= 0 or ANOMALY_NAMES[-answer] in (kind, "nbns")
    if answer != Answer.DONE:
        reached.add("refused")
        return (answer,)
    reached.add(kind)
    assert len(claim.mac) in (0, 6) and (not claim.mac or not claim.mac[0] & 1)
    assert len(claim.address) in (0, 4, 16)
    assert claim.device_kind in ("", *DEVICE_KINDS)
    for value in (claim.hostname, claim.description, claim.location):
        assert len(value) <= CLAIM_VALUE_BYTES_MAX and (not octets or value in octets)
    for name in DEPTHS[7:]:
        if getattr(claim, name):
            reached.add(name)
    return (answer, claim.said())
