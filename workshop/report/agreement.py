"""How two networks of a run agree, film by film, and which of them is better."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from edge_runtime.errors import DataError
from workshop.evidence.delong import DeLong, delong
from workshop.evidence.shares import share_of
from workshop.evidence.statistics import (
    auroc_difference,
    bootstrap,
    rank_correlation,
    verdict,
)
from workshop.records import FilmPrediction, Interval
from workshop.report.data import RunFiles

__all__ = ["PAIRS", "Agreement", "Comparison", "agreements", "cohen_kappa", "comparisons", "paired"]

PAIRS = (("student", "teacher"), ("student", "plain"), ("plain", "teacher"))
SPLITS = ("out_of_fold", "holdout")
SEED = 1  # of resampling alone
REPEATS = 500

Pairs = list[tuple[FilmPrediction, FilmPrediction]]


@dataclass(frozen=True)
class Comparison:
    """AUROC of the first network less the second's on the same films, in two ways."""

    first: str
    second: str
    split: str
    films: int
    over_groups: Interval
    test: DeLong

    @property
    def verdict(self) -> str:
        """In words; a gain whose interval over groups holds zero is none."""
        return {
            "better": f"the {self.first} is better",
            "worse": f"the {self.second} is better",
            "none": "no gain is shown: the interval includes zero",
            "not measured": "not measured",
        }[verdict(self.over_groups)]


@dataclass(frozen=True)
class Agreement:
    """Two networks on the same films, each at its own threshold; intervals over groups."""

    first: str
    second: str
    split: str
    films: int
    equal: Interval  # share of equal decisions
    kappa: Interval  # Cohen's, of the decisions
    ranks: Interval  # Spearman's correlation of the scores


def paired(files: RunFiles, first: str, second: str, split: str) -> Pairs:
    """The covid and normal films of a split that both networks scored, in the same fold."""
    other = {(one.path, one.fold): one for one in files.of(second, split)}
    return [
        (one, other[one.path, one.fold])
        for one in files.of(first, split)
        if (one.path, one.fold) in other
    ]


def comparisons(files: RunFiles) -> list[Comparison]:
    """Every pair of networks on every split with films of both classes."""
    rows = []
    for first, second in PAIRS:
        for split in SPLITS:
            part = paired(files, first, second, split)
            labels = [int(one.label == "covid") for one, _ in part]
            if not 0 < sum(labels) < len(labels):
                continue
            ours, theirs = (np.array([pair[which].logit for pair in part]) for which in (0, 1))
            over_groups = bootstrap(
                auroc_difference, _groups(part), labels, ours, theirs, seed=SEED, repeats=REPEATS,
            )  # fmt: skip
            found = delong(labels, ours, theirs)
            rows.append(Comparison(first, second, split, len(part), over_groups, found))
    return rows


def agreements(files: RunFiles) -> list[Agreement]:
    """Every pair of networks on every split, where both thresholds are known."""
    points = {(one.network, one.split): one.threshold for one in files.evaluation}
    rows = []
    for first, second in PAIRS:
        for split in SPLITS:
            part = paired(files, first, second, split)
            if not part or (first, split) not in points or (second, split) not in points:
                continue
            called = [
                np.array([pair[which].score >= points[name, split] for pair in part])
                for which, name in enumerate((first, second))
            ]
            scores = [np.array([pair[which].score for pair in part]) for which in (0, 1)]
            groups = _groups(part)
            kappa, ranks = (
                bootstrap(metric, groups, *pair, seed=SEED, repeats=REPEATS)
                for metric, pair in ((cohen_kappa, called), (rank_correlation, scores))
            )
            equal = share_of(called[0] == called[1], groups, SEED, REPEATS)
            rows.append(Agreement(first, second, split, len(part), equal, kappa, ranks))
    return rows


def _groups(part: Pairs) -> list[str]:
    return [one.group for one, _ in part]


def cohen_kappa(first: npt.ArrayLike, second: npt.ArrayLike) -> float:
    """Agreement of two columns `[n]` of decisions (0, 1) beyond chance: 1 whole, 0 chance.

    Cohen, Educational and Psychological Measurement 20 (1960), 37-46. NaN where both say one
    and the same of every film: chance alone would agree. Raises `DataError` for two lengths
    or no film.
    """
    a, b = np.asarray(first).astype(bool), np.asarray(second).astype(bool)
    if a.shape != b.shape or not a.size:
        raise DataError("agreement needs both decisions of every film, and a film")
    seen = float(np.mean(a == b))
    chance = float(a.mean() * b.mean() + (1 - a.mean()) * (1 - b.mean()))
    return (seen - chance) / (1 - chance) if chance < 1.0 else math.nan
