"""DHCPv4 and DHCPv6: which device was given which address, and what it calls itself.

Interpreted, since a network says such things rarely. The options are walked here: the library at
hand lets foreign exceptions out on cut options, and reads neither overloaded nor split ones.

A request is evidence of an address only where no other device can hold it: in `ciaddr`, which a
client may fill only with an address that it answers for (RFC 2131 section 4.3.1), or as the
offer that it takes up, which names the server. A client that comes back from another network
asks for its address of there (INIT-REBOOT, Confirm, Rebind); that proves nothing here.
"""

from typing import Final

import msgspec

from netwatch.limits import DHCP_RELAYS_MAX, DHCP_VALUE_BYTES_MAX, NAME_BYTES_MAX
from netwatch.names import Name

MAC_BYTES: Final = 6
HARDWARE_ETHERNET: Final = (1, 6)
"""ARP hardware types with Ethernet MACs: Ethernet and IEEE 802."""

# DHCPv4 (RFC 2131 section 2, RFC 2132)
OPTIONS_START: Final = 240
MAGIC: Final = b"\x63\x82\x53\x63"
REQUEST_OP: Final = 1
REPLY_OP: Final = 2
DISCOVER: Final = 1
REQUEST: Final = 3
ACK: Final = 5
INFORM: Final = 8
OPTION_HOST_NAME: Final = 12
OPTION_REQUESTED_ADDRESS: Final = 50
OPTION_LEASE: Final = 51
OPTION_OVERLOAD: Final = 52
OPTION_MESSAGE_TYPE: Final = 53
OPTION_SERVER: Final = 54
OPTION_PARAMETERS: Final = 55
OPTION_VENDOR_CLASS: Final = 60
OPTION_CLIENT_ID: Final = 61
OPTION_FQDN: Final = 81
FQDN_WIRE: Final = 0x04
"""The E bit of RFC 4702 section 2.1: the name is in wire form, else it is ASCII."""

# DHCPv6 (RFC 8415 sections 8, 9, 21)
SOLICIT6: Final = 1
REQUEST6: Final = 3
CONFIRM6: Final = 4
RENEW6: Final = 5
REBIND6: Final = 6
REPLY6: Final = 7
INFORMATION6: Final = 11
RELAY_FORWARD6: Final = 12
RELAY_REPLY6: Final = 13
RELAY_START6: Final = 34
OPTION6_CLIENT_ID: Final = 1
OPTION6_SERVER_ID: Final = 2
OPTION6_IA_NA: Final = 3
OPTION6_ADDRESS: Final = 5
OPTION6_PARAMETERS: Final = 6
OPTION6_RELAYED: Final = 9
OPTION6_STATUS: Final = 13
OPTION6_VENDOR_CLASS: Final = 16
OPTION6_FQDN: Final = 39
OPTION6_LINK_LAYER: Final = 79

Options = dict[int, bytes]


