"""What is charged to one device, weighed: every sighting with what the others say of it.

What one connection says twice (its name, its path, its certificate), CNAME copies and repeats are
joined, so that they never count as different signatures. Then each is marked: followed by a
connection, answered by the other side, a decoy.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from ipaddress import ip_address, ip_network
from typing import Final

import msgspec

from netwatch.charge import Charge, Seat, is_tool
from netwatch.model import Signal
from netwatch.signature import Signature

HALF_HOUR_NS: Final = 1_800_000_000_000
DNS_REPLY_NS_MAX: Final = 10_000_000_000
"""A DNS answer that comes later answers nobody: resolvers give up after 5 s."""
PORTS_FOR_MEDIUM: Final = 2
"""Management ports of one client at one internal server; one alone is weak."""
CNAME: Final = 5
FOR_A_CONNECTION: Final = frozenset((0, 1, CNAME, 28, 64, 65))
"""Types of question that a program asks in order to connect: A, AAAA, SVCB, HTTPS, and the alias
in an answer (0: not told). Mail gateways ask for MX and TXT, resolvers for NS and DS, people for
ANY."""
TCP: Final = 6
ASKED: Final = frozenset((Signal.DNS_QUERY, Signal.DNS_ANSWER))
HELLOS: Final = frozenset((Signal.TLS_SNI, Signal.QUIC_SNI, Signal.DTLS_SNI))
TUNNELS: Final = frozenset((Signal.HTTP_CONNECT, Signal.SOCKS_HOST))
"""A proxy is asked for a connection to the name."""
SAID: Final = HELLOS | TUNNELS | {Signal.FTP_HOST, Signal.HTTP_HOST, Signal.HTTP_ABSOLUTE}
"""The client itself named the server on a connection."""
CONTENT: Final = frozenset(
    (Signal.FTP_USER, Signal.HTTP_PATH, Signal.FILE_MAGIC, Signal.TLS_CERTIFICATE)
)
"""What a connection carries: it belongs to the name said on the same connection."""
ATTEMPTS: Final = frozenset((Signal.FLOW_TO_ANSWERED_ADDRESS, Signal.PORT_PROFILE))
"""A first packet is enough for these, and anybody can send one in another's name."""
NAMES_DECIDE: Final = frozenset(("web", "marketing", "portal", "exempt", "impostor", "successor"))
"""A certificate adds nothing to a connection to these: the vendor's public sites have one too."""
WEAKEST_FIRST: Final = ("weak", "medium", "strong")


class Exhibit(msgspec.Struct, kw_only=True):
    """A sighting with what the rest of the evidence says of it; repeats count up."""

    charge: Charge
    signature: int
    """That it counts for: its own, or that of the name said on the same connection."""
    strength: str
    last_ns: int
    copy: bool = False
    """It repeats what another exhibit says and proves nothing more."""
    two_way: bool = False
    acked: bool = False
    followed: bool = False
    decoy: bool = False
    count: int = 1


