"""Every exception that netwatch raises on purpose, with the exit code it leads to.

Exit codes: 0 fine, 1 found (only with --fail-on), 2 usage, config or signatures, 3 input partly
unreadable, 4 capture or permission.
"""


class NetwatchError(Exception):
    """The base: a message for the operator, on one line, and an exit code."""

    exit_code = 2


class UsageError(NetwatchError):
    """The command line asks for something that cannot be."""


class SignatureError(NetwatchError):
    """A mistake in a pack. `place` is file:line:column; the message says found and expected."""

    def __init__(self, place: str, message: str) -> None:
        super().__init__(f"{place}: {message}")
        self.place = place


class DamagedCaptureError(NetwatchError):
    """A capture that cannot be read (further). `offset` is in octets of the (unpacked) file."""

    exit_code = 3

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.offset = offset


class RefusedCaptureError(NetwatchError):
    """A file, directory or interface that may not or cannot be opened at all."""

    exit_code = 4


class OutputError(NetwatchError):
    """The output cannot be written: no such folder, no room, no permission."""

    exit_code = 4


class ClosedOutputError(OutputError):
    """Nobody reads our standard output any more (`| head`); ends quietly, as `cat` does."""

    exit_code = 141
