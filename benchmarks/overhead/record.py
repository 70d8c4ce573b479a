"""What one run of `python -m benchmarks overhead` measured; figures follow from the samples."""

from __future__ import annotations

from dataclasses import dataclass, field
from statistics import median
from typing import Any

__all__ = ["OVERHEAD_SCHEMA", "Archive", "Beside", "Growth", "Overhead", "Size"]

OVERHEAD_SCHEMA = 1


@dataclass(frozen=True)
class Beside:
    """Three ways to the same outputs, in turns in one process; milliseconds, a value a round."""

    threads: int
    bare_ms: tuple[float, ...]  # the library's call that runs the network, nothing else
    run_ms: tuple[float, ...]  # Model.run: the model's own grays -> checked outputs
    predict_ms: tuple[float, ...]  # Model.predict: a decoded picture of that size -> a prediction
    steps_ms: dict[str, float] = field(default_factory=dict)  # of predict, medians by its own clock


@dataclass(frozen=True)
class Archive:
    """One folder, by one process and by two; seconds, a value a round.

    Beside it what two processes can gain at all here: a loop that touches no memory, and two
    commands that know nothing of each other, with half of the films each.
    """

    films: int
    one_s: tuple[float, ...]
    two_s: tuple[float, ...]
    halves_s: tuple[float, ...]  # two commands at the same time
    loop_one_s: tuple[float, ...]  # two loops, one after the other
    loop_two_s: tuple[float, ...]  # both at the same time

    def gain(self, name: str) -> float:
        """How many times as fast as one: "two", "halves" or "loop"."""
        if name == "loop":
            return median(self.loop_one_s) / median(self.loop_two_s)
        return median(self.one_s) / median(self.two_s if name == "two" else self.halves_s)


@dataclass(frozen=True)
class Growth:
    """Resident memory of one process after some films and after many, in KiB."""

    how: str
    early_films: int
    early_rss: int
    early_peak: int
    late_films: int
    late_rss: int
    late_peak: int

    @property
    def kib(self) -> int:
        """By how much the peak or the present memory grew, whichever is more."""
        return max(self.late_rss - self.early_rss, self.late_peak - self.early_peak)


@dataclass(frozen=True)
class Size:
    """Bytes of what is installed, Pillow and the interpreter apart."""

    model: int
    code: int
    bytecode: int

    @property
    def all(self) -> int:
        """Together."""
        return self.model + self.code + self.bytecode


@dataclass(frozen=True)
class Overhead:
    """One run."""

    model: dict[str, str]
    runtime: dict[str, Any]
    machine: dict[str, Any]
    started: str  # ISO 8601, UTC
    flags: tuple[str, ...]
    beside: tuple[Beside, ...]
    archive: Archive
    growth: tuple[Growth, ...]
    size: Size
    schema: int = OVERHEAD_SCHEMA
