"""Any frames in any order pass the engine without an exception; what comes out is fit to print.

Each frame stands behind its length; its first octet chooses the link type, its second one how much
time has passed. The tables are small, so that evictions happen.
"""

from typing import Final

import msgspec
from invariants import is_wire, pieces_of

from netwatch.capture.pcapng import PcapngRecords
from netwatch.decode.fragments import Fragments
from netwatch.engine import Engine
from netwatch.extract.streams import YoungStreams
from netwatch.match.signatures import Pack
from netwatch.model import ANOMALY_NAMES, Claim, Coverage, Observation, Sighting
from netwatch.observe import build_engine, observation
from netwatch.selftest.files import Frame, pcapng
from netwatch.signature import Signature
from netwatch.state.answers import Remembered
from netwatch.state.clients import Clients, Macs
from netwatch.state.flows import Flows
from netwatch.state.recent import Recent
from netwatch.state.tally import Tally

RUNS: Final = 600
DEPTHS: Final = (
    "dns-query",
    "dns-answer",
    "tls-sni",
    "quic-sni",
    "http-host",
    "http-path",
    "tls-certificate",
    "mdns",
    "flow-to-answered-address",
    "arp",
    "nd",
    "dhcp-request",
    "reply",
    "tunnel",
)
reached: set[str] = set()

LINKS: Final = (1, 113, 276, 0, 101, 108, 147)
WAITS_NS: Final = (0, 1_000, 10_000_000, 16_000_000_000, 130_000_000_000, -5_000_000_000)
PACK: Final = Pack(
    (
        Signature(
            id="example",
            service="s",
            product="p",
            purpose="update",
            strength="strong",
            names=("*.example.com", "example.com"),
            paths=("/index/u*.xml",),
            issuers=("O=Example Lab",),
            magics=(b"MAGIC",),
            prefixes=("192.0.2.128/25",),
            ports=("tcp/13000",),
        ),
    )
)
MATCHER: Final = PACK.matcher()
COUNTERS: Final = [name for name in Coverage.__struct_fields__ if hasattr(Tally(), name)][:-1]
"""What a tally counts; the last one is the table of anomalies."""


_engines: Final[dict[bool, Engine]] = {}


def small_engine(names: bool) -> Engine:
    """An engine with small, empty tables. Making one takes long, so it is used again, emptied."""
    if names not in _engines:
        _engines[names] = build_engine(MATCHER, names=names, strict=True)
    engine = _engines[names]
    engine.watch.flows = Flows(32)
    engine.clients.clients = Clients(32)
    engine.clients.macs = Macs(16)
    engine.clients.bindings = Remembered(16)
    engine.dns.by_address = Remembered(16)
    engine.dns.by_client = Remembered(16)
    engine.dns.copies.recent = Recent(16)
    engine.dns.answered, engine.dns.indices = [], {}
    engine.tcp.young.streams = YoungStreams()
    engine.udp.young, engine.udp.held_bytes = {}, 0
    engine.udp.second, engine.udp.decryptions = 0, 0
    engine.fragments = Fragments()
    engine.claims.kept = 0
    engine.link_types, engine.link_type, engine.link_frames = {}, -1, 0
    for number in range(len(ANOMALY_NAMES)):
        engine.tally.anomalies[number] = 0
    for counter in [*COUNTERS, "octets"]:
        setattr(engine.tally, counter, 0)
    return engine


def target(octets: bytes) -> None:
    """Feed the frames, wanting all names and only the matched ones."""
    everything = run(octets, True)
    matched = run(octets, False)
    wanted = [sighting for sighting in everything.sightings if sighting.signature >= 0]
    assert [(s.signal, s.name, s.frame) for s in wanted] == [
        (s.signal, s.name, s.frame) for s in matched.sightings
    ], "what matches depends on what is asked for"
    assert everything.coverage == matched.coverage


def run(octets: bytes, names: bool) -> Observation:
    """What the frames give."""
    engine = small_engine(names)
    now_ns = 1_700_000_000_000_000_000
    frames: list[Frame] = []
    for piece in pieces_of(octets):
        if len(piece) < 2:
            continue
        now_ns += WAITS_NS[piece[1] % len(WAITS_NS)]
        wire_bytes = len(piece) - 2 + (piece[1] >> 6) * 100
        frames.append(Frame(now_ns, piece[2:], LINKS[piece[0] % len(LINKS)], wire_bytes))
    engine.feed(pcapng(frames), PcapngRecords())
    seen = observation(engine)
    assert seen.coverage.packets == len(frames)
    assert seen.coverage.ip <= len(frames)
    judge(seen, len(frames))
    return seen


def judge(seen: Observation, frames: int) -> None:
    """Hold everything that leaves the engine against what may."""
    assert "bug" not in seen.coverage.anomalies
    assert set(seen.coverage.anomalies) <= set(ANOMALY_NAMES)
    for sighting in seen.sightings:
        judge_sighting(sighting, frames)
    for reply in seen.replies:
        reached.add(reply.kind)
        assert (
            reply.kind in ("reply", "refused", "other-name", "hello", "acked")
            and 1 <= reply.frame <= frames
        )
    for claim in seen.claims:
        judge_claim(claim)
    for client in seen.clients:
        assert len(client.address) in (4, 16) and len(client.mac) in (0, 6)
        assert 0 <= client.vlan < 1 << 24 and client.first_ns <= client.last_ns
        assert client.connections <= client.flows
        # A connection may change its VLAN, and with it the record in which its name is counted.
        assert client.connections_named <= seen.coverage.flows
    assert msgspec.json.encode(seen.coverage)


def judge_sighting(sighting: Sighting, frames: int) -> None:
    """One sighting."""
    reached.add(sighting.signal)
    assert sighting.signal and (not sighting.name or is_wire(sighting.name)), sighting
    assert len(sighting.client) == len(sighting.server) and len(sighting.client) in (4, 16)
    assert len(sighting.client_mac) in (0, 6) and len(sighting.server_mac) in (0, 6)
    assert 1 <= sighting.frame <= frames and -1 <= sighting.signature < 1
    assert 0 <= sighting.client_port <= 0xFFFF and 0 <= sighting.server_port <= 0xFFFF
    assert sighting.transport in (6, 17)
    assert all(0 <= vlan < 1 << 24 for vlan in sighting.vlans)
    assert all(len(ends) in (8, 32) for ends in sighting.tunnels)
    if sighting.tunnels:
        reached.add("tunnel")
    if sighting.http:
        http = sighting.http
        for value in (http.method, http.target, http.user_agent, http.forwarded_for):
            assert len(value) <= 1_024
    if sighting.tls:
        assert sighting.tls.subject.isprintable() and sighting.tls.issuer.isprintable()


def judge_claim(claim: Claim) -> None:
    """One claim."""
    reached.add(claim.kind)
    assert len(claim.address) in (0, 4, 16) and len(claim.mac) in (0, 6), claim
