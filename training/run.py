"""One run: films -> folds -> teachers and students -> records, models, plots."""

from __future__ import annotations

import csv
import io
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from edge_runtime.errors import DataError, RunError
from training.backbones import check_backbone
from training.evaluation import called_covid, evaluate, operating_point, select
from training.members import Member, Trainer
from training.predictions import calibrated, predict_member, write_predictions
from training.release import write_student
from workshop.film_store import load_films, unreadable_films
from workshop.films import read_index
from workshop.plots import learning_curves_plot, roc_plot, score_plot
from workshop.presets import Preset
from workshop.provenance import data_fingerprint, made_by
from workshop.records import EvaluationReport, Film, FilmPrediction
from workshop.records_io import save
from workshop.runs import write_atomic
from workshop.splits import split_films
from workshop.statistics import youden_threshold

__all__ = ["Run", "begin", "index_of", "train", "write_history"]

CACHE = "cache"


@dataclass(frozen=True)
class Run:
    """Where a run reads and writes."""

    preset: Preset
    data: Path
    out: Path
    weights: Path | None = None
    resume: bool = False
    skip_bad: bool = False  # leave out films that cannot be read


def train(run: Run) -> list[EvaluationReport]:
    """Do the whole run, or what is left of it; returns the evaluation that it wrote.

    `student.json` is written last: a folder that holds it is finished. Raises `DataError`
    for films or presets that will not do before anything is trained.
    """
    preset, out = run.preset, run.out
    films = index_of(run)
    split = split_films(films, preset.data, preset.split, preset.seed)
    roles = {
        **{fold.name: len(fold.validation) for fold in split.folds},
        "holdout": len(split.holdout),
        "excluded": len(split.excluded),
        "dropped": len(split.dropped),
    }
    pixels = begin(run, films, roles)
    trainer = Trainer(preset, films, pixels, out / "checkpoints", run.weights)
    predictions: list[FilmPrediction] = []
    history: list[dict[str, Any]] = []
    released: Member | None = None
    for number, fold in enumerate(split.folds[: preset.split.trained]):
        member = trainer.member(number, fold.name, fold.train, fold.validation)
        predictions += predict_member(member, films, pixels, fold.validation, "out_of_fold")
        history += member.history
        released = released or member
    if preset.split.refit or released is None:
        released = trainer.member(99, "final", split.training, split.holdout)
        history += released.history
    predictions += predict_member(released, films, pixels, split.holdout, "holdout")
    predictions += predict_member(released, films, pixels, split.excluded, "excluded", ("student",))
    trained_on = split.training if preset.split.refit else split.folds[0].train
    temperature, threshold = operating_point(select(predictions, "student", "out_of_fold"))
    predictions = calibrated(predictions, temperature)
    reports = _evaluate(predictions, threshold, preset.seed)
    write_predictions(out / "predictions.csv", predictions)
    save(out / "evaluation.json", reports)
    save(out / "called_covid.json", called_covid(predictions, threshold))
    write_history(out / "history.csv", history)
    _plots(out / "plots", history, predictions, threshold)
    write_student(run.out, preset, films, pixels, split, trained_on, released,
                  temperature, threshold)  # fmt: skip
    return reports


def index_of(run: Run) -> list[Film]:
    """The films of the run's index; with `skip_bad` those that can be read.

    Each film that is left out is named on stderr.
    """
    films = read_index(run.data)
    if not run.skip_bad:
        return films
    bad = unreadable_films(run.data, films, run.preset.input_size)
    for reason in bad.values():
        sys.stderr.write(f"left out: {reason}\n")
    return [film for number, film in enumerate(films) if number not in bad]


def begin(run: Run, films: Sequence[Film], roles: dict[str, int]) -> npt.NDArray[np.uint8]:
    """Open the run folder, or take it up again; the films' pixels `uint8[n, S, S]`.

    `roles` counts the films by what they are for. Raises `RunError` where the folder holds
    something else, `DataError` for films that cannot be read.
    """
    for network in (run.preset.teacher, run.preset.student):
        for spec in network.backbones:
            check_backbone(spec)
    facts = _facts(run, films, roles)
    _check_folder(run, facts)
    if run.preset.deterministic:
        _make_deterministic()
    try:
        pixels = load_films(run.data, films, run.preset.input_size, run.out / CACHE)
    except DataError as error:
        raise DataError(f"{error}, or leave such films out with --skip-bad") from error
    if not (run.out / "run.json").is_file():  # only now, so that a bad film leaves no run behind
        write_atomic(run.out / "run.json", json.dumps(facts, indent=1) + "\n")
    return pixels


def _check_folder(run: Run, facts: dict[str, Any]) -> None:
    """Refuse to mix runs. Raises `RunError`."""
    begun = run.out / "run.json"
    if not begun.is_file():
        if run.out.is_dir() and any(path.name != CACHE for path in run.out.iterdir()):
            raise RunError(f"{run.out} is not empty and holds no run; choose another --out")
        return
    if not run.resume:
        raise RunError(f"{run.out} holds a run; go on with --resume or choose another --out")
    try:
        earlier = json.loads(begun.read_text(encoding="utf-8"))
        same = all(earlier[key] == facts[key] for key in ("preset", "data_fingerprint"))
    except (ValueError, KeyError, TypeError) as error:
        raise RunError(f"{begun} cannot be read; start in a new folder with --out") from error
    if not same:
        raise RunError(
            f"{run.out} was begun with another preset or other films; choose another --out"
        )


def _facts(run: Run, films: Sequence[Film], roles: dict[str, int]) -> dict[str, Any]:
    """What run.json says of the run."""
    return {
        "schema": 1,
        "name": run.preset.name,
        "preset": json.loads(json.dumps(run.preset.to_dict())),
        "data_fingerprint": data_fingerprint(films),
        "data": str(run.data.resolve()),
        "seed": run.preset.seed,
        "films": len(films),
        "roles": roles,
        "made_by": made_by(),
        "begun": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    }


def _make_deterministic() -> None:
    """Equal seeds, equal bits; only TensorFlow needs to be told.

    Its kernels alone do not suffice: with operations of a graph side by side, a training
    step came out in one of a few ways, differing in its last bits (measured with 2.21).
    """
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        tf.config.threading.set_inter_op_parallelism_threads(1)
        tf.config.experimental.enable_op_determinism()


def _evaluate(
    predictions: list[FilmPrediction], threshold: float, seed: int
) -> list[EvaluationReport]:
    reports = []
    for network in ("teacher", "student"):
        chosen = select(predictions, network, "out_of_fold")
        labels = [int(one.label == "covid") for one in chosen]
        point = threshold
        if network == "teacher":  # its own operating point, chosen in the same way
            point = float(youden_threshold([one.score for one in chosen], labels))
        for role in ("out_of_fold", "holdout"):
            part = select(predictions, network, role)
            if len({one.label for one in part}) < 2:
                raise DataError(f"the {role} films hold one class only; add films of the other")
            reports.append(evaluate(part, network, role, point, seed))
    return reports


def write_history(path: Path, rows: list[dict[str, Any]]) -> None:
    """`history.csv`: a row an epoch and network."""
    stream = io.StringIO()
    writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
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