class Bench:
    """Turns the charges of a device into exhibits; holds what is the same for all devices."""

    def __init__(self, signatures: Sequence[Signature], followed_ns: int) -> None:
        self._signatures = signatures
        self._followed_ns = followed_ns
        self._networks = [
            ip_network(prefix, strict=False) for s in signatures for prefix in s.prefixes
        ]

    def exhibits(self, charges: Sequence[Charge]) -> list[Exhibit]:
        """Take all charges of one device; give them in time, equal ones once."""
        once: dict[tuple[object, ...], Exhibit] = {}
        for charge in sorted(charges, key=charge_order):
            sighting = charge.sighting
            same = once.get(_sameness(charge))
            if same is None:
                once[_sameness(charge)] = Exhibit(
                    charge=charge,
                    signature=sighting.signature,
                    strength=self._signatures[sighting.signature].strength,
                    last_ns=_last_ns(charge),
                    count=sighting.count,
                )
            else:
                same.count += sighting.count
                same.last_ns = max(same.last_ns, _last_ns(charge))
        found = list(once.values())
        self._weigh(found)
        self._join_aliases(found)
        self._join_content(found)
        _mark_two_way(found)
        self._mark_followed(found)
        self._mark_decoys(found)
        return found

    def _weigh(self, found: list[Exhibit]) -> None:
        """Correct the strength of what is not proved by a name that the client said."""
        ports: dict[bytes, set[int]] = {}
        for exhibit in found:
            sighting = exhibit.charge.sighting
            answered = sighting.two_way or exhibit.charge.replied  # scans knock at every port
            if sighting.signal == Signal.PORT_PROFILE and answered:
                ports.setdefault(sighting.server, set()).add(sighting.server_port)
        for exhibit in found:
            sighting = exhibit.charge.sighting
            if sighting.signal == Signal.PORT_PROFILE:
                several = len(ports.get(sighting.server, ())) >= PORTS_FOR_MEDIUM
                medium = exhibit.charge.server_ours and (several or exhibit.charge.hello)
                exhibit.strength = "medium" if medium else "weak"
            elif not _is_for_a_connection(exhibit):
                exhibit.strength = "weak"
            elif sighting.signal == Signal.TLS_CERTIFICATE:
                signature = self._signatures[sighting.signature]
                if not signature.issuers and not signature.subjects:
                    # One of the names of a certificate, which is on the vendor's web site as well.
                    exhibit.strength = "weak"

    def _join_aliases(self, found: list[Exhibit]) -> None:
        """A CNAME in the answer to a question that matched is a copy of that question."""
        asked = {
            (e.charge.sighting.client, e.charge.sighting.name)
            for e in found
            if e.charge.sighting.signal == Signal.DNS_QUERY
        }
        aliases: list[Exhibit] = []
        direct: dict[tuple[object, ...], dict[int, list[int]]] = {}
        for exhibit in found:
            sighting = exhibit.charge.sighting
            if sighting.signal != Signal.DNS_ANSWER:
                continue
            if _is_alias(exhibit) and (sighting.client, sighting.name) not in asked:
                aliases.append(exhibit)
                continue
            times = direct.setdefault(_conversation(exhibit), {})
            time = times.setdefault(exhibit.signature, [sighting.time_ns, exhibit.last_ns])
            time[1] = max(time[1], exhibit.last_ns)
        # Where only aliases matched, one of them stands for the question: the weakest.
        aliases.sort(key=lambda e: (WEAKEST_FIRST.index(e.strength), e.charge.sighting.name))
        frames: dict[tuple[str, int], Exhibit] = {}
        for alias in aliases:
            time_ns = alias.charge.sighting.time_ns
            times = direct.get(_conversation(alias), {})
            owner = next((s for s, (a, z) in times.items() if a <= time_ns <= z), None)
            first = frames.setdefault((alias.charge.capture, alias.charge.sighting.frame), alias)
            if owner is None and first is not alias:
                owner = first.signature
            if owner is not None:
                alias.signature, alias.copy = owner, True

    def _join_content(self, found: list[Exhibit]) -> None:
        """What a connection carries counts for the name said on it, not as a second signature."""
        said: dict[tuple[object, ...], Exhibit] = {}
        content: list[Exhibit] = []
        for exhibit in found:
            if exhibit.charge.sighting.signal in SAID:
                for link in _links(exhibit):
                    said.setdefault(link, exhibit)
            elif exhibit.charge.sighting.signal in CONTENT:
                content.append(exhibit)
        content.sort(key=lambda e: -WEAKEST_FIRST.index(e.strength))
        for exhibit in found:
            if exhibit.charge.sighting.signal == Signal.PORT_PROFILE:
                self._join_port(exhibit, said)
        for exhibit in content:
            owner = next((said[link] for link in _links(exhibit) if link in said), exhibit)
            if owner is exhibit:  # no name was said: the strongest stands for the others
                for link in _links(exhibit):
                    said.setdefault(link, exhibit)
                continue
            exhibit.signature = owner.signature
            if exhibit.charge.sighting.signal == Signal.TLS_CERTIFICATE:
                exhibit.copy = self._signatures[owner.signature].purpose in NAMES_DECIDE

    def _join_port(self, port: Exhibit, said: Mapping[tuple[object, ...], Exhibit]) -> None:
        """A management name of the vendor's on a management port: the agent, not a browser."""
        for link in _links(port):
            name = said.get(link)
            if name and self._signatures[name.signature].purpose == "management":
                name.strength = "strong"
                port.signature, port.copy = name.signature, True
                return

    def _mark_followed(self, found: list[Exhibit]) -> None:
        """Was what was asked for tried as well, within the time, by the same device?"""
        towards: dict[int, list[Exhibit]] = {}
        for exhibit in found:
            signal = exhibit.charge.sighting.signal
            if signal in SAID or signal == Signal.FLOW_TO_ANSWERED_ADDRESS:
                towards.setdefault(exhibit.signature, []).append(exhibit)
        spans = {index: Spans(group) for index, group in towards.items()}
        for exhibit in found:
            sighting = exhibit.charge.sighting
            if sighting.signal not in ASKED:
                exhibit.followed = sighting.signal != Signal.ADDRESS_PREFIX
            elif not _is_for_a_connection(exhibit):
                exhibit.followed = False  # "there is no such record" stops nobody
            elif sighting.blocked and exhibit.charge.seat != Seat.LOG:
                exhibit.followed = True
            elif exhibit.signature in spans:
                exhibit.followed = spans[exhibit.signature].touch(
                    sighting.time_ns, exhibit.last_ns + self._followed_ns
                )

    def _mark_decoys(self, found: list[Exhibit]) -> None:
        """Names that circumvention tools say as well: does anything else vouch for this hello?"""
        asked: dict[int, int] = {}
        browsed = _browsed(found)
        vouched: set[tuple[object, ...]] = set()
        for exhibit in found:
            sighting = exhibit.charge.sighting
            if sighting.signal in ASKED:
                asked.setdefault(exhibit.signature, sighting.time_ns)
            elif sighting.signal in TUNNELS:
                vouched.update(_links(exhibit))
            elif sighting.signal == Signal.TLS_CERTIFICATE and exhibit.strength != "weak":
                vouched.update(_links(exhibit))
            if exhibit.signature not in browsed and self._vouches(exhibit):
                return
        for exhibit in found:
            sighting = exhibit.charge.sighting
            exhibit.decoy = (
                sighting.signal in HELLOS
                and self._signatures[exhibit.signature].decoy
                and asked.get(exhibit.signature, exhibit.last_ns + 1) > exhibit.last_ns
                and vouched.isdisjoint(_links(exhibit))
                and not self._is_known(sighting.server)
            )

    def _vouches(self, exhibit: Exhibit) -> bool:
        """A strong name that no circumvention tool says, asked for or said by the same device."""
        own = self._signatures[exhibit.charge.sighting.signature]
        return (
            own.strength == "strong"
            and exhibit.strength != "weak"
            and not own.decoy
            and own.purpose not in NAMES_DECIDE
            and exhibit.charge.sighting.signal in ASKED | SAID
            and not exhibit.copy
            and not is_tool(exhibit.charge.sighting)
        )

    def _is_known(self, server: bytes) -> bool:
        """Whether the server stands in a prefix of the pack."""
        if not server:
            return False
        address = ip_address(server)
        return any(address in network for network in self._networks)


