"""Compiled. Plain counters of one engine: what passed, what was read, what was given up on."""

from typing import Final

from librt.vecs import vec
from mypy_extensions import i64

ANOMALIES: Final = 64
"""Room for every `Anomaly` number."""


class Tally:
    """Every field of `model.Coverage` that the engine counts; anomalies by their number."""

    def __init__(self) -> None:
        self.packets: i64 = 0
        self.octets: i64 = 0
        self.first_ns: i64 = 0
        self.last_ns: i64 = 0
        self.truncated: i64 = 0
        self.duplicates: i64 = 0
        self.ip: i64 = 0
        self.tunnelled: i64 = 0
        self.tcp: i64 = 0
        self.udp: i64 = 0
        self.flows_both: i64 = 0
        self.flows_tcp: i64 = 0
        self.handshakes: i64 = 0
        self.dns_questions: i64 = 0
        self.dns_answers: i64 = 0
        self.hellos: i64 = 0
        self.hellos_named: i64 = 0
        self.hellos_ech: i64 = 0
        self.hellos_outer: i64 = 0
        self.hellos_unfinished: i64 = 0
        self.quic: i64 = 0
        self.http: i64 = 0
        self.encrypted_dns: i64 = 0
        self.acked_unseen: i64 = 0
        self.acks: i64 = 0
        self.anomalies: vec[i64] = vec[i64]([i64(0)] * ANOMALIES)

    def anomaly(self, number: i64) -> None:
        """Count `Anomaly` number `number`; a parser's negative answer is taken as it is."""
        if number < 0:
            number = -number
        if number < ANOMALIES:
            self.anomalies[number] = self.anomalies[number] + 1
