"""Sentences about one piece of evidence: what was seen, how it went on, and where it stands."""

from typing import Any

import pytest

from netwatch.charge import ROLES as MODEL_ROLES
from netwatch.charge import SEATS as MODEL_SEATS
from netwatch.charge import Seat
from netwatch.model import Signal
from netwatch.outputs.words import PROOFS, ROLES, SEATS, carrier, counted, proof
from netwatch.report import Evidence, Time, Unattributed


def piece(**fields: Any) -> Evidence:
    given: dict[str, Any] = {
        "time": Time(0),
        "signal": Signal.TLS_SNI,
        "name": "ds.kaspersky.com",
        "signature": "s",
        "purpose": "telemetry",
        "strength": "strong",
        "capture": "a.pcap",
        "frame": 7,
        "client_ip": "10.0.0.1",
        "server_ip": "192.0.2.1",
        "seat": "endpoint",
        "two_way": True,
        "followed": True,
        "blocked": False,
        "count": 1,
        **fields,
    }
    return Evidence(**given)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({}, "said ds.kaspersky.com in a TLS hello to 192.0.2.1, and was answered"),
        (
            {"two_way": False, "blocked": True, "count": 1_000},
            "said ds.kaspersky.com in a TLS hello to 192.0.2.1, 1,000 times, no reply was seen, "
            "blocked",
        ),
        (
            {"signal": Signal.DNS_QUERY, "followed": False},
            "asked DNS server 192.0.2.1 for ds.kaspersky.com, no connection followed",
        ),
        (
            {"signal": Signal.DNS_QUERY, "server_ip": ""},
            "asked DNS server an unseen server for ds.kaspersky.com, and connected",
        ),
        (
            {"signal": Signal.FILE_MAGIC, "name": ""},
            "was sent a file in the product's own format by 192.0.2.1",
        ),
        (
            {"signal": Signal.HTTP_PATH},
            "fetched an update path of the product from 192.0.2.1 (ds.kaspersky.com), and was "
            "answered",
        ),
        ({"signal": "new-signal"}, "new-signal 192.0.2.1 (ds.kaspersky.com), and was answered"),
        (
            {"seat": Seat.ROUTER_MAC},
            "said ds.kaspersky.com in a TLS hello to 192.0.2.1, and was answered, seen behind a "
            "router",
        ),
        (
            {"name": "{server}{host}{name}"},
            "said {server}{host}{name} in a TLS hello to 192.0.2.1, and was answered",
        ),
    ],
)
def test_a_piece_in_words(fields: dict[str, Any], sentence: str) -> None:
    assert proof(piece(**fields), "a.pcap", carried=False) == f"{sentence} (a.pcap frame 7)"


def test_under_its_carrier_the_seat_is_not_said_again() -> None:
    said = proof(piece(seat=Seat.BEHIND_PROXY), "a.pcap", carried=True)
    assert "behind" not in said


def test_every_signal_role_and_seat_has_its_words() -> None:
    signals = {value for name, value in vars(Signal).items() if name.isupper()}
    assert set(PROOFS) == signals
    assert set(ROLES) == set(MODEL_ROLES)
    assert set(SEATS) == set(MODEL_SEATS) - {Seat.ENDPOINT}


def test_nobody_is_accused_of_anything_but_presence() -> None:
    words = " ".join([*PROOFS.values(), *ROLES.values(), *SEATS.values()]).lower()
    for word in ("illegal", "ban", "forbid", "violat", "crime", "owner", "user"):
        assert word not in words.replace("bank", "")


def test_numbers_and_carriers() -> None:
    assert (counted(1, "hello"), counted(0, "hello"), counted(1_234, "hello")) == (
        "1 hello",
        "0 hellos",
        "1,234 hellos",
    )
    finding = Unattributed(
        role="resolver",
        address="10.20.0.10",
        name="dc01",
        verdict="likely",
        at_least=1,
        evidence=[],
        how_to_name="",
    )
    assert carrier(finding) == "DNS server 10.20.0.10 (dc01)"
    finding.name = None
    finding.role = "unheard-of"
    assert carrier(finding) == "unheard-of 10.20.0.10"
