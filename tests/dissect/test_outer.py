"""What clients hide: names behind ECH, questions inside HTTPS, TLS and QUIC.

Invariant: a name is called an outer one only where the client has a configuration for it, and then
it names no connection; a flow that hides questions is counted once, to its client.
"""

from base64 import b64decode
from collections.abc import Sequence
from ipaddress import ip_address

import pytest

from netwatch.capture.pcap import PcapRecords
from netwatch.limits import ANSWER_NS_MAX
from netwatch.match.signatures import Pack
from netwatch.model import Client, Observation
from netwatch.names import name_wire
from netwatch.observe import build_engine, observation
from netwatch.selftest import dtls, frames, messages, quic
from netwatch.selftest.files import Frame, pcap
from netwatch.selftest.hellos import Hello, counted, words
from netwatch.selftest.wire import Host, Site, Wire

SITE = Site(9)
ALICE, BOB = SITE.host(11), SITE.host(12)
SERVER = SITE.internet("93.184.216.34")
START = "2024-06-03T08:00:00+00:00"
CLOUDFLARE = b64decode(
    "AEX+DQBB8gAgACDCIaU3P6vz668J2oRRZtptSEwH+1IX8/3TOArEx0tRLAAEAAEAAQASY2xvdWRmbGFyZS1lY2guY29t"
    "AAA="
)
OWN = CLOUDFLARE.replace(b"cloudflare-ech.com", b"front.example.test")
"""As long as Cloudflare's: a provider that nobody knows."""


def run(shown: Sequence[Frame]) -> Observation:
    engine = build_engine(Pack(()).matcher(), names=True, strict=True)
    engine.feed(pcap(shown), PcapRecords())
    return observation(engine)


def client(seen: Observation, host: Host = ALICE) -> Client:
    (found,) = [c for c in seen.clients if c.address == ip_address(host.ip).packed]
    return found


def https_record(configs: bytes) -> messages.Record:
    target = words((1,)) + b"\0"
    return messages.Record("HTTPS", target + words((5,)) + counted(2, configs))


def answered(wire: Wire, host: Host, configs: bytes) -> None:
    answer = messages.answer(name_wire("secret.example.test"), "HTTPS", 7, [https_record(configs)])
    packet = frames.udp(SITE.resolver.ip, host.ip, (53, 50_053), answer)
    wire.send(SITE.resolver, host, packet)


def outer(seen: Observation) -> list[bool]:
    return [s.tls.outer for s in seen.sightings if s.tls is not None]


def counts(seen: Observation) -> tuple[int, int, int]:
    coverage = seen.coverage
    return coverage.hellos_ech, coverage.hellos_outer, coverage.hellos_named


@pytest.mark.parametrize("name", ["cloudflare-ech.com", "Public.TLS-ECH.dev"])
def test_a_name_that_everybody_knows(name: str) -> None:
    wire = Wire(START)
    wire.tls(ALICE, SERVER, name, browser=True)
    seen = run(wire.shown)
    assert (outer(seen), counts(seen)) == ([True], (1, 1, 0))
    alice = client(seen)
    assert (alice.hellos, alice.hellos_ech, alice.hellos_outer) == (1, 1, 1)
    assert (alice.connections, alice.connections_named) == (1, 0)


def test_without_the_extension_it_is_a_name_like_any_other() -> None:
    wire = Wire(START)
    wire.tls(ALICE, SERVER, "cloudflare-ech.com")
    seen = run(wire.shown)
    assert (outer(seen), counts(seen)) == ([False], (0, 0, 1))


def test_grease_says_the_real_name() -> None:
    wire = Wire(START)
    wire.tls(ALICE, SERVER, "front.example.test", browser=True)
    seen = run(wire.shown)
    assert (outer(seen), counts(seen)) == ([False], (1, 0, 1))
    assert client(seen).connections_named == 1


def test_a_name_that_this_client_was_told() -> None:
    wire = Wire(START)
    answered(wire, ALICE, OWN)
    wire.tls(ALICE, SERVER, "FRONT.example.test", browser=True)
    wire.tls(ALICE, SERVER, "other.example.test", browser=True)
    wire.tls(BOB, SERVER, "front.example.test", browser=True)
    seen = run(wire.shown)
    assert (outer(seen), counts(seen)) == ([True, False, False], (3, 1, 2))
    assert client(seen, BOB).hellos_outer == 0