class Spans:
    """Times of exhibits, to be asked whether any of them touches a time."""

    def __init__(self, exhibits: Sequence[Exhibit]) -> None:
        spans = sorted((e.charge.sighting.time_ns, e.last_ns) for e in exhibits)
        self._starts = [start for start, _ in spans]
        self._latest: list[int] = []
        latest = 0
        for _, end in spans:
            latest = max(latest, end)
            self._latest.append(latest)

    def touch(self, start: int, end: int) -> bool:
        """Whether anything begins before `end` and ends after `start` (both included)."""
        before = bisect_right(self._starts, end)
        return before > 0 and self._latest[before - 1] >= start


def charge_order(charge: Charge) -> tuple[object, ...]:
    """Time first; the rest makes the order, and with it every output, the same in every run."""
    s = charge.sighting
    return s.time_ns, charge.capture, s.frame, s.signal, s.name, s.client, s.server, s.signature


def _sameness(charge: Charge) -> tuple[object, ...]:
    s = charge.sighting
    return (
        (charge.capture, s.time_ns // HALF_HOUR_NS, s.signal, s.name, s.signature, charge.seat),
        (s.client, s.client_mac, s.server, s.server_port, s.transport),
        (s.two_way, charge.replied, charge.refused, charge.acked),
        (s.blocked, s.browser, is_tool(s), s.dns.qtype if s.dns else 0, charge.hello),
    )


def _last_ns(charge: Charge) -> int:
    return max(charge.sighting.time_ns, charge.sighting.last_time_ns)


def _conversation(exhibit: Exhibit) -> tuple[object, ...]:
    """Who with whom, in which half hour; repeats of several flows are one sighting."""
    s = exhibit.charge.sighting
    return exhibit.charge.capture, s.client, s.server, s.server_port, s.time_ns // HALF_HOUR_NS


def _links(exhibit: Exhibit) -> tuple[tuple[object, ...], ...]:
    """What ties exhibits of one connection together: the flow, else the two ends."""
    flow = exhibit.charge.sighting.flow
    ends = _conversation(exhibit)
    return ((exhibit.charge.capture, flow), ends) if flow else (ends,)


def _is_for_a_connection(exhibit: Exhibit) -> bool:
    dns = exhibit.charge.sighting.dns
    return dns is None or dns.qtype in FOR_A_CONNECTION


def _is_alias(exhibit: Exhibit) -> bool:
    dns = exhibit.charge.sighting.dns
    return dns is not None and dns.qtype == CNAME


def _browsed(found: Sequence[Exhibit]) -> set[int]:
    """Signatures whose names nobody but a browser said: then it asked for them as well."""
    said = [e for e in found if e.charge.sighting.signal in SAID]
    others = {e.signature for e in said if not e.charge.sighting.browser}
    return {e.signature for e in said} - others


def _mark_two_way(found: list[Exhibit]) -> None:
    """Did the other side take part, and could the device alone have made it?"""
    questions: dict[tuple[object, ...], list[Exhibit]] = {}
    for exhibit in found:
        sighting = exhibit.charge.sighting
        if sighting.signal == Signal.DNS_QUERY and sighting.client_mac:
            questions.setdefault(_asking(exhibit), []).append(exhibit)
    spans = {asking: Spans(group) for asking, group in questions.items()}
    tried = {e.signature for e in found if e.charge.sighting.signal not in ASKED}
    for exhibit in found:
        charge = exhibit.charge
        sighting = charge.sighting
        answered = sighting.two_way or charge.replied
        if sighting.signal in SAID or sighting.signal in CONTENT:
            exhibit.two_way = answered
            exhibit.acked = charge.acked and sighting.transport == TCP and not answered
        elif sighting.signal in ATTEMPTS:
            # Behind a router a first packet and its reply may be forged by anybody there.
            exhibit.two_way = answered and charge.seat == Seat.ENDPOINT
        elif sighting.signal == Signal.DNS_ANSWER and charge.seat == Seat.ENDPOINT:
            asked = spans.get(_asking(exhibit))
            # Delivered to the MAC that asked; another MAC asked in this device's name otherwise.
            exhibit.two_way = asked is not None and asked.touch(
                sighting.time_ns - DNS_REPLY_NS_MAX, exhibit.last_ns
            )
        elif sighting.signal == Signal.DNS_ANSWER and charge.seat == Seat.LOG:
            # The resolver says so. A connection must prove itself: anybody can forge a question.
            exhibit.two_way = sighting.two_way and exhibit.signature not in tried


def _asking(exhibit: Exhibit) -> tuple[object, ...]:
    s = exhibit.charge.sighting
    return exhibit.charge.capture, s.client, s.client_mac, s.server, s.name
