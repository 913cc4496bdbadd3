"""Examples -> traffic: one machine for every trial, and what must be seen of it.

Every name is looked up and visited; the first name of every signature is also said in all the
other ways that netwatch reads. Hellos come in one segment, in two, and in several records by turns,
QUIC in each of its versions, and every fourth machine speaks IPv6.
"""

from collections.abc import Callable
from typing import Final

import msgspec

from netwatch.match.certificates import name_parts
from netwatch.match.notation import asked
from netwatch.model import Signal
from netwatch.selftest import dtls, hellos, messages, proxies, quic
from netwatch.selftest.authority import Parts, certificate
from netwatch.selftest.examples import Example
from netwatch.selftest.wire import Host, Site, Tcp, Wire

START: Final = "2026-01-01T00:00:00Z"
FIRST_HOST: Final = 256
SERVERS4: Final = 0xC6120000
"""198.18.0.0/15, set apart for tests of networks (RFC 2544)."""
SERVERS6: Final = "2001:db8:5e1f::"
VERSIONS: Final = (quic.VERSION_1, quic.VERSION_2, quic.DRAFT_29)
STRANGER: Final = (("O", "Selftest"), ("CN", "selftest.example"))
GROUP: Final = {
    5353: Host(ip="224.0.0.251", mac="01:00:5e:00:00:fb"),
    5355: Host(ip="224.0.0.252", mac="01:00:5e:00:00:fc"),
}

Said = Callable[[Host, str], None]


class Trial(msgspec.Struct, frozen=True):
    """What one machine did, and what must be seen of it."""

    example: Example
    client: str
    """Its address."""
    signals: tuple[str, ...]
    judged: bool = True
    """It also gets a verdict: not for what is never evidence."""


