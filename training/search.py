"""Alpha and T of eq. (1), by cross-validation: one teacher a fold, a student a pair."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import fmean

import keras

from training.inference import logits
from training.members import Member, Trainer
from training.run import Run, begin, index_of
from workshop.paper_folds import paper_films, paper_folds
from workshop.records import Film, Fold
from workshop.records_io import save
from workshop.runs import write_atomic
from workshop.splits import split_films
from workshop.statistics import auroc

__all__ = ["Trial", "search", "search_table"]


@dataclass(frozen=True)
class Trial:
    """One pair, and its student's AUROC on each fold's validation films."""

    alpha: float
    temperature: float
    by_fold: dict[str, float]

    @property
    def mean(self) -> float:
        """What the pairs are compared by."""
        return fmean(self.by_fold.values())


def search(run: Run, alphas: Sequence[float], temperatures: Sequence[float]) -> list[Trial]:
    """Train a student for every pair on every fold of the preset; the best pair first.

    Goes on where it was: every student has a checkpoint of its own. Writes `search.json`
    and `search.md`. No film of a holdout is looked at.
    """
    films, folds = _films_and_folds(run)
    pixels = begin(run, films, {fold.name: len(fold.validation) for fold in folds})
    pairs = list(itertools.product(alphas, temperatures))
    found: dict[tuple[float, float], dict[str, float]] = {pair: {} for pair in pairs}
    for number, fold in enumerate(folds):
        held = sorted(set(fold.validation))
        labels = [int(films[i].label == "covid") for i in held]
        trainer = Trainer(run.preset, films, pixels, run.out / "checkpoints", run.weights)
        made = Member(fold.name, {}, [], {})
        trainer.train(made, "teacher", number, fold.train, held)
        for alpha, temperature in pairs:
            distil = replace(run.preset.distil, alpha=alpha, temperature=temperature)
            trial = replace(trainer, preset=replace(run.preset, distil=distil))
            name = f"-alpha{alpha:g}-T{temperature:g}"
            trial.train(made, "student", number, fold.train, held, name)
            found[alpha, temperature][fold.name] = auroc(labels, logits(made.student, pixels, held))
        del made
        keras.backend.clear_session()
    trials = sorted((Trial(*pair, by_fold=found[pair]) for pair in pairs), key=lambda t: -t.mean)
    write_atomic(run.out / "search.md", search_table(trials))
    save(run.out / "search.json", trials)
    return trials


def _films_and_folds(run: Run) -> tuple[list[Film], tuple[Fold, ...]]:
    preset, index = run.preset, index_of(run)
    if preset.paper is None:
        return index, split_films(index, preset.data, preset.split, preset.seed).folds
    films = [index[i] for i in paper_films(index, preset.paper, preset.seed)]
    return films, paper_folds(films, preset.paper, preset.split, preset.seed)


def search_table(trials: Sequence[Trial]) -> str:
    """Markdown, the best pair first."""
    folds = list(trials[0].by_fold)
    lines = [
        f"| alpha | T | mean AUROC | {' | '.join(folds)} |",
        "|---" * (3 + len(folds)) + "|",
        *(
            f"| {one.alpha:g} | {one.temperature:g} | {one.mean:.3f} | "
            + " | ".join(f"{one.by_fold[fold]:.3f}" for fold in folds) + " |"
            for one in trials
        ),
        "",
        f"Best of {len(trials)} pairs on these very films, so its own figure is too good: what "
        "the chosen pair comes to is for other films to say.",
    ]  # fmt: skip
    return "\n".join(lines) + "\n"
