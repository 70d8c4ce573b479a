"""What the probe measured: one model file in one fresh process on one device."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from edge_runtime.errors import DataError

__all__ = ["BENCHMARK_SCHEMA", "BenchmarkRecord", "Memory", "Times", "current", "quantile"]

BENCHMARK_SCHEMA = 2


@dataclass(frozen=True)
class Times:
    """How long it took, in milliseconds. The figures follow from `steady_ms`: use `of`."""

    load_ms: float  # open the file, digest and contract included, golden run excluded
    first_ms: float  # the first invoke
    steady_ms: tuple[float, ...]  # every raw sample after the warm-up
    warmup_runs: int
    p50_ms: float
    p90_ms: float
    p99_ms: float
    min_ms: float
    sd_ms: float
    decode_ms: float | None = None  # file to gray picture, and to the model's size: medians
    resize_ms: float | None = None

    @classmethod
    def of(
        cls,
        load_ms: float,
        first_ms: float,
        steady_ms: Sequence[float],
        warmup_runs: int,
        decode_ms: float | None = None,
        resize_ms: float | None = None,
    ) -> Times:
        """With the figures that follow from the samples, of which there must be one."""
        return cls(
            load_ms,
            first_ms,
            tuple(steady_ms),
            warmup_runs,
            p50_ms=quantile(steady_ms, 0.5),
            p90_ms=quantile(steady_ms, 0.9),
            p99_ms=quantile(steady_ms, 0.99),
            min_ms=min(steady_ms),
            sd_ms=_deviation(steady_ms),
            decode_ms=decode_ms,
            resize_ms=resize_ms,
        )


@dataclass(frozen=True)
class Memory:
    """What the process occupied, in KiB; None where the system does not tell."""

    hwm_after_load_kib: int | None  # VmHWM: the most that was resident up to then
    hwm_kib: int | None  # the same after all runs
    pss_kib: int | None = None  # after all runs; what is shared counts by its share
    private_dirty_kib: int | None = None  # after all runs; what is this process's alone
    pss_after_load_kib: int | None = None
    private_dirty_after_load_kib: int | None = None


@dataclass(frozen=True)
class BenchmarkRecord:
    """One measurement; None means "not measured". An emulated one cannot hold times."""

    model: dict[str, str]  # name, version, graph_sha256, file_sha256, precision
    runtime: dict[str, Any]  # name, version, delegate, threads
    machine: dict[str, Any]  # what `machine.describe` tells, and what others used meanwhile
    target: str  # "local", "ssh://...", "adb:...", "qemu:..."
    emulated: bool
    started: str  # ISO 8601, UTC
    file_bytes: int
    golden: bool  # whether every golden input gave its output
    times: Times | None = None
    memory: Memory | None = None
    instructions: dict[str, int] | None = None  # counted by an emulator, by name of what ran
    energy_mj: float | None = None  # millijoules an invoke, as the board itself counts
    flags: tuple[str, ...] = ()  # "busy", "throttled", ... : shown wherever the record is
    series: dict[str, int] = field(default_factory=dict)  # seed, place, of, repeat: the order
    schema: int = BENCHMARK_SCHEMA

    def __post_init__(self) -> None:
        if self.emulated and self.times is not None:
            raise ValueError("an emulated record holds no times: they would be no board's")

    def to_json(self) -> str:
        """The record as one line of JSON; without times there is no key for them."""
        data = asdict(self)
        if self.times is None:
            del data["times"]
        return json.dumps(data, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> BenchmarkRecord:
        """Read a record of this schema or an older one; raises `DataError`."""
        try:
            data = current(json.loads(text))
            if data.get("times") is not None:
                steady = tuple(data["times"]["steady_ms"])
                data["times"] = Times(**_known(Times, {**data["times"], "steady_ms": steady}))
            if data.get("memory") is not None:
                data["memory"] = Memory(**_known(Memory, data["memory"]))
            return cls(**_known(cls, {**data, "flags": tuple(data["flags"])}))
        except (ValueError, TypeError, LookupError, AttributeError) as error:
            raise DataError(f"not a benchmark record: {error}") from error


def current(data: dict[str, Any]) -> dict[str, Any]:
    """The fields of a record as this schema has them; raises `DataError` for a newer one."""
    if data.get("schema") == BENCHMARK_SCHEMA:
        return data
    if data.get("schema") != 1:
        raise DataError(f"benchmark record schema {data.get('schema')!r:.40} is unknown")
    steady = data["steady_ms"]
    times = Times.of(data["load_ms"], data["first_ms"], steady, data["warmup_runs"])
    kept = {name: data[name] for name in ("p50_ms", "p90_ms", "min_ms")}
    memory = Memory(data["rss_after_load_kib"], data["rss_peak_kib"])
    shared = (
        "model", "runtime", "machine", "target", "emulated", "started", "file_bytes", "flags",
    )  # fmt: skip
    return {
        **{name: data[name] for name in shared},
        "series": data.get("series", {}),
        "golden": "golden_failed" not in data["flags"],
        # The first schema gave an emulated record times, and told readers to look away.
        "times": None if data["emulated"] else {**asdict(times), **kept},
        "memory": None if data["emulated"] else asdict(memory),
        "schema": BENCHMARK_SCHEMA,
    }


def quantile(samples: Sequence[float], share: float) -> float:
    """Linear interpolation between order statistics, as NumPy's default."""
    ordered = sorted(samples)
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def _deviation(samples: Sequence[float]) -> float:
    """The sample's standard deviation; 0 for one sample."""
    mean = math.fsum(samples) / len(samples)
    squares = math.fsum((one - mean) ** 2 for one in samples)
    return math.sqrt(squares / max(1, len(samples) - 1))


def _known(cls: Any, data: dict[str, Any]) -> dict[str, Any]:
    """Without what a later version may have added."""
    names = {one.name for one in fields(cls)}
    return {name: value for name, value in data.items() if name in names}
