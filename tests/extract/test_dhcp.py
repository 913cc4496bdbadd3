"""Invariant: whatever the octets, a claim or None and never an exception; no value is longer than
255 octets; and an address is claimed only where no other device can hold it.
"""

import os
from pathlib import Path
from typing import Any

import dpkt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scapy.layers.dhcp import BOOTP, DHCP
from scapy.layers.dhcp6 import (
    DUID_LL,
    VENDOR_CLASS_DATA,
    DHCP6_Confirm,
    DHCP6_RelayForward,
    DHCP6_Renew,
    DHCP6_Reply,
    DHCP6_Request,
    DHCP6_Solicit,
    DHCP6OptClientFQDN,
    DHCP6OptClientId,
    DHCP6OptClientLinkLayerAddr,
    DHCP6OptIA_NA,
    DHCP6OptIAAddress,
    DHCP6OptOptReq,
    DHCP6OptRelayMsg,
    DHCP6OptServerId,
    DHCP6OptStatusCode,
    DHCP6OptVendorClass,
)

from netwatch.extract.dhcp import DhcpClaim, read_dhcp, read_dhcp6
from netwatch.names import name_wire

CAPTURES = Path(
    os.environ.get("NETWATCH_CAPTURES", Path(__file__).parents[2].parent / "shared" / "captures")
)
MAC = bytes.fromhex("0218c8a0b1c2")
FRAME_MAC = bytes.fromhex("020000000099")
CLIENT = bytes((10, 20, 0, 7))
SERVER = bytes((10, 20, 0, 1))


def dhcp(*options: tuple[str | int, object], op: int = 1, **fields: Any) -> bytes:
    return bytes(BOOTP(op=op, chaddr=MAC, xid=7, **fields) / DHCP(options=[*options, "end"]))


REQUEST = dhcp(
    ("message-type", "request"),
    ("client_id", b"\x01" + MAC),
    ("requested_addr", "10.20.0.7"),
    ("server_id", "10.20.0.1"),
    ("hostname", b"Erikas-Laptop"),
    (81, b"\x00\x00\x00Erikas-Laptop.Example.ORG"),
    ("vendor_class_id", b"MSFT 5.0"),
    ("param_req_list", [1, 3, 6, 15]),
)
REQUEST_CLAIM = DhcpClaim(
    kind="dhcp-request",
    mac=MAC,
    address=CLIENT,
    hostname=b"Erikas-Laptop",
    fqdn=name_wire("erikas-laptop.example.org"),
    client_id=b"\x01" + MAC,
    vendor_class=b"MSFT 5.0",
    parameters=b"\x01\x03\x06\x0f",
    server=SERVER,
)


def test_request_that_takes_up_an_offer() -> None:
    assert read_dhcp(REQUEST, FRAME_MAC) == REQUEST_CLAIM
    assert read_dhcp(REQUEST + bytes(60), FRAME_MAC) == REQUEST_CLAIM


def test_acknowledgement() -> None:
    payload = dhcp(
        ("message-type", "ack"),
        ("server_id", "10.20.0.1"),
        ("lease_time", 3600),
        op=2,
        yiaddr="10.20.0.7",
    )
    assert read_dhcp(payload, FRAME_MAC) == DhcpClaim(
        kind="dhcp-ack", mac=MAC, address=CLIENT, server=SERVER, lease_seconds=3600
    )


def test_acknowledgement_of_an_inform_says_the_address_of_the_client() -> None:
    claim = read_dhcp(dhcp(("message-type", "ack"), op=2, ciaddr="10.20.0.7"), FRAME_MAC)
    assert claim is not None
    assert claim.address == CLIENT


@pytest.mark.parametrize("size", range(len(REQUEST)))
def test_request_at_every_truncation(size: int) -> None:
    """A cut takes away what stands behind it and changes nothing else."""
    claim = read_dhcp(REQUEST[:size], FRAME_MAC)
    if claim is not None:
        assert claim.mac == MAC
        assert claim.address in (b"", CLIENT)
        for field in ("hostname", "fqdn", "client_id", "vendor_class", "parameters", "server"):
            assert getattr(claim, field) in (b"", getattr(REQUEST_CLAIM, field))
    assert (claim is None) == (size < 243)


