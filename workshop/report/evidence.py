"""What a report says of scores as probabilities, and of answers at a prevalence."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from workshop.evidence.calibration import brier, ece
from workshop.evidence.operating import PREVALENCES, operating_point
from workshop.evidence.site_calibration import ENOUGH
from workshop.evidence.statistics import bootstrap
from workshop.records import FilmPrediction, Interval
from workshop.report.data import RunFiles

__all__ = [
    "PREVALENCES",
    "Calibration",
    "Predictive",
    "SiteError",
    "calibration",
    "calibration_by_site",
    "predictive",
]

SEED = 1  # of resampling alone
REPEATS = 500


@dataclass(frozen=True)
class Calibration:
    """One network on one split; classes weigh one half each."""

    network: str
    split: str
    films: int
    ece: Interval
    brier: Interval


@dataclass(frozen=True)
class SiteError:
    """The student's mean squared error on never-seen films of one site, whatever their class."""

    site: str
    films: int
    error: float


@dataclass(frozen=True)
class Predictive:
    """What the student's answer is worth where `prevalence` of those filmed have covid."""

    prevalence: float
    ppv: Interval
    npv: Interval


def _columns(part: Sequence[FilmPrediction]) -> tuple[list[str], list[int], list[float]]:
    return (
        [one.group for one in part],
        [int(one.label == "covid") for one in part],
        [one.score for one in part],
    )


def calibration(files: RunFiles) -> list[Calibration]:
    """Each network on the films that its temperature was fitted to, and on those it was not."""
    rows = []
    for network in ("teacher", "student", "plain"):
        for split in ("out_of_fold", "holdout"):
            part = files.of(network, split)
            groups, labels, scores = _columns(part)
            if 0 < sum(labels) < len(labels):
                found = (
                    bootstrap(metric, groups, labels, scores, seed=SEED, repeats=REPEATS)
                    for metric in (ece, brier)
                )
                rows.append(Calibration(network, split, len(part), *found))
    return rows


def calibration_by_site(files: RunFiles) -> tuple[list[SiteError], float]:
    """Sites of never-seen films from the worst on, and the mean over those with enough films.

    Sites here hold one class, so that an error of calibration proper cannot be had by site:
    this says how far the scores are from the truth there.
    """
    sites: dict[str, list[float]] = defaultdict(list)
    for one in files.of("student", "holdout", "excluded"):
        sites[one.site].append((one.score - (one.label == "covid")) ** 2)
    rows = [SiteError(site, len(errors), fmean(errors)) for site, errors in sites.items()]
    rows.sort(key=lambda row: -row.error)
    enough = [row.error for row in rows if row.films >= ENOUGH]
    return rows, fmean(enough) if enough else math.nan


def predictive(files: RunFiles) -> list[Predictive]:
    """PPV and NPV of the student at its threshold on the holdout, at stated prevalences."""
    groups, labels, scores = _columns(files.of("student", "holdout"))
    if not 0 < sum(labels) < len(labels) or math.isnan(files.threshold):
        return []
    point = operating_point("", files.threshold, "", labels, scores, groups, SEED)
    return [Predictive(*row) for row in point.predictive]
