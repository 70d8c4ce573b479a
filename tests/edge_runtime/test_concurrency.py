"""Threads, processes and forks: the same results as one alone."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import threading
import warnings
from pathlib import Path
from typing import Any

import pytest

from edge_runtime import pixels
from edge_runtime.model import Model
from tests.environments import ROOT
from tests.tiny import film, png

INTERPRETERS = ["litert-c", "litert"]
LEVELS = range(40, 220, 10)


def in_child(work: Any) -> Any:
    """What `work` gives in a forked child, which has a minute."""
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        status = 1
        try:
            os.write(writer, json.dumps(work()).encode())
            status = 0
        finally:
            os._exit(status)
    os.close(writer)
    timer = threading.Timer(60, os.kill, (child, 9))
    timer.start()
    with open(reader, "rb") as stream:
        said = stream.read()
    _, status = os.waitpid(child, 0)
    timer.cancel()
    assert status == 0, f"the child ended with {status}"
    return json.loads(said)


def ran(program: str, *words: object) -> subprocess.CompletedProcess[str]:
    """A program in a process of its own, which has to end well and in time."""
    done = subprocess.run(
        [sys.executable, "-c", program, *map(str, words)],
        capture_output=True, text=True, cwd=ROOT, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done


def answers(model: Model) -> list[Any]:
    """JSON-ready, so that they can be compared with those of another process."""
    found = [model.run(film(level, seed=level).tobytes()) for level in LEVELS]
    return json.loads(json.dumps(found))  # type: ignore[no-any-return]


@pytest.mark.parametrize("interpreter", INTERPRETERS)
def test_eight_threads_share_a_model(tiny_model: Path, interpreter: str) -> None:
    with Model.open(tiny_model, interpreter=interpreter) as model:
        alone = answers(model)
        together: list[Any] = [None] * 8

        def work(number: int) -> None:
            together[number] = [answers(model) for _ in range(5)]

        workers = [threading.Thread(target=work, args=(number,)) for number in range(8)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    assert together == [[alone] * 5] * 8


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("interpreter", INTERPRETERS)
def test_a_fork_after_loading(tiny_model: Path, interpreter: str, threads: int) -> None:
    with Model.open(tiny_model, interpreter=interpreter, threads=threads) as model:
        here = answers(model)
        assert in_child(lambda: answers(model)) == here
        assert in_child(lambda: in_child(lambda: answers(model))) == here
        assert answers(model) == here


@pytest.mark.parametrize("interpreter", INTERPRETERS)
def test_a_fork_while_another_thread_runs(tiny_model: Path, interpreter: str) -> None:
    with Model.open(tiny_model, interpreter=interpreter) as model:
        here = answers(model)
        with model._lock:  # as a thread has it that is in the middle of a run
            assert in_child(lambda: answers(model)) == here


def test_a_fork_while_another_thread_decodes(tiny_model: Path) -> None:
    """The child has neither its lock nor what it made of warnings and loggers."""
    picture = png(film(170, seed=1, size=300))
    log = logging.getLogger("PIL")
    with Model.open(tiny_model) as model:
        here = model.predict(picture)

        def work() -> Any:
            found = model.predict(picture)
            return [found.score, found.answer, log.level, len(warnings.filters)]

        expected = [here.score, here.answer, log.level, len(warnings.filters)]
        holding, done = threading.Event(), threading.Event()

        def hold() -> None:
            with pixels._quietly():
                holding.set()
                done.wait()

        holder = threading.Thread(target=hold)
        holder.start()
        holding.wait()
        try:
            assert in_child(work) == expected
        finally:
            done.set()
            holder.join()
        assert work() == expected


def test_a_fork_while_another_thread_loads() -> None:
    """The child's stderr is its own again, and it can load a model itself."""
    program = (
        "import os, sys, threading\n"
        "from edge_runtime.native_messages import native_messages\n"
        "holding, done = threading.Event(), threading.Event()\n"
        "def hold():\n"
        "    with native_messages():\n"
        "        holding.set(); done.wait()\n"
        "holder = threading.Thread(target=hold); holder.start(); holding.wait()\n"
        "child = os.fork()\n"
        "if not child:\n"
        "    with native_messages() as said: os.write(2, b'kept')\n"
        "    os.write(2, b'child %d ' % (said.text == 'kept')); os._exit(0)\n"
        "status = os.waitpid(child, 0)[1]; done.set(); holder.join()\n"
        "os.write(2, b'parent'); sys.exit(status != 0)\n"
    )
    assert ran(program).stderr == "child 1 parent"


@pytest.mark.parametrize("interpreter", INTERPRETERS)
def test_threads_that_load_leave_stderr_as_it_was(tiny_model: Path, interpreter: str) -> None:
    program = (
        "import os, sys, threading\nfrom edge_runtime import Model\n"
        "def work():\n"
        "    for _ in range(5):\n"
        "        with Model.open(sys.argv[1], interpreter=sys.argv[2]): pass\n"
        "threads = [threading.Thread(target=work) for _ in range(4)]\n"
        "for one in threads: one.start()\n"
        "for one in threads: one.join()\n"
        "print(len(os.listdir('/proc/self/fd')) if os.path.isdir('/proc/self/fd') else 0)\n"
        "os.write(2, b'still there')\n"
    )
    done = ran(program, tiny_model, interpreter)
    assert done.stderr == "still there"
    assert int(done.stdout) <= 5  # the three streams, and the listing's own; no pipe is left


@pytest.mark.parametrize("interpreter", INTERPRETERS)
def test_a_forked_child_that_ends_as_python_does(tiny_model: Path, interpreter: str) -> None:
    """Neither closing nor the end of the process waits for threads that are not there."""
    program = (
        "import os, sys\nfrom edge_runtime import Model\n"
        "model = Model.open(sys.argv[1], interpreter=sys.argv[2], threads=2)\n"
        "child = os.fork()\n"
        "if child: sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))\n"
        "model.close(); del model\n"
    )
    assert ran(program, tiny_model, interpreter).stderr == ""


def test_four_processes_read_one_file(tiny_model: Path, tmp_path: Path) -> None:
    picture = tmp_path / "film.png"
    picture.write_bytes(png(film(170, seed=1, size=300)))
    words = ["-m", "edge_runtime", "--json", "--model", str(tiny_model), str(picture)]
    running = [
        subprocess.Popen(
            [sys.executable, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT
        )
        for _ in range(4)
    ]
    said = [process.communicate(timeout=120) for process in running]
    assert [process.returncode for process in running] == [0] * 4
    assert {errors for _, errors in said} == {b""}
    results = [json.loads(output) for output, _ in said]
    for result in results:
        del result["timing_ms"]
    assert results == [results[0]] * 4
    with Model.open(tiny_model) as model:
        assert model.predict(picture).score == results[0]["score"]
