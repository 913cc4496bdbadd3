"""The first Ctrl-C asks for what was found so far, the second one ends everything."""

import os
import signal
import threading
from collections.abc import Iterator

import pytest

from netwatch.stop import Stop, stop_on_interrupt


def blocks(stop: Stop | None = None) -> Iterator[bytes]:
    yield b"one"
    if stop is not None:
        stop.request()
    yield b"two"


def test_blocks_come_until_there_are_none() -> None:
    stop = Stop()
    source = blocks()
    assert [stop.next_block(source) for _ in range(4)] == [b"one", b"two", None, None]


def test_after_a_request_there_are_no_more_blocks() -> None:
    stop = Stop()
    source = blocks()
    assert stop.next_block(source) == b"one"
    stop.request()
    assert stop.requested
    assert stop.next_block(source) is None


def test_a_request_ends_the_wait_for_a_block() -> None:
    stop = Stop()
    source = blocks(stop)
    assert stop.next_block(source) == b"one"
    assert stop.next_block(source) is None
    assert stop.requested


def test_the_second_request_is_meant() -> None:
    stop = Stop()
    stop.request()
    with pytest.raises(KeyboardInterrupt):
        stop.request()


def test_ctrl_c_is_a_request_only_inside_the_block() -> None:
    before = signal.getsignal(signal.SIGINT)
    with stop_on_interrupt() as stop:
        assert not stop.requested
        os.kill(os.getpid(), signal.SIGINT)
        assert stop.requested
    assert signal.getsignal(signal.SIGINT) is before


def test_another_thread_leaves_signals_alone() -> None:
    before = signal.getsignal(signal.SIGINT)
    seen: list[object] = []

    def look() -> None:
        with stop_on_interrupt():
            seen.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert seen == [before]


def test_a_request_just_before_the_wait_is_heard() -> None:
    """Between the question and the wait, where a signal may come as well."""

    class Late(Stop):
        @property
        def requested(self) -> bool:
            asked = self._requested
            if not asked:
                self.request()
            return asked

    waited: list[bool] = []
    assert Late().during(lambda: waited.append(True)) is None
    assert waited == []
