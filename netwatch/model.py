"""The nouns of netwatch, with their units. Imports nothing of ours.

Times are integers: nanoseconds since 1970-01-01 UTC (`_ns`). Addresses and MACs are packed `bytes`
(4 or 16, 6 octets; empty = not known), because dict keys that come from the wire must be bytes.
Names are wire labels (`names.Name.wire`). Integer constants are folded into the engine.
What comes by the million is `gc=False`: Python's search for cycles need not walk it.
"""

from typing import Final

import msgspec


class Answer:
    """What a parser says, as an i64; a negative answer is `-Anomaly.X`."""

    DONE: Final = 1
    NEED_MORE: Final = 0


class Anomaly:
    """Protocol surprises: the closed list. Number -> name in `ANOMALY_NAMES`, in the same order."""

    # frames and packets
    FRAME_TRUNCATED: Final = 1
    LINK_UNKNOWN: Final = 2
    ETHERTYPE_UNKNOWN: Final = 3
    TOO_DEEP: Final = 4
    IP_HEADER: Final = 5
    IP_LENGTH: Final = 6
    FRAGMENT_OVERLAP: Final = 7
    FRAGMENT_DROPPED: Final = 8
    TRANSPORT_HEADER: Final = 9
    TRANSPORT_UNKNOWN: Final = 10
    CLOCK: Final = 11
    # streams
    STREAM_GAP: Final = 12
    STREAM_CONFLICT: Final = 13
    STREAM_DROPPED: Final = 14
    # names
    NAME_TOO_LONG: Final = 15
    NAME_LABEL: Final = 16
    NAME_POINTER: Final = 17
    NAME_NOT_A_NAME: Final = 18
    # DNS
    DNS_HEADER: Final = 19
    DNS_TRUNCATED: Final = 20
    DNS_COUNTS: Final = 21
    # TLS
    TLS_RECORD: Final = 22
    TLS_HANDSHAKE: Final = 23
    TLS_EXTENSION: Final = 24
    TLS_HELLO_TOO_LONG: Final = 25
    CERTIFICATE: Final = 26
    # QUIC
    QUIC_HEADER: Final = 27
    QUIC_VERSION: Final = 28
    QUIC_UNREADABLE: Final = 29
    QUIC_CRYPTO: Final = 30
    QUIC_BUDGET: Final = 31
    # HTTP
    HTTP_REQUEST: Final = 32
    HTTP_HEAD_TOO_LONG: Final = 33
    HTTP_RESPONSE: Final = 34
    # claims
    ARP: Final = 35
    ND: Final = 36
    DHCP: Final = 37
    # ours
    TABLE_FULL: Final = 38
    BUG: Final = 39
    ENCRYPTED: Final = 40
    LINK_HEADER: Final = 41
    FRAME_DAMAGED: Final = 42
    DTLS: Final = 43
    NBNS: Final = 44
    SSDP: Final = 45
    LLDP: Final = 46
    CDP: Final = 47
    LOG_LINE: Final = 48


ANOMALY_NAMES: Final = (
    "",
    *(name.lower().replace("_", "-") for name in vars(Anomaly) if name.isupper()),
)


class Signal:
    """How somebody was seen asking. The values are the texts of every output."""

    DNS_QUERY: Final = "dns-query"
    DNS_ANSWER: Final = "dns-answer"
    MDNS: Final = "mdns"
    LLMNR: Final = "llmnr"
    NBNS: Final = "nbns"
    TLS_SNI: Final = "tls-sni"
    QUIC_SNI: Final = "quic-sni"
    DTLS_SNI: Final = "dtls-sni"
    FTP_HOST: Final = "ftp-host"
    FTP_USER: Final = "ftp-user"
    HTTP_HOST: Final = "http-host"
    HTTP_ABSOLUTE: Final = "http-absolute"
    HTTP_CONNECT: Final = "http-connect"
    SOCKS_HOST: Final = "socks-host"
    HTTP_PATH: Final = "http-path"
    FILE_MAGIC: Final = "file-magic"
    TLS_CERTIFICATE: Final = "tls-certificate"
    FLOW_TO_ANSWERED_ADDRESS: Final = "flow-to-answered-address"
    ADDRESS_PREFIX: Final = "address-prefix"
    PORT_PROFILE: Final = "port-profile"


