"""`python -m workshop report RUN`: one self-contained page of what a run folder holds."""

from __future__ import annotations

import base64
import csv
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jinja2

from edge_runtime.benchmark_record import BenchmarkRecord
from edge_runtime.contract import NOTICE
from edge_runtime.errors import DataError
from workshop.plots import latency_plot, parity_plot
from workshop.records import CalledCovid, EvaluationReport, ParityReport, StudentRecord
from workshop.records_io import load
from workshop.report_films import Panel, film_panels
from workshop.runs import existing_run, write_atomic

__all__ = ["write_report"]

TEMPLATES = Path(__file__).parent / "templates"


@dataclass
class _Parts:
    """What the template shows; an empty part says which command would fill it."""

    facts: dict[str, Any]
    student: StudentRecord
    evaluation: list[EvaluationReport] = field(default_factory=list)
    called: list[CalledCovid] = field(default_factory=list)
    parity: list[ParityReport] = field(default_factory=list)
    benchmarks: list[BenchmarkRecord] = field(default_factory=list)
    panels: list[Panel] = field(default_factory=list)
    panels_missing: str = ""
    plots: dict[str, str] = field(default_factory=dict)  # name -> data URI


def write_report(run: Path, out: Path | None = None) -> Path:
    """Write the page (by default RUN/report.html) and return its path.

    Needs a finished run; export, benchmarks and the films themselves are shown where
    they are there. Raises `RunError` or `DataError`.
    """
    existing_run(run)
    parts = _collect(run)
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["span"] = _span
    environment.filters["number"] = _number
    page = environment.get_template("report.html.j2").render(parts=parts, notice=NOTICE, run=run)
    target = out if out is not None else run / "report.html"
    write_atomic(target, page)
    return target


def _collect(run: Path) -> _Parts:
    parts = _Parts(_facts(run / "run.json"), load(run / "student.json", StudentRecord))
    if (run / "evaluation.json").is_file():
        parts.evaluation = load(run / "evaluation.json", list[EvaluationReport])
    if (run / "called_covid.json").is_file():
        parts.called = load(run / "called_covid.json", list[CalledCovid])
    for name in ("roc", "learning-curves", "scores"):
        path = run / "plots" / f"{name}.png"
        if path.is_file():
            parts.plots[name] = _data_uri(path.read_bytes())
    export = run / "export"
    if (export / "parity.json").is_file():
        parts.parity = load(export / "parity.json", list[ParityReport])
        _parity_plot(parts, export / "parity-films.csv")
    parts.panels, parts.panels_missing = film_panels(run, parts.student, parts.facts)
    parts.benchmarks = [
        BenchmarkRecord.from_json(path.read_text(encoding="utf-8"))
        for path in sorted((run / "benchmarks").glob("*.json"))
        if path.name != "order.json"
    ]
    measured = [one for one in parts.benchmarks if not one.emulated]
    if measured:
        parts.plots["latency"] = _data_uri(latency_plot(measured))
    return parts


def _facts(path: Path) -> dict[str, Any]:
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataError(f"{path} cannot be read: {error}") from error
    if not isinstance(facts, dict):
        raise DataError(f"{path} is not a run's record")
    return facts


def _parity_plot(parts: _Parts, path: Path) -> None:
    if not path.is_file():
        return
    with path.open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    files = [one.file for one in parts.parity]
    try:
        keras = [float(row["keras"]) for row in rows]
        scores = {file: [float(row[file]) for row in rows] for file in files}
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(f"{path} is not a parity table ({error}); export the run again") from error
    parts.plots["parity"] = _data_uri(parity_plot(keras, scores, parts.student.threshold))


def _data_uri(png: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(png).decode()


def _span(interval: Any) -> str:
    """`.912 (.871 to .948)`; a dash where nothing could be measured."""
    if interval.value != interval.value:
        return "not measured"
    return f"{interval.value:.3f} ({interval.low:.3f} to {interval.high:.3f})"


def _number(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    return f"{value:,}" if isinstance(value, int) else str(value)
