"""What a device does for others, guessed from its traffic or told by the operator.

A carrier's look-ups and connections are not its own. A role that only its behaviour suggests is
*suspected*: nothing is taken from the device, but it is never accused of more than `possible`.
"""

from collections.abc import Iterable
from typing import Final

import msgspec

from netwatch.charge import Role
from netwatch.model import Client

CARRIERS: Final = frozenset((Role.RESOLVER, Role.LIST_RESOLVER, Role.PROXY, Role.NAT))
RESOLVER_CLIENTS: Final = 2
"""Addresses that it answered: one may be a program of its own."""
PROXY_REQUESTS: Final = 5
"""CONNECT and absolute-form requests that it was sent: fewer may be a scanner's."""
QUESTIONS_MIN: Final = 50
"""Questions to public servers, from which on following them can be expected."""
FOLLOWED_PART: Final = 5
"""An endpoint makes at least one connection for so many questions."""
LIST_OTHERS_PART: Final = 10
"""Of so many questions a block list asks at most one for a name that is not in the pack: whoever
uses the network asks for much more."""
LIST_SIGNATURES: Final = 10
"""Signatures asked for and none followed: a product asks for few, a block list for all."""
LIST_PART: Final = 4
"""A forwarder asks for everything: at most one name in so many is one of the packs'."""
NAT_TTLS: Final = 5
NAT_AGENTS: Final = 12
"""Kinds of TTL and of User-Agent behind one address: both together are too many."""
CROWD_HELLOS: Final = 16
"""Kinds of hello from one address that are many machines'. In the real captures at hand no machine
showed more than 5."""
PAIR_HELLOS: Final = 6
"""Kinds of hello that are more than one machine's if the TTLs are two systems'."""
REMADE_HELLOS: Final = 50
REMADE_KINDS: Final = 2
"""So many hellos of so few kinds, from as many User-Agents as only a crowd has: made anew."""
TTL_BITS: Final = 61
"""Of the sketch: a TTL's bit is its remainder."""
FIRST_TTLS: Final = (32, 64, 128, 255)
"""What systems begin with."""


class Counts(msgspec.Struct, kw_only=True):
    """The counters of `model.Client`, of all addresses of one device in all captures."""

    connections: int = 0
    questions: int = 0
    questions_public: int = 0
    questions_matched: int = 0
    answers_served: int = 0
    clients_served: int = 0
    proxied: int = 0
    hellos: int = 0
    hello_kinds: int = 0
    agent_kinds: int = 0
    ttl_kinds: int = 0

    def add(self, client: Client) -> None:
        """Add what one capture showed of one address."""
        self.connections += client.connections
        self.questions += client.questions
        self.questions_public += client.questions_public
        self.questions_matched += client.questions_matched
        self.answers_served += client.answers_served
        self.clients_served |= client.clients_served
        self.proxied += client.proxied
        self.hellos += client.hellos
        self.hello_kinds |= client.hello_kinds
        self.agent_kinds |= client.agent_kinds
        self.ttl_kinds |= client.ttl_kinds


class Conduct(msgspec.Struct, frozen=True, kw_only=True):
    """What the sightings of one device show of how it behaves."""

    asked: int = 0
    """Signatures that it asked for."""
    matched: int = 0
    """Its questions to DNS servers of ours for names in the pack."""
    connected: bool = False
    """It made any connection for one of them."""
    followed_by_others: bool = False
    """Others connected to what it had asked for."""
    manages: bool = False
    """Others come to its management ports."""
    forwards: bool = False
    """Its MAC carries frames of others."""
    speaks_for_others: bool = False
    """It named others as the origin of what it sent."""
    direct: bool = False
    """It was only seen in frames of its own MAC: no router lies between."""


class Guess(msgspec.Struct, frozen=True, kw_only=True):
    """A role, and what speaks for it."""

    role: str
    suspicion: str = ""
    """Why it is only suspected; empty: it is known."""
    known_by: str = ""
    """Why it is known; empty where it is suspected, or an endpoint."""
    far_side: bool = False
    """Known without having been seen serving anybody: it could have made all this up."""

    @property
    def reason(self) -> str:
        """What speaks for the role."""
        return self.suspicion or self.known_by

    @property
    def carries(self) -> bool:
        """Whether what it says is said for others."""
        return self.role in CARRIERS and not self.suspicion

    @property
    def is_proxy(self) -> bool:
        """Whether its word on whom it asks for is believed."""
        return self.role == Role.PROXY and not self.suspicion and not self.far_side


def guess_role(counts: Counts, conduct: Conduct, feed_connects: bool) -> Guess:
    """The role of one device. `feed_connects`: this feed shows connections of anybody at all."""
    candidates = (
        *_near_side(counts),
        *_far_side(counts, conduct, feed_connects),
        *_suspect_resolver(counts, conduct, feed_connects),
        *_suspect_proxy(counts, conduct),
        *_suspect_nat(counts),
    )
    if candidates:
        return candidates[0]
    if conduct.manages:
        return Guess(
            role=Role.MANAGEMENT_SERVER, known_by="several clients come to its management ports"
        )
    if conduct.forwards:
        return Guess(role=Role.ROUTER, suspicion="its MAC also carries traffic of others")
    return Guess(role=Role.ENDPOINT)


