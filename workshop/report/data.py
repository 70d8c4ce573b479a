"""What a run folder holds, read for its report; what is not there is None or empty."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from edge_runtime.benchmark_record import BenchmarkRecord
from edge_runtime.errors import DataError, RunError
from workshop.latency import read_records
from workshop.records import (
    CalledCovid,
    EvaluationReport,
    FilmPrediction,
    ParityReport,
    StudentRecord,
)
from workshop.records_io import load

__all__ = ["RunFiles", "read_run"]

T = TypeVar("T")
PHANTOM = "phantom"  # the source of synthetic films


@dataclass(frozen=True)
class RunFiles:
    """All records of one run."""

    run: Path
    facts: dict[str, Any]  # run.json
    student: StudentRecord | None
    evaluation: tuple[EvaluationReport, ...]
    called: tuple[CalledCovid, ...]
    predictions: tuple[FilmPrediction, ...]
    history: tuple[dict[str, str], ...]
    parity: tuple[ParityReport, ...]
    parity_scores: dict[str, list[float]]  # "keras" and file name -> score of each film
    export: dict[str, Any]  # export.json
    benchmarks: tuple[BenchmarkRecord, ...]
    other_benchmarks: int  # records of models that this run did not export

    @property
    def threshold(self) -> float:
        """As exported, else as trained; NaN before either."""
        trained = self.student.threshold if self.student is not None else float("nan")
        return float(self.export.get("threshold", trained))

    @property
    def synthetic(self) -> bool:
        """Whether every film is a phantom."""
        if self.student is None:
            return False
        films = (*self.student.trained_on, *self.student.never_seen)
        return bool(films) and all(film.source == PHANTOM for film in films)

    def of(self, network: str, *roles: str) -> list[FilmPrediction]:
        """One network's predictions of the two classes in some roles."""
        return [
            one
            for one in self.predictions
            if one.network == network and one.role in roles and one.label in ("covid", "normal")
        ]


def read_run(run: Path) -> RunFiles:
    """Read everything; raises `RunError` for no run folder, `DataError` for a wrong file."""
    if not (run / "run.json").is_file():
        raise RunError(f"{run} is not a run folder (no run.json); start with `training run`")
    parity = _records(run / "export" / "parity.json", ParityReport)
    records = _benchmarks(run / "benchmarks")
    graphs = {report.graph_sha256 for report in parity}
    ours = [one for one in records if not graphs or one.model["graph_sha256"] in graphs]
    student = run / "student.json"
    return RunFiles(
        run=run,
        facts=_object(run / "run.json"),
        student=load(student, StudentRecord) if student.is_file() else None,
        evaluation=_records(run / "evaluation.json", EvaluationReport),
        called=_records(run / "called_covid.json", CalledCovid),
        predictions=_rows(run / "predictions.csv", _prediction),
        history=_rows(run / "history.csv", _epoch),
        parity=parity,
        parity_scores=_scores(run / "export" / "parity-films.csv", [one.file for one in parity]),
        export=_object(run / "export" / "export.json"),
        benchmarks=tuple(ours),
        other_benchmarks=len(records) - len(ours),
    )


def _records(path: Path, kind: type[T]) -> tuple[T, ...]:
    return load(path, tuple[kind, ...]) if path.is_file() else ()  # type: ignore[valid-type]


def _object(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise DataError(f"{path} cannot be read ({error}); do that step again") from error
    if not isinstance(data, dict) or any(
        not isinstance(data.get(part, {}), dict) for part in ("preset", "roles", "made_by")
    ):
        raise DataError(f"{path} holds no JSON object of the expected form; do that step again")
    return data


def _rows(path: Path, row: Callable[[dict[str, str]], T]) -> tuple[T, ...]:
    if not path.is_file():
        return ()
    try:
        with path.open(newline="", encoding="utf-8") as stream:
            return tuple(row(one) for one in csv.DictReader(stream))
    except KeyError as error:
        raise DataError(f"{path} has no column {error}; train again") from error
    except (OSError, TypeError, ValueError, csv.Error) as error:
        raise DataError(f"{path} cannot be read ({error}); do that step again") from error


def _prediction(row: dict[str, str]) -> FilmPrediction:
    names = ("path", "label", "site", "group", "role", "network", "fold")
    texts = {name: row[name] for name in names}
    logit, score = float(row["logit"]), float(row["score"])
    if not (math.isfinite(logit) and 0.0 <= score <= 1.0):
        raise ValueError(f"{row['path']} has logit {logit} and score {score}")
    return FilmPrediction(**texts, logit=logit, score=score)


def _epoch(row: dict[str, str]) -> dict[str, str]:
    for name, number in (("epoch", int), ("loss", float), ("val_auroc", float)):
        number(row[name])  # told here, not in the middle of a plot
    return row


def _scores(path: Path, files: list[str]) -> dict[str, list[float]]:
    names = ["keras", *files]
    rows = _rows(path, lambda row: [float(row[name]) for name in names])
    return {name: [row[i] for row in rows] for i, name in enumerate(names)} if rows else {}


def _benchmarks(folder: Path) -> list[BenchmarkRecord]:
    return read_records([folder]) if folder.is_dir() and any(folder.glob("*.json")) else []