@pytest.mark.parametrize(
    ("kind", "fields", "address"),
    [
        ("discover", {}, b""),  # a wish
        ("request", {}, b""),  # INIT-REBOOT: the address of another network
        ("request", {"ciaddr": "10.20.0.8"}, bytes((10, 20, 0, 8))),  # renewing
        ("inform", {"ciaddr": "10.20.0.8"}, bytes((10, 20, 0, 8))),
    ],
)
def test_only_an_address_that_is_held_is_claimed(
    kind: str, fields: dict[str, Any], address: bytes
) -> None:
    payload = dhcp(("message-type", kind), ("requested_addr", "10.20.0.7"), **fields)
    claim = read_dhcp(payload, FRAME_MAC)
    assert claim is not None
    assert (claim.kind, claim.address) == ("dhcp-request", address)


@pytest.mark.parametrize(
    ("kind", "op"),
    [("offer", 2), ("nak", 2), ("decline", 1), ("release", 1), ("ack", 1), ("request", 2)],
)
def test_what_claims_nothing(kind: str, op: int) -> None:
    assert read_dhcp(dhcp(("message-type", kind), op=op, yiaddr="10.20.0.7"), FRAME_MAC) is None


def test_no_message_type_or_no_cookie() -> None:
    assert read_dhcp(dhcp(("hostname", b"old")), FRAME_MAC) is None
    assert read_dhcp(REQUEST[:236] + b"\x63\x82\x53\x64" + REQUEST[240:], FRAME_MAC) is None


@pytest.mark.parametrize("address", ["127.0.0.1", "224.0.0.1", "255.255.255.255", "0.1.2.3"])
def test_address_that_no_interface_can_have(address: str) -> None:
    claim = read_dhcp(dhcp(("message-type", "inform"), ciaddr=address), FRAME_MAC)
    assert claim is not None
    assert claim.address == b""


def test_client_without_ethernet_address() -> None:
    infiniband = dhcp(("message-type", "discover"), htype=32, hlen=0)
    claim = read_dhcp(infiniband, FRAME_MAC)
    assert claim is not None
    assert claim.mac == FRAME_MAC
    claim = read_dhcp(infiniband[:24] + SERVER + infiniband[28:], FRAME_MAC)  # relayed
    assert claim is not None
    assert claim.mac == b""


def test_name_in_wire_form() -> None:
    wire = b"\x06Erikas\x07Example\x00"
    claim = read_dhcp(dhcp(("message-type", "request"), (81, b"\x05\x00\x00" + wire)), FRAME_MAC)
    assert claim is not None
    assert claim.fqdn == name_wire("erikas.example")


@pytest.mark.parametrize(
    "value",
    [b"", b"\x04", b"\x04\x00\x00\xc0\x0c", b"\x04\x00\x00\x09short", b"\x00\x00\x00a..b"],
)
def test_name_that_is_none(value: bytes) -> None:
    claim = read_dhcp(dhcp(("message-type", "request"), (81, value)), FRAME_MAC)
    assert claim is not None
    assert claim.fqdn == b""


def test_option_in_pieces_is_joined_and_cut() -> None:
    pieces = dhcp(("message-type", "request"), (60, b"ab"), (60, b"cd"))
    claim = read_dhcp(pieces, FRAME_MAC)
    assert claim is not None
    assert claim.vendor_class == b"abcd"
    long = dhcp(("message-type", "request"), (60, b"x" * 200), (60, b"y" * 200))
    claim = read_dhcp(long, FRAME_MAC)
    assert claim is not None
    assert claim.vendor_class == b"x" * 200 + b"y" * 55


def test_options_in_the_overloaded_fields() -> None:
    payload = dhcp(
        ("message-type", "request"),
        (52, b"\x03"),
        sname=b"\x0c\x03one\xff",
        file=b"\x3c\x03two\xff",
    )
    claim = read_dhcp(payload, FRAME_MAC)
    assert claim is not None
    assert (claim.hostname, claim.vendor_class) == (b"one", b"two")
    claim = read_dhcp(payload.replace(b"\x34\x01\x03", b"\x34\x01\x00"), FRAME_MAC)
    assert claim is not None
    assert (claim.hostname, claim.vendor_class) == (b"", b"")


