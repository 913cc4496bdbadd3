"""What a piece of evidence, a role or a seat is called in a sentence. One literal table each.

The wording is presence, never illegality, and speaks of traffic: what a device sent and was sent,
not what its owner did.
"""

from typing import Final

import msgspec

from netwatch.model import Signal
from netwatch.outputs.text import ascii_text, shortened
from netwatch.report import Evidence, Unattributed

NAME_COLUMNS_MAX: Final = 60
"""Of a name in a sentence; whole names are in the other formats."""

# {host} is the name where the signal has one besides.
PROOFS: Final = {
    Signal.DNS_QUERY: "asked DNS server {server} for {name}",
    Signal.DNS_ANSWER: "was answered by DNS server {server} for {name}",
    Signal.MDNS: "asked its neighbours (mDNS) for {name}",
    Signal.LLMNR: "asked its neighbours (LLMNR) for {name}",
    Signal.NBNS: "asked its neighbours (NetBIOS) for {name}",
    Signal.TLS_SNI: "said {name} in a TLS hello to {server}",
    Signal.QUIC_SNI: "said {name} in a QUIC hello to {server}",
    Signal.DTLS_SNI: "said {name} in a DTLS hello to {server}",
    Signal.FTP_HOST: "asked FTP server {server} for {name}",
    Signal.FTP_USER: "logged in to FTP server {server} by an account of the product{host}",
    Signal.HTTP_HOST: "sent an HTTP request for {name} to {server}",
    Signal.HTTP_ABSOLUTE: "sent proxy {server} an HTTP request for {name}",
    Signal.HTTP_CONNECT: "asked proxy {server} for a connection to {name}",
    Signal.SOCKS_HOST: "asked SOCKS proxy {server} for a connection to {name}",
    Signal.HTTP_PATH: "fetched an update path of the product from {server}{host}",
    Signal.FILE_MAGIC: "was sent a file in the product's own format by {server}{host}",
    Signal.TLS_CERTIFICATE: "was shown a certificate of {name} by {server}",
    Signal.FLOW_TO_ANSWERED_ADDRESS: "connected to {server}, just answered for {name}",
    Signal.ADDRESS_PREFIX: "connected to {server}, in a network of Kaspersky{host}",
    Signal.PORT_PROFILE: "connected to {server} on ports of a management server{host}",
}

SERVER_SAID: Final = (Signal.FILE_MAGIC, Signal.TLS_CERTIFICATE)
"""What only an answer can show."""

ROLES: Final = {
    "resolver": "DNS server",
    "list-resolver": "block-list resolver",
    "proxy": "proxy",
    "nat": "NAT gateway",
    "router": "router",
    "management-server": "management server",
    "endpoint": "endpoint",
}

SEATS: Final = {
    "behind-resolver": "seen behind a DNS server",
    "behind-proxy": "seen behind a proxy",
    "behind-nat": "seen behind a NAT gateway",
    "router-mac": "seen behind a router",
    "log": "as a log says",
}
FRAMED_LOGS: Final = ("dnstap",)
"""Logs without lines."""


def counted(number: int, noun: str) -> str:
    """`1 device`, `2 devices`, `1,000 devices`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def proof(piece: Evidence, place: str, carried: bool) -> str:
    """One piece of evidence as a sentence that ends in where it stands: `place` (or none), frame.

    `carried`: it stands under its carrier, so from where it was seen is said already.
    """
    name = shortened(piece.name, NAME_COLUMNS_MAX)
    sentence = PROOFS.get(piece.signal, f"{piece.signal} {{server}}{{host}}")
    # Filled in piece by piece: a name is never a format string.
    if piece.log is not msgspec.UNSET and not piece.server_ip:
        sentence = sentence.replace("DNS server {server}", "its DNS server")
        sentence = sentence.replace("proxy {server}", "its proxy")
    said = sentence.replace("{server}", piece.server_ip or "an unseen server")
    said = said.replace("{host}", f" ({name})" if name else "")
    details = [said.replace("{name}", name or "an unknown name")]
    if piece.count > 1:
        details.append(f"{piece.count:,} times")
    if piece.signal in (Signal.DNS_QUERY, Signal.DNS_ANSWER):
        if not piece.blocked:  # else there was nothing to connect to
            details.append("and connected" if piece.followed else "no connection followed")
    elif piece.signal not in SERVER_SAID:
        details.append("and was answered" if piece.two_way else "no reply was seen")
    if piece.blocked:
        details.append("blocked")
    if piece.seat in SEATS and not carried:
        details.append(SEATS[piece.seat])
    unit = "frame" if piece.log in (msgspec.UNSET, *FRAMED_LOGS) else "line"
    where = f"{place} {unit} {piece.frame}" if place else f"{unit} {piece.frame}"
    return f"{ascii_text(', '.join(details))} ({where})"


def carrier(finding: Unattributed) -> str:
    """`DNS server 10.20.0.10 (dc01)`."""
    named = f" ({shortened(finding.name, 40)})" if finding.name else ""
    site = f" in site {shortened(finding.site, 40)}" if finding.site else ""
    return ascii_text(f"{ROLES.get(finding.role, finding.role)} {finding.address}{named}{site}")
