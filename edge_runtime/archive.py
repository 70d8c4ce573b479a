"""Many films on several processes, with the answers in the order of the films.

A film that brings its process down (a decoder's crash, the memory) is a failed film: another
process takes its place. The processes live no longer than this one, whatever ends it.
"""

from __future__ import annotations

import base64
import contextlib
import json
import subprocess
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from queue import SimpleQueue
from typing import Any

from edge_runtime.answers import Outcome, failure
from edge_runtime.errors import EdgeError, ModelError, one_line
from edge_runtime.inputs import Task

__all__ = ["Pool"]

AHEAD = 16  # films a worker that may wait for one that is slow
PATIENCE = 5.0  # seconds for a worker to end by itself: longer than its own grace
# With `-m` Python would look for modules in the current folder first, whatever lies there.
START = "import sys; sys.path[:] = sys.argv.pop().split('\\n'); from edge_runtime import worker; worker.main()"  # noqa: E501


class _Ended(Exception):
    """A worker is gone."""


class _Refused(EdgeError):
    """What a worker could not go on after, with its own exit status."""

    def __init__(self, error: str, status: int) -> None:
        super().__init__(error)
        self.exit_code = status


class Pool:
    """`workers` processes, each with the model open. Raises what opening it raises."""

    def __init__(self, settings: dict[str, Any], workers: int) -> None:
        self._settings = settings
        self._as_json = bool(settings["answers"]["as_json"])
        self._idle: SimpleQueue[_Worker] = SimpleQueue()
        self._all: list[_Worker] = []
        self._threads = ThreadPoolExecutor(workers)
        self._workers = workers
        self._closed = False
        self.identity: dict[str, str] = {}
        self.threshold = 0.0

    def __enter__(self) -> Pool:
        try:
            for _ in range(self._workers):
                self._start()
            for worker in self._all:
                self._ready(worker)
                self._idle.put(worker)
        except BaseException:
            self._close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def outcomes(self, tasks: Iterable[Task]) -> Iterator[list[Outcome]]:
        """The outcomes of each task, in order. Raises what ends the whole run."""
        waiting: deque[Future[list[Outcome]]] = deque()
        most = AHEAD * self._workers
        for task in tasks:
            waiting.append(self._threads.submit(self._ask, task))
            while waiting and (len(waiting) >= most or waiting[0].done()):
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()

    def _ask(self, task: Task) -> list[Outcome]:
        worker = self._idle.get()
        try:
            return worker.ask(task)
        except _Ended as error:
            if self._closed:
                raise
            why = f"{one_line(task.name)} ended the process that read it ({error})"
            worker.stop()
            worker = self._start()
            self._ready(worker)
            return [failure(task.name, why, as_json=self._as_json)]
        finally:
            self._idle.put(worker)  # a dead one too: the next that takes it must not wait

    def _start(self) -> _Worker:
        worker = _Worker(self._settings)
        self._all.append(worker)
        return worker

    def _ready(self, worker: _Worker) -> None:
        """Wait until its model is open, which must be the one of the others."""
        opened = worker.ready()
        model, threshold = opened["model"], float(opened["threshold"])
        if not self.identity:
            self.identity, self.threshold = model, threshold
        elif (model, threshold) != (self.identity, self.threshold):
            raise ModelError(
                f"the model file was replaced during the run (it was {self.identity['name']} "
                f"{self.identity['version']}); give the same command again"
            )

    def _close(self) -> None:
        self._closed = True
        self._threads.shutdown(wait=False, cancel_futures=True)
        for worker in self._all:
            worker.leave()
        for worker in self._all:
            worker.stop()


class _Worker:
    """One process; one thread at a time speaks with it."""

    def __init__(self, settings: dict[str, Any]) -> None:
        words = [sys.executable, "-c", START, "\n".join(sys.path)]
        try:
            # A session of its own: Ctrl-C is for the process that was called, which ends the rest.
            self._process = subprocess.Popen(
                words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                start_new_session=True,
            )  # fmt: skip
        except OSError as error:
            raise _Refused(f"no worker can be started: {error.strerror}", 1) from error
        with contextlib.suppress(_Ended):  # `ready` says so
            self._say(settings)

    def ready(self) -> dict[str, Any]:
        """Wait until the model is open; says which it is."""
        try:
            return self._hear()
        except _Ended as error:
            raise _Refused(f"a worker does not start ({error})", 1) from error

    def ask(self, task: Task) -> list[Outcome]:
        """The outcomes of one task."""
        fields = task._asdict()
        if task.data is not None:
            fields["data"] = base64.b64encode(task.data).decode()
        self._say(fields)
        return [Outcome(kind, line) for kind, line in self._hear()["outcomes"]]

    def leave(self) -> None:
        """Let it finish what it is at, and no more."""
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):
            self._process.stdin.close()

    def stop(self) -> None:
        """Wait for its end, and bring it about where it does not come."""
        self.leave()
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()

    def _say(self, data: dict[str, Any]) -> None:
        stream = self._process.stdin
        assert stream is not None
        try:
            stream.write(json.dumps(data).encode() + b"\n")
            stream.flush()
        except (OSError, ValueError) as error:  # ValueError: closed
            raise _Ended(self._how()) from error

    def _hear(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line.endswith(b"\n"):
            raise _Ended(self._how())
        data: dict[str, Any] = json.loads(line)
        if "error" in data:
            raise _Refused(data["error"], data["status"])
        return data

    def _how(self) -> str:
        try:
            status = self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            return "it does not answer"
        return f"signal {-status}" if status < 0 else f"status {status}"
