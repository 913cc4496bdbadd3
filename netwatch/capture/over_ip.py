"""pcap-over-IP: a capture that somebody sends over a TCP connection, as tcpdump does through nc.

Only an address on the command line makes netwatch open a socket, for that address and for nothing
else. `tcp://HOST:PORT` (Wireshark's `TCP@HOST:PORT` as well) connects to a sender;
`tcp-listen://ADDRESS:PORT` waits for one sender to connect. Where the connection ends, the capture
ends.
"""

import io
import re
import socket
from typing import Final

from netwatch.errors import RefusedCaptureError, UsageError
from netwatch.limits import STREAM_CONNECT_S_MAX

ADDRESS: Final = re.compile(r"(tcp://|tcp@|tcp-listen://)(.*)", re.IGNORECASE | re.DOTALL)
PLACE: Final = re.compile(r"(\[[^\[\]]+\]|[^\[\]:/@\s]+):([0-9]{1,5})")
WAKE_S: Final = 0.5
"""So often waiting is interrupted for a moment: some systems deliver Ctrl-C only then."""
CONNECT: Final = "tcp://HOST:PORT"
LISTEN: Final = "tcp-listen://ADDRESS:PORT"


def is_address(path: str) -> bool:
    """Whether `path` is the address of a sender, not the name of a file (`./tcp@x` is one)."""
    return ADDRESS.match(path) is not None


def open_address(path: str) -> "SocketStream":
    """Connect, or wait for a sender. UsageError for what is no address; RefusedCaptureError."""
    listens, host, port = _parsed(path)
    try:
        if listens:
            return SocketStream(_accepted(host, port))
        return SocketStream(socket.create_connection((host, port), STREAM_CONNECT_S_MAX))
    except TimeoutError:
        raise RefusedCaptureError(
            f"{path}: no connection within {STREAM_CONNECT_S_MAX} s"
        ) from None
    except (OSError, UnicodeError) as failure:
        what = "be listened at" if listens else "be connected to"
        why = getattr(failure, "strerror", None) or str(failure)
        raise RefusedCaptureError(f"{path}: cannot {what}: {why}") from failure


class SocketStream(io.RawIOBase):
    """The octets that come over a connection; waiting for them is never deaf to signals."""

    def __init__(self, connection: socket.socket) -> None:
        super().__init__()
        self._connection = connection
        self._connection.settimeout(WAKE_S)

    def readable(self) -> bool:
        """It is."""
        return True

    def read(self, size: int = -1) -> bytes:
        """At most `size` octets, as soon as there are any; nothing at the end only. OSError."""
        while True:
            try:
                return self._connection.recv(size)
            except TimeoutError:
                continue

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()
        super().close()


def _parsed(path: str) -> tuple[bool, str, int]:
    found = ADDRESS.match(path)
    assert found is not None  # noqa: S101 - `is_address` was asked before
    listens = found[1].lower() == "tcp-listen://"
    place = PLACE.fullmatch(found[2].rstrip("/"))
    port = int(place[2]) if place else 0
    if place is None or not 0 < port < 65_536:
        raise UsageError(f"{path!r} found, {LISTEN if listens else CONNECT} expected")
    return listens, place[1].strip("[]"), port


def _accepted(host: str, port: int) -> socket.socket:
    family, kind, protocol, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, kind, protocol) as listener:
        if hasattr(socket, "SO_EXCLUSIVEADDRUSE"):  # Windows: SO_REUSEADDR would let others in
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(place)
        listener.listen(1)
        listener.settimeout(WAKE_S)
        while True:
            try:
                return listener.accept()[0]
            except TimeoutError:
                continue
