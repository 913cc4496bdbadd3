"""The records of the report. Invariant: nothing is decided here, only said."""

import msgspec
import pytest

from netwatch import report
from netwatch.charge import Charge, Key, Role, Seat
from netwatch.devices.identity import Device
from netwatch.devices.roles import Guess
from netwatch.findings import (
    as_time,
    capture_records,
    device_record,
    evidence_records,
    unattributed_record,
)
from netwatch.model import Capture, Coverage, HttpFields, Observation, Sighting
from netwatch.signature import Signature
from netwatch.verdict.exhibits import HALF_HOUR_NS, Exhibit
from netwatch.verdict.judge import Judgement

MAC = bytes.fromhex("001122334401")
FOUR, SIX = bytes((10, 0, 0, 5)), bytes.fromhex("fe80000000000000021122fffe334401")
SIGNATURES = [
    Signature(id="s", service="s", product="p", purpose="update", strength="strong", names=("x",))
]


def device(key: Key, *homes: tuple[str, bytes], site: str = "") -> Device:
    return Device(key=key, homes=set(homes), first_ns=1, last_ns=9, site=site)


def record(one: Device, verdict: str = "likely") -> report.Device:
    judgement = Judgement(verdict=verdict, reasons=("why",))
    return device_record(one, Guess(role=Role.ENDPOINT), None, judgement, [])


def charge(at: int = 0, capture: str = "a", **fields: object) -> Charge:
    sighting = Sighting(
        time_ns=at, frame=3, signal="tls-sni", name=b"\1x", signature=0, client=FOUR
    )
    for name, value in fields.items():
        setattr(sighting, name, value)
    return Charge(sighting=sighting, capture=capture, device=Key(mac=MAC), seat=Seat.ENDPOINT)


def exhibit(one: Charge, **fields: bool) -> Exhibit:
    return Exhibit(charge=one, signature=0, strength="strong", last_ns=0, **fields)


def test_a_device_says_where_it_lives() -> None:
    made = record(device(Key(mac=MAC), ("", SIX), ("", FOUR)))
    assert made.ips == ["10.0.0.5", "fe80::211:22ff:fe33:4401"]
    assert (made.macs, made.site, made.reasons) == (["00:11:22:33:44:01"], None, ["why"])
    assert (made.first_seen, made.last_seen) == (1, 9)


def test_one_that_roams_says_where_it_was() -> None:
    made = record(device(Key(mac=MAC), ("paris", FOUR), ("berlin", FOUR), site="paris"))
    assert made.site == "paris"
    assert made.reasons == ["why", "seen in 2 sites: berlin, paris"]
    many = record(device(Key(mac=MAC), *((f"s{n}", FOUR) for n in range(12)), site="s1"))
    assert many.reasons[-1].endswith("and 4 more")


@pytest.mark.parametrize(("verdict", "told"), [("possible", True), ("clean", False)])
def test_an_address_alone_is_told_of_who_is_accused(verdict: str, told: bool) -> None:
    made = record(device(Key(address=FOUR), ("", FOUR)), verdict)
    assert made.macs == []
    assert ("known by its address only" in made.reasons[-1]) is told


def test_equal_evidence_of_a_half_hour_is_one_record() -> None:
    exhibits = [
        exhibit(charge(0), two_way=True),
        exhibit(charge(5), followed=True),
        exhibit(charge(HALF_HOUR_NS)),
        exhibit(charge(5, capture="b")),
        exhibit(charge(5, server=SIX)),
    ]
    captures = {path: Capture(path=path) for path in "ab"}
    first, *others = evidence_records(exhibits, SIGNATURES, captures)
    assert (first.count, first.two_way, first.followed, first.blocked) == (2, True, True, False)
    assert (first.name, first.client_ip, first.server_ip) == ("x", "10.0.0.5", "")
    assert len(others) == 3


def test_a_carrier_counts_the_origins_that_it_names() -> None:
    origins = [HttpFields(forwarded_for=b"10.1.1.%d" % (n % 2)) for n in range(4)]
    charges = [charge(http=http) for http in (*origins, HttpFields(), None)]
    proxy = device(Key(mac=MAC), ("berlin", FOUR), site="berlin")
    judgement = Judgement(verdict="likely")
    made = unattributed_record(proxy, Guess(role=Role.PROXY), charges, judgement, [])
    assert (made.address, made.site, made.at_least, made.name) == ("10.0.0.5", "berlin", 2, None)
    assert "access log" in made.how_to_name
    assert made.how_to_name.endswith("as the origin: 10.1.1.0, 10.1.1.1")
    assert (
        unattributed_record(proxy, Guess(role=Role.NAT), charges[-2:], judgement, []).at_least == 1
    )


def test_a_capture() -> None:
    coverage = Coverage(packets=2, first_ns=3, last_ns=4, link_types={101: 1, 1: 1})
    (made,) = capture_records(
        [Capture(path="a", site="berlin", observation=Observation(coverage=coverage))]
    )
    assert (made.site, made.first_time, list(made.link_types)) == ("berlin", 3, [1, 101])
    (empty,) = capture_records([Capture(path="a")])
    assert (empty.site, empty.first_time, empty.last_time) == (None, None, None)


def test_a_capture_in_several_files_is_told_by_its_files() -> None:
    files = [Capture(path="z", frames=5), Capture(path="b", frames=9)]
    series = Capture(path="z", site="berlin", files=files)
    assert [(c.path, c.site) for c in capture_records([series])] == [
        ("b", "berlin"),
        ("z", "berlin"),
    ]
    one = exhibit(charge(frame=8, at=0))
    one = msgspec.structs.replace(one, charge=msgspec.structs.replace(one.charge, capture="z"))
    (record,) = evidence_records([one], SIGNATURES, {"z": series})
    assert (record.capture, record.frame) == ("b", 3)


def test_only_times_are_made_times() -> None:
    assert as_time(report.Time, 5) == report.Time(5)
    with pytest.raises(NotImplementedError):
        as_time(int, 5)
