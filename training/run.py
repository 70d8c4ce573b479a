"""One run: films -> folds -> teachers and students -> records, models, plots."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from edge_runtime.errors import DataError
from training.begin import Run, begin, films_of
from training.evaluation import called_covid, evaluate, operating_point, own_threshold, select
from training.members import Job, Member, Trainer
from training.pace import announce
from training.predictions import calibrated, predict_member, write_predictions
from training.release import write_student
from workshop.plotting.plots import learning_curves_plot, roc_plot, score_plot
from workshop.records import EvaluationReport, FilmPrediction
from workshop.records_io import save
from workshop.runs import write_atomic
from workshop.splits import split_films

__all__ = ["train", "write_history"]


def train(run: Run) -> list[EvaluationReport]:
    """Do the whole run, or what is left of it; returns the evaluation that it wrote.

    `student.json` is written last: a folder that holds it is finished. Raises `DataError`
    for films or presets that will not do before anything is trained.
    """
    out, films = run.out, films_of(run)
    split = split_films(films, run.preset.data, run.preset.split, run.preset.seed)
    roles = {
        **{fold.name: len(fold.validation) for fold in split.folds},
        "holdout": len(split.holdout),
        "excluded": len(split.excluded),
        "dropped": len(split.dropped),
    }
    preset, pixels = begin(run, films, roles)
    trainer = Trainer(preset, films, pixels, out / "checkpoints", run.weights)
    jobs = [
        Job(number, fold.name, fold.train, fold.validation)
        for number, fold in enumerate(split.folds[: preset.split.trained])
    ]
    final = Job(99, "final", split.training, split.holdout)
    networks = ("teacher", "student", "plain") if preset.distil.plain else ("teacher", "student")
    announce(preset, trainer.left([*jobs, final] if preset.split.refit else jobs, networks))
    predictions: list[FilmPrediction] = []
    history: list[dict[str, Any]] = []
    released: Member | None = None
    for job in jobs:
        member = trainer.member(job, networks)
        predictions += predict_member(member, films, pixels, job.held, "out_of_fold", networks)
        history += member.history
        released = released or member
    if preset.split.refit or released is None:
        released = trainer.member(final, networks)
        history += released.history
    predictions += predict_member(released, films, pixels, split.holdout, "holdout", networks)
    predictions += predict_member(released, films, pixels, split.excluded, "excluded", ("student",))
    trained_on = split.training if preset.split.refit else split.folds[0].train
    temperature, threshold = operating_point(select(predictions, "student", "out_of_fold"))
    predictions = calibrated(predictions, temperature)
    reports = _evaluate(predictions, networks, threshold, preset.seed)
    write_predictions(out / "predictions.csv", predictions)
    save(out / "evaluation.json", reports)
    save(out / "called_covid.json", called_covid(predictions, threshold))
    write_history(out / "history.csv", history)
    if released.rounding:
        write_history(out / "rounding.csv", released.rounding)
    _plots(out / "plots", history, predictions, threshold)
    write_student(run.out, preset, films, pixels, split, trained_on, released,
                  temperature, threshold)  # fmt: skip
    return reports


def _evaluate(
    predictions: list[FilmPrediction], networks: Sequence[str], threshold: float, seed: int
) -> list[EvaluationReport]:
    reports = []
    for network in networks:
        point = threshold if network == "student" else own_threshold(predictions, network)
        for role in ("out_of_fold", "holdout"):
            part = select(predictions, network, role)
            if len({one.label for one in part}) < 2:
                raise DataError(f"the {role} films hold one class only; add films of the other")
            reports.append(evaluate(part, network, role, point, seed))
    return reports


def write_history(path: Path, rows: list[dict[str, Any]]) -> None:
    """`history.csv`: a row an epoch and network."""
    stream = io.StringIO()
    columns = dict.fromkeys(key for row in rows for key in row)
    writer = csv.DictWriter(stream, list(columns), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    write_atomic(path, stream.getvalue())


def _plots(
    folder: Path,
    history: list[dict[str, Any]],
    predictions: list[FilmPrediction],
    threshold: float,
) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    curves = {}
    for network in ("teacher", "student"):
        part = select(predictions, network, "holdout")
        curves[network] = ([int(p.label == "covid") for p in part], [p.score for p in part])
    roc_plot(folder / "roc.png", curves)
    learning_curves_plot(folder / "learning-curves.png", history)
    score_plot(folder / "scores.png", *curves["student"], threshold)
