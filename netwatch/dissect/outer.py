"""Compiled. Which hellos say only the public name of an ECH provider, as far as that can be told.

Either everybody knows the name, or this very client was told it in an HTTPS record: then it has a
configuration and has no reason for GREASE. What another client was told proves nothing of this one.
"""

from typing import Final

from mypy_extensions import i64

from netwatch.decode.packet import Packet
from netwatch.extract.dns import DnsMessage
from netwatch.extract.ech import EchConfigs, is_public_name
from netwatch.limits import ANSWER_NS_MAX, ANSWER_NS_MIN, PUBLISHED_SLOTS
from netwatch.model import Answer
from netwatch.names import Name
from netwatch.state.answers import SPAN, TIME, VALUE, Remembered
from netwatch.state.fingerprint import mix, mix_octets

SECOND_NS: Final = 1_000_000_000


class OuterNames:
    """The public names that clients were told."""

    def __init__(self) -> None:
        self.configs: EchConfigs = EchConfigs()
        self.published: Remembered = Remembered(PUBLISHED_SLOTS)

    def told(self, packet: Packet, message: DnsMessage) -> None:
        """Remember the public names of the current HTTPS or SVCB record for who is answered."""
        configs = self.configs
        if not configs.begin(message.data, message.ech_start, message.ech_end):
            return
        span = message.record_ttl * SECOND_NS
        if span > ANSWER_NS_MAX:
            span = ANSWER_NS_MAX
        if span < ANSWER_NS_MIN:
            span = ANSWER_NS_MIN
        while configs.next() == Answer.DONE:
            place = self.published.put(told_hash(packet.target_hash, configs.name), packet.time_ns)
            self.published.records[place + VALUE] = 1
            self.published.records[place + SPAN] = span

    def is_outer(self, client_hash: i64, name: Name, time_ns: i64) -> bool:
        """Tell whether a hello of this client with extension 65037 says only a public name.

        `client_hash` 0: the client's fingerprint is not at hand any more.
        """
        if is_public_name(name):
            return True
        place = self.published.get(told_hash(client_hash, name))
        if place < 0:
            return False
        records = self.published.records
        return time_ns - records[place + TIME] <= records[place + SPAN]


def told_hash(client: i64, name: Name) -> i64:
    """Fingerprint of "this client was told this name"; never 0."""
    wire = name.wire()
    return mix_octets(mix(client, name.count), wire, 0, len(wire)) | 1
