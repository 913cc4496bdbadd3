"""What a scan found: one object, with the fields of `netwatch scan --format json` and their names.

Every text in here is final: addresses, MACs and names as printable ASCII, safe on one line. Times
are `Time`, still numbers, because only an output knows how it writes them; msgspec hands them to
the `enc_hook` of the one who encodes. Fields are in the order in which they are printed.
"""

import msgspec


class Time(int):
    """Nanoseconds since 1970-01-01 UTC; RFC 3339 in JSON."""

    __slots__ = ()


class Netwatch(msgspec.Struct, kw_only=True):
    """Who looked: filled in by the command."""

    version: str = ""
    engine: str = ""
    """`compiled` or `interpreted`."""
    packs: dict[str, str] = {}
    """Pack -> its version."""


class Log(msgspec.Struct, kw_only=True):
    """An input that is a log, not captured packets."""

    format: str
    lines: int
    notes: list[str]
    """What was assumed of its times, and which lines were not understood."""


class Capture(msgspec.Struct, kw_only=True):
    """One input; `error` is null when it was read to its end."""

    path: str
    site: str | None = None
    """Where it was taken; null where none was given."""
    sha256: str
    packets: int
    bytes: int
    """Of the input as it lies on disk."""
    first_time: Time | None
    last_time: Time | None
    link_types: dict[int, int]
    """LINKTYPE number -> frames."""
    anomalies: dict[str, int]
    error: str | None
    log: Log | msgspec.UnsetType = msgspec.UNSET
    """Only of a log."""


class Evidence(msgspec.Struct, kw_only=True):
    """One sighting that counts for or against a device; repeats in a half hour are one."""

    time: Time
    signal: str
    name: str
    """Empty where the signal carries no name."""
    signature: str
    purpose: str
    strength: str
    capture: str
    frame: int
    """Of a log the number of the line (dnstap: of the frame)."""
    client_ip: str
    server_ip: str
    seat: str
    """`endpoint`, `router-mac`, `behind-resolver`, `behind-proxy`, `behind-nat`, `log`."""
    two_way: bool
    followed: bool
    blocked: bool
    count: int
    log: str | msgspec.UnsetType = msgspec.UNSET
    """Only where it stands in a log: its format; `frame` is the number of the line."""


class AssetMatch(msgspec.Struct, kw_only=True):
    """One asset that a device was recognised as."""

    asset: str
    """Its id, as its list says."""
    path: str
    """Of the list."""
    line: int
    key: str
    """What was the same: `mac`, `fqdn`, `hostname`, `serial`, `address`, `prefix`."""
    value: str


class Managed(msgspec.Struct, kw_only=True):
    """Whether a device stands on a list of managed assets."""

    state: str
    """`managed`, `unmanaged`, `unidentified` (cannot be told)."""
    reason: str
    """In words."""
    matches: list[AssetMatch] = []
    """The best key first; empty unless managed."""


class Device(msgspec.Struct, kw_only=True):
    """One device on our side of the network, found or not."""

    id: str
    """`mac:`, `random-mac:` or `ip:` (known by address only) and a hash of that key."""
    verdict: str
    cap: str | None
    """What keeps the verdict from being higher: one of `judge.CAPS`."""
    role: str
    role_suspected: bool = False
    """Its behaviour suggests the role; then nothing is taken from it."""
    role_reason: str | None = None
    """What speaks for the role; null for an endpoint."""
    zone: str | None
    site: str | None = None
    """Where it was seen last; null where no site was given."""
    managed: Managed | None = None
    """Null without a list of managed assets: never "unmanaged"."""
    ips: list[str]
    macs: list[str]
    vendor: str | None = None
    """Who made the interface; null for a MAC made up, or where nobody knows."""
    hostnames: list[str]
    switch_ports: list[str] = []
    """Where it stood, as tables of switches say that were given."""
    first_seen: Time
    last_seen: Time
    products: list[str]
    purposes: list[str]
    reasons: list[str]
    evidence: list[Evidence]


class Unattributed(msgspec.Struct, kw_only=True):
    """What a carrier passed on for somebody who cannot be named from here."""

    role: str
    address: str
    name: str | None
    """The carrier's host name."""
    site: str | None = None
    """The carrier's."""
    verdict: str
    at_least: int
    """Devices behind it, at least; never to be summed over carriers."""
    evidence: list[Evidence]
    how_to_name: str


