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
NAT_TTLS: Final = 5
NAT_HELLOS: Final = 24
NAT_AGENTS: Final = 12
"""Kinds of TTL, hello and User-Agent behind one address; two of these three are too many."""


class Counts(msgspec.Struct, kw_only=True):
    """The counters of `model.Client`, of all addresses of one device in all captures."""

    connections: int = 0
    questions: int = 0
    questions_public: int = 0
    answers_served: int = 0
    clients_served: int = 0
    proxied: int = 0
    hello_kinds: int = 0
    agent_kinds: int = 0
    ttl_kinds: int = 0

    def add(self, client: Client) -> None:
        """Add what one capture showed of one address."""
        self.connections += client.connections
        self.questions += client.questions
        self.questions_public += client.questions_public
        self.answers_served += client.answers_served
        self.clients_served |= client.clients_served
        self.proxied += client.proxied
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


class Guess(msgspec.Struct, frozen=True, kw_only=True):
    """A role, and what speaks for it."""

    role: str
    suspicion: str = ""
    """Why it is only suspected; empty: it is known."""
    known_by: str = ""
    """Why it is known; empty where it is suspected, or an endpoint."""

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
        return self.role == Role.PROXY and not self.suspicion


def guess_role(counts: Counts, conduct: Conduct, feed_connects: bool) -> Guess:
    """The role of one device. `feed_connects`: this feed shows connections of anybody at all."""
    served = counts.clients_served.bit_count()
    if served >= RESOLVER_CLIENTS:
        return Guess(
            role=Role.RESOLVER,
            known_by=f"it answered {counts.answers_served} DNS questions of at least {served}"
            " addresses",
        )
    if counts.proxied >= PROXY_REQUESTS:
        known_by = f"it was sent {counts.proxied} requests for other servers"
        return Guess(role=Role.PROXY, known_by=known_by)
    suspicions = (
        *_suspect_resolver(counts, conduct, feed_connects),
        *_suspect_proxy(counts, conduct),
        *_suspect_nat(counts),
    )
    if suspicions:
        return suspicions[0]
    if conduct.manages:
        return Guess(
            role=Role.MANAGEMENT_SERVER, known_by="several clients come to its management ports"
        )
    if conduct.forwards:
        return Guess(role=Role.ROUTER, suspicion="its MAC also carries traffic of others")
    return Guess(role=Role.ENDPOINT)


def _suspect_resolver(counts: Counts, conduct: Conduct, feed_connects: bool) -> Iterable[Guess]:
    asker = Role.RESOLVER if conduct.followed_by_others else Role.LIST_RESOLVER
    questions = counts.questions_public
    if (
        feed_connects
        and questions >= QUESTIONS_MIN
        and counts.connections * FOLLOWED_PART < questions
    ):
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
    if (ttls >= NAT_TTLS) + (hellos >= NAT_HELLOS) + (agents >= NAT_AGENTS) >= 2:
        yield Guess(
            role=Role.NAT if ttls >= NAT_TTLS else Role.PROXY,
            suspicion=f"{ttls} kinds of TTL, {hellos} of TLS hello and {agents} of User-Agent come"
            " from its address",
        )