class Trials:
    """Makes the traffic of trials on one wire, at most as many as a site has machines (60,000)."""

    def __init__(self) -> None:
        self.wire = Wire(START)
        self.trials: list[Trial] = []
        self._site = Site(0)
        self._other_ways: tuple[tuple[tuple[str, ...], Said, bool], ...] = (
            ((Signal.QUIC_SNI,), self._quic, True),
            ((Signal.DTLS_SNI,), self._dtls, True),
            ((Signal.FTP_HOST,), self._ftp_host, True),
            ((Signal.HTTP_HOST,), self._host, True),
            ((Signal.HTTP_ABSOLUTE,), self._absolute, True),
            ((Signal.HTTP_CONNECT, Signal.TLS_SNI), self._connect, True),
            ((Signal.SOCKS_HOST, Signal.TLS_SNI), self._socks, True),
            ((Signal.TLS_CERTIFICATE,), self._named_certificate, True),
            ((Signal.MDNS,), self._mdns, False),
            ((Signal.LLMNR,), self._llmnr, False),
        )
        self._other_kinds: dict[str, tuple[str, Said]] = {
            "path": (Signal.HTTP_PATH, self._path),
            "magic": (Signal.FILE_MAGIC, self._magic),
            "issuer": (Signal.TLS_CERTIFICATE, self._certificate),
            "subject": (Signal.TLS_CERTIFICATE, self._certificate),
            "address": (Signal.ADDRESS_PREFIX, self._address),
            "port": (Signal.PORT_PROFILE, self._port),
            "user": (Signal.FTP_USER, self._ftp_user),
        }

    def add(self, example: Example, every_way: bool) -> None:
        """Make what one example gives; `every_way`: a name is also said in all other ways."""
        if example.kind != "name":
            signal, said = self._other_kinds[example.kind]
            self._try(example, (signal,), said, True)
            return
        self._try(
            example,
            (
                Signal.DNS_QUERY,
                Signal.DNS_ANSWER,
                Signal.FLOW_TO_ANSWERED_ADDRESS,
                Signal.TLS_SNI,
            ),
            self._visit,
            True,
        )
        if every_way:
            for signals, said, judged in self._other_ways:
                self._try(example, signals, said, judged)

    def _try(self, example: Example, signals: tuple[str, ...], said: Said, judged: bool) -> None:
        number = len(self.trials)
        # Addresses of an example's family; multicast DNS and LLMNR here over IPv4 only.
        six = number % 4 == 3 and judged and example.kind != "address"
        six = six or (example.kind == "address" and ":" in example.text)
        client = self._site.host(FIRST_HOST + number, six=six)
        said(client, example.text)
        self.wire.wait(0.05)
        self.trials.append(Trial(example, client.ip, signals, judged))

    # --- what a machine does ---

    def _visit(self, client: Host, name: str) -> None:
        server = self._server(client)
        # Capitals: a resolver asks in any case, and so does 0x20 encoding.
        wire, found = _labels(name), messages.addresses(server.ip)
        self.wire.look_up(client, self._resolver(client), wire.swapcase(), found)
        self._say_hello(self.wire.connect(client, server), name)

    def _quic(self, client: Host, name: str) -> None:
        number = len(self.trials)
        hello = hellos.Hello(name=_dotted(name), number=number, quic=True).handshake()
        version = VERSIONS[number // 3 % len(VERSIONS)]
        dcid = hellos.octets("dcid", number, 8)
        said = quic.initial(quic.cut(hello, 60)[::-1], version=version, dcid=dcid)
        reply = b"\x40" + hellos.octets("short header", number, 40)
        self.wire.exchange(client, self._server(client), (self.wire.port(), 443), said, reply)

    def _dtls(self, client: Host, name: str) -> None:
        number = len(self.trials)
        server, ports = self._server(client), (self.wire.port(), 4_433)
        said = dtls.hello(hellos.Hello(name=_dotted(name), number=number))
        first, *rest = dtls.records(dtls.fragments(said, *((70,) if number % 2 else ())))
        for octets in rest:
            self.wire.send(client, server, self.wire.datagram(client, server, ports, octets))
        self.wire.exchange(client, server, ports, first, dtls.verify_request(b""))

    def _ftp_host(self, client: Host, name: str) -> None:
        self._ftp(client, b"HOST " + _dotted(name) + b"\r\n")

    def _ftp_user(self, client: Host, text: str) -> None:
        self._ftp(client, b"USER " + asked(text).octets + b"\r\n")

    def _ftp(self, client: Host, line: bytes) -> None:
        connection = self.wire.connect(client, self._server(client), 21)
        connection.hear(b"220 ready\r\n")
        # Every other client's line comes in two segments.
        connection.say(line, 7 if len(self.trials) % 2 else len(line))
        connection.hear(b"331 go on\r\n")

    def _host(self, client: Host, name: str) -> None:
        connection = self.wire.connect(client, self._server(client), 80)
        connection.say(messages.request("/", _dotted(name).decode("latin-1")))
        connection.hear(messages.response(b"ok"))

    def _absolute(self, client: Host, name: str) -> None:
        connection = self.wire.connect(client, self._proxy_of(client), 3128)
        connection.say(messages.request(f"http://{_dotted(name).decode('latin-1')}/"))
        connection.hear(messages.response(b"ok"))

    def _connect(self, client: Host, name: str) -> None:
        connection = self.wire.connect(client, self._proxy_of(client), 3128)
        target = f"{_dotted(name).decode('latin-1')}:443"
        connection.say(messages.request(target, target, method="CONNECT"))
        connection.hear(b"HTTP/1.1 200 Connection established\r\n\r\n")
        self._say_hello(connection, name)

    def _socks(self, client: Host, name: str) -> None:
        connection = self.wire.connect(client, self._proxy_of(client), 1080)
        connection.say(proxies.GREETING)
        connection.hear(proxies.GREETED)
        connection.say(proxies.socks5(_dotted(name).decode("latin-1")))
        connection.hear(proxies.CONNECTED)
        self._say_hello(connection, name)

    def _named_certificate(self, client: Host, name: str) -> None:
        self._show(client, certificate(STRANGER, STRANGER, [_dotted(name).decode("latin-1")]))

    def _mdns(self, client: Host, name: str) -> None:
        self._multicast(client, name, 5353)

    def _llmnr(self, client: Host, name: str) -> None:
        self._multicast(client, name, 5355)

    def _multicast(self, client: Host, name: str, port: int) -> None:
        text = messages.question(_labels(name), "A", 0, recursion=False)
        group = GROUP[port]
        self.wire.send(client, group, self.wire.datagram(client, group, (port, port), text))

    def _path(self, client: Host, path: str) -> None:
        connection = self.wire.connect(client, self._server(client), 80)
        connection.say(messages.request(path, "selftest.example"))
        connection.hear(messages.response(b"ok"))

    def _magic(self, client: Host, text: str) -> None:
        connection = self.wire.connect(client, self._server(client), 80)
        connection.say(messages.request("/file", "selftest.example"))
        connection.hear(messages.response(asked(text).octets.ljust(64, b"\0")))

    def _certificate(self, client: Host, text: str) -> None:
        parts = buildable(text)
        if text.startswith("issuer:"):
            self._show(client, certificate(STRANGER, parts))
        else:
            self._show(client, certificate(parts, STRANGER))

    def _address(self, client: Host, text: str) -> None:
        self.wire.connect(client, self._site.internet(text))

    def _port(self, client: Host, text: str) -> None:
        question = asked(text)
        server = self._server(client)
        if question.transport == 17:
            self.wire.exchange(client, server, (self.wire.port(), question.port), b"?", b"!")
        else:
            self.wire.connect(client, server, question.port)

    # --- what these have in common ---

    def _say_hello(self, connection: Tcp, name: str) -> None:
        number = len(self.trials)
        way = number % 3
        hello = hellos.Hello(name=_dotted(name), number=number, post_quantum=way == 1)
        handshake = hello.handshake()
        connection.say(hellos.records(handshake, *((40, 90) if way == 2 else ())))
        connection.hear(hellos.flight_13(number))

    def _show(self, client: Host, der: bytes) -> None:
        connection = self.wire.connect(client, self._server(client))
        connection.say(hellos.records(hellos.Hello(name=b"").handshake()))
        connection.hear(hellos.flight_12([der]))

    def _server(self, client: Host) -> Host:
        """A server of this trial alone: an address that was answered for others proves nothing."""
        number = len(self.trials)
        if ":" in client.ip:
            return self._site.internet(f"{SERVERS6}{number + 1:x}")
        address = SERVERS4 + number
        return self._site.internet(".".join(str(octet) for octet in address.to_bytes(4, "big")))

    def _resolver(self, client: Host) -> Host:
        return self._site.host(53, six=":" in client.ip)

    def _proxy_of(self, client: Host) -> Host:
        return self._site.host(8, six=":" in client.ip)


def buildable(text: str) -> Parts:
    """The parts of a certificate's name, after `issuer:` or `subject:`.

    ValueError, with what is wrong, if no certificate can have this name.
    """
    parts = tuple(name_parts(text.partition(":")[2]))
    try:
        certificate(parts, parts)
    except ValueError as error:
        raise ValueError(f"no certificate can be made for {text}: {error}") from None
    return parts


def _labels(name: str) -> bytes:
    """Wire labels, from dotted text as packs have it."""
    return b"".join(bytes((len(label),)) + label for label in _dotted(name).split(b"."))


def _dotted(name: str) -> bytes:
    return name.rstrip(".").encode("utf-8", "surrogateescape")
