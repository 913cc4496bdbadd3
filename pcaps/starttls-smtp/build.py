"""SMTP, and STARTTLS late in it."""

from netwatch.selftest.authority import certificate
from netwatch.selftest.files import pcap
from netwatch.selftest.hellos import Hello, flight_12, records
from netwatch.selftest.wire import Site, Wire

TALK = (
    (b"220 mail.example.com ESMTP\r\n", b"EHLO client.example.com\r\n"),
    (b"250-mail.example.com\r\n", b"NOOP\r\n"),
    (b"250-SIZE 35882577\r\n", b"NOOP\r\n"),
    (b"250-8BITMIME\r\n", b"NOOP\r\n"),
    (b"250-AUTH LOGIN\r\n", b"AUTH LOGIN\r\n"),
    (b"250 STARTTLS\r\n334 VXNlcm5hbWU6\r\n", b"YWxpY2U=\r\n"),
    (b"334 UGFzc3dvcmQ6\r\n", b"bm90IGEgcmVhbCBvbmU=\r\n"),
    (b"538 5.7.11 Encryption required\r\n", b"RSET\r\n"),
    (b"250 2.0.0 OK\r\n", b"NOOP\r\n"),
    (b"250 2.0.0 OK\r\n", b"STARTTLS\r\n"),
)


def build() -> bytes:
    site = Site(84)
    wire = Wire("2026-11-18T13:00:00Z")
    connection = wire.connect(site.host(20), site.internet("203.0.113.84"), 587)
    for heard, said in TALK:
        connection.hear(heard)
        connection.say(said)
    connection.hear(b"220 2.0.0 Ready\r\n")
    connection.say(records(Hello(name=b"www.kaspersky.com").handshake()))
    leaf = certificate([("CN", "www.kaspersky.com")], [("O", "Example")], ["www.kaspersky.com"])
    connection.hear(flight_12([leaf]), 900)
    connection.close()
    return pcap(wire.shown)
