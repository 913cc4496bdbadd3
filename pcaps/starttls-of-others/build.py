"""IMAP, POP3, FTP, LDAP, XMPP, PostgreSQL and MySQL, and the hello behind each."""

from netwatch.selftest.files import pcap
from netwatch.selftest.hellos import Hello, flight_13, records
from netwatch.selftest.wire import Site, Wire

XMPP = b"urn:ietf:params:xml:ns:xmpp-tls"
SWITCH = b"\x20\0\0\1\x05\xae\xff\x19\0\0\0\1\xff" + bytes(23)

# Port; what the server and the client say in turn, nothing where it is not their turn.
TALKS = (
    (
        143,
        (b"* OK IMAP4rev2 ready\r\n", b"a1 CAPABILITY\r\n"),
        (b"* CAPABILITY IMAP4rev2 STARTTLS\r\na1 OK done\r\n", b"a2 STARTTLS\r\n"),
        (b"a2 OK begin TLS now\r\n", b""),
    ),
    (
        1_100,
        (b"+OK POP3 ready\r\n", b"CAPA\r\n"),
        (b"+OK\r\nSTLS\r\n.\r\n", b"STLS\r\n"),
        (b"+OK begin TLS\r\n", b""),
    ),
    (
        21,
        (b"220 ready\r\n", b"AUTH TLS\r\n"),
        (b"234 AUTH TLS successful\r\n", b""),
    ),
    (
        3_890,
        (b"", b"0\x1d\x02\x01\x01\x77\x18\x80\x161.3.6.1.4.1.1466.20037"),
        (b"0\x0c\x02\x01\x01\x78\x07\x0a\x01\x00\x04\x00\x04\x00", b""),
    ),
    (
        5_222,
        (b"", b"<?xml version='1.0'?><stream:stream to='im.example.com' version='1.0'>"),
        (b"<stream:stream id='7' version='1.0'><stream:features>", b""),
        (b"<starttls xmlns='%s'/></stream:features>" % XMPP, b"<starttls xmlns='%s'/>" % XMPP),
        (b"<proceed xmlns='%s'/>" % XMPP, b""),
    ),
    (
        15_432,
        (b"", b"\0\0\0\x08\x04\xd2\x16\x30"),
        (b"N", b"\0\0\0\x08\x04\xd2\x16\x2f"),
        (b"S", b""),
    ),
    (
        3_306,
        (b"\x2e\0\0\0\x0a8.0.36\0" + bytes(38), SWITCH),
    ),
)


def build() -> bytes:
    site = Site(142)
    wire = Wire("2026-11-18T13:20:00Z")
    for number, (port, *talk) in enumerate(TALKS):
        server = site.internet(f"203.0.113.{142 + number}")
        connection = wire.connect(site.host(20 + number), server, port)
        for heard, said in talk:
            if heard:
                connection.hear(heard)
            if said:
                connection.say(said)
        connection.say(records(Hello(name=b"www.kaspersky.com", number=number).handshake()))
        connection.hear(flight_13(number))
        connection.close()
        wire.wait(2)
    return pcap(wire.shown)
