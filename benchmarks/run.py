"""`python -m benchmarks run`: a series on every target, its records and their table."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.measure import Series
from benchmarks.shelf import measure
from benchmarks.table import table
from benchmarks.targets import Options, listed, target
from edge_runtime.benchmark_record import BenchmarkRecord
from edge_runtime.errors import EdgeError
from workshop.latency import latency_rows

__all__ = ["run"]


def run(
    texts: Sequence[str], file: Path | None, options: Options, series: Series, out: Path, json: bool
) -> None:
    """Measure and print; raises `EdgeError` after what was measured has been shown."""
    named = [*texts, *(listed(file) if file is not None else ())]
    targets = [target(text, options) for text in dict.fromkeys(named or ["local"])]
    made: list[BenchmarkRecord] = []
    failure: EdgeError | None = None
    # Closed here and now: on Ctrl-C the devices clean up before this process ends.
    with contextlib.closing(measure(targets, series, out)) as records:
        try:
            for record in records:
                made.append(record)
                if json:
                    sys.stdout.write(f"{record.to_json()}\n")
                    sys.stdout.flush()
        except EdgeError as error:
            failure = error
    if made and not json:
        sys.stdout.write(table(latency_rows(made)))
    if made or failure is None:
        sys.stderr.write(f"{len(made)} records: {out}\n")
    if failure is not None:
        raise failure
