"""What is read, in one literal table: documents take it from here, tests hold it to the code."""

from typing import Final, NamedTuple

from netwatch.model import Signal


class Dissector(NamedTuple):
    """One protocol: what it gives, where on the wire it is looked for, and which files read it."""

    protocol: str
    signals: tuple[str, ...]
    claims: tuple[str, ...]
    """Kinds of `model.Claim`."""
    where: str
    files: tuple[str, ...]
    """Within netwatch/; the first one makes the sightings or claims."""


DISSECTORS: Final = (
    Dissector(
        "DNS",
        (Signal.DNS_QUERY, Signal.DNS_ANSWER),
        (),
        "UDP and TCP, port 53; on other ports where the whole message stands",
        ("dissect/dns.py", "extract/dns.py"),
    ),
    Dissector("mDNS", (Signal.MDNS,), ("mdns",), "UDP port 5353", ("dissect/dns.py",)),
    Dissector("LLMNR", (Signal.LLMNR,), ("llmnr",), "UDP port 5355", ("dissect/dns.py",)),
    Dissector(
        "NetBIOS",
        (Signal.NBNS,),
        ("nbns", "browser"),
        "UDP ports 137 (names) and 138 (datagrams)",
        ("dissect/claims.py", "dissect/udp.py", "extract/netbios.py"),
    ),
    Dissector(
        "TLS",
        (Signal.TLS_SNI, Signal.TLS_CERTIFICATE),
        (),
        "TCP, any port, also behind SOCKS, PROXY headers (1 and 2), CONNECT, and STARTTLS as SMTP, "
        "IMAP, POP3, FTP, LDAP, XMPP, PostgreSQL, MySQL, SQL Server and others have it; "
        "certificates up to 1.2",
        ("dissect/hellos.py", "dissect/certificates.py", "extract/tls.py"),
    ),
    Dissector(
        "QUIC",
        (Signal.QUIC_SNI,),
        (),
        "UDP, any port: versions 1 and 2, drafts 22 to 34, mvfst, Google's Q009 to Q050 and T05x",
        ("dissect/hellos.py", "dissect/udp.py", "extract/quic.py", "extract/gquic.py"),
    ),
    Dissector(
        "DTLS",
        (Signal.DTLS_SNI, Signal.TLS_CERTIFICATE),
        (),
        "UDP, any port, also behind STUN and SRTP: 1.0 to 1.3; certificates up to 1.2",
        ("dissect/hellos.py", "dissect/dtls.py", "dissect/certificates.py", "extract/dtls.py"),
    ),
    Dissector(
        "HTTP/1",
        (
            Signal.HTTP_HOST,
            Signal.HTTP_ABSOLUTE,
            Signal.HTTP_CONNECT,
            Signal.HTTP_PATH,
            Signal.FILE_MAGIC,
        ),
        (),
        "TCP, any port; for whom, if X-Forwarded-For or Forwarded says so",
        ("dissect/requests.py", "dissect/payloads.py", "extract/http.py"),
    ),
    Dissector(
        "HTTP/2",
        (Signal.HTTP_HOST, Signal.HTTP_ABSOLUTE, Signal.HTTP_CONNECT, Signal.HTTP_PATH),
        (),
        "TCP, any port, in the clear (h2c)",
        ("dissect/http2.py", "dissect/requests.py", "extract/http2.py"),
    ),
    Dissector(
        "SOCKS",
        (Signal.SOCKS_HOST,),
        (),
        "TCP, any port: versions 4, 4a and 5",
        ("dissect/proxies.py", "extract/socks.py"),
    ),
    Dissector(
        "FTP",
        (Signal.FTP_HOST, Signal.FTP_USER),
        (),
        "TCP port 21, before the login",
        ("dissect/ftp.py", "extract/ftp.py"),
    ),
    Dissector(
        "flows",
        (Signal.FLOW_TO_ANSWERED_ADDRESS, Signal.ADDRESS_PREFIX, Signal.PORT_PROFILE),
        (),
        "the first packet of every TCP or UDP conversation",
        ("dissect/flows.py",),
    ),
    Dissector("ARP", (), ("arp",), "ethertype 0x0806", ("dissect/claims.py",)),
    Dissector("neighbour discovery", (), ("nd",), "ICMPv6 133 to 136", ("dissect/claims.py",)),
    Dissector(
        "DHCP",
        (),
        ("dhcp-request", "dhcp-ack"),
        "UDP ports 67 and 68, 546 and 547, relayed or not",
        ("extract/dhcp.py", "dissect/claims.py"),
    ),
    Dissector(
        "SSDP",
        (),
        ("ssdp",),
        "UDP port 1900, and answers from any",
        ("dissect/claims.py", "extract/ssdp.py"),
    ),
    Dissector("LLDP", (), ("lldp",), "ethertype 0x88CC", ("dissect/claims.py", "extract/lldp.py")),
    Dissector("CDP", (), ("cdp",), "SNAP 00-00-0C 0x2000", ("dissect/claims.py", "extract/cdp.py")),
)

WHERE: Final = {entry.protocol: entry.where for entry in DISSECTORS}
"""Every protocol, and where it is looked for; the README has it from here."""
