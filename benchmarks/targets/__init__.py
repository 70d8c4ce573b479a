"""Where a benchmark runs: one module a kind of target, found by the word before the colon."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from benchmarks.targets.local import Local
from benchmarks.targets.qemu import Qemu
from edge_runtime.benchmark_record import BenchmarkRecord
from edge_runtime.errors import UsageError

__all__ = ["TARGETS", "Target", "target"]


class Target(Protocol):
    """A device that can run the probe."""

    name: str

    def probe(self, model: str, runs: int, threads: int) -> BenchmarkRecord:
        """One record from a fresh process; raises `EdgeError`."""


TARGETS: dict[str, Callable[[str], Target]] = {"local": Local, "qemu": Qemu}


def target(text: str) -> Target:
    """The target that `local` (or a later kind) names; raises `UsageError`."""
    kind = text.partition(":")[0]
    if kind not in TARGETS:
        known = ", ".join(sorted(TARGETS))
        raise UsageError(f"unknown target {text!r}: give one of {known}")
    return TARGETS[kind](text)