DUID = bytes(DUID_LL(lladdr="02:18:c8:a0:b1:c2"))
LEASED = bytes.fromhex("20010db8000000000000000000000007")
IDENTITY = DHCP6OptClientId(duid=DUID_LL(lladdr="02:18:c8:a0:b1:c2")) / DHCP6OptServerId(
    duid=DUID_LL(lladdr="02:00:00:00:00:01")
)
NAMED = DHCP6OptClientFQDN(fqdn="Erikas.Example") / DHCP6OptOptReq(reqopts=[23, 24])


def lease(valid: int = 7200) -> DHCP6OptIA_NA:
    return DHCP6OptIA_NA(
        ianaopts=[DHCP6OptIAAddress(addr="2001:db8::7", preflft=3600, validlft=valid)]
    )


REQUEST6 = bytes(
    DHCP6_Request()
    / IDENTITY
    / lease()
    / NAMED
    / DHCP6OptVendorClass(enterprisenum=311, vcdata=[VENDOR_CLASS_DATA(data=b"MSFT 5.0")])
)
REQUEST6_CLAIM = DhcpClaim(
    kind="dhcp-request",
    mac=FRAME_MAC,
    address=LEASED,
    fqdn=name_wire("erikas.example"),
    client_id=DUID,
    vendor_class=b"MSFT 5.0",
    parameters=b"\x00\x17\x00\x18",
    server=bytes(DUID_LL(lladdr="02:00:00:00:00:01")),
    lease_seconds=7200,
)


def test_request6() -> None:
    assert read_dhcp6(REQUEST6, FRAME_MAC) == REQUEST6_CLAIM


def test_reply6_has_no_mac_of_the_client() -> None:
    claim = read_dhcp6(bytes(DHCP6_Reply() / IDENTITY / lease()), FRAME_MAC)
    assert claim is not None
    assert (claim.kind, claim.mac, claim.address) == ("dhcp-ack", b"", LEASED)
    assert (claim.client_id, claim.lease_seconds) == (DUID, 7200)


def test_reply6_that_takes_the_address_away() -> None:
    refused = DHCP6OptIA_NA(
        ianaopts=[
            DHCP6OptIAAddress(addr="2001:db8::7", validlft=60),
            DHCP6OptStatusCode(statuscode=2),
        ]
    )
    for association in (lease(valid=0), refused):
        claim = read_dhcp6(bytes(DHCP6_Reply() / IDENTITY / association))
        assert claim is not None
        assert (claim.address, claim.lease_seconds) == (b"", 0)


@pytest.mark.parametrize(
    ("message", "address"),
    [(DHCP6_Solicit, b""), (DHCP6_Confirm, b""), (DHCP6_Renew, LEASED)],
)
def test_only_an_address_that_is_held_is_claimed6(
    message: type[DHCP6_Solicit], address: bytes
) -> None:
    claim = read_dhcp6(bytes(message() / IDENTITY / lease()), FRAME_MAC)
    assert claim is not None
    assert claim.address == address


@pytest.mark.parametrize("kind", [0, 2, 8, 9, 10, 14, 255])
def test_what_claims_nothing6(kind: int) -> None:
    assert read_dhcp6(bytes((kind,)) + REQUEST6[1:], FRAME_MAC) is None


def relayed(inner: bytes, depth: int = 1) -> bytes:
    for _ in range(depth):
        inner = bytes(
            DHCP6_RelayForward(linkaddr="2001:db8::1", peeraddr="fe80::1")
            / DHCP6OptClientLinkLayerAddr(clladdr="02:18:c8:a0:b1:c2")
            / DHCP6OptRelayMsg(message=inner)
        )
    return inner


@pytest.mark.parametrize("depth", [1, 2, 8])
def test_relayed_request_has_the_mac_that_the_relay_saw(depth: int) -> None:
    claim = read_dhcp6(relayed(REQUEST6, depth), FRAME_MAC)
    assert claim is not None
    assert claim.mac == MAC
    assert claim.client_id == DUID


def test_too_many_relays() -> None:
    assert read_dhcp6(relayed(REQUEST6, 9), FRAME_MAC) is None


