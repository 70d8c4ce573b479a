"""Many devices at once: stand-ins for boards, each behind the same real sshd."""

from __future__ import annotations

import contextlib
import io
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from benchmarks.measure import Series
from benchmarks.shelf import measure
from benchmarks.targets import Options
from edge_runtime.benchmark_record import BenchmarkRecord
from edge_runtime.errors import DeviceError, EdgeError, ModelError
from tests.benchmarks.sshd import Sshd, Waiting, emptied, parent
from tests.workshop.fake_run import benchmark
from workshop.latency import read_records


@pytest.fixture
def waiting(sshd: Sshd, tmp_path: Path, place: Path) -> Iterator[list[Waiting]]:
    """Two devices whose probe tells its process and waits until it is let go."""
    (tmp_path / "record.json").write_text(benchmark().to_json())
    code = f"""
import os, time
open("{tmp_path}/at-%d-%d" % (NUMBER, os.getpid()), "w").close()
while not os.path.exists("{tmp_path}/go-%d" % NUMBER):
    time.sleep(0.02)
"""
    options = Options(60.0, sshd.options)
    yield [Waiting(sshd.address(folder=place), options, one, tmp_path, code) for one in (1, 2)]


def break_line(sshd: Sshd, folder: Path, number: int, known: set[Path]) -> bool:
    """Once the stand-in of that number waits, end its sshd; whether the stand-in ends too."""
    found: set[Path] = set()
    while not found:
        found = set(folder.glob(f"at-{number}-*")) - known
        time.sleep(0.02)
    known |= found
    (probe,) = found
    keeper = parent(int(probe.name.rpartition("-")[2]))
    session = parent(keeper)
    assert sshd.pid in (parent(session), parent(parent(session)))
    os.kill(session, signal.SIGKILL)
    for _ in range(300):
        if not Path("/proc", probe.name.rpartition("-")[2]).exists():
            return True
        time.sleep(0.1)
    return False


def test_a_lost_connection_is_tried_again(
    sshd: Sshd, waiting: list[Waiting], place: Path, tmp_path: Path
) -> None:
    """The device is named, its interrupted measurement repeated, and the other not disturbed."""
    done = shelf(sshd, waiting, tmp_path, breaks=1)
    assert [len(done.of(one)) for one in (1, 2)] == [2, 2] and done.failure is None
    assert "ssh://device-1: the connection was lost" in done.said and "trying again" in done.said
    assert "ssh://device-2" not in done.said
    assert emptied(place)


def test_a_lost_device_costs_only_its_own_row(
    sshd: Sshd, waiting: list[Waiting], place: Path, tmp_path: Path
) -> None:
    done = shelf(sshd, waiting, tmp_path, breaks=2)
    assert [len(done.of(one)) for one in (1, 2)] == [0, 2]
    assert "1 of 2 targets failed: ssh://device-1: the connection was lost" in str(done.failure)
    assert emptied(place)


class Shelf:
    """What came of a series on stand-ins."""

    def __init__(self, records: list[BenchmarkRecord], failure: EdgeError | None, said: str):
        self.records, self.failure, self.said = records, failure, said

    def of(self, number: int) -> list[BenchmarkRecord]:
        return [one for one in self.records if one.target == f"ssh://device-{number}"]


def shelf(sshd: Sshd, targets: list[Waiting], folder: Path, breaks: int) -> Shelf:
    """Take two records of each; break the first device's line so many times, then let all go."""
    (folder / "model.tflite").write_bytes(b"the stand-in reads no model")
    (folder / "go-2").touch()

    ended: list[bool] = []

    def disturb() -> None:
        known: set[Path] = set()
        for _ in range(breaks):
            ended.append(break_line(sshd, folder, 1, known))
        (folder / "go-1").touch()

    other = threading.Thread(target=disturb)
    other.start()
    made: list[BenchmarkRecord] = []
    failure = None
    said = io.StringIO()
    with contextlib.redirect_stderr(said):
        try:
            series = Series([str(folder / "model.tflite")], 1, repeats=2)
            for record in measure(targets, series, folder / "out"):
                made.append(record)
        except EdgeError as error:
            failure = error
    other.join()
    assert ended == [True] * breaks  # the device does not go on with what nobody awaits
    return Shelf(made, failure, said.getvalue())


