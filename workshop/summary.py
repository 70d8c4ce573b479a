"""What the commands print of a finished run: one line a result, made from its records."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from workshop.parity_records import InterpreterParity, LayerProfile
from workshop.records import EvaluationReport, Film, Interval, ParityReport

__all__ = [
    "count_films",
    "counts_text",
    "evaluation_lines",
    "interpreter_lines",
    "interval_text",
    "parity_lines",
    "profile_lines",
]


def interval_text(value: Interval, sign: str = "") -> str:
    """`0.926 (0.900 to 0.948)`; with `sign` "+" as a difference is written."""
    ends = (value.value, value.low, value.high)
    shown = (f"{round(one, 3) + 0.0:{sign}.3f}" for one in ends)  # no minus before a zero
    return "{} ({} to {})".format(*shown)


def count_films(films: Iterable[Film]) -> dict[str, int]:
    """How many films there are of each label and source, as `{"covid of ieee8023": 118}`."""
    return dict(Counter(f"{film.label} of {film.source}" for film in films))


def counts_text(counts: Mapping[str, int]) -> str:
    """`118 covid of ieee8023, 177 normal of crd_v4`, by name."""
    return ", ".join(f"{count} {name}" for name, count in sorted(counts.items()))


def evaluation_lines(reports: Sequence[EvaluationReport], run: Path) -> list[str]:
    """A line for each network and split, the caution that goes with them, the run folder."""
    lines = [
        f"{report.network:8} {report.split:12} AUROC {report.auroc.value:.3f} "
        f"({report.auroc.low:.3f}-{report.auroc.high:.3f})  "
        f"sensitivity {report.sensitivity.value:.3f}  "
        f"specificity {report.specificity.value:.3f}  {report.films} films"
        for report in reports
    ]
    return [*lines, reports[-1].caution, f"run folder: {run}"]


def parity_lines(reports: Sequence[ParityReport], run: Path) -> list[str]:
    """A line for each exported file: how far it is from the Keras model.

    What an older record did not measure is left out.
    """
    return [
        f"{run / 'export' / one.file}  graph {one.graph_sha256[:12]}  "
        f"|dp| mean {one.mean_dp:.2g} max {one.max_dp:.2g}  "
        f"{one.flips} of {one.judged} decisions change  "
        f"heat map rank correlation {one.heatmap_rank_correlation:.2f}"
        f"{_auroc_text(one)}{_goal_text(one)}"
        for one in reports
    ]


def _auroc_text(report: ParityReport) -> str:
    found = report.auroc_difference
    return "" if math.isnan(found.value) else f"  AUROC {interval_text(found, '+')}"


def _goal_text(report: ParityReport) -> str:
    if report.goal_missed is None:
        return ""
    return "  goal missed" if report.goal_missed else "  goal met"


def interpreter_lines(rows: Sequence[InterpreterParity]) -> list[str]:
    """A line for each file and interpreter: how far it is from the file's usual one."""
    return [
        f"{one.file:24} {one.interpreter} {one.version}".ljust(60)
        + (
            f"not measured: {one.missing}"
            if one.missing
            else f"|dp| mean {one.mean_dp:.2g} max {one.max_dp:.2g}  {one.flips} of "
            f"{one.films + one.phantoms} decisions change  heat map {one.heatmap_difference:.2g}  "
            f"novelty {one.novelty_difference:.2g}  (from {one.reference})"
        )
        for one in rows
    ]


def profile_lines(profile: LayerProfile) -> list[str]:
    """A line for each layer of a quantized file, in the order in which they are computed."""
    return [
        f"{one.number:3} {one.operator:18} {one.snr_db:5.1f} dB, worse channels {one.low_db:5.1f}, "
        f"shift {one.shift:+.3f}, {one.lost} of {one.channels} lost  {one.name[-48:]}"
        for one in profile.layers
    ]
