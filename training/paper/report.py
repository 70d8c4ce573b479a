"""The paper's experiment as one page of Markdown, and a plot of the folds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from training.confusion import METRICS
from training.paper.choices import caution, choices_table, films_text
from training.paper.claims import claims
from training.paper.doubts import impossible_rows, text_against_itself
from training.paper.finished import finished, preset_of
from training.paper.markdown import (
    comparators_table,
    folds_table,
    improvement_table,
    number,
    parameters_table,
)
from training.paper.plot import folds_plot
from training.paper.reference import reference
from training.paper.standins import stand_ins
from training.paper.tables import PaperResult
from workshop.markdown import table
from workshop.presets import Preset
from workshop.runs import write_atomic
from workshop.summary import interval_text

__all__ = ["report_text", "rewrite_report", "summary_lines", "write_report"]

TITLES = {
    "teacher": (1, "Table 1. The teacher"),
    "plain": (2, "Table 2. The student without a teacher"),
    "student": (3, "Table 3. The distilled student"),
}


def write_report(out: Path, preset: Preset, result: PaperResult) -> None:
    """Write `paper.md` and `plots/paper-folds.png` into a run folder."""
    folds_plot(out / "plots" / "paper-folds.png", result)
    write_atomic(out / "paper.md", report_text(preset, result, reference()))


def rewrite_report(run: Path) -> Path:
    """Write both again from a finished run's `paper.json`, without training; gives the page.

    Raises `RunError` where there is no result, `DataError` where it cannot be read.
    """
    result = finished(run)
    write_report(run, preset_of(result), result)
    return run / "paper.md"


def report_text(preset: Preset, result: PaperResult, known: dict[str, Any]) -> str:
    """The whole page. Every table says under its title which networks are not the paper's."""
    others = stand_ins(preset, result, known)
    parts = [
        f"# {result.name}: the experiment of arXiv 2301.02735",
        "Research and demonstration only, not a medical device.",
        preset.note,
        "## Films and choices",
        films_text(result),
        choices_table(preset, known),
    ]
    for network, (which, title) in TITLES.items():
        if network in result.averages:
            parts += [f"## {title}", others, folds_table(result, network, known, which)]
    if {"plain", "student"} <= result.averages.keys():
        parts += ["### Table 3, its last row", others, improvement_table(result, known)]
    parts += [
        "![The folds](plots/paper-folds.png)",
        "## Table 4. Parameters",
        others,
        parameters_table(result, known),
        "## Table 5. Other work, and under which protocol",
        others,
        comparators_table(result, known),
        "## What the paper claims",
        others,
        caution(preset, result, known),
        _claims(result),
        "## What in the paper cannot be true",
        "By arithmetic:",
        impossible_rows(known),
        "By its own text:",
        text_against_itself(known),
        "## Made by",
        ", ".join(f"{key} {value}" for key, value in sorted(result.made_by.items())) + ".",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def summary_lines(result: PaperResult, run: Path) -> list[str]:
    """What the command prints: averages over folds, differences, where the tables are."""
    lines = []
    for network, metrics in result.averages.items():
        shown = "  ".join(f"{name.replace('_', ' ')} {number(metrics[name])}" for name in METRICS)
        lines.append(f"{network:8} {shown}  AUROC {interval_text(result.pooled[network])}")
    lines.append(f"validation films that are trained on too: {result.leak:.1%}")
    return [*lines, f"tables: {run / 'paper.md'}"]


def _claims(result: PaperResult) -> str:
    rows = [(one.claim, one.verdict, one.because) for one in claims(result)]
    return table(["claim", "here", "because"], rows)
