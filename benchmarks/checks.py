"""What a record must fulfil beyond its schema: its figures follow from its samples."""

from __future__ import annotations

import math
import re
from dataclasses import asdict
from datetime import datetime

from edge_runtime.benchmark_record import BenchmarkRecord, Memory, Times
from edge_runtime.errors import DataError
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
    for name in ("graph_sha256", "file_sha256"):  # records of schema 1 have no file_sha256
        if name in record.model and not re.fullmatch(r"[0-9a-f]{64}", record.model[name]):
            found.append(f"model.{name} is no SHA-256")
    if record.file_bytes <= 0:
        found.append("file_bytes is not positive")
    if record.target == "local" and record.emulated:
        found.append("target local cannot be emulated")
    if record.emulated and not (record.memory or record.instructions):
        found.append("an emulated record holds neither memory nor instructions")
    if not record.emulated and record.times is None:
        found.append("times are missing")
    if record.golden == ("golden_failed" in record.flags):
        found.append("golden and the flag golden_failed say two things")
    found += _times(record.times) if record.times is not None else []
    found += _memory(record.memory) if record.memory is not None else []
    if any(count <= 0 for count in (record.instructions or {}).values()):
        found.append("a number of instructions is not positive")
    if record.energy_mj is not None and not 0 < record.energy_mj < math.inf:
        found.append("energy_mj is not a positive number")
    try:
        datetime.fromisoformat(record.started)
    except ValueError:
        found.append("started is no ISO 8601 time")
    return found


def _times(times: Times) -> list[str]:
    if not times.steady_ms:
        return ["steady_ms holds no sample"]
    apart = [one for one in (times.decode_ms, times.resize_ms) if one is not None]
    measured = (times.load_ms, times.first_ms, *times.steady_ms, *apart)
    if not all(math.isfinite(value) and value > 0 for value in measured):
        return ["a time is not a positive number"]
    follows = asdict(Times.of(times.load_ms, times.first_ms, times.steady_ms, times.warmup_runs))
    return [
        f"{name} is {getattr(times, name)!r}, the samples give {follows[name]!r}"
        for name in ("p50_ms", "p90_ms", "p99_ms", "min_ms", "sd_ms")
        if not math.isclose(getattr(times, name), follows[name], rel_tol=1e-6, abs_tol=1e-9)
    ]


def _memory(memory: Memory) -> list[str]:
    sizes = {name: size for name, size in asdict(memory).items() if size is not None}
    found = [f"{name} is not positive" for name, size in sizes.items() if size <= 0]
    if sizes.get("hwm_after_load_kib", 0) > sizes.get("hwm_kib", math.inf):
        found.append("hwm_kib is below hwm_after_load_kib")
    return found