def _near_side(counts: Counts) -> Iterable[Guess]:
    """Those who were seen serving others."""
    served = counts.clients_served.bit_count()
    if served >= RESOLVER_CLIENTS:
        yield Guess(
            role=Role.RESOLVER,
            known_by=f"it answered {counts.answers_served} DNS questions of at least {served}"
            " addresses",
        )
    if counts.proxied >= PROXY_REQUESTS:
        known_by = f"it was sent {counts.proxied} requests for other servers"
        yield Guess(role=Role.PROXY, known_by=known_by)


def _far_side(counts: Counts, conduct: Conduct, feed_connects: bool) -> Iterable[Guess]:
    """Those who surely act for others, although these were not seen."""
    questions, connections = counts.questions_public, counts.connections
    everything = counts.questions_matched * LIST_PART <= questions
    if _only_asks(counts, feed_connects) and (conduct.followed_by_others or everything):
        yield Guess(
            role=Role.RESOLVER,
            far_side=True,
            known_by=f"it sent {questions} questions of all kinds to public DNS servers and made"
            f" only {connections} connections",
        )
    hellos = counts.hello_kinds.bit_count()
    if hellos >= CROWD_HELLOS:
        yield Guess(
            role=Role.NAT if systems(counts.ttl_kinds) > 1 else Role.PROXY,
            far_side=True,
            known_by=f"at least {hellos} kinds of TLS hello come from its address",
        )
    if conduct.direct and is_one_hop_on(counts.ttl_kinds):
        yield Guess(
            role=Role.NAT,
            far_side=True,
            known_by="all packets with its MAC have passed another router before",
        )
    agents = counts.agent_kinds.bit_count()
    if counts.hellos >= REMADE_HELLOS and hellos <= REMADE_KINDS and agents >= NAT_AGENTS:
        yield Guess(
            role=Role.PROXY,
            far_side=True,
            known_by=f"at least {agents} kinds of User-Agent come from its address, but only"
            f" {hellos} of TLS hello in {counts.hellos}: it makes these anew",
        )


def _only_asks(counts: Counts, feed_connects: bool) -> bool:
    questions = counts.questions_public
    return (
        feed_connects
        and questions >= QUESTIONS_MIN
        and counts.connections * FOLLOWED_PART < questions
    )


def systems(ttl_kinds: int) -> int:
    """Kinds of system in a sketch of TTLs, by what they begin with, up to two hops away."""
    return sum(any(_has_ttl(ttl_kinds, first - hops) for hops in range(3)) for first in FIRST_TTLS)


def is_one_hop_on(ttl_kinds: int) -> bool:
    """Whether packets have passed a router, and not one has not."""
    return any(_has_ttl(ttl_kinds, first - 1) for first in FIRST_TTLS) and not any(
        _has_ttl(ttl_kinds, first) for first in FIRST_TTLS
    )


def _has_ttl(ttl_kinds: int, ttl: int) -> bool:
    return bool(ttl_kinds >> ttl % TTL_BITS & 1)


def _suspect_resolver(counts: Counts, conduct: Conduct, feed_connects: bool) -> Iterable[Guess]:
    asker = Role.RESOLVER if conduct.followed_by_others else Role.LIST_RESOLVER
    questions = counts.questions_public
    if _only_asks(counts, feed_connects):
        yield Guess(
            role=asker,
            suspicion=f"it sent {questions} questions to public DNS servers and made only"
            f" {counts.connections} connections, as a DNS forwarder or a firewall does that"
            " resolves a block list",
        )
    inside = counts.questions - counts.questions_public
    if (
        inside >= QUESTIONS_MIN
        and (inside - conduct.matched) * LIST_OTHERS_PART <= inside
        and counts.connections * FOLLOWED_PART < inside
        and not conduct.connected
    ):
        yield Guess(
            role=asker,
            suspicion=f"it asked for little else in {inside} questions and connected to none, as a"
            " firewall does that resolves a block list, or a monitor that tries one",
        )
    if conduct.asked >= LIST_SIGNATURES and not conduct.connected:
        yield Guess(
            role=asker,
            suspicion=f"it asked for {conduct.asked} kinds of name and connected to none, as a"
            " firewall does that resolves a block list",
        )
    if counts.answers_served:
        yield Guess(role=Role.RESOLVER, suspicion="it answers DNS questions itself")


def _suspect_proxy(counts: Counts, conduct: Conduct) -> Iterable[Guess]:
    if conduct.speaks_for_others:
        yield Guess(
            role=Role.PROXY,
            suspicion="it names other addresses as the origin of what it sends, as a proxy or load"
            " balancer does",
        )
    if counts.proxied:
        yield Guess(role=Role.PROXY, suspicion="it was sent requests for other servers")


def _suspect_nat(counts: Counts) -> Iterable[Guess]:
    ttls = counts.ttl_kinds.bit_count()
    hellos = counts.hello_kinds.bit_count()
    agents = counts.agent_kinds.bit_count()
    if (ttls >= NAT_TTLS and agents >= NAT_AGENTS) or (
        systems(counts.ttl_kinds) > 1 and hellos >= PAIR_HELLOS
    ):
        yield Guess(
            role=Role.NAT,
            suspicion=f"{ttls} kinds of TTL, {hellos} of TLS hello and {agents} of User-Agent come"
            " from its address",
        )
