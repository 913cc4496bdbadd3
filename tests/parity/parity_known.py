"""Every known difference between netwatch and tshark, with its reason. What is not here fails.

A line goes in only with its reason understood, and comes out when it no longer occurs.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

Row = tuple[str, str, int]
"""Signal, name as tshark prints it, frame."""


class Group(NamedTuple):
    """Differences with one reason."""

    alone: bool
    """Netwatch has the name and tshark has not; else the other way round."""
    title: str
    reason: str
    rows: Mapping[str, tuple[Row, ...]]
    """By path of the capture."""
    encrypted: bool = False
    """The names cannot stand in the frame's octets."""
    mistaken: bool = False
    """The witness is wrong, as the reason shows: no recall is asked for."""


SAMPLES: Final = "pcapplusplus/Fuzzers/RegressionTests/regression_samples/"
PACKETS: Final = "pcapplusplus/Packet++Test/PacketExamples/"
CAPTURES: Final = "pcapplusplus/Pcap++Test/PcapExamples/"

GROUPS: Final = (
    Group(
        False,
        "Service discovery taken for DNS",
        "SOME/IP on UDP port 30490. tshark guesses DNS from the first octets and calls the frames "
        "malformed. On a port that is not DNS's own, netwatch wants the whole message to stand.",
        {
            PACKETS + "SomeIpSd.pcapng": (
                ("dns-answer", "\\001.\\000\ufffd", 1),
                ("dns-answer", "\\001.\\000\ufffd", 3),
            ),
            "ndpi/someip_sd_sample.pcap": (
                ("dns-answer", "\\001.\\000\ufffd", 1),
                ("dns-answer", "\\001.\\000\ufffd", 2),
                ("dns-answer", "\\001.\\000\ufffd", 3),
            ),
            "tcpdump/someip1.pcap": (
                ("dns-answer", "\\001.\\000\ufffd", 1),
                ("dns-answer", "\\001.\\000\\000", 2),
            ),
        },
        mistaken=True,
    ),
    Group(
        False,
        "Malformed on purpose",
        "Fuzzed or broken by hand. The counts of these messages do not agree with their octets "
        "and the questions have types or classes that nobody uses (RFC 6895), so netwatch gives "
        "the message up and counts an anomaly. tshark prints whatever it meets before it gives up.",
        {
            "ndpi/fuzz-2006-06-26-2594.pcap": (("dns-answer", "1.0.0.127.in-a\\032dr.arpa", 452),),
            SAMPLES + "clusterfuzz-testcase-minimized-FuzzTarget-5654053026791424": (
                (
                    "dns-answer",
                    "\ufffd\\000\\000\\000\\000\\000\\000\\000\\000u\\000\\000\\000\\000\\000\\000"
                    "\\000\\000\\000\\000\\000\\000\\000\\000\\000\\000\\004\\000\\000\\000\\000\\"
                    "000\\000\\000\\000\\000\\003\u0580\\000\\000\\000\\000\\000\ufffd.\ufffd",
                    1,
                ),
            ),
            "zeek/dns-edns-ecs-bad.pcap": (("dns-answer", "txtpadding_32\\000", 1),),
        },
    ),
    Group(
        False,
        "A NUL inside a Host header",
        "tshark ends the name at the NUL. Netwatch keeps all of the value, which stands in frame "
        "19; tshark counts the frame that ends the body.",
        {
            "ndpi/fuzz-2006-09-29-28586.pcap": (("http-host", "%s", 20),),
        },
        mistaken=True,
    ),
    Group(
        False,
        "An inverse query",
        "Opcode 1 (withdrawn by RFC 3425) asks for the name of an address. The name that tshark "
        "shows is the owner of a record that has no data; nobody asks for it.",
        {
            "ndpi/dns_invert_query.pcapng": (("dns-query", "216.58.202.4", 1),),
        },
        mistaken=True,
    ),
    Group(
        False,
        "The certificate of a client",
        "It is shown by the side that sent the ClientHello, so it says nothing about whom "
        "somebody talks to. Netwatch reads server certificates only.",
        {
            "zeek/tls/xmpp-dialback-starttls.pcap": (
                ("tls-certificate", "*.hosted.im", 20),
                ("tls-certificate", "hosted.im", 20),
            ),
        },
        mistaken=True,
    ),
    Group(
        True,
        "tshark decides by port",
        "A hello on the ports of HTTP, SSH or RDP, a request on those of SSH or SOCKS. Netwatch "
        "looks at the octets, whatever the port. The names are right.",
        {
            "ndpi/ookla.pcap": (("tls-sni", "spd-pub-mi-01-01.fastwebnet.it", 88),),
            "ndpi/rdp.pcap": (("tls-sni", "192.168.2.142", 7),),
            "zeek/http/get-to-ssh-server.pcap": (("http-host", "128.3.50.246", 4),),
            "zeek/http/http-to-ssh.pcap": (("http-host", "127.0.0.1", 4),),
            "zeek/http/zeek-image-post-1080-8000-x.pcap": (("http-host", "localhost", 3),),
            "zeek/tls/ssl-to-http-server.pcap": (("tls-sni", "vk.com", 3),),
        },
    ),
    Group(
        True,
        "The target of a service record",
        "An SVCB or HTTPS record names another host that serves what was asked for (RFC 9460). "
        "Netwatch tells it as an alias, as it does with CNAME; tshark shows it in a field of the "
        "record that the truth does not hold. The name is right.",
        {
            "zeek/dns-svcb.pcap": (("dns-answer", "foo.example.com", 2),),
        },
    ),
    Group(
        True,
        "HTTP/2 in the clear on a port that nobody told tshark",
        "Netwatch goes by the preface. The name stands Huffman-coded in the frame (RFC 7541), and "
        "tshark says the same one when it is told the port.",
        {"ndpi/http2.pcapng": (("http-host", "127.0.0.1", 2),)},
        encrypted=True,
    ),
    Group(
        True,
        "The rest of the message is not in the capture",
        "tshark reads a request, a hello, a chain of certificates or a datagram in fragments when "
        "all of it is there: one lost or filtered piece and the name is gone. Netwatch reads the "
        "name where it stands. The names are right.",
        {
            "ndpi/fuzz-2006-06-26-2594.pcap": (("dns-query", "_sip.]udp.sip.cybercity.dk", 642),),
            "ndpi/heuristic_tcp_ack_payload.pcap": (
                ("tls-certificate", "*.bitrix.info", 7),
                ("tls-certificate", "bitrix.info", 7),
            ),
            "ndpi/imaps.pcap": (
                ("tls-certificate", "imap.asia.secureserver.net", 27),
                ("tls-certificate", "www.imap.asia.secureserver.net", 27),
            ),
            "ndpi/pops.pcapng": (
                ("tls-certificate", "pop.secureserver.net", 4),
                ("tls-certificate", "www.pop.secureserver.net", 4),
            ),
            "ndpi/tls_missing_ch_frag.pcap": (
                ("tls-sni", "r1---sn-5f5nxgvh5o-hjul.googlevideo.com", 2),
            ),
            CAPTURES + "4KHttpRequests.pcap": (
                ("http-host", "pubads.g.doubleclick.net", 20),
                ("http-host", "ynet.hiro.co.il", 28),
                ("http-host", "weather.ynet.co.il", 65),
                ("http-host", "clients1.google.com", 75),
                ("http-host", "ocsp.digicert.com", 76),
                ("http-host", "vassg141.ocsp.omniroot.com", 78),
                ("http-host", "aspen.turner.com", 79),
                ("http-host", "cnn-f.akamaihd.net", 80),
                ("http-host", "www.winwin.co.il", 174),
                ("http-host", "csi.gstatic.com", 259),
                ("http-host", "ocsp.verisign.com", 263),
                ("http-host", "events.walla.co.il", 295),
                ("http-host", "bigfiles.walla.co.il", 325),
                ("http-host", "cp45414.edgefcs.net", 377),
                ("http-host", "212.199.202.87", 378),
            ),
            CAPTURES + "unidirectional_tcp_stream_with_missing_packet.pcap": (
                ("http-host", "service.zap.co.il", 3),
            ),
        },
    ),
    Group(
        True,
        "Padding of the link taken for the first octets of the stream",
        "The total length of a bare ACK counts the padding of its Ethernet frame in, so two "
        "octets of zero stand where the request begins, and the request comes under the same "
        "numbers. tshark keeps the zeros, netwatch reads the request. The names are right.",
        {
            "ndpi/heuristic_tcp_ack_payload.pcap": (
                ("tls-sni", "bitrix.info", 4),
                ("http-host", "3.tlu.dl.delivery.mp.microsoft.com", 67),
                ("tls-sni", "firefox.settings.services.mozilla.com", 86),
                ("tls-sni", "moevideo.biz", 166),
                ("tls-sni", "portal.mail.ru", 186),
                ("tls-sni", "ru.pinterest.com", 221),
            ),
        },
    ),
    Group(
        True,
        "A NUL inside a Host header",
        "The same as above: netwatch gives all of the value, with the NUL escaped.",
        {
            "ndpi/fuzz-2006-09-29-28586.pcap": (("http-host", "%s\\0002.20.3.5", 19),),
        },
    ),
    Group(
        True,
        "A link type that contradicts the packet",
        'The file says "raw IPv6", the packet is IPv4. tshark refuses it, netwatch goes by the '
        "version field of the packet. The name is right.",
        {
            "tcpdump/LINKTYPE_IPV6_invalid.pcap": (("dns-query", "example.com", 1),),
        },
    ),
    Group(
        True,
        "A QUIC version that asks for version negotiation",
        "The first Initial has a reserved version (RFC 9000 section 15) and is protected like "
        "version 1. tshark decrypts neither it nor the second Initial, frame 3, which has version "
        "1 and the same connection id. The name is right: both carry it.",
        {
            "tcpdump/quic_vn.pcap": (("quic-sni", "localhost", 1),),
        },
        encrypted=True,
    ),
)
