"""Where a benchmark runs: one module a kind of target, found by the word before the colon."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

from benchmarks.targets.adb import Adb
from benchmarks.targets.local import Local
from benchmarks.targets.options import Options
from benchmarks.targets.qemu import Qemu
from benchmarks.targets.ssh import Ssh
from edge_runtime.benchmark_record import BenchmarkRecord
from edge_runtime.errors import DataError, UsageError

__all__ = ["TARGETS", "Options", "Target", "listed", "opened", "target"]


class Target(Protocol):
    """A device that can run the probe. Used by one thread, but for `leave`."""

    name: str

    def machine(self) -> str:
        """The identity of the machine that does the work; connects. Raises `EdgeError`."""

    def open(self) -> None:
        """Take the machine's lock, bring what the probe needs; raises `EdgeError`."""

    def probe(self, model: str, runs: int, threads: int) -> BenchmarkRecord:
        """One record from a fresh process; raises `EdgeError`."""

    def leave(self) -> None:
        """From another thread: let what waits for the device raise now."""

    def close(self) -> None:
        """Clean up and give the lock back; also after a failure, and twice."""


TARGETS: dict[str, Callable[[str, Options], Target]] = {
    "local": Local,
    "ssh": Ssh,
    "adb": Adb,
    "qemu": Qemu,
}
FORMS = "local, ssh://USER@HOST[:PORT], adb:SERIAL, qemu:BOARD"


def target(text: str, options: Options | None = None) -> Target:
    """The target that `local` (or another kind) names; raises `UsageError`."""
    kind = text.partition(":")[0]
    if kind not in TARGETS:
        raise UsageError(f"unknown target {text!r}: give one of {FORMS}")
    return TARGETS[kind](text, options or Options())


@contextlib.contextmanager
def opened(one: Target) -> Iterator[Target]:
    """The target, open; closed however it ends."""
    try:
        one.open()
        yield one
    finally:
        one.close()


def listed(path: Path) -> Sequence[str]:
    """The targets of a file: one a line, `#` begins a comment. Raises `DataError`."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not text"
        raise DataError(f"{path} cannot be read: {reason}") from error
    # An address holds no blank, so that " #" begins a comment behind one.
    found = [text for line in lines if (text := f" {line}".partition(" #")[0].strip())]
    if not found:
        raise DataError(f"{path} names no target: write one a line")
    return found
