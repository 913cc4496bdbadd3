"""Every known difference between netwatch and tshark, with its reason. What is not here fails."""

from typing import Final, NamedTuple

Row = tuple[str, str, str, int]
"""Path, signal, name as the witness prints it, frame."""


class Group(NamedTuple):
    """Differences with one reason."""

    alone: bool
    """Netwatch has the name, tshark does not; else the other way round."""
    title: str
    reason: str
    rows: tuple[Row, ...]
    encrypted: bool = False
    """The names cannot stand in the frame's octets."""


GROUPS: Final = (
    Group(
        False,
        "SOME/IP that looks like DNS",
        "tshark takes service discovery of cars on UDP port 30490 for DNS and calls the frames "
        "malformed. On a port that is not DNS's own, netwatch wants the whole message to stand.",
        (
            ("pcapplusplus/Packet++Test/PacketExamples/SomeIpSd.pcapng", "dns-answer", "\\001.\\000\ufffd", 1),
            ("tcpdump/someip1.pcap", "dns-answer", "\\001.\\000\ufffd", 1),
        ),
    ),
)
