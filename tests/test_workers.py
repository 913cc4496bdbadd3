"""Several captures side by side: how many workers, what one that dies costs, and no leftovers."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from netwatch.capture.series import Series
from netwatch.errors import ClosedOutputError
from netwatch.match.signatures import Pack
from netwatch.signature import Signature
from netwatch.workers import (
    WORKER_PAYS_BYTES,
    Context,
    Done,
    Setup,
    Task,
    cores,
    each_series,
    workers_for,
)

PACK = Pack(
    (
        Signature(
            id="a", service="s", product="p", purpose="web", strength="weak", names=("a.test",)
        ),
    )
)
SETUP = Setup(pack=PACK)


def alone(*paths: str) -> list[Series]:
    """Each capture by itself."""
    return [Series((path,)) for path in paths]


TASKS = """
import os
from netwatch.model import Capture
from netwatch.workers import Done

def say(series, context):
    (path,) = series.paths
    context.advance(len(path), 1)
    context.emit(path.encode() * 3)
    return Done(captures=[Capture(path=path)])

def die(series, context):
    if "die" in series.paths:
        os._exit(9)
    return Done(captures=[Capture(path=path) for path in series.paths])

def refuse(series, context):
    done = Done()
    for path in series.paths:
        done.fail(series, path, f"{path}: cannot be opened", 4)
    return done
"""


@pytest.fixture(scope="module")
def tasks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Task]]:
    """Tasks in a module that a spawned worker can import."""
    import sys
    from importlib import import_module

    folder = tmp_path_factory.mktemp("tasks")
    (folder / "tasks_of_a_test.py").write_text(TASKS)
    sys.path.insert(0, str(folder))
    try:
        yield vars(import_module("tasks_of_a_test"))
    finally:
        sys.path.remove(str(folder))


def test_how_many_workers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small, large = tmp_path / "small", tmp_path / "large"
    small.write_bytes(b"x")
    with open(large, "wb") as file:
        file.truncate(3 * WORKER_PAYS_BYTES["interpreted"])
    monkeypatch.setattr("netwatch.workers.engine_kind", lambda: "interpreted")
    monkeypatch.setattr("netwatch.workers.cores", lambda: 2)
    files = [str(small), str(large), str(small)]
    assert workers_for(alone(*files), None) == 2
    assert workers_for(alone(*[str(small)] * 9), None) == 1, "starting one would cost more"
    assert workers_for(alone(*files), 8) == 3, "never more than captures"
    assert workers_for(alone(*files), 1) == 1
    assert workers_for(alone(*files, "-"), 8) == 1, "a worker has no standard input"
    assert workers_for(alone(*files, "tcp://127.0.0.1:1"), 8) == 1, "nor a connection"
    assert workers_for(alone(*files[:1]), 8) == 1
    assert workers_for(alone(*files, os.devnull), 8) == 1, "nor would it hear of a stop at a pipe"
    assert workers_for(alone("absent", "absent"), None) == 1
    packed = tmp_path / "packed.gz"
    packed.write_bytes(bytes(WORKER_PAYS_BYTES["interpreted"] // 4))
    assert workers_for(alone(str(packed), str(small)), None) == 2, "unpacking is work"
    monkeypatch.setattr("netwatch.workers.engine_kind", lambda: "compiled")
    assert workers_for(alone(*files), None) == 1, "the compiled engine is done sooner"
    assert workers_for([Series((str(large), str(large)))], 8) == 1, "a series is read in its order"


def test_there_is_at_least_one_core() -> None:
    assert cores() >= 1


@pytest.mark.parametrize("jobs", [1, 2])
def test_results_and_output_keep_the_order(tasks: dict[str, Task], jobs: int) -> None:
    paths = [f"p{number}" for number in range(20)]
    written: list[bytes] = []
    told = [0, 0]

    def advance(octets: int, packets: int) -> None:
        told[0] += octets
        told[1] += packets

    done = list(
        each_series(
            tasks["say"], alone(*paths), SETUP, jobs=jobs, advance=advance, emit=written.append
        )
    )
    assert [one.captures[0].path for one in done] == paths
    assert b"".join(written) == "".join(path * 3 for path in paths).encode()
    assert told == [sum(map(len, paths)), 20]


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_capture_that_cannot_be_begun_is_a_result(tasks: dict[str, Task], jobs: int) -> None:
    done = list(each_series(tasks["refuse"], alone("a", "b"), SETUP, jobs=jobs))
    assert [one.captures[0].error for one in done] == ["cannot be opened"] * 2
    assert [one.failures for one in done] == [
        [("a: cannot be opened", 4)],
        [("b: cannot be opened", 4)],
    ]


def test_a_worker_that_dies_is_told_and_every_capture_has_a_result(tasks: dict[str, Task]) -> None:
    done: list[Done] = list(each_series(tasks["die"], alone("a", "die", "b"), SETUP, jobs=2))
    assert [one.captures[0].path for one in done] == ["a", "die", "b"]
    assert "worker process was killed" in (done[1].captures[0].error or "")
    assert [code for _, code in done[1].failures] == [3]


def test_a_reader_who_leaves_ends_the_workers(
    tasks: dict[str, Task], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    def leave(_output: bytes) -> None:
        raise ClosedOutputError("nobody reads")

    with pytest.raises(ClosedOutputError):
        list(each_series(tasks["say"], alone("a", "b", "c"), SETUP, jobs=2, emit=leave))
    assert os.listdir(tmp_path) == [], "the spool is gone"


def test_a_task_that_prints_needs_a_place() -> None:
    def say(_series: Series, context: Context) -> Done:
        context.emit(b"x")
        return Done()

    with pytest.raises(AssertionError, match="no place to print to"):
        list(each_series(say, alone("a"), SETUP))
