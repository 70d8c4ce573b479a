"""`python -m export novelty`: what a run's file makes of pictures that are no films."""

from __future__ import annotations

import csv
import random
from pathlib import Path

import numpy as np
import numpy.typing as npt

from edge_runtime import container
from edge_runtime.contract import LABELS, Contract
from edge_runtime.errors import ModelError, RunError
from edge_runtime.interpreters import open_interpreter
from export.negatives import Kind, negatives, tried_kinds, turned_kinds
from export.novelty_page import novelty_page
from export.novelty_report import FAMILIAR, NoveltyReport, judge, report_path, verdicts
from export.thresholds import NOVELTY_STEPS, between_steps
from workshop.film_store import load_films
from workshop.films import run_data
from workshop.phantoms import phantom_pixels
from workshop.provenance import made_by
from workshop.records import Film, StudentRecord
from workshop.records_io import as_json, load
from workshop.runs import existing_run, write_atomic

__all__ = ["novelty_report", "write_report"]

Pixels = npt.NDArray[np.uint8]
EACH = 150  # pictures of a kind
TURNED_FILMS = 300
OUTSIDE = 500  # never-seen films of other sites and labels that are looked at
# Phantoms and pictures of their own, away from those of training, parity and golden inputs.
PHANTOM_SEED, SEED = 34_000, 35_000
LATERAL = ("l", "ll", "rl", "lateral")
FILMS, PHANTOMS = "holdout's films", "upright phantoms"


def novelty_report(
    run: Path, file: Path | None = None, data: Path | None = None, each: int = EACH, seed: int = 1
) -> NoveltyReport:
    """Measure `file` (RUN/export/student-int8.tflite by default) on every kind of picture.

    Raises `RunError`, `ModelError` or `DataError`; a limit that is missed stands in the report.
    """
    record = load(existing_run(run) / "student.json", StudentRecord)
    path = file if file is not None else run / "export" / "student-int8.tflite"
    if not path.is_file():
        raise RunError(f"{path} is missing; write it with `python -m export run {run}`")
    graph, files = container.split(path.read_bytes())
    threshold = _threshold(path, graph, files, record)
    kinds = _kinds(run, record, run_data(run, data), each, seed)
    interpreter = open_interpreter(graph)
    rows, mean = judge(interpreter.run, kinds, threshold, FILMS)
    counted = [row for row in rows if row.counted and row.auroc is not None]
    worst = min(counted, key=lambda row: row.auroc or 0.0) if counted else None
    why = verdicts(rows, mean, FILMS, PHANTOMS)
    return NoveltyReport(
        name=record.name,
        version=record.version,
        file=path.name,
        graph_sha256=container.sha256(graph),
        threshold=threshold,
        seed=seed,
        rows=tuple(rows),
        mean_auroc=mean,
        worst=f"{worst.kind} ({worst.auroc:.4f})" if worst is not None else "none is counted",
        answered=_mean([1 - row.refused_with_rules_share.value for row in counted]),
        unseen_views=_views(record),
        passed=not why,
        why=tuple(why),
        made_by=made_by(),
    )


def _mean(values: list[float]) -> float | None:
    return float(np.mean(values)) if values else None


def write_report(out: Path, report: NoveltyReport) -> str:
    """Write `OUT.json` and `OUT.md`; returns the page."""
    page = novelty_page(report)
    write_atomic(report_path(out, ".json"), as_json(report))
    write_atomic(report_path(out, ".md"), page)
    return page


def _threshold(path: Path, graph: bytes, files: dict[str, bytes], record: StudentRecord) -> float:
    """The file's own; that of the run where the graph has not been packed yet."""
    if container.CONTRACT not in files:
        return between_steps(record.novelty_threshold, NOVELTY_STEPS)
    contract = Contract.from_json(files[container.CONTRACT])
    if contract.graph_sha256 != container.sha256(graph):
        raise ModelError(f"{path} is damaged: its graph is not the one of its contract")
    return contract.novelty_threshold


def _kinds(run: Path, record: StudentRecord, data: Path, each: int, seed: int) -> list[Kind]:
    """Familiar pictures first, then everything else."""
    holdout, outside = _never_seen(run, record)
    rng = random.Random(seed)
    apart = {
        "never-seen films of other sites": [film for film in outside if film.label in LABELS],
        "never-seen films of other findings": [f for f in outside if f.label not in LABELS],
    }
    chosen = {
        FILMS: holdout,
        **{name: rng.sample(some, min(OUTSIDE, len(some))) for name, some in apart.items() if some},
    }
    size = record.input_size
    pixels = load_films(data, [film for some in chosen.values() for film in some], size,
                        run / "cache")  # fmt: skip
    kinds, start = [], 0
    for name, some in chosen.items():
        part = np.asarray(pixels[start : start + len(some)])
        sites = ", ".join(sorted({film.site for film in some}))
        kinds.append(Kind(name, FAMILIAR, f"sites: {sites}", part, len({f.group for f in some})))
        start += len(some)
    films = kinds[0].pixels
    upright, _ = phantom_pixels(each, seed + PHANTOM_SEED, size)
    kinds.append(Kind(PHANTOMS, FAMILIAR, "rendered", upright, each))
    few = films[sorted(rng.sample(range(len(films)), min(TURNED_FILMS, len(films))))]
    return [
        *kinds,
        *negatives(each, size, seed + SEED),
        *turned_kinds(few, upright),
        *tried_kinds(each, few, seed + SEED),
    ]


def _never_seen(run: Path, record: StudentRecord) -> tuple[list[Film], list[Film]]:
    """Films of the holdout, and all others that the student never saw."""
    path = run / "predictions.csv"
    try:
        with path.open(newline="", encoding="utf-8") as stream:
            held = {row["path"] for row in csv.DictReader(stream) if row["role"] == "holdout"}
    except (OSError, KeyError, UnicodeDecodeError, csv.Error) as error:
        raise RunError(f"{path} cannot be read ({error}); train again") from error
    films = sorted(record.never_seen, key=lambda film: film.path)
    holdout = [film for film in films if film.path in held]
    if len(holdout) < 4:
        raise RunError(f"{run} holds out {len(holdout)} films, too few to measure novelty with")
    return holdout, [film for film in films if film.path not in held]


def _views(record: StudentRecord) -> str:
    """Whether the index knows any lateral film."""
    views = {film.view.lower() for film in (*record.never_seen, *record.trained_on)}
    lateral = sorted(view for view in views if view in LATERAL or view.startswith("lat"))
    if lateral:
        return f"Lateral films ({', '.join(lateral)}) are in the index; they count as films here."
    return "Lateral films: not measured, the index names none."
