"""One page of benchmark records: figures, distributions, memory, accuracy, machines, flags."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2

from benchmarks.accuracy import Accuracy, front
from benchmarks.environment import environment
from benchmarks.published import CAPTION, PUBLISHED
from benchmarks.table import NOTES
from edge_runtime.benchmark_record import BenchmarkRecord
from edge_runtime.contract import NOTICE
from workshop.latency import LatencyRow, latency_rows, machine_line, sections
from workshop.plotting.latency import latency_plot
from workshop.plotting.pareto import pareto_plot
from workshop.records import Interval
from workshop.report.format import FILTERS
from workshop.report.pictures import Plot

__all__ = ["page"]

TEMPLATES = (
    Path(__file__).parent / "templates",
    Path(__file__).resolve().parent.parent / "workshop/report/templates",
)


@dataclass(frozen=True)
class Section:
    """One machine: its rows, plots and facts."""

    machine: str
    rows: list[LatencyRow]
    emulated: bool
    latency: Plot | None
    pareto: Plot | None
    environment: list[tuple[str, str]]
    flags: list[str]


def page(
    records: Sequence[BenchmarkRecord], known: dict[str, Accuracy], *, published: bool = False
) -> str:
    """The page as HTML that fetches nothing; times of two machines stand in two sections."""
    loader = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    loader.filters.update(FILTERS, mib=_mib, millions=_millions, fine=_fine)
    parts = [
        _section(machine, rows, [one for one in records if machine_line(one) == machine], known)
        for machine, rows in sections(latency_rows(records)).items()
    ]
    context: dict[str, Any] = {
        "title": "Latency and memory",
        "notice": NOTICE,
        "parts": parts,
        "known": known,
        "student": next((one for one in known.values() if one.student is not None), None),
        "published": PUBLISHED if published else (),
        "caption": CAPTION,
        "records": len(records),
        "started": (min(one.started for one in records), max(one.started for one in records)),
    }
    text: str = loader.get_template("benchmarks.html.j2").render(context)
    return text


def _section(
    machine: str, rows: list[LatencyRow], records: list[BenchmarkRecord], known: dict[str, Accuracy]
) -> Section:
    real = [one for one in records if one.times is not None]
    flags = sorted({flag for row in rows for flag in row.flags})
    return Section(
        machine=machine,
        rows=rows,
        emulated=rows[0].emulated,
        latency=Plot.of(latency_plot(real)) if real else None,
        pareto=_pareto(rows, known),
        environment=environment(records),
        flags=[NOTES.get(flag, flag) for flag in flags],
    )


def _pareto(rows: Sequence[LatencyRow], known: dict[str, Accuracy]) -> Plot | None:
    """Of the smallest number of threads: more of them change the cost of all alike.

    One file alone has nothing to be compared with.
    """
    least = min(row.threads for row in rows)
    one_name = len({row.model for row in rows}) == 1
    points = [
        (row.precision if one_name else f"{row.model} {row.precision}", row.p50_ms,
         known[row.graph_sha256].difference)
        for row in rows
        if row.threads == least and row.p50_ms is not None and row.graph_sha256 in known
    ]  # fmt: skip
    if len(points) < 2:
        return None
    names, costs, worths = zip(*points, strict=True)
    best = front([(cost, worth.value) for _, cost, worth in points])
    return Plot.of(
        pareto_plot(
            names, costs, worths, best,
            cost=f"one invoke, ms (p50, {least} thread{'s' if least > 1 else ''})",
            worth="AUROC less the Keras model's",
            flags=sorted({flag for row in rows for flag in row.flags}),
        )
    )  # fmt: skip


def _mib(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f}"


def _fine(value: Interval) -> str:
    """A difference of AUROC, of which the third decimal is large."""
    return f"{value.value:+.4f} ({value.low:+.4f} to {value.high:+.4f})"


def _millions(value: int | None) -> str:
    return "–" if value is None else f"{value / 1e6:.2f} M"
