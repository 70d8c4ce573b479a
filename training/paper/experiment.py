"""The paper's experiment: teacher, student and distilled student on every fold.

BabaAhmadi et al., arXiv 2301.02735. The preset names every choice, those too which the
text leaves open; `training.paper.tables` sets what came out beside the paper's figures.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras

from training.begin import Run, begin, films_and_folds
from training.members import Job, Trainer
from training.pace import announce
from training.paper.report import write_report
from training.paper.tables import PaperResult, result_of
from training.predictions import predict_member, write_predictions
from training.run import write_history
from workshop.paper_folds import shared_films
from workshop.presets import PaperPreset
from workshop.provenance import data_fingerprint, made_by
from workshop.records import Film, FilmPrediction, Fold
from workshop.records_io import save
from workshop.summary import count_films

__all__ = ["run_paper"]


def run_paper(run: Run) -> PaperResult:
    """Do the whole experiment, or what is left of it.

    Writes `predictions.csv`, `history.csv`, `paper.json`, `paper.md` and a plot; a folder
    that holds `paper.json` is finished. Raises `DataError` for films that will not do
    before anything is trained.
    """
    out = run.out
    films, folds = films_and_folds(run)
    folds = folds[: run.preset.split.trained]
    preset, pixels = begin(run, films, {fold.name: len(fold.validation) for fold in folds})
    trainer = Trainer(preset, films, pixels, out / "checkpoints", run.weights)
    # A copied film is asked once, and counted below as often as it was copied.
    jobs = [Job.of(number, fold) for number, fold in enumerate(folds)]
    networks = (preset.paper or PaperPreset((), ())).networks
    announce(preset, trainer.left(jobs, networks))
    predictions: list[FilmPrediction] = []
    history: list[dict[str, Any]] = []
    facts: dict[str, Any] = {}
    for job, fold in zip(jobs, folds, strict=True):
        member = trainer.member(job, networks)
        asked = predict_member(member, films, pixels, job.held, "out_of_fold", networks)
        predictions += _repeated(asked, films, fold)
        history += member.history
        facts = {
            "parameters": {name: net.count_params() for name, net in member.networks.items()},
            "weights": member.origins,
        }
        del member
        keras.backend.clear_session()
    write_predictions(out / "predictions.csv", predictions)
    write_history(out / "history.csv", history)
    result = result_of(
        preset, predictions, history,
        films=count_films(films), leak=shared_films(films, folds), made_by=made_by(),
        data_fingerprint=data_fingerprint(films), **facts,
    )  # fmt: skip
    write_report(out, preset, result)
    save(out / "paper.json", result)
    return result


def _repeated(
    asked: Sequence[FilmPrediction], films: Sequence[Film], fold: Fold
) -> list[FilmPrediction]:
    by_path: dict[str, list[FilmPrediction]] = {}
    for one in asked:
        by_path.setdefault(one.path, []).append(one)
    return [one for i in fold.validation for one in by_path[films[i].path]]