class DhcpClaim(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one message says of one device. Empty = not said; values are cut at 255 octets."""

    kind: str
    """`dhcp-request` (the device speaks) or `dhcp-ack` (the server has given the address)."""
    mac: bytes = b""
    address: bytes = b""
    """Packed, 4 or 16 octets."""
    hostname: bytes = b""
    """The octets of option 12 as they were; anything may be in them."""
    fqdn: bytes = b""
    """Wire labels in lower case, as `names.Name.wire` gives them."""
    client_id: bytes = b""
    """Option 61, or the client's DUID."""
    vendor_class: bytes = b""
    parameters: bytes = b""
    """The codes asked for, in order: one octet each in DHCPv4, two in DHCPv6."""
    server: bytes = b""
    """The server's packed address, or its DUID."""
    lease_seconds: int = 0


def read_dhcp(payload: bytes, frame_source_mac: bytes) -> DhcpClaim | None:
    """Read a DHCPv4 message: the payload of a UDP packet between ports 67 and 68.

    None: it claims nothing (offers, refusals, releases) or it is damaged. What stands before a cut
    is kept. `frame_source_mac` serves where the message comes from the client itself but has no
    Ethernet address. Never raises.
    """
    if len(payload) < OPTIONS_START or payload[OPTIONS_START - 4 : OPTIONS_START] != MAGIC:
        return None
    options = _options4(payload)
    says = (payload[0], int.from_bytes(options.get(OPTION_MESSAGE_TYPE, b"")))
    if says == (REPLY_OP, ACK):
        kind = "dhcp-ack"
    elif says in ((REQUEST_OP, DISCOVER), (REQUEST_OP, REQUEST), (REQUEST_OP, INFORM)):
        kind = "dhcp-request"
    else:
        return None
    server = _sized(options, OPTION_SERVER, 4)
    address = _address4(payload[12:16])  # ciaddr
    if kind == "dhcp-ack":
        address = _address4(payload[16:20]) or address  # yiaddr
    elif says[1] == REQUEST and server and not address:
        address = _address4(_sized(options, OPTION_REQUESTED_ADDRESS, 4))
    mac = _mac(payload[28:34]) if payload[1] in HARDWARE_ETHERNET and payload[2] == 6 else b""
    if not mac and kind == "dhcp-request" and payload[24:28] == bytes(4):  # giaddr: not relayed
        mac = _mac(frame_source_mac)
    return DhcpClaim(
        kind=kind,
        mac=mac,
        address=address,
        hostname=options.get(OPTION_HOST_NAME, b"").rstrip(b"\x00"),
        fqdn=_fqdn4(options.get(OPTION_FQDN, b"")),
        client_id=options.get(OPTION_CLIENT_ID, b""),
        vendor_class=options.get(OPTION_VENDOR_CLASS, b""),
        parameters=options.get(OPTION_PARAMETERS, b""),
        server=server,
        lease_seconds=int.from_bytes(_sized(options, OPTION_LEASE, 4)),
    )


def read_dhcp6(payload: bytes, frame_source_mac: bytes = b"") -> DhcpClaim | None:
    """Read a DHCPv6 message, relayed or not: the payload of a UDP packet of ports 546 and 547.

    None: it claims nothing or it is damaged. The MAC is that of the frame, given by the caller for
    what the client itself sends, or that which a relay saw (RFC 6939). The link-layer address in a
    DUID is none: it may be of another, or no longer existing, interface (RFC 8415 section 11).
    Never raises.
    """
    mac = frame_source_mac
    for _ in range(DHCP_RELAYS_MAX):
        if not payload or payload[0] not in (RELAY_FORWARD6, RELAY_REPLY6):
            break
        options = _options6(payload, RELAY_START6)
        seen = options.get(OPTION6_LINK_LAYER, b"")
        ethernet = len(seen) == 2 + MAC_BYTES and int.from_bytes(seen[:2]) in HARDWARE_ETHERNET
        mac = seen[2:] if ethernet else b""
        payload = options.get(OPTION6_RELAYED, b"")
    if len(payload) < 4:
        return None
    says = payload[0]
    if says == REPLY6:
        kind, mac = "dhcp-ack", b""
    elif says in (SOLICIT6, REQUEST6, CONFIRM6, RENEW6, REBIND6, INFORMATION6):
        kind = "dhcp-request"
    else:
        return None
    options = _options6(payload, 4)
    address, lease = b"", 0
    if says in (REQUEST6, RENEW6, REPLY6):
        address, lease = _leased6(options.get(OPTION6_IA_NA, b""), says == REPLY6)
    return DhcpClaim(
        kind=kind,
        mac=_mac(mac),
        address=address,
        fqdn=_wire_name(options.get(OPTION6_FQDN, b"")[1:]),
        client_id=options.get(OPTION6_CLIENT_ID, b"")[:DHCP_VALUE_BYTES_MAX],
        vendor_class=options.get(OPTION6_VENDOR_CLASS, b"")[6 : 6 + DHCP_VALUE_BYTES_MAX],
        parameters=options.get(OPTION6_PARAMETERS, b"")[:DHCP_VALUE_BYTES_MAX],
        server=options.get(OPTION6_SERVER_ID, b"")[:DHCP_VALUE_BYTES_MAX],
        lease_seconds=lease,
    )


def _options4(payload: bytes) -> Options:
    """All options, those in the overloaded `file` and `sname` last (RFC 2132 section 9.3)."""
    options: Options = {}
    _walk4(payload, OPTIONS_START, len(payload), options)
    overload = int.from_bytes(_sized(options, OPTION_OVERLOAD, 1))
    if overload & 1:
        _walk4(payload, 108, 236, options)
    if overload & 2:
        _walk4(payload, 44, 108, options)
    return options


def _walk4(payload: bytes, position: int, end: int, options: Options) -> None:
    """Add the options of payload[position:end]; pieces of one option are joined (RFC 3396)."""
    while position < end:
        code = payload[position]
        position += 1
        if code == 0:
            continue
        if code == 255 or position >= end:
            return
        following = position + 1 + payload[position]
        if following > end:
            return
        joined = options.get(code, b"") + payload[position + 1 : following]
        options[code] = joined[:DHCP_VALUE_BYTES_MAX]
        position = following


def _options6(payload: bytes, position: int) -> Options:
    """The options from `position` on (RFC 8415 section 21.1), each the first time it is given."""
    options: Options = {}
    while position + 4 <= len(payload):
        code = int.from_bytes(payload[position : position + 2])
        following = position + 4 + int.from_bytes(payload[position + 2 : position + 4])
        if following > len(payload):
            break
        options.setdefault(code, payload[position + 4 : following])
        position = following
    return options


def _leased6(association: bytes, granted: bool) -> tuple[bytes, int]:
    """The address of an IA_NA and its valid lifetime in seconds (RFC 8415 sections 21.4, 21.6)."""
    options = _options6(association, 12)
    lease = options.get(OPTION6_ADDRESS, b"")
    refused = int.from_bytes(options.get(OPTION6_STATUS, b"")[:2]) != 0
    if len(lease) < 24 or refused or lease[0] == 0xFF or lease[:16] == bytes(16):
        return b"", 0
    seconds = int.from_bytes(lease[20:24])
    if granted and seconds == 0:
        return b"", 0
    return lease[:16], seconds


def _fqdn4(value: bytes) -> bytes:
    """The name of option 81 (RFC 4702): flags, two unused octets, then wire form or ASCII."""
    if not value or value[0] & FQDN_WIRE:
        return _wire_name(value[3:])
    name = Name()
    dotted = value[3:].rstrip(b"\x00")
    return name.wire() if name.set_dotted(dotted, 0, len(dotted)) else b""


def _wire_name(value: bytes) -> bytes:
    """The labels of an uncompressed name, in lower case; with or without its root, or nothing."""
    position = 0
    while position < len(value) and value[position] != 0:
        if value[position] > 63:
            return b""
        position += 1 + value[position]
    if position > len(value) or position >= NAME_BYTES_MAX:
        return b""
    return value[:position].lower()


def _sized(options: Options, code: int, size: int) -> bytes:
    value = options.get(code, b"")
    return value if len(value) == size else b""


def _address4(address: bytes) -> bytes:
    """The address if one interface can have it, else nothing."""
    if len(address) != 4 or address[0] in (0, 127) or address[0] >= 224:
        return b""
    return address


def _mac(mac: bytes) -> bytes:
    """The MAC if one interface can have it, else nothing."""
    if len(mac) != MAC_BYTES or mac[0] & 1 or mac == bytes(MAC_BYTES):
        return b""
    return mac
