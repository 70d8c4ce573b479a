"""What the probe measured: latency and memory of one model file in one fresh process."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from edge_runtime.errors import DataError

__all__ = ["BENCHMARK_SCHEMA", "BenchmarkRecord"]

BENCHMARK_SCHEMA = 1


@dataclass(frozen=True)
class BenchmarkRecord:
    """One measurement. Times in milliseconds, memory in KiB; None means "not measured"."""

    model: dict[str, str]  # name, version, graph_sha256, precision
    runtime: dict[str, Any]  # name, version, delegate, threads
    machine: dict[str, Any]  # cpu, cores, machine, system, python, load, memory_kib
    target: str  # "local", later "ssh://..." and others
    emulated: bool
    started: str  # ISO 8601, UTC
    load_ms: float  # open the file, digest and contract included, golden run excluded
    first_ms: float  # the first invoke
    steady_ms: tuple[float, ...]  # every raw sample after the warm-up
    warmup_runs: int
    p50_ms: float
    p90_ms: float
    min_ms: float
    rss_after_load_kib: int | None  # VmHWM
    rss_peak_kib: int | None  # VmHWM after all runs
    file_bytes: int
    flags: tuple[str, ...] = ()  # "busy", "throttled", ... : shown wherever the record is
    series: dict[str, int] = field(default_factory=dict)  # seed, place, of, repeat: the order
    schema: int = BENCHMARK_SCHEMA

    def to_json(self) -> str:
        """The record as one line of JSON."""
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> BenchmarkRecord:
        """Read a record; raises `DataError` where it is not one of this schema."""
        try:
            data = json.loads(text)
            if data.get("schema") != BENCHMARK_SCHEMA:
                raise DataError(f"benchmark record schema {data.get('schema')!r} is unknown")
            data["steady_ms"] = tuple(data["steady_ms"])
            data["flags"] = tuple(data["flags"])
            known = {f.name for f in fields(cls)}
            return cls(**{name: value for name, value in data.items() if name in known})
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise DataError(f"not a benchmark record: {error}") from error
