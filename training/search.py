"""Alpha and T of eq. (1), by cross-validation: one teacher a fold, a student a pair."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import fmean

import keras

from training.begin import Run, begin, films_and_folds
from training.inference import logits
from training.members import Job, Member, Trainer
from training.pace import announce
from workshop.records_io import save
from workshop.runs import write_atomic
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
    films, folds = films_and_folds(run)
    preset, pixels = begin(run, films, {fold.name: len(fold.validation) for fold in folds})
    trainer = Trainer(preset, films, pixels, run.out / "checkpoints", run.weights)
    jobs = [Job(n, fold.name, fold.train, tuple(sorted(set(fold.validation))))
            for n, fold in enumerate(folds)]  # fmt: skip
    pairs = list(itertools.product(alphas, temperatures))
    found: dict[tuple[float, float], dict[str, float]] = {pair: {} for pair in pairs}
    announce(preset, trainer.left(jobs, ("teacher",)) + Counter(
        {"student": sum(trainer.steps_left(job, "student", _trial(*pair)) for job in jobs
                        for pair in pairs)}))  # fmt: skip
    for job in jobs:
        labels = [int(films[i].label == "covid") for i in job.held]
        made = Member(job.name, {}, [], {})
        trainer.train(made, "teacher", job)
        for alpha, temperature in pairs:
            distil = replace(preset.distil, alpha=alpha, temperature=temperature)
            trial = replace(trainer, preset=replace(preset, distil=distil))
            trial.train(made, "student", job, _trial(alpha, temperature))
            scores = logits(made.student, pixels, job.held)
            found[alpha, temperature][job.name] = auroc(labels, scores)
        del made
        keras.backend.clear_session()
    trials = sorted((Trial(*pair, by_fold=found[pair]) for pair in pairs), key=lambda t: -t.mean)
    write_atomic(run.out / "search.md", search_table(trials))
    save(run.out / "search.json", trials)
    return trials


def _trial(alpha: float, temperature: float) -> str:
    """What tells a pair's checkpoints apart."""
    return f"-alpha{alpha:g}-T{temperature:g}"


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
