"""Alpha and T of eq. (1), by cross-validation: one teacher a fold, a student a pair."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import fmean
from typing import Any

import keras

from training.begin import Run, begin, facts_of, films_and_folds
from training.inference import logits
from training.members import Job, Member, Trainer
from training.pace import announce
from workshop.evidence.statistics import auroc, auroc_difference, bootstrap
from workshop.markdown import table
from workshop.records import Film, Interval
from workshop.records_io import save
from workshop.runs import write_atomic
from workshop.summary import count_films, counts_text, interval_text

__all__ = ["Search", "Trial", "checkpoint_name", "ranked", "search", "search_table", "search_text"]

Pair = tuple[float, float]  # alpha, T


@dataclass(frozen=True)
class Trial:
    """One pair, and its student's AUROC on each fold's validation films."""

    alpha: float
    temperature: float
    by_fold: dict[str, float]
    pooled: Interval  # AUROC of all folds' films together, 95 % over groups
    behind: Interval | None = None  # the best pair's less this one's, on the same films

    @property
    def mean(self) -> float:
        """What the pairs are compared by."""
        return fmean(self.by_fold.values())


@dataclass(frozen=True)
class Search:
    """`search.json`: the pairs, the best first, and where they came from."""

    facts: dict[str, Any]
    trials: tuple[Trial, ...]
    schema: int = 1


def search(run: Run, alphas: Sequence[float], temperatures: Sequence[float]) -> Search:
    """Train a student for every pair on every fold of the preset; the best pair first.

    Goes on where it was: every student has a checkpoint of its own. Writes `search.json`
    and `search.md`. No film of a holdout is looked at.
    """
    films, folds = films_and_folds(run)
    preset, pixels = begin(run, films, {fold.name: len(fold.validation) for fold in folds})
    trainer = Trainer(preset, films, pixels, run.out / "checkpoints", run.weights)
    jobs = [Job.of(number, fold) for number, fold in enumerate(folds)]
    pairs = list(itertools.product(alphas, temperatures))
    students = [(job, checkpoint_name(*pair)) for job in jobs for pair in pairs]
    left = sum(trainer.steps_left(job, "student", trial) for job, trial in students)
    announce(preset, {**trainer.left(jobs, ("teacher",)), "student": left})
    found: dict[Pair, list[list[float]]] = {pair: [] for pair in pairs}  # logits by fold
    for job in jobs:
        made = Member(job.name, {}, [], {})
        trainer.train(made, "teacher", job)
        for alpha, temperature in pairs:
            distil = replace(preset.distil, alpha=alpha, temperature=temperature)
            trial = replace(trainer, preset=replace(preset, distil=distil))
            trial.train(made, "student", job, checkpoint_name(alpha, temperature))
            found[alpha, temperature].append(logits(made.student, pixels, job.held).tolist())
        del made
        keras.backend.clear_session()
    trials = tuple(ranked(found, films, jobs, preset.seed))
    result = Search(facts_of(preset, films), trials)
    write_atomic(run.out / "search.md", search_text(result, films))
    save(run.out / "search.json", result)
    return result


def checkpoint_name(alpha: float, temperature: float) -> str:
    """What tells a pair's checkpoints apart."""
    short = (repr(float(one)).removesuffix(".0") for one in (alpha, temperature))
    return "-alpha{}-T{}".format(*short)


def ranked(
    found: Mapping[Pair, Sequence[Sequence[float]]],
    films: Sequence[Film],
    jobs: Sequence[Job],
    seed: int,
) -> list[Trial]:
    """The pairs by their mean AUROC, each set against the best on the same films.

    `found` holds the logits of each fold's `held` films, in that order.
    """
    labels = [[int(films[i].label == "covid") for i in job.held] for job in jobs]
    groups = [films[i].group for job in jobs for i in job.held]
    every = list(itertools.chain(*labels))
    trials, scores = [], {}
    for pair, by_fold in found.items():
        names = [job.name for job in jobs]
        areas = [auroc(y, s) for y, s in zip(labels, by_fold, strict=True)]
        scores[pair] = list(itertools.chain(*by_fold))
        pooled = bootstrap(auroc, groups, every, scores[pair], seed=seed)
        trials.append(Trial(*pair, dict(zip(names, areas, strict=True)), pooled))
    trials.sort(key=lambda trial: -trial.mean)
    best = scores[trials[0].alpha, trials[0].temperature]

    def behind(trial: Trial) -> Interval:
        own = scores[trial.alpha, trial.temperature]
        return bootstrap(auroc_difference, groups, every, best, own, seed=seed)

    return [trials[0], *(replace(one, behind=behind(one)) for one in trials[1:])]


def search_text(result: Search, films: Sequence[Film]) -> str:
    """`search.md`: the table, and what has to be known of it."""
    preset = result.facts["preset"]
    student, distil = preset["student"], preset["distil"]
    return "\n".join([
        f"# {preset['name']}: alpha and T of eq. (1)",
        "",
        "Research and demonstration only, not a medical device.",
        "",
        search_table(result.trials),
        f"Films: {counts_text(count_films(films))}. "
        f"{' + '.join(student['backbones'])} after {student['epochs']} epochs at "
        f"{student['learning_rate']:g}, taught by {' + '.join(preset['teacher']['backbones'])}, "
        f"{distil['divergence'].replace('_', ', ')} divergence, {distil['views']} views. "
        "The two classes come from different hospitals: a network can score high by telling the "
        "hospitals apart.",
        "",
    ])  # fmt: skip


def search_table(trials: Sequence[Trial]) -> str:
    """Markdown, the best pair first."""
    folds = list(trials[0].by_fold)
    rows = []
    for one in trials:
        behind = interval_text(one.behind, "+") if one.behind else "–"
        cells = [f"{one.alpha:g}", f"{one.temperature:g}", f"{one.mean:.3f}",
                 interval_text(one.pooled), behind]  # fmt: skip
        rows.append([*cells, *(f"{one.by_fold[fold]:.3f}" for fold in folds)])
    head = ["alpha", "T", "mean AUROC", "all folds' films together", "best less this", *folds]
    worse = sum(one.behind is not None and one.behind.low > 0 for one in trials)
    lines = [
        table(head, rows),
        "",
        f"{worse} of the {len(trials) - 1} other pairs are shown to be worse than the best "
        "(the interval of the difference, 95 % over groups on the same films, lies above zero).",
        "",
        f"Best of {len(trials)} pairs on these very films, so its own figure is too good: what "
        "the chosen pair comes to is for other films to say.",
    ]
    return "\n".join(lines) + "\n"