@pytest.mark.parametrize("size", range(len(REQUEST6)))
def test_request6_at_every_truncation(size: int) -> None:
    claim = read_dhcp6(REQUEST6[:size], FRAME_MAC)
    assert (claim is None) == (size < 4)
    if claim is not None:
        assert claim.address in (b"", LEASED)
        assert claim.client_id in (b"", DUID)
        assert claim.fqdn in (b"", REQUEST6_CLAIM.fqdn)


def test_long_values_are_cut6() -> None:
    payload = b"\x01\x00\x00\x00" + b"".join(
        bytes((0, code)) + b"\x04\x00" + bytes(1024) for code in (1, 2, 6, 16, 39)
    )
    claim = read_dhcp6(payload)
    assert claim is not None
    assert max(len(claim.client_id), len(claim.server), len(claim.parameters)) == 255
    assert len(claim.vendor_class) == 255


@settings(derandomize=True, max_examples=200, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from([12, 15, 60, 61, 55, 119]), st.binary(min_size=1, max_size=40)),
        max_size=5,
        unique_by=lambda option: option[0],
    )
)
def test_dpkt_reads_the_same(options: list[tuple[int, bytes]]) -> None:
    octets = b"".join(bytes((code, len(value))) + value for code, value in options)
    payload = REQUEST[:240] + b"\x35\x01\x03" + octets + b"\xff"
    referee = dict(dpkt.dhcp.DHCP(payload).opts)
    claim = read_dhcp(payload, FRAME_MAC)
    assert claim is not None
    assert claim.hostname == referee.get(12, b"").rstrip(b"\x00")
    assert claim.vendor_class == referee.get(60, b"")
    assert claim.client_id == referee.get(61, b"")
    assert claim.parameters == referee.get(55, b"")


@settings(derandomize=True, max_examples=400, deadline=None)
@given(
    st.one_of(
        st.binary(max_size=300),
        st.binary(max_size=120).map(lambda behind: REQUEST[:240] + b"\x35\x01\x03" + behind),
        st.binary(max_size=120).map(lambda behind: REQUEST6[:4] + behind),
        st.tuples(st.integers(0, len(REQUEST) - 1), st.integers(0, 255)).map(
            lambda change: REQUEST[: change[0]] + bytes((change[1],)) + REQUEST[change[0] + 1 :]
        ),
        st.tuples(st.integers(0, len(REQUEST6) - 1), st.integers(0, 255)).map(
            lambda change: REQUEST6[: change[0]] + bytes((change[1],)) + REQUEST6[change[0] + 1 :]
        ),
    ),
    st.binary(max_size=7),
)
def test_any_octets(payload: bytes, frame_mac: bytes) -> None:
    for claim in (read_dhcp(payload, frame_mac), read_dhcp6(payload, frame_mac)):
        if claim is None:
            continue
        assert len(claim.mac) in (0, 6)
        assert len(claim.address) in (0, 4, 16)
        assert len(claim.fqdn) <= 254
        for value in (claim.hostname, claim.client_id, claim.vendor_class, claim.parameters):
            assert len(value) <= 255
        assert 0 <= claim.lease_seconds < 1 << 32


@pytest.mark.skipif(
    not CAPTURES.exists(), reason="the captures are not here: set NETWATCH_CAPTURES"
)
def test_real_messages() -> None:
    claims4: set[str] = set()
    claims6: set[str] = set()
    for path in sorted([*CAPTURES.rglob("dhcp*.pcap"), *CAPTURES.glob("zeek/dhcp/*")]):
        if not path.is_file():
            continue
        with path.open("rb") as capture:
            try:
                frames = [frame for _, frame in dpkt.pcap.UniversalReader(capture)]
            except (ValueError, dpkt.Error):
                continue
        for frame in frames:
            four = read_dhcp(frame[42:], frame[6:12]) if frame[12:14] == b"\x08\x00" else None
            six = read_dhcp6(frame[62:], frame[6:12]) if frame[12:14] == b"\x86\xdd" else None
            if four:
                claims4.add(four.kind)
            if six:
                claims6.add(six.kind)
    assert claims4 == claims6 == {"dhcp-request", "dhcp-ack"}
