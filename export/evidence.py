"""What stands beside the files: training's own evaluation, and every score of parity."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path

from export.films import ParityFilms
from export.parity import Outputs
from workshop.records import CalledCovid, EvaluationReport
from workshop.records_io import load

__all__ = ["evidence", "scores_csv"]


def evidence(run: Path) -> tuple[list[EvaluationReport], list[CalledCovid]]:
    """A run's evaluation and its false alarms; empty where it has none."""
    evaluation, called = run / "evaluation.json", run / "called_covid.json"
    return (
        load(evaluation, list[EvaluationReport]) if evaluation.is_file() else [],
        load(called, list[CalledCovid]) if called.is_file() else [],
    )


def scores_csv(films: ParityFilms, outputs: Mapping[str, Outputs]) -> str:
    """One row a film: its score and novelty in Keras and in every file."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(["path", "label", *outputs, *(f"novelty {name}" for name in outputs)])
    for i, (name, label) in enumerate(zip(films.names, films.labels, strict=True)):
        values = [one.scores[i] for one in outputs.values()]
        values += [one.novelty[i] for one in outputs.values()]
        writer.writerow([name, label, *(f"{value:.6f}" for value in values)])
    return stream.getvalue()