def test_fifty_devices_wait_at_once(sshd: Sshd, place: Path, tmp_path: Path) -> None:
    """Every probe ends only when all fifty have begun: one after the other would never end."""
    (tmp_path / "record.json").write_text(benchmark().to_json())
    (tmp_path / "model.tflite").write_bytes(b"")
    (tmp_path / "begun").mkdir()
    code = f"""
import os, time
open("{tmp_path}/begun/%d" % NUMBER, "w").close()
end = time.monotonic() + 300
while len(os.listdir("{tmp_path}/begun")) < 50:
    if time.monotonic() > end:
        raise SystemExit("the others have not begun")
    time.sleep(0.1)
"""
    options = Options(120.0, sshd.options)
    address = sshd.address(folder=place)
    targets = [Waiting(address, options, one, tmp_path, code) for one in range(50)]
    series = Series([str(tmp_path / "model.tflite")], 1, repeats=1)
    records = list(measure(targets, series, tmp_path / "out"))
    assert {one.target for one in records} == {f"ssh://device-{one}" for one in range(50)}
    assert len(records) == len(list((tmp_path / "out").iterdir())) == 50
    assert emptied(place)


class Board:
    """A device without a connection; `work` is done while it measures."""

    def __init__(self, name: str, machine: str, work: Callable[[str], None]) -> None:
        self.name, self._machine, self._work = name, machine, work
        self.is_open = self.left = False

    def machine(self) -> str:
        return self._machine

    def open(self) -> None:
        self._work(f"open {self.name}")
        self.is_open = True

    def probe(self, model: str, runs: int, threads: int) -> BenchmarkRecord:
        assert self.is_open
        self._work(f"probe {self.name}")
        return benchmark()

    def leave(self) -> None:
        self.left = True

    def close(self) -> None:
        self.is_open = False


def take(boards: list[Board], folder: Path, repeats: int = 2) -> list[BenchmarkRecord]:
    model = folder / "model.tflite"
    model.write_bytes(b"")
    return list(measure(boards, Series([str(model)], 1, repeats), folder / "out"))


def test_one_machine_never_measures_two_things_at_once(tmp_path: Path) -> None:
    """Two machines do: each waits for the other to have begun."""
    log: list[str] = []
    together = threading.Barrier(2, timeout=60)
    inside = dict.fromkeys("AB", 0)

    def work(text: str) -> None:
        machine = text[-2]
        inside[machine] += 1
        assert inside[machine] == 1
        if text.startswith("probe"):
            together.wait()
        log.append(text)
        inside[machine] -= 1

    names = ("A1", "B1", "A2", "B2", "A3", "B3")
    records = take([Board(one, one[0], work) for one in names], tmp_path)
    assert len(records) == 12
    for machine in "AB":
        one, two = f"{machine}1", f"{machine}2"
        assert [text for text in log if machine in text][:5] == [
            f"open {one}", f"probe {one}", f"probe {one}", f"open {two}", f"probe {two}"
        ]  # fmt: skip


def test_what_fails_to_open_or_is_broken_costs_its_own_row(tmp_path: Path) -> None:
    def work(text: str) -> None:
        if text in ("open b", "probe c"):
            raise ModelError(f"{text[-1]} has no interpreter")

    boards = [Board(one, "same", work) for one in "abcd"]
    said = "2 of 4 targets failed: b has no interpreter; c has no interpreter"
    with pytest.raises(DeviceError, match=f"^{said}$"):
        take(boards, tmp_path)
    kept = read_records([tmp_path / "out"])
    assert sorted(one.target for one in kept) == ["a", "a", "d", "d"]
    assert not any(one.is_open for one in boards)


def test_a_defect_of_ours_is_not_hidden(tmp_path: Path) -> None:
    def work(text: str) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        take([Board("a", "a", work), Board("b", "b", work)], tmp_path)


def test_records_that_nobody_took_are_kept(tmp_path: Path) -> None:
    """As on Ctrl-C: the reader goes away while devices have more."""
    (tmp_path / "model.tflite").write_bytes(b"")
    ready = threading.Semaphore(0)
    boards = [Board(one, one, lambda _: ready.release()) for one in "ab"]
    series = Series([str(tmp_path / "model.tflite")], 1, repeats=3)
    records = measure(boards, series, tmp_path / "out")
    next(records)
    for _ in range(8):  # both are opened and probed three times
        assert ready.acquire(timeout=60)
    records.close()
    assert len(read_records([tmp_path / "out"])) == 6
    assert not any(one.is_open for one in boards)
