"""A series: every model several times, in an order that favours none, each record kept."""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.targets import Target
from edge_runtime.benchmark_record import BenchmarkRecord
from edge_runtime.model import model_path
from workshop.progress import Progress
from workshop.runs import write_atomic

__all__ = ["Series", "keep", "measure", "order"]


@dataclass(frozen=True)
class Series:
    """What to measure: each model with each number of threads in `repeats` processes."""

    models: Sequence[str]
    runs: int = 50  # samples a process, after its warm-up
    repeats: int = 3
    threads: Sequence[int] = (1,)
    seed: int = 0


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


def measure(target: Target, series: Series, folder: Path) -> Iterator[BenchmarkRecord]:
    """Take the series, one process after the other; yields each record once it is kept.

    The record says its place in the series and the seed of the order. Raises what the
    target raises; what was measured before that, or before an interrupt, stays in `folder`.
    """
    paths = {model: model_path(model).resolve() for model in series.models}  # or told at once
    plan = order(series)
    progress = Progress(f"measuring on {target.name}", len(plan), every=10.0)
    for place, (model, threads, repeat) in enumerate(plan, 1):
        record = target.probe(str(paths[model]), series.runs, threads)
        facts = {"seed": series.seed, "place": place, "of": len(plan), "repeat": repeat}
        record = replace(record, target=target.name, series=facts)
        keep(folder, record)
        took = "emulated" if record.times is None else f"{record.times.p50_ms:.2f} ms"
        progress.advance(f"{Path(model).stem} {took}")
        yield record
    progress.close()
