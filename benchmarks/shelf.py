"""A series on many devices at once; on one machine never two measurements at a time.

First every target is asked which machine it is. Then each machine has a thread, which takes
its targets one after the other. What a device yields or fails in comes back as an event, and
only the main thread keeps records and talks.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from benchmarks.measure import Series, keep, order
from benchmarks.targets import Target
from benchmarks.targets.channel import DeviceLost
from edge_runtime.benchmark_record import BenchmarkRecord
from edge_runtime.errors import DeviceError, EdgeError
from edge_runtime.model import model_path
from workshop.progress import Progress

__all__ = ["measure"]

T = TypeVar("T")
AGAIN = 2.0  # seconds before a lost device is tried again
SHOWN = 5  # failures that the last line names
Event = tuple[Target | None, BenchmarkRecord | BaseException | str | None]


def measure(
    targets: Sequence[Target], series: Series, folder: Path
) -> Generator[BenchmarkRecord, None, None]:
    """Take the series on every target; yields each record once it is kept in `folder`.

    A record says its place in the series and the seed of the order. A target that fails ends
    its own series alone and is named; a lost connection is tried again once. At the end raises
    the error of the only target, or a `DeviceError` that sums up. What was measured before a
    failure or an interrupt stays in `folder`. Close the iterator to stop the devices.
    """
    paths = {model: model_path(model).resolve() for model in series.models}  # or told at once
    plan = [(paths[model], threads, repeat) for model, threads, repeat in order(series)]
    what = targets[0].name if len(targets) == 1 else f"{len(targets)} targets"
    progress = Progress(f"measuring on {what}", len(plan) * len(targets), every=10.0)
    shelf, failures = _Shelf(targets, series, plan), dict[str, BaseException]()
    left = {id(one): len(plan) for one in targets}
    try:
        for target, event in shelf.events():
            progress.lanes = max(1, shelf.machines)
            if isinstance(event, BenchmarkRecord):
                keep(folder, event)
                left[id(target)] -= 1
                progress.advance(_note(event, len(targets) > 1))
                yield event
            elif isinstance(event, str):
                progress.say(event)
            elif isinstance(event, EdgeError) and target is not None:
                failures[target.name] = event
                progress.total -= left[id(target)]
                if len(targets) > 1:
                    progress.say(f"failed: {event}")
            elif event is not None:
                raise event  # a defect of ours
    finally:
        for record in shelf.stop():
            keep(folder, record)
    if progress.done:
        progress.close()
    if len(targets) == 1 and failures:
        raise next(iter(failures.values()))
    if failures:
        words = [str(error) for error in failures.values()]
        more = [f"and {len(words) - SHOWN} more"] if len(words) > SHOWN else []
        said = "; ".join([*words[:SHOWN], *more])
        raise DeviceError(f"{len(failures)} of {len(targets)} targets failed: {said}")


def _note(record: BenchmarkRecord, named: bool) -> str:
    where = f"{record.target}: " if named else ""
    took = "" if record.times is None else f" {record.times.p50_ms:.2f} ms"
    return f"{where}{record.model['name']}{took}"


class _Shelf:
    """Threads that measure, and the queue of what they tell."""

    def __init__(
        self, targets: Sequence[Target], series: Series, plan: Sequence[tuple[Path, int, int]]
    ) -> None:
        self.targets, self.series, self.plan = targets, series, plan
        self._events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._stopped = threading.Event()
        self._threads: list[threading.Thread] = []
        self._machines: dict[str, list[Target]] = {}

    @property
    def machines(self) -> int:
        """How many are known, each of which takes one measurement at a time."""
        return len(self._machines)

    def events(self) -> Iterator[Event]:
        """Everything that happens, to the end."""
        yield from self._run(partial(self._meet, one) for one in self.targets)
        # In the order given, whoever answered first.
        for group in self._machines.values():
            group.sort(key=self.targets.index)
        yield from self._run(partial(self._measure, group) for group in self._machines.values())

    def stop(self) -> list[BenchmarkRecord]:
        """Let every device clean up; the records that nobody has taken yet."""
        self._stopped.set()
        for thread in self._threads:
            while thread.is_alive():
                for target in self.targets:
                    target.leave()
                thread.join(0.2)
        for target in self.targets:
            target.close()
        found = []
        while not self._events.empty():
            _, event = self._events.get()
            if isinstance(event, BenchmarkRecord):
                found.append(event)
        return found

    def _run(self, works: Iterable[Callable[[], None]]) -> Iterator[Event]:
        """Each in a thread; their events until all have ended."""
        self._threads = [threading.Thread(target=self._guarded, args=(one,)) for one in works]
        for thread in self._threads:
            thread.start()
        ended = 0
        while ended < len(self._threads):
            event = self._events.get()
            ended += event == (None, None)
            yield event
        for thread in self._threads:
            thread.join()

    def _guarded(self, work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as error:  # shown by the main thread, which must not wait for ever
            self._events.put((None, error))
        finally:
            self._events.put((None, None))

    def _meet(self, target: Target) -> None:
        try:
            machine = self._twice(target, target.machine)
        except EdgeError as error:
            self._events.put((target, error))
        else:
            self._machines.setdefault(machine, []).append(target)

    def _measure(self, group: Sequence[Target]) -> None:
        for target in group:
            try:
                self._series(target)
            except EdgeError as error:
                if not self._stopped.is_set():
                    self._events.put((target, error))
            finally:
                target.close()

    def _series(self, target: Target) -> None:
        self._twice(target, target.open)
        for place, (model, threads, repeat) in enumerate(self.plan, 1):
            if self._stopped.is_set():
                return
            probe = partial(target.probe, str(model), self.series.runs, threads)
            record = self._twice(target, probe)
            facts = {"seed": self.series.seed, "place": place, "of": len(self.plan)}
            facts["repeat"] = repeat
            self._events.put((target, replace(record, target=target.name, series=facts)))
            if place < len(self.plan):
                self._stopped.wait(self.series.pause)

    def _twice(self, target: Target, work: Callable[[], T]) -> T:
        """Again, on a new connection, where the first was lost."""
        try:
            return work()
        except DeviceLost as lost:
            if self._stopped.is_set():
                raise
            self._events.put((target, f"{lost}; trying again"))
            target.close()
            self._stopped.wait(AGAIN)
            return work()
