"""Networks built by hand, as the engine would have seen them, for the tests of the pipeline."""

import msgspec

from netwatch import report
from netwatch.model import (
    Capture,
    Claim,
    Client,
    Coverage,
    DnsFields,
    Observation,
    Reply,
    Sighting,
    Signal,
    TlsFields,
)
from netwatch.names import name_wire
from netwatch.pipeline import judge_captures
from netwatch.signature import Signature

SECOND = 1_000_000_000
HOUR = 3_600 * SECOND
START = 1_750_000_000 * SECOND
START -= START % (1_800 * SECOND)
"""The beginning of a half hour."""


def signature(id: str, purpose: str, strength: str, names: str, **more: object) -> Signature:
    fields: dict[str, object] = {
        "id": id,
        "service": id,
        "product": "Kaspersky product",
        "purpose": purpose,
        "strength": strength,
        "names": tuple(names.split()),
        **more,
    }
    return msgspec.convert(fields, Signature)


SIGNATURES = [
    signature("ds", "telemetry", "strong", "ds.kaspersky.com", decoy=True),
    signature("ksn-st", "telemetry", "strong", "dc1-st.ksn.kaspersky-labs.com"),
    signature("ksn-file", "telemetry", "strong", "dc1-file.ksn.kaspersky-labs.com", decoy=True),
    signature("touch", "connectivity", "strong", "touch.kaspersky.com"),
    signature("geoksn", "telemetry", "strong", "ksn-ds.geoksn.kaspersky.com"),
    signature("dnl", "update", "strong", "dnl-03.geo.kaspersky.com", shared=True),
    signature(
        "crypto", "telemetry", "strong", "ksn-crypto-file-geo.kaspersky-labs.com", shared=True
    ),
    signature("products", "update", "medium", "products.s.kaspersky-labs.com"),
    signature("web", "web", "weak", "www.kaspersky.com securelist.com"),
    signature("portal", "portal", "medium", "my.kaspersky.com"),
    signature("impostor", "impostor", "weak", "kasperskyupdate.com"),
    signature("zonealarm", "oem", "strong", "kav8.zonealarm.com", product="ZoneAlarm"),
    signature("index", "update", "strong", "", paths=("/index/u1313g.xml",), shared=True),
    signature("ca", "connectivity", "strong", "", issuers=("O=Kaspersky, CN=Kaspersky * CA G3",)),
    signature("network", "unclassified", "weak", "", prefixes=("77.74.176.0/21",)),
    signature("ksc-agent", "management", "weak", "", ports=("tcp/13000",)),
    signature("ksc-plain", "management", "weak", "", ports=("tcp/14000",)),
    *(signature(f"list-{n}", "update", "strong", f"s{n:02}.upd.kaspersky.com") for n in range(20)),
]
INDEX = {name: n for n, s in enumerate(SIGNATURES) for name in s.names}
BY_ID = {signature.id: n for n, signature in enumerate(SIGNATURES)}

PC = bytes((192, 168, 1, 20))
PC_MAC = bytes.fromhex("001122334401")
OTHER = bytes((192, 168, 1, 21))
OTHER_MAC = bytes.fromhex("001122334402")
GATEWAY = bytes((192, 168, 1, 1))
GATEWAY_MAC = bytes.fromhex("00aabbccdd01")
DC = bytes((192, 168, 1, 10))
DC_MAC = bytes.fromhex("001122334410")
GOOGLE = bytes((8, 8, 8, 8))
CLOUD = bytes((203, 0, 113, 7))
KNOWN = bytes((77, 74, 178, 5))


