"""One signature in one half hour is one piece, and what is in it says what it is."""

from typing import Any

import msgspec
import pytest

from netwatch.charge import Charge, Key, Seat
from netwatch.model import Sighting, Signal
from netwatch.signature import Signature
from netwatch.verdict.evidence import Piece, pieces_of
from netwatch.verdict.exhibits import HALF_HOUR_NS, Exhibit

SECOND = 1_000_000_000
SIGNATURES = [
    Signature(id="a", service="a", product="A", purpose="update", strength="strong", shared=True),
    Signature(id="b", service="b", product="B", purpose="web", strength="weak"),
    Signature(id="c", service="c", product="C", purpose="portal", strength="weak"),
]
CONSOLE = 2
SERVER = b"\x0a\0\0\x09"


def exhibit(
    at: int, signal: str, signature: int = 0, seat: str = Seat.ENDPOINT, **more: Any
) -> Exhibit:
    own = {k: more.pop(k) for k in list(more) if k in Exhibit.__struct_fields__}
    around = {k: more.pop(k) for k in list(more) if k in Charge.__struct_fields__}
    sighting = Sighting(
        time_ns=at * SECOND, frame=1, signal=signal, name=b"\1x", signature=signature,
        server=SERVER,
    )  # fmt: skip
    charge = Charge(
        sighting=msgspec.structs.replace(sighting, **more), capture="a", device=Key(), seat=seat,
        **around,
    )  # fmt: skip
    made = Exhibit(charge=charge, signature=signature, strength="strong", last_ns=at * SECOND)
    return msgspec.structs.replace(made, **own)


def one(*exhibits: Exhibit) -> Piece:
    (piece,) = pieces_of(exhibits, SIGNATURES)
    return piece


def test_pieces_are_cut_by_signature_and_half_hour() -> None:
    half_hour = HALF_HOUR_NS // SECOND
    pieces = pieces_of(
        [
            exhibit(half_hour, Signal.TLS_SNI),
            exhibit(0, Signal.TLS_SNI),
            exhibit(half_hour - 1, Signal.DNS_QUERY),
            exhibit(1, Signal.TLS_SNI, 1),
        ],
        SIGNATURES,
    )
    assert [(p.signature, p.first_ns // SECOND) for p in pieces] == [
        ("a", 0), ("b", 1), ("a", half_hour),
    ]  # fmt: skip
    assert (pieces[0].product, pieces[0].oem_shared, pieces[1].oem_shared) == ("A", True, False)


def test_what_happened_in_it() -> None:
    asked = one(exhibit(0, Signal.DNS_QUERY))
    assert (asked.asked, asked.connected, asked.address_only) == (True, False, False)
    flow = one(exhibit(0, Signal.FLOW_TO_ANSWERED_ADDRESS, replied=True, two_way=True))
    assert (flow.asked, flow.connected, flow.reached, flow.address_only) == (
        False,
        True,
        True,
        True,
    )
    said = one(exhibit(0, Signal.FLOW_TO_ANSWERED_ADDRESS), exhibit(1, Signal.TLS_SNI))
    assert (said.address_only, said.reached) == (False, False)
    prefix = one(exhibit(0, Signal.ADDRESS_PREFIX))
    assert (prefix.connected, prefix.address_only, prefix.gossip) == (False, True, True)
    assert not flow.gossip
    assert one(exhibit(0, Signal.TLS_SNI, refused=True)).blocked
    assert one(exhibit(0, Signal.TLS_SNI), exhibit(1, Signal.DNS_ANSWER, blocked=True)).blocked


def test_a_browser_is_told_by_everything_that_was_said() -> None:
    browser = exhibit(0, Signal.TLS_SNI, browser=True)
    assert one(browser).browser
    assert one(browser, exhibit(0, Signal.DNS_QUERY)).browser
    assert not one(browser, exhibit(1, Signal.TLS_SNI)).browser
    assert not one(exhibit(0, Signal.DNS_QUERY, browser=True)).browser


def test_a_decoy_is_told_by_every_hello() -> None:
    decoy = exhibit(0, Signal.TLS_SNI, decoy=True)
    assert one(decoy).decoy
    assert not one(decoy, exhibit(1, Signal.TLS_SNI)).decoy
    assert not one(decoy, exhibit(1, Signal.HTTP_HOST)).decoy
    assert not one(exhibit(0, Signal.DNS_QUERY)).decoy


def test_copies_add_no_kind() -> None:
    copied = exhibit(0, Signal.DNS_ANSWER, 1, copy=True)
    piece = one(copied)
    assert piece.kinds == frozenset()
    kinds = one(exhibit(0, Signal.TLS_SNI), exhibit(0, Signal.TLS_SNI, seat=Seat.ROUTER_MAC)).kinds
    assert {kind[3] for kind in kinds} == {Seat.ENDPOINT, Seat.ROUTER_MAC}


def test_a_session_with_a_proven_server() -> None:
    session = exhibit(0, Signal.PORT_PROFILE, strength="medium")
    assert not one(session).server_proven
    (piece,) = pieces_of([session], SIGNATURES, frozenset({("", SERVER)}))
    assert piece.server_proven
    (hello,) = pieces_of([exhibit(0, Signal.TLS_SNI)], SIGNATURES, frozenset({("", SERVER)}))
    assert not hello.server_proven


@pytest.mark.parametrize(
    "visitor",
    [
        exhibit(0, Signal.PORT_PROFILE, strength="weak"),
        exhibit(0, Signal.PORT_PROFILE, CONSOLE, strength="medium"),
    ],
)
def test_a_visitor_to_a_port_of_a_proven_machine(visitor: Exhibit) -> None:
    (piece,) = pieces_of([visitor], SIGNATURES, frozenset({("", SERVER)}))
    assert not piece.server_proven