def test_what_was_told_grows_old() -> None:
    wire = Wire(START)
    answered(wire, ALICE, OWN)
    wire.wait(ANSWER_NS_MAX // 10**9 + 1)
    wire.tls(ALICE, SERVER, "front.example.test", browser=True)
    assert outer(run(wire.shown)) == [False]


def test_a_damaged_list_teaches_nothing() -> None:
    wire = Wire(START)
    answered(wire, ALICE, OWN[:-1])
    wire.tls(ALICE, SERVER, "front.example.test", browser=True)
    assert outer(run(wire.shown)) == [False]


def test_over_quic() -> None:
    said = Hello(name=b"cloudflare-ech.com", quic=True, browser=True).handshake()
    packet = quic.initial(quic.cut(said), dcid=b"8 octets")
    seen = run([frame((50_000, 443), packet)])
    assert (outer(seen), counts(seen), client(seen).quic) == ([True], (1, 1, 0), 1)


def frame(ports: tuple[int, int], payload: bytes, server: Host = SERVER) -> Frame:
    packet = frames.udp(ALICE.ip, server.ip, ports, payload)
    return Frame(1, frames.on_link(packet, frames.ETHERNET, ALICE.mac, server.mac))


# --- encrypted DNS ---


@pytest.mark.parametrize(
    ("name", "hidden"),
    [("dns.google", 1), ("ABC123.dns.nextdns.io", 1), ("www.google.com", 0), ("x.dns.google", 0)],
)
def test_by_name(name: str, hidden: int) -> None:
    wire = Wire(START)
    wire.tls(ALICE, SERVER, name, browser=True)
    seen = run(wire.shown)
    assert (seen.coverage.encrypted_dns, client(seen).encrypted_dns) == (hidden, hidden)


@pytest.mark.parametrize(
    ("ip", "port", "hidden"),
    [("8.8.8.8", 443, 1), ("9.9.9.9", 853, 1), ("8.8.8.8", 80, 0), ("93.184.216.34", 853, 1)],
)
def test_by_address_and_port_once_a_flow(ip: str, port: int, hidden: int) -> None:
    wire = Wire(START)
    wire.tls(ALICE, SITE.internet(ip), "dns.google" if hidden else "a.test", port=port)
    wire.connect(BOB, SITE.internet(ip), port)
    seen = run(wire.shown)
    assert seen.coverage.encrypted_dns == 2 * hidden
    assert client(seen).encrypted_dns == client(seen, BOB).encrypted_dns == hidden


def test_six() -> None:
    six = SITE.host(13, six=True)
    wire = Wire(START)
    wire.connect(six, SITE.internet("2001:4860:4860::8888"), 443).close()
    wire.connect(six, SITE.internet("2001:4860:4860::8889"), 443).close()
    assert run(wire.shown).coverage.encrypted_dns == 1


@pytest.mark.parametrize(
    ("alpn", "port", "hidden"), [("doq", 8_853, 1), ("h3", 8_853, 0), ("h3", 853, 1)]
)
def test_over_quic_by_protocol(alpn: str, port: int, hidden: int) -> None:
    said = Hello(name=b"ns.example.test", quic=True, alpn=(alpn,)).handshake()
    packet = quic.initial(quic.cut(said), dcid=b"8 octets")
    assert run([frame((50_000, port), packet)]).coverage.encrypted_dns == hidden


def test_dns_over_dtls() -> None:
    hello = dtls.hello(Hello(name=b"ns.example.test", alpn=("dot",)))
    packet = dtls.records(dtls.fragments(hello))[0]
    assert run([frame((50_000, 8_853), packet)]).coverage.encrypted_dns == 1


def test_through_a_proxy() -> None:
    wire = Wire(START)
    proxy = wire.connect(ALICE, SITE.host(3), 3128)
    proxy.say(messages.request("dns.google:443", "dns.google:443", method="CONNECT"))
    assert client(run(wire.shown)).encrypted_dns == 1
