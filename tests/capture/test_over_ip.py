"""pcap-over-IP on the loopback: connect and listen, real sockets on both sides."""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from netwatch.capture import over_ip
from netwatch.capture.files import open_capture
from netwatch.capture.over_ip import SocketStream, is_address, open_address
from netwatch.errors import DamagedCaptureError, RefusedCaptureError, UsageError
from netwatch.model import Answer

FRAMES = [bytes((n,)) * (60 + n) for n in range(100)]
PCAP = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1) + b"".join(
    struct.pack("<IIII", 1, 2, len(octets), len(octets)) + octets for octets in FRAMES
)


@contextmanager
def sender(*parts: bytes, host: str = "127.0.0.1", reset: bool = False) -> Iterator[int]:
    """The port at which somebody waits to send `parts` to the first who connects."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as listener:
        listener.bind((host, 0))
        listener.listen(1)

        def send() -> None:
            with listener.accept()[0] as connection:
                for part in parts:
                    connection.sendall(part)
                if reset:
                    linger = struct.pack("ii", 1, 0)
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)

        thread = threading.Thread(target=send)
        thread.start()
        yield listener.getsockname()[1]
        thread.join()


def frames(path: str) -> tuple[list[bytes], str | None]:
    found = []
    with open_capture(path) as reader:
        records = reader.records
        for block in reader:
            while records.next(block) == Answer.DONE:
                found.append(block[records.start : records.end])
    return found, reader.error


@pytest.mark.parametrize("form", ["tcp://127.0.0.1:{}", "TCP@127.0.0.1:{}", "tcp://localhost:{}/"])
def test_a_sender_is_connected_to(form: str) -> None:
    with sender(PCAP[:10], PCAP[10:500], PCAP[500:]) as port:
        assert frames(form.format(port)) == (FRAMES, None)


def test_ipv6() -> None:
    try:
        with sender(PCAP, host="::1") as port:
            assert frames(f"tcp://[::1]:{port}") == (FRAMES, None)
    except OSError:
        pytest.skip("no IPv6 on the loopback here")


def test_waiting_is_not_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(over_ip, "WAKE_S", 0.01)
    ready = threading.Event()
    one, other = socket.socketpair()
    with one, SocketStream(other) as stream:
        waits = iter([None, None])
        receive = other.recv

        class Slow:
            """A connection on which nothing comes the first two times."""

            def recv(self, size: int) -> bytes:
                if next(waits, "over") is None:
                    raise TimeoutError
                ready.set()
                one.sendall(b"octets")
                return receive(size)

            def close(self) -> None:
                other.close()

        monkeypatch.setattr(stream, "_connection", Slow())
        assert stream.read(100) == b"octets"
        assert ready.is_set() and stream.readable()


def test_a_sender_is_waited_for() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    results: list[tuple[list[bytes], str | None]] = []
    thread = threading.Thread(
        target=lambda: results.append(frames(f"tcp-listen://127.0.0.1:{port}"))
    )
    thread.start()
    while thread.is_alive():
        try:
            with socket.create_connection(("127.0.0.1", port), 5) as connection:
                connection.sendall(PCAP)
            break
        except ConnectionRefusedError:
            continue  # it does not listen yet
    thread.join()
    assert results == [(FRAMES, None)]


def test_a_stream_that_is_cut_is_told() -> None:
    with sender(PCAP[:-10]) as port:
        found, error = frames(f"tcp://127.0.0.1:{port}")
    assert found == FRAMES[:-1]
    assert error is not None and "ends in the middle of a record" in error


def test_nobody_there_and_nothing_sensible() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        with pytest.raises(RefusedCaptureError, match="cannot be listened at") as caught:
            open_address(f"tcp-listen://127.0.0.1:{port}")
    assert caught.value.exit_code == 4
    with pytest.raises(RefusedCaptureError, match="cannot be connected to: Connection refused"):
        open_address(f"tcp://127.0.0.1:{port}")
    with sender(b"HTTP/1.1 200 OK\r\n\r\n") as port:
        with pytest.raises(DamagedCaptureError, match="the magic of pcap"):
            open_capture(f"tcp://127.0.0.1:{port}")


def test_a_connection_that_never_stands_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(place: tuple[str, int], seconds: float) -> None:
        assert place == ("192.0.2.1", 5) and seconds == 10
        raise TimeoutError

    monkeypatch.setattr(socket, "create_connection", never)
    with pytest.raises(RefusedCaptureError, match="no connection within 10 s"):
        open_address("tcp://192.0.2.1:5")


@pytest.mark.parametrize(
    "path",
    ["tcp://", "tcp://host", "tcp://host:", "tcp://host:0", "tcp://host:65536", "tcp://a b:1",
     "tcp://:5", "tcp://::1:5", "TCP@host:x", "tcp-listen://5", "tcp://u@h:5", "tcp://h:5/x"],
)  # fmt: skip
def test_what_is_no_address_is_a_mistake(path: str) -> None:
    assert is_address(path)
    with pytest.raises(UsageError, match="expected"):
        open_address(path)


@pytest.mark.parametrize("path", ["-", "tcp.pcap", "./tcp@x", "C:\\tcp", "tcp:", "udp://h:1", ""])
def test_files_are_no_addresses(path: str) -> None:
    assert not is_address(path)
