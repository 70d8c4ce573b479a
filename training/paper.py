"""The paper's experiment: teacher, student and distilled student on every fold.

BabaAhmadi et al., arXiv 2301.02735. The preset names every choice, those too which the
text leaves open; `training.paper_tables` sets what came out beside the paper's figures.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import keras

from training.members import Trainer
from training.paper_report import write_report
from training.paper_tables import PaperResult, result_of
from training.predictions import predict_member, write_predictions
from training.run import Run, begin, index_of, write_history
from workshop.paper_folds import paper_films, paper_folds, shared_films
from workshop.presets import PaperPreset
from workshop.provenance import made_by
from workshop.records import Film, FilmPrediction, Fold
from workshop.records_io import save

__all__ = ["run_paper"]

NETWORKS = ("teacher", "plain", "student")


def run_paper(run: Run, paper: PaperPreset) -> PaperResult:
    """Do the whole experiment, or what is left of it.

    Writes `predictions.csv`, `history.csv`, `paper.json`, `paper.md` and a plot; a folder
    that holds `paper.json` is finished. Raises `DataError` for films that will not do
    before anything is trained.
    """
    preset, out = run.preset, run.out
    index = index_of(run)
    films = [index[i] for i in paper_films(index, paper, preset.seed)]
    folds = paper_folds(films, paper, preset.split, preset.seed)[: preset.split.trained]
    roles = {fold.name: len(fold.validation) for fold in folds}
    pixels = begin(run, films, roles)
    trainer = Trainer(preset, films, pixels, out / "checkpoints", run.weights)
    predictions: list[FilmPrediction] = []
    history: list[dict[str, Any]] = []
    facts: dict[str, Any] = {}
    for number, fold in enumerate(folds):
        member = trainer.member(number, fold.name, fold.train, fold.validation, plain=True)
        # A copied film is asked once and counted as often as it was copied.
        once = sorted(set(fold.validation))
        asked = predict_member(member, films, pixels, once, "out_of_fold", NETWORKS)
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
        films=_counts(films), leak=shared_films(films, folds), made_by=made_by(), **facts,
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


def _counts(films: Sequence[Film]) -> dict[str, int]:
    return dict(Counter(f"{film.label} of {film.source}" for film in films))