class DnsFields(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """What the EVE `dns` object needs; `rcode` is -1 in a question."""

    id: int = 0
    flags: int = 0
    qtype: int = 0
    """5 (CNAME) also where the name is an alias that the answer gives, by CNAME, SVCB or HTTPS."""
    rcode: int = -1
    answers: tuple[bytes, ...] = ()
    """Packed addresses of the answer's A and AAAA records (at most 16)."""
    ech: bool = False
    """An SVCB or HTTPS record of the answer carries an ECHConfigList: hellos may hide the name."""


class TlsFields(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """What the EVE `tls` and `quic` objects need. Versions are the numbers of the wire (0x0304)."""

    version: int = 0
    alpn: tuple[bytes, ...] = ()
    ja4: str = ""
    ech: bool = False
    """Extension 65037 is there: a browser's mark, and with real ECH the name is the outer one."""
    outer: bool = False
    """Real ECH, told by its public name: the name is not that of the server which is wanted."""
    partial: bool = False
    """Start or end of the hello was missing; the name was found all the same."""
    quic_version: int = 0
    subject: str = ""
    issuer: str = ""


class HttpFields(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """What the EVE `http` object needs, cut at 1,024 octets; PROXY gives only `forwarded_for`."""

    method: bytes = b""
    target: bytes = b""
    user_agent: bytes = b""
    host_port: int = 0
    status: int = 0
    forwarded_for: bytes = b""
    """The origin as X-Forwarded-For, Forwarded or PROXY names it last: an address, or `unknown`."""


class Sighting(msgspec.Struct, kw_only=True, omit_defaults=True, gc=False):
    """Someone was seen asking for a name (or doing what only a product does)."""

    time_ns: int
    frame: int
    """Number of the frame in its capture, from 1, in which the name was complete."""
    signal: str
    name: bytes
    """Wire labels; empty where the signal carries no name (port-profile, file-magic)."""
    signature: int = -1
    """Index into `Pack.signatures`; -1 = matched none (`names` only)."""
    client: bytes = b""
    client_port: int = 0
    client_mac: bytes = b""
    server: bytes = b""
    server_port: int = 0
    server_mac: bytes = b""
    transport: int = 0
    """IP protocol number: 6 or 17."""
    vlans: tuple[int, ...] = ()
    """Outermost first; before those inside a tunnel its network (24 bits; ERSPAN's VLAN)."""
    tunnels: tuple[bytes, ...] = ()
    """Outer (source + destination) packed addresses of each tunnel layer, outermost first."""
    flow: int = 0
    """Keyed fingerprint of the flow, the same for both directions; 0 = none."""
    two_way: bool = False
    """Packets of both sides of this flow were seen before (TCP: the handshake's SYN-ACK)."""
    shared: bool = False
    """The address was also answered for other names: proves nothing without the name."""
    blocked: bool = False
    """Answered NXDOMAIN, REFUSED, 0.0.0.0 or another address that leads nowhere."""
    recursion_desired: bool = True
    """False: a question with RD=0 (cache snooping), which is no evidence."""
    browser: bool = False
    """The hello has extension 65037 or the User-Agent is a browser's."""
    count: int = 1
    last_time_ns: int = 0  # of the last repeat
    dns: DnsFields | None = None
    tls: TlsFields | None = None
    http: HttpFields | None = None


class Reply(msgspec.Struct, kw_only=True, gc=False):
    """What became of a flow that carried a sighting, seen after it; each kind once a flow."""

    time_ns: int
    frame: int
    flow: int
    kind: str = "reply"
    """`reply` (the other side spoke), `refused` (RST first; ICMP), `other-name` (no guess by
    address), `hello` (TLS to a port of the pack, no browser's), `acked` (twice, of the unseen)."""


class Claim(msgspec.Struct, kw_only=True, omit_defaults=True, gc=False):
    """A frame says "this address is mine" and this changed what was known before."""

    time_ns: int
    frame: int
    kind: str
    """`arp`, `nd`, `dhcp-request`, `dhcp-ack`, `mdns`, `llmnr`, `nbns`, `browser`, `ssdp`, `lldp`,
    `cdp`."""
    address: bytes = b""
    mac: bytes = b""
    hostname: bytes = b""
    """Plain octets, without a trailing dot: `devices.identity` makes them printable, once."""
    client_id: bytes = b""
    vendor_class: bytes = b""
    parameters: bytes = b""
    server: bytes = b""
    lease_seconds: int = 0
    vlans: tuple[int, ...] = ()
    description: bytes = b""
    """What the device says that it is: SERVER or USER-AGENT, a system's or a browser's comment."""
    location: bytes = b""
    """Of SSDP: the URL of its own description."""
    port: bytes = b""
    """Of LLDP and CDP: the port that the frame left by."""
    device_kind: str = ""
    """Of LLDP and CDP: one of `DEVICE_KINDS`."""


DEVICE_KINDS: Final = ("phone", "access-point", "switch", "router", "host")


class Client(msgspec.Struct, kw_only=True, omit_defaults=True, gc=False):
    """What one capture showed of one address: counters and sketches, no names."""

    address: bytes
    vlan: int = 0
    """The outermost tag, or the network of the tunnel it is in (24 bits); 0 = none."""
    mac: bytes = b""
    macs: int = 1
    """How many MACs spoke for it (2 = two or more)."""
    first_ns: int = 0
    last_ns: int = 0
    flows: int = 0
    """Flows that this address began, to wherever."""
    hours: int = 0
    """Bitmap of the hours of the clock from that of `first_ns` (bit 0) on, at most 62."""
    connections: int = 0
    """New outbound flows (TCP SYN or first UDP packet to a public server; DNS left out)."""
    connections_named: int = 0
    """Of these, with a name read from a hello, Host or CONNECT, or to an answered address."""
    connections_answered: int = 0  # TCP only: the server's side was seen as well
    hellos: int = 0
    hellos_ech: int = 0
    hellos_outer: int = 0
    """Of these, with a name that is known to be the outer one: they name nobody."""
    hellos_nameless: int = 0
    hello_kinds: int = 0
    """64-bit sketch of hello fingerprints (bit = keyed hash mod 61)."""
    agent_kinds: int = 0
    """64-bit sketch of User-Agents."""
    ttl_kinds: int = 0
    """64-bit sketch of TTLs / hop limits."""
    questions: int = 0
    questions_public: int = 0  # sent to a public (not private, not link-local) server
    questions_matched: int = 0
    answers: int = 0
    """DNS answers that reached this address."""
    answers_served: int = 0
    """DNS answers that this address gave to others: it is a resolver."""
    clients_served: int = 0
    """64-bit sketch of the addresses it answered."""
    proxied: int = 0
    """CONNECT and absolute-form requests that were sent to this address: it is a proxy."""
    encrypted_dns: int = 0
    """Flows to port 853, or to a known resolver by HTTPS."""
    quic: int = 0
    tunnels: int = 0
    """Flows of VPNs that it began, and packets of ESP that it sent or was sent."""


class Mac(msgspec.Struct, kw_only=True, omit_defaults=True, gc=False):
    """What one capture showed of one MAC: it tells routers from endpoints."""

    mac: bytes
    addresses: int = 0
    """Distinct source addresses seen behind it (exact to 8, then a count of new ones)."""
    public_addresses: int = 0


class Coverage(msgspec.Struct, kw_only=True, omit_defaults=True):
    """How much one capture could show. Counts of packets unless said otherwise."""

    packets: int = 0
    bytes: int = 0
    first_ns: int = 0
    last_ns: int = 0
    gap_ns: int = 0
    """Of the time from first to last: what lies between captures that were put together."""
    truncated: int = 0
    """Frames shorter in the file than on the wire."""
    duplicates: int = 0
    ip: int = 0
    tunnelled: int = 0
    """Packets that came inside a tunnel."""
    encrypted: int = 0
    """Packets whose carrier hides them: ESP, protected 802.11, MACsec."""
    tcp: int = 0
    udp: int = 0
    flows: int = 0
    flows_both: int = 0
    """TCP flows with packets of both directions."""
    flows_tcp: int = 0
    flows_evicted: int = 0
    clients_evicted: int = 0
    """Times that a client's counters gave way to another's."""
    clients_lost: int = 0
    """Addresses, at least, of which nothing was kept for want of room."""
    handshakes: int = 0
    dns_questions: int = 0
    dns_answers: int = 0
    hellos: int = 0
    hellos_named: int = 0
    hellos_ech: int = 0
    hellos_outer: int = 0
    """With a name that is known to be the outer one; not among `hellos_named`."""
    hellos_unfinished: int = 0
    """Begun and never complete: lost segments, truncation, eviction."""
    quic: int = 0
    http: int = 0
    encrypted_dns: int = 0
    acked_unseen: int = 0
    """ACKs of octets that were never seen: the estimate of loss."""
    acks: int = 0
    link_types: dict[int, int] = {}
    """LINKTYPE number -> frames."""
    anomalies: dict[str, int] = {}


class Observation(msgspec.Struct, kw_only=True):
    """All that one capture gave: what leaves the engine's side of the house."""

    sightings: list[Sighting] = []
    replies: list[Reply] = []
    claims: list[Claim] = []
    clients: list[Client] = []
    macs: list[Mac] = []
    coverage: Coverage = msgspec.field(default_factory=Coverage)


class Capture(msgspec.Struct, kw_only=True):
    """One input and what became of it; `error` is None when it was read to its end."""

    path: str
    """Of a capture in several files, the first one's."""
    site: str = ""
    """Where it was captured: equal private addresses of two sites are two devices."""
    format: str = ""
    """`pcap`, `pcapng`; with the packing before it: `gzip pcapng`."""
    sha256: str = ""
    """Of the file as it lies on disk, packed or not; of all octets read for stdin."""
    bytes: int = 0
    error: str | None = None
    observation: Observation = msgspec.field(default_factory=Observation)
    files: "list[Capture]" = []
    """Where it lies in several files: these, with what each counted, but not what was found."""
    frames: int = 0
    """Frame numbers that it has; in a series those of the next file go on behind them."""
    tagged_dropped: int = 0
    """Frames with a VLAN tag that a filter without the word `vlan` dropped."""
    notes: list[str] = []
    """Of a log: what was assumed of its times, and which lines were not understood."""

    @property
    def is_log(self) -> bool:
        """Whether it is a log (`gzip bind log`): then its frames are lines."""
        return self.format.endswith(" log")

    def parts(self) -> "list[Capture]":
        """Give its files, also where it is only one."""
        return self.files or [self]

    def place(self, frame: int) -> tuple[str, int]:
        """Path and number there of a frame; what was found counts frames over all files."""
        for file in self.files:
            if frame <= file.frames:
                return file.path, frame
            frame -= file.frames
        return self.path, frame


VERDICTS: Final = ("running", "likely", "possible", "contacted", "stopped", "clean", "unknown")
