"""What a report computes from a run's records: counts by site, AUROC inside sites, folds."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

from workshop.evidence.statistics import auroc, bootstrap
from workshop.latency import LatencyRow, latency_rows
from workshop.records import FilmPrediction, Interval
from workshop.report.data import RunFiles

__all__ = [
    "ENOUGH",
    "FoldMean",
    "SiteAuroc",
    "SiteCount",
    "both_classes",
    "folds",
    "latency",
    "mixed_sites",
    "site_counts",
    "within_sites",
]

ENOUGH = 10  # films of each class, below which a site holds no class
SEED = 1  # of resampling alone


@dataclass(frozen=True)
class SiteCount:
    """Films of one site and label by what became of them."""

    site: str
    label: str
    trained: int
    out_of_fold: int
    holdout: int
    excluded: int


@dataclass(frozen=True)
class SiteAuroc:
    """The student on never-seen films of one site that holds both classes."""

    site: str
    covid: int
    normal: int
    auroc: Interval


@dataclass(frozen=True)
class FoldMean:
    """AUROC of all out-of-fold films together, beside the mean of the folds' own."""

    network: str
    pooled: Interval
    mean: float
    spread: float  # standard deviation between folds; NaN for one fold
    each: tuple[tuple[str, float], ...]


def site_counts(files: RunFiles) -> list[SiteCount]:
    """One row a site and label, from the student's record and its predictions."""
    counts: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    if files.student is not None:
        counts["trained"].update((film.site, film.label) for film in files.student.trained_on)
    for one in files.predictions:
        if one.network == "student":
            counts[one.role][one.site, one.label] += 1
    cells = sorted({cell for counter in counts.values() for cell in counter})
    roles = ("trained", "out_of_fold", "holdout", "excluded")
    return [SiteCount(*cell, *(counts[role][cell] for role in roles)) for cell in cells]


def both_classes(counts: list[SiteCount]) -> tuple[int, int]:
    """How many of the sites that were trained on hold both classes in number, and how many
    there are."""
    labels: dict[str, set[str]] = defaultdict(set)
    for row in counts:
        if row.trained and row.label in ("covid", "normal"):
            held = labels[row.site]  # of a site with a handful of films, too
            if row.trained >= ENOUGH:
                held.add(row.label)
    return sum(len(found) == 2 for found in labels.values()), len(labels)


def mixed_sites(files: RunFiles) -> dict[str, list[FilmPrediction]]:
    """The student's never-seen films of sites with at least `ENOUGH` of each class."""
    sites: dict[str, list[FilmPrediction]] = defaultdict(list)
    for one in files.of("student", "holdout", "excluded"):
        sites[one.site].append(one)
    return {site: part for site, part in sorted(sites.items()) if min(_classes(part)) >= ENOUGH}


def _classes(part: Sequence[FilmPrediction]) -> tuple[int, int]:
    covid = sum(one.label == "covid" for one in part)
    return covid, len(part) - covid


def within_sites(files: RunFiles) -> list[SiteAuroc]:
    """AUROC inside each of `mixed_sites`.

    Within one site a network gains nothing by telling hospitals apart.
    """
    rows = []
    for site, part in mixed_sites(files).items():
        labels = [int(one.label == "covid") for one in part]
        groups, scores = [one.group for one in part], [one.score for one in part]
        found = bootstrap(auroc, groups, labels, scores, seed=SEED, repeats=500)
        rows.append(SiteAuroc(site, *_classes(part), found))
    return rows


def folds(files: RunFiles) -> list[FoldMean]:
    """Networks whose out-of-fold films come from more than one fold, or from one alone."""
    return [
        FoldMean(
            one.network, one.auroc, fmean(one.by_fold.values()),
            stdev(one.by_fold.values()) if len(one.by_fold) > 1 else math.nan,
            tuple(sorted(one.by_fold.items())),
        )
        for one in files.evaluation
        if one.split == "out_of_fold" and one.by_fold
    ]  # fmt: skip


def latency(files: RunFiles) -> list[LatencyRow]:
    """The rows of the latency table."""
    return latency_rows(files.benchmarks)