class Net:
    """One capture in the making; every method adds what the engine would have seen."""

    def __init__(self, path: str = "a.pcap", vlan: int = 0, site: str = "") -> None:
        self.path = path
        self.site = site
        self.seen = Observation()
        self.clients: dict[bytes, Client] = {}
        self.vlan = vlan
        self.frame = 0
        self.flow = 0
        self.both = True

    def host(self, address: bytes, mac: bytes, **counters: int) -> None:
        fields: dict[str, object] = {"first_ns": START, "last_ns": START, "hours": 1, **counters}
        fields |= {"address": address, "mac": mac, "vlan": self.vlan}
        self.clients[address] = msgspec.convert(fields, Client)
        self.claim(address, mac)

    def claim(self, address: bytes, mac: bytes, **more: object) -> None:
        self.frame += 1
        claim = Claim(time_ns=START, frame=self.frame, kind="arp", address=address, mac=mac)
        if self.vlan:
            claim.vlans = (self.vlan,)
        self.seen.claims.append(msgspec.structs.replace(claim, **more))

    def say(
        self, at: float, signal: str, name: str, client: bytes, mac: bytes, **more: object
    ) -> Sighting:
        """One sighting, `at` seconds after the start."""
        self.frame += 1
        self.flow += 1
        sighting = Sighting(
            time_ns=START + int(at * SECOND),
            frame=self.frame,
            signal=signal,
            name=name_wire(name) if name else b"",
            signature=INDEX.get(name, -1),
            client=client,
            client_mac=mac,
            server=CLOUD,
            server_port=443,
            server_mac=GATEWAY_MAC,
            transport=6,
            flow=self.flow,
            vlans=(self.vlan,) if self.vlan else (),
        )
        sighting = msgspec.structs.replace(sighting, **more)
        self.seen.sightings.append(sighting)
        return sighting

    def ask(
        self,
        at: float,
        name: str,
        client: bytes = PC,
        mac: bytes = PC_MAC,
        server: bytes = GATEWAY,
        alias: str = "",
        answered: bool = True,
        **more: object,
    ) -> None:
        """A and AAAA, and their answers with an alias."""
        to = {"server": server, "server_port": 53, "transport": 17, "flow": 0, **more}
        for qtype in (1, 28):
            self.say(at, Signal.DNS_QUERY, name, client, mac, dns=DnsFields(qtype=qtype), **to)
            if not answered:
                continue
            answer = DnsFields(qtype=qtype, rcode=0, answers=(CLOUD,))
            self.say(at + 0.01, Signal.DNS_ANSWER, name, client, mac, dns=answer, **to)
            if alias:
                frame, cname = self.frame, DnsFields(qtype=5, rcode=0)
                to["frame"] = frame
                self.say(at + 0.01, Signal.DNS_ANSWER, alias, client, mac, dns=cname, **to)
                del to["frame"]

    def hello(
        self,
        at: float,
        name: str,
        client: bytes = PC,
        mac: bytes = PC_MAC,
        **more: object,
    ) -> Sighting:
        fields = {"two_way": True, "tls": TlsFields(version=0x303), **more}
        return self.say(at, Signal.TLS_SNI, name, client, mac, **fields)

    def reply(self, sighting: Sighting, kind: str = "reply") -> None:
        time_ns = sighting.time_ns + SECOND // 100
        self.seen.replies.append(
            Reply(time_ns=time_ns, frame=sighting.frame + 1, flow=sighting.flow, kind=kind)
        )

    def capture(self, seconds: int = 70) -> Capture:
        flows = max(10, sum(client.connections for client in self.clients.values()))
        questions = sum(s.signal == Signal.DNS_QUERY for s in self.seen.sightings)
        self.seen.clients = list(self.clients.values())
        self.seen.coverage = Coverage(
            packets=1_000,
            bytes=500_000,
            first_ns=START,
            last_ns=START + seconds * SECOND,
            flows_tcp=flows,
            flows_both=flows if self.both else 0,
            dns_questions=questions,
            dns_answers=questions,
            hellos=5,
            hellos_named=5,
            link_types={1: 1_000},
        )
        return Capture(
            path=self.path, site=self.site, sha256="00" * 32, bytes=1, observation=self.seen
        )


def judged(*nets: Net, **options: object) -> report.Report:
    captures = [net.capture() for net in nets]
    roles = options.pop("roles", None)
    assert roles is None or isinstance(roles, dict)
    assert not options
    return judge_captures(captures, SIGNATURES, roles=roles)


def device(found: report.Report, address: str = "192.168.1.20") -> report.Device:
    (only,) = [device for device in found.devices if address in device.ips]
    return only


def verdict(found: report.Report, address: str = "192.168.1.20") -> tuple[str, str | None]:
    one = device(found, address)
    return one.verdict, one.cap


def real_machine(net: Net) -> None:
    """The public capture of a real machine: facts of section 2 in the order of its 70 seconds."""
    net.host(PC, PC_MAC, connections=20, connections_named=15, questions=12, questions_public=6)
    at = 8.0
    for name, alias in (
        ("ds.kaspersky.com", "ksn-ds.geoksn.kaspersky.com"),
        ("dc1-st.ksn.kaspersky-labs.com", ""),
        ("touch.kaspersky.com", ""),
    ):
        net.ask(at, name, alias=alias)
        net.ask(at + 0.017, name, server=GOOGLE, alias=alias)
        net.say(at + 0.03, Signal.FLOW_TO_ANSWERED_ADDRESS, name, PC, PC_MAC)
        net.hello(at + 0.05, name)
        at += 2.5
    net.say(
        14,
        Signal.TLS_CERTIFICATE,
        "",
        PC,
        PC_MAC,
        signature=BY_ID["ca"],
        two_way=True,
        flow=net.flow,
    )