class Network(msgspec.Struct, kw_only=True):
    """What was seen of one network: a VLAN and a prefix (/24 or /64) with devices of ours."""

    site: str | None
    vlan: int | None
    """Null: untagged."""
    prefix: str
    devices: int
    judged: int
    """Of these the ones with a verdict: for the others "not found" means nothing."""
    first_time: Time
    last_time: Time
    connections: int
    names_visible: float | None
    both_directions: float | None
    """Share of its new connections that were answered."""
    dns_questions: int
    dns_answers: int
    hellos: int
    ech: int
    encrypted_dns: int
    quic: int
    vpn: int
    """Flows and packets of VPNs."""


class Coverage(msgspec.Struct, kw_only=True):
    """What the captures could show. Shares are 0 to 1, null where there was nothing to share."""

    sentence: str
    """Ends in one of `coverage.ENDINGS`."""
    seat: str
    """Of the mirror: `access`, `uplink`, `raw-ip`, `one-direction`, `logs`, `blind`."""
    first_time: Time | None
    last_time: Time | None
    devices: int
    """Devices seen on our side."""
    devices_not_kept: int
    """At least so many more addresses, for which there was no room: the least serious ones."""
    devices_found: int
    """Of `devices` `possible` or more."""
    devices_absent: int
    """Of these `clean`: absence is shown."""
    devices_undecided: int
    """Of these neither: for them "not found" means nothing."""
    verdicts: dict[str, int]
    """Verdict -> devices; every verdict is there."""
    packets: int
    bytes: int
    """Of packets on the wire as far as captured."""
    both_directions: float | None
    """Share of TCP flows of which both directions were seen."""
    dns_leg: bool
    hello_leg: bool
    dns_questions: int
    dns_answers: int
    hellos: int
    connections: int
    """New outbound connections of our devices."""
    names_visible: float | None
    """Share of these whose name was read or whose address had been answered."""
    encrypted_dns: int
    ech: int
    """Hellos with ECH or its imitation: the name may be the outer one."""
    hellos_unfinished: int
    loss: float | None
    """Estimated from ACKs of octets that were never seen."""
    duplicates: int
    truncated: int
    flows_evicted: int
    clients_evicted: int
    """Times that the counters of one address gave way to those of another."""
    unknown_encapsulations: int
    tunnelled: int
    """Packets that came inside a tunnel; of these the innermost was read."""
    encrypted: int
    """Packets whose carrier hides them: ESP, protected 802.11, MACsec."""
    anomalies: dict[str, int]
    set_aside: dict[str, int]
    """Sightings that are no evidence: reason -> how many."""
    networks: list[Network] = []
    """Those with the most devices first; of very many the rest is left out."""


class SkippedRow(msgspec.Struct, kw_only=True):
    """A row of a list, or a cell of it, that could not be read."""

    line: int
    why: str


class AssetList(msgspec.Struct, kw_only=True):
    """One list of managed assets, as it was read."""

    path: str
    format: str
    """`csv`, `json`, `json-lines`, `yaml`, `plain`."""
    encoding: str
    sha256: str
    rows: int
    assets: int
    seen: int
    """Assets of which a device was seen."""
    columns: dict[str, str]
    """Heading -> what it was taken as."""
    unused: list[str]
    """Headings that were not known."""
    placeholders: int
    """Cells that hold something which identifies nobody."""
    skipped: int
    skipped_rows: list[SkippedRow]
    """The first ones."""


class AssetRow(msgspec.Struct, kw_only=True):
    """One asset of a list."""

    asset: str
    path: str
    line: int
    last_seen: Time | None
    """When whoever made the list heard of it last; null where the list does not say."""
    devices: list[str]
    """Ids of the devices that were recognised as it."""


class AssetConflict(msgspec.Struct, kw_only=True):
    """Two things that should be one."""

    kind: str
    """`several-assets` for one device, `several-devices` of one asset."""
    path: str
    assets: list[str]
    devices: list[str]


class Assets(msgspec.Struct, kw_only=True):
    """What the lists of managed assets say, and what of it was seen."""

    lists: list[AssetList]
    states: dict[str, int]
    """State -> devices; every state is there."""
    running: dict[str, int]
    """The same of devices that are `running` or `likely`."""
    conflicts: list[AssetConflict]
    stale: list[AssetRow]
    """Last seen long before the captures, by whoever made the list."""
    never_seen: list[AssetRow]


class Report(msgspec.Struct, kw_only=True):
    """The result of a scan."""

    netwatch: Netwatch = msgspec.field(default_factory=Netwatch)
    captures: list[Capture]
    devices: list[Device]
    """Most serious first; also those of which nothing was found."""
    unattributed: list[Unattributed]
    coverage: Coverage
    assets: Assets | None = None
    """Null without a list of managed assets."""
