"""What a record must fulfil beyond its schema: its figures follow from its samples."""

from __future__ import annotations

import math
import re
from datetime import datetime

from edge_runtime.benchmark_record import BenchmarkRecord
from edge_runtime.errors import DataError
from edge_runtime.probe import quantile
from workshop.latency import threads_of

__all__ = ["problems"]

MODEL = ("name", "version", "graph_sha256", "precision")
RUNTIME = ("name", "version", "delegate", "threads")


def problems(record: BenchmarkRecord) -> list[str]:
    """One line for each thing that is wrong with a record; empty where nothing is."""
    found = [f"model lacks {key}" for key in MODEL if not record.model.get(key)]
    found += [f"runtime lacks {key}" for key in RUNTIME if key not in record.runtime]
    try:
        threads_of(record)
    except DataError:
        found.append("runtime.threads is no number of threads")
    if not re.fullmatch(r"[0-9a-f]{64}", record.model.get("graph_sha256", "")):
        found.append("model.graph_sha256 is no SHA-256")
    times = (record.load_ms, record.first_ms, *record.steady_ms)
    if not record.steady_ms:
        return [*found, "steady_ms holds no sample"]
    if not all(math.isfinite(value) and value > 0 for value in times):
        found.append("a time is not a positive number")
    else:
        found += _summary(record)
    if record.target == "local" and record.emulated:
        found.append("target local cannot be emulated")
    sizes = (record.rss_after_load_kib, record.rss_peak_kib)
    if any(size is not None and size <= 0 for size in sizes):
        found.append("a memory size is not positive")
    if None not in sizes and sizes[0] > sizes[1]:  # type: ignore[operator]
        found.append("rss_peak_kib is below rss_after_load_kib")
    try:
        datetime.fromisoformat(record.started)
    except ValueError:
        found.append("started is no ISO 8601 time")
    return found


def _summary(record: BenchmarkRecord) -> list[str]:
    expected = {
        "p50_ms": quantile(record.steady_ms, 0.5),
        "p90_ms": quantile(record.steady_ms, 0.9),
        "min_ms": min(record.steady_ms),
    }
    return [
        f"{name} is {getattr(record, name)!r}, the samples give {value!r}"
        for name, value in expected.items()
        if not math.isclose(getattr(record, name), value, rel_tol=1e-6)
    ]
