"""Measure models on a target: fresh processes, shuffled order, every record kept."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.targets import Target
from edge_runtime.benchmark_record import BenchmarkRecord
from edge_runtime.errors import DataError, UsageError
from edge_runtime.model import model_path
from workshop.progress import Progress
from workshop.runs import write_atomic

__all__ = ["measure", "read_records"]


def measure(
    target: Target,
    models: Sequence[str],
    out: Path,
    *,
    runs: int = 50,
    repeats: int = 3,
    threads: Sequence[int] = (1,),
    seed: int = 0,
) -> Iterator[BenchmarkRecord]:
    """Yield a record for each model, thread count and repeat, writing each to `out` at once.

    The order is shuffled by `seed`, so that a machine that warms up or slows down does
    not favour one model; `order.json` keeps seed and order. An interruption costs only
    the measurement under way.
    """
    if runs < 1 or repeats < 1 or not threads or min(threads) < 1:
        raise UsageError("--runs, --repeats and --threads must be at least 1")
    for model in models:
        model_path(model)  # a wrong name is told before the first measurement
    jobs = [(m, t, r) for m in models for t in threads for r in range(repeats)]
    random.Random(seed).shuffle(jobs)
    plan = [{"model": Path(m).name, "threads": t, "repeat": r} for m, t, r in jobs]
    write_atomic(out / "order.json", json.dumps({"seed": seed, "order": plan}, indent=1) + "\n")
    progress = Progress(f"measuring on {target.name}", len(jobs))
    for model, count, repeat in jobs:
        record = target.probe(model, runs, count)
        stem = Path(model).name.removesuffix(".tflite")
        name = f"{target.name}-{stem}-t{count}-r{repeat}.json"
        write_atomic(out / name, record.to_json() + "\n")
        progress.advance(f"{stem} {record.p50_ms:.2f} ms")
        yield record
    progress.close()


def read_records(paths: Sequence[Path]) -> list[BenchmarkRecord]:
    """Records from files and folders; raises `DataError` naming the file that is none."""
    files: list[Path] = []
    for path in paths:
        inside = sorted(path.glob("*.json")) if path.is_dir() else [path]
        files += [file for file in inside if file.name != "order.json"]
    if not files:
        raise DataError(f"no benchmark record in {', '.join(map(str, paths))}")
    records = []
    for file in files:
        try:
            records.append(BenchmarkRecord.from_json(file.read_text(encoding="utf-8")))
        except (OSError, UnicodeDecodeError, DataError) as error:
            raise DataError(f"{file}: {error}") from error
    return records
