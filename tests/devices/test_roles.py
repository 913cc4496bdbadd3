"""What a device does for others; every rule at its threshold and below it."""

from typing import Any

import msgspec
import pytest

from netwatch.charge import ROLES, Role
from netwatch.devices.roles import Conduct, Counts, guess_role
from netwatch.model import Client


def ttls(*seen: int) -> int:
    """The engine's sketch of these TTLs."""
    return sum(1 << ttl % 61 for ttl in seen)


def guess(feed_connects: bool = True, **fields: Any) -> tuple[str, bool]:
    conduct = {k: fields.pop(k) for k in list(fields) if k in Conduct.__struct_fields__}
    found = guess_role(
        msgspec.convert(fields, Counts), msgspec.convert(conduct, Conduct), feed_connects
    )
    assert found.role in ROLES
    return found.role, bool(found.suspicion)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, (Role.ENDPOINT, False)),
        ({"clients_served": 0b11, "answers_served": 9}, (Role.RESOLVER, False)),
        ({"clients_served": 0b1, "answers_served": 9}, (Role.RESOLVER, True)),
        ({"proxied": 5}, (Role.PROXY, False)),
        ({"proxied": 4}, (Role.PROXY, True)),
        ({"questions_public": 50, "questions_matched": 13, "connections": 9},
         (Role.LIST_RESOLVER, True)),
        ({"questions_public": 52, "questions_matched": 13, "connections": 9},
         (Role.RESOLVER, False)),
        ({"questions_public": 52, "questions_matched": 13, "connections": 11},
         (Role.ENDPOINT, False)),
        ({"questions_public": 50, "questions_matched": 50, "connections": 9,
          "followed_by_others": True}, (Role.RESOLVER, False)),
        ({"questions_public": 50, "connections": 10}, (Role.ENDPOINT, False)),
        ({"questions_public": 49}, (Role.ENDPOINT, False)),
        ({"questions_public": 99, "feed_connects": False}, (Role.ENDPOINT, False)),
        ({"questions": 50, "matched": 45}, (Role.LIST_RESOLVER, True)),
        ({"questions": 50, "matched": 44}, (Role.ENDPOINT, False)),
        ({"questions": 49, "matched": 49}, (Role.ENDPOINT, False)),
        ({"questions": 50, "matched": 50, "connected": True}, (Role.ENDPOINT, False)),
        ({"questions": 50, "matched": 50, "connections": 10}, (Role.ENDPOINT, False)),
        # The product asks public servers for nothing but its own names.
        ({"questions": 60, "questions_public": 11, "matched": 49}, (Role.ENDPOINT, False)),
        ({"questions": 50, "matched": 50, "feed_connects": False}, (Role.LIST_RESOLVER, True)),
        ({"asked": 10}, (Role.LIST_RESOLVER, True)),
        ({"asked": 9}, (Role.ENDPOINT, False)),
        ({"asked": 30, "connected": True}, (Role.ENDPOINT, False)),
        ({"hello_kinds": (1 << 16) - 1}, (Role.PROXY, False)),
        ({"hello_kinds": (1 << 15) - 1}, (Role.ENDPOINT, False)),
        ({"hello_kinds": (1 << 16) - 1, "ttl_kinds": ttls(63, 127)}, (Role.NAT, False)),
        ({"hello_kinds": (1 << 6) - 1, "ttl_kinds": ttls(64, 128)}, (Role.NAT, True)),
        ({"hello_kinds": (1 << 5) - 1, "ttl_kinds": ttls(64, 128)}, (Role.ENDPOINT, False)),
        ({"hello_kinds": (1 << 6) - 1, "ttl_kinds": ttls(63, 64)}, (Role.ENDPOINT, False)),
        ({"ttl_kinds": 0b11111, "agent_kinds": 0xFFF}, (Role.NAT, True)),
        ({"ttl_kinds": 0b11111, "agent_kinds": 0x7FF}, (Role.ENDPOINT, False)),
        ({"ttl_kinds": ttls(63), "direct": True}, (Role.NAT, False)),
        ({"ttl_kinds": ttls(63)}, (Role.ENDPOINT, False)),
        ({"ttl_kinds": ttls(63, 64), "direct": True}, (Role.ENDPOINT, False)),
        ({"ttl_kinds": ttls(64), "direct": True}, (Role.ENDPOINT, False)),
        ({"ttl_kinds": ttls(127, 254), "direct": True}, (Role.NAT, False)),
        ({"hellos": 50, "hello_kinds": 3, "agent_kinds": 0xFFF}, (Role.PROXY, False)),
        ({"hellos": 49, "hello_kinds": 3, "agent_kinds": 0xFFF}, (Role.ENDPOINT, False)),
        ({"hellos": 50, "hello_kinds": 7, "agent_kinds": 0xFFF}, (Role.ENDPOINT, False)),
        ({"hellos": 50, "hello_kinds": 3, "agent_kinds": 0x7FF}, (Role.ENDPOINT, False)),
        ({"manages": True}, (Role.MANAGEMENT_SERVER, False)),
        ({"manages": True, "clients_served": 3}, (Role.RESOLVER, False)),
        ({"forwards": True}, (Role.ROUTER, True)),
        ({"speaks_for_others": True}, (Role.PROXY, True)),
        ({"speaks_for_others": True, "proxied": 5}, (Role.PROXY, False)),
    ],
)  # fmt: skip
def test_roles(fields: dict[str, Any], expected: tuple[str, bool]) -> None:
    assert guess(**fields) == expected


def test_only_known_carriers_carry() -> None:
    served = guess_role(Counts(clients_served=3), Conduct(), True)
    assert served.carries
    asked = Counts(questions_public=99, questions_matched=99)
    suspected = guess_role(asked, Conduct(), True)
    assert not suspected.carries
    assert not guess_role(Counts(), Conduct(forwards=True), True).carries


def test_a_proxy_known_by_its_far_side_is_not_believed() -> None:
    """Anybody can say many kinds of hello, and then headers that name somebody else."""
    far = guess_role(Counts(hello_kinds=(1 << 16) - 1), Conduct(), True)
    near = guess_role(Counts(proxied=5), Conduct(), True)
    assert (far.role, far.carries, far.is_proxy) == (Role.PROXY, True, False)
    assert (near.role, near.carries, near.is_proxy) == (Role.PROXY, True, True)
    assert "16 kinds of TLS hello" in far.reason


def test_counts_of_several_addresses_add_up() -> None:
    counts = Counts()
    for _ in range(2):
        counts.add(Client(address=b"", connections=2, clients_served=1, proxied=1, ttl_kinds=4))
    counts.add(Client(address=b"", clients_served=2, questions=1, questions_public=1))
    assert (counts.connections, counts.clients_served, counts.proxied) == (4, 3, 2)
    assert (counts.ttl_kinds, counts.questions, counts.questions_public) == (4, 1, 1)


def test_a_suspicion_is_told_with_its_numbers() -> None:
    asked = Counts(questions_public=61, questions_matched=61, connections=2)
    found = guess_role(asked, Conduct(), True)
    assert "61 questions" in found.suspicion
    assert "only 2 connections" in found.suspicion
