"""Who had an address when. Invariant: one interface for the whole time asked about, or none."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwatch.devices.tenancies import Tenancies
from netwatch.lease import Lease
from netwatch.model import Capture, Claim, Client, Observation

PC = bytes((10, 0, 0, 7))
A, B = bytes.fromhex("00163e00000a"), bytes.fromhex("00163e00000b")


def lease(first: int, last: int, mac: bytes = A, **more: Any) -> Lease:
    told = {"address": PC, "granted": True, **more}
    return Lease(mac=mac, first_ns=first, last_ns=last, **told)


def holder(first: int, last: int, *leases: Lease) -> bytes:
    return Tenancies(leases, []).holder("", PC, first, last)


@pytest.mark.parametrize(
    ("first", "last", "leases", "mac"),
    [
        (15, 15, [lease(10, 20)], A),
        (10, 20, [lease(10, 20)], A),
        (9, 15, [lease(10, 20)], b""),
        (15, 21, [lease(10, 20)], b""),
        (12, 28, [lease(10, 20), lease(18, 30)], A),  # renewed
        (12, 28, [lease(10, 20), lease(22, 30)], b""),  # and not in between
        (15, 15, [lease(10, 20), lease(18, 30, B)], A),
        (18, 18, [lease(10, 20), lease(18, 30, B)], B),  # granted to another: given back before
        (15, 25, [lease(10, 20), lease(20, 30, B)], b""),
        (15, 15, [lease(10, 20), lease(10, 20, B)], b""),
        (15, 15, [lease(10, 20, granted=False), lease(14, 30, B, granted=False)], b""),
        (12, 12, [lease(10, 20, granted=False), lease(14, 30, B, granted=False)], A),
        (15, 15, [lease(10, 20, address=bytes((10, 0, 0, 8)))], b""),
        (15, 15, [lease(10, 20, site="berlin")], b""),
        (15, 15, [lease(10, 20, b"\x01\0\x5e\0\0\1")], b""),
        (15, 15, [lease(10, 20, b"")], b""),
    ],
)
def test_who_had_it(first: int, last: int, leases: list[Lease], mac: bytes) -> None:
    assert holder(first, last, *leases) == mac
    assert holder(first, last, *reversed(leases)) == holder(first, last, *leases)


def test_what_answers_for_many_addresses_is_none_of_them() -> None:
    def table(count: int) -> list[Lease]:
        others = [bytes((10, 0, 1, n)) for n in range(count - 1)]
        return [lease(1, 9, granted=False, address=address) for address in (PC, *others)]

    assert holder(5, 5, *table(4)) == A
    assert holder(5, 5, *table(5)) == b""
    granted = [lease(1, 9, address=bytes((10, 0, 1, n))) for n in range(9)]
    assert holder(5, 5, lease(1, 9), *granted) == A  # a server knows what it does


def test_an_address_in_two_vlans_is_two_devices() -> None:
    clients = [Client(address=PC, vlan=vlan) for vlan in (10, 20)]
    captures = [Capture(path="a", observation=Observation(clients=clients))]
    assert Tenancies([lease(10, 20)], captures).holder("", PC, 15, 15) == b""
    captures = [Capture(path="a", observation=Observation(clients=clients[:1]))]
    assert Tenancies([lease(10, 20)], captures).holder("", PC, 15, 15) == A


def test_a_grant_that_was_seen_is_a_lease() -> None:
    second = 1_000_000_000
    ack = Claim(kind="dhcp-ack", time_ns=5 * second, frame=1, address=PC, mac=A, lease_seconds=10)
    captures = [Capture(path="a", site="berlin", observation=Observation(claims=[ack]))]
    seen = Tenancies([], captures)
    assert seen.holder("berlin", PC, 5 * second, 15 * second) == A
    assert seen.holder("berlin", PC, 16 * second, 16 * second) == b""
    assert seen.holder("", PC, 6 * second, 6 * second) == b""


def test_names_and_ports_belong_to_the_interface() -> None:
    told = Tenancies([lease(1, 2, hostname=b"pc-7"), lease(1, 2, address=b"", port="Gi1/0/5")], [])
    assert told.hostnames == {("", A): {b"pc-7"}}
    assert told.ports == {("", A): {"Gi1/0/5"}}


@given(
    st.lists(
        st.builds(
            lease,
            st.integers(0, 40),
            st.integers(0, 40),
            st.sampled_from([A, B]),
            granted=st.booleans(),
        ),
        max_size=8,
    ),
    st.integers(0, 40),
)
def test_at_any_time_it_is_somebody_who_was_told(leases: list[Lease], at: int) -> None:
    mac = holder(at, at, *leases)
    assert mac in {b"", *(one.mac for one in leases if one.first_ns <= at <= one.last_ns)}
    assert mac == holder(at, at, *reversed(leases))
