"""Compiled. FTP: whom a client says that it is, and which of a server's hosts it wants.

Only on FTP's port: mail and chat have a USER as well. A user who matches nothing never leaves.
"""

from typing import Final

from mypy_extensions import i64

from netwatch.decode.packet import Packet
from netwatch.dissect.flows import FlowWatch
from netwatch.extract.ftp import HOST, FtpCommands
from netwatch.model import Anomaly, Answer, Signal
from netwatch.names import Name

FTP_PORT: Final = 21


class FtpDissector:
    """Reads commands; `position` is where an unfinished line begins."""

    def __init__(self, watch: FlowWatch) -> None:
        self.watch: FlowWatch = watch
        self.commands: FtpCommands = FtpCommands()
        self.name: Name = Name()
        self.position: i64 = 0

    def read(self, packet: Packet, data: bytes, start: i64, end: i64) -> bool:
        """Read the client's lines data[start:end]; True when the last one goes on behind them."""
        commands = self.commands
        commands.begin(data, start, end)
        while commands.next() == Answer.DONE:
            if commands.verb == HOST:
                self.host(packet)
            else:
                self.user(packet)
        self.position = commands.position
        return self.position < end

    def host(self, packet: Packet) -> None:
        """HOST: the name of the server that is wanted; an address in brackets is none."""
        watch = self.watch
        commands = self.commands
        if commands.data[commands.value_start] == 0x5B:
            return
        if not self.name.set_dotted(commands.data, commands.value_start, commands.value_end):
            watch.tally.anomaly(Anomaly.NAME_NOT_A_NAME)
            return
        watch.begin(packet, True, True)
        watch.named(packet, True)
        signature = watch.sightings.matcher.name(self.name)
        if signature < 0:
            watch.said_other(packet)
        if watch.sightings.wanted(signature):
            watch.add(packet, True, Signal.FTP_HOST, self.name.wire(), signature)

    def user(self, packet: Packet) -> None:
        """USER: an account that only a product has."""
        commands = self.commands
        matcher = self.watch.sightings.matcher
        signature = matcher.user(commands.data, commands.value_start, commands.value_end)
        if signature >= 0:
            self.watch.begin(packet, True, True)
            self.watch.add(packet, True, Signal.FTP_USER, b"", signature)
