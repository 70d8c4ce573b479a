"""Records as a table of at most 100 columns: one row a model, precision and thread count."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Sequence

from edge_runtime.benchmark_record import BenchmarkRecord

__all__ = ["table"]

HEAD = ("model", "precision", "thr", "load", "first", "p50", "p90", "min", "MiB", "n", "flags")
LEFT = (0, 1, 10)


def table(records: Sequence[BenchmarkRecord]) -> str:
    """Medians over the repeats, in milliseconds; memory is the largest peak.

    Where a run was flagged the row says so. Times of an emulated machine are never
    shown: such a row has no latency at all.
    """
    rows: dict[tuple[str, str, int, bool], list[BenchmarkRecord]] = defaultdict(list)
    for one in records:
        key = (one.model["name"], one.model["precision"], one.runtime["threads"], one.emulated)
        rows[key].append(one)
    lines = [list(HEAD)]
    for (name, precision, threads, emulated), part in sorted(rows.items()):
        lines.append([_cut(name, 24), precision, str(threads), *_figures(part, emulated)])
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEAD))]
    made = [
        "  ".join(
            cell.ljust(width) if column in LEFT else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    ]
    return "\n".join([made[0], "-" * min(100, max(map(len, made))), *made[1:]]) + "\n"


def _figures(part: Sequence[BenchmarkRecord], emulated: bool) -> list[str]:
    flags = {flag for one in part for flag in one.flags} | ({"emulated"} if emulated else set())
    peaks = [one.rss_peak_kib for one in part if one.rss_peak_kib is not None]
    times = ["-"] * 5
    if not emulated:
        names = ("load_ms", "first_ms", "p50_ms", "p90_ms", "min_ms")
        times = [f"{statistics.median(getattr(one, name) for one in part):.2f}" for name in names]
    memory = f"{max(peaks) / 1024:.1f}" if peaks else "-"
    return [*times, memory, str(len(part)), " ".join(sorted(flags))]


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"
