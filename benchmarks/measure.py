"""A series: every model several times, in an order that favours none, each record kept."""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from edge_runtime.benchmark_record import BenchmarkRecord
from workshop.runs import write_atomic

__all__ = ["Series", "keep", "order"]


@dataclass(frozen=True)
class Series:
    """What to measure: each model with each number of threads in `repeats` processes."""

    models: Sequence[str]
    runs: int = 50  # samples a process, after its warm-up
    repeats: int = 3
    threads: Sequence[int] = (1,)
    seed: int = 0
    pause: float = 0.0  # seconds between two processes, to cool


def order(series: Series) -> list[tuple[str, int, int]]:
    """All (model, threads, repeat from 1), shuffled by the seed.

    A machine that warms up or gets busy then slows every model alike.
    """
    repeats = range(1, series.repeats + 1)
    models, threads = dict.fromkeys(series.models), dict.fromkeys(series.threads)
    jobs = list(itertools.product(models, threads, repeats))
    random.Random(series.seed).shuffle(jobs)
    return jobs


def keep(folder: Path, record: BenchmarkRecord) -> Path:
    """Write one record into a file of its own, named by time and model; none is replaced."""
    when = re.sub(r"[^0-9TZ]", "", record.started)
    what = f"{record.model['name']}-{record.model['precision']}-{record.model['graph_sha256'][:8]}"
    stem = f"{when}-{re.sub(r'[^A-Za-z0-9._-]+', '_', what)}"
    number, path = 1, folder / f"{stem}.json"
    while path.exists():
        number += 1
        path = folder / f"{stem}-{number}.json"
    write_atomic(path, record.to_json() + "\n")
    return path
