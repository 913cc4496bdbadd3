"""Growing captures in turns: all of them, no busy loop, and an end."""

from collections.abc import Callable, Iterator

import pytest

from netwatch.follow import LOOK_S, follow
from netwatch.match.signatures import Pack
from netwatch.signature import Signature
from netwatch.stop import Stop
from netwatch.workers import Context, Setup

PACK = Pack(
    (
        Signature(
            id="a", service="s", product="p", purpose="web", strength="weak", names=("a.test",)
        ),
    )
)


class Waits(Stop):
    """Notes how long it was to wait instead of waiting; the clock goes on by as much."""

    def __init__(self) -> None:
        super().__init__()
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    def now(self) -> float:
        return sum(self.slept)


@pytest.fixture
def context() -> Context:
    return Context(Setup(pack=PACK), Waits(), lambda *_: None, lambda _: None)


def ticking(context: Context) -> Callable[[], float]:
    assert isinstance(context.stop, Waits)
    return context.stop.now


def turns(log: list[str], name: str, answers: str, context: Context) -> Iterator[bool]:
    """`+` something new, `-` nothing; then nothing for ever, until it is over."""
    for answer in answers:
        log.append(name)
        yield answer == "+"
    while not context.over:
        yield False
    log.append(f"end {name}")


def test_everybody_has_a_turn(context: Context) -> None:
    log: list[str] = []
    follow(
        [turns(log, "a", "++-", context), turns(log, "b", "-++", context)],
        context,
        LOOK_S,
        clock=ticking(context),
    )
    assert log == ["a", "b", "a", "b", "a", "b", "end a", "end b"]


def test_nobody_waits_while_something_is_new(context: Context) -> None:
    assert isinstance(context.stop, Waits)
    follow([turns([], "a", "+" * 50, context)], context, 3 * LOOK_S, clock=ticking(context))
    assert context.stop.slept == [LOOK_S] * 3


def test_what_comes_keeps_it_going(context: Context) -> None:
    assert isinstance(context.stop, Waits)
    stop = context.stop
    follow([turns([], "a", "--+--+--", context)], context, 3 * LOOK_S, clock=ticking(context))
    assert len(stop.slept) == 6 + 1
    assert context.over


def test_without_an_end_it_ends_with_the_readings(context: Context) -> None:
    assert isinstance(context.stop, Waits)
    follow([iter([True, False, False]), iter([])], context, None)
    assert context.stop.slept == [LOOK_S] * 2
    assert not context.over
