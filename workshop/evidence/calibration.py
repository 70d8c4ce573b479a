"""Whether a score can be read as a probability, and what an answer is worth at a prevalence.

Both classes weigh one half whatever their number, as in the fit of the temperature: a score
means "against an equally likely normal film".
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

from edge_runtime.errors import DataError

__all__ = ["Bin", "brier", "ece", "predictive_values", "reliability"]

BINS = 10
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Bin:
    """Films of neighbouring scores: their share of weight, mean score, share that is covid."""

    films: int
    weight: float
    score: float
    covid: float


def reliability(labels: npt.ArrayLike, scores: npt.ArrayLike, bins: int = BINS) -> list[Bin]:
    """Films `[n]` in up to `bins` bins of equal weight, from the lowest score to the highest.

    Bins of equal mass and not of equal width: where nearly all scores are near 0 and 1, equal
    widths leave the middle to a handful of films. Equal scores stay together. Empty with one
    class only.
    """
    positive, values = np.asarray(labels).astype(bool), np.asarray(scores, np.float64)
    if positive.shape != values.shape or bins < 1:
        raise DataError("a reliability curve needs a score for every label, and a bin")
    weights = _even(positive)
    if weights is None:
        return []
    order = np.argsort(values, kind="stable")
    total = np.cumsum(weights[order])
    middle = np.empty(values.size)
    middle[order] = total - weights[order] / 2
    ties = rankdata(values, method="dense") - 1
    middle = (np.bincount(ties, weights * middle) / np.bincount(ties, weights))[ties]
    # A film on the edge of two bins is not to change sides with the order of a sum.
    place = np.minimum(np.round(middle * bins, 9).astype(int), bins - 1)
    found = []
    for number in range(bins):
        chosen = place == number
        if chosen.any():
            w = weights[chosen]
            mean, share = (
                float(np.average(x[chosen], weights=w)) for x in (values, positive.astype(float))
            )
            found.append(Bin(int(chosen.sum()), float(w.sum()), mean, share))
    return found


def ece(labels: npt.ArrayLike, scores: npt.ArrayLike) -> float:
    """Expected calibration error over `reliability`'s bins; NaN with one class only."""
    found = reliability(labels, scores)
    if not found:
        return math.nan
    return math.fsum(one.weight * abs(one.score - one.covid) for one in found)


def brier(labels: npt.ArrayLike, scores: npt.ArrayLike) -> float:
    """Mean squared error of the scores; .25 is a coin's. NaN with one class only."""
    positive = np.asarray(labels).astype(bool)
    weights = _even(positive)
    if weights is None:
        return math.nan
    return float(np.sum(weights * (np.asarray(scores, np.float64) - positive) ** 2))


def predictive_values(
    sensitivity: float, specificity: float, prevalence: float
) -> tuple[float, float]:
    """PPV and NPV, by Bayes, where `prevalence` of those filmed have the disease.

    NaN where nobody would be called so.
    """
    called = sensitivity * prevalence + (1 - specificity) * (1 - prevalence)
    spared = specificity * (1 - prevalence) + (1 - sensitivity) * prevalence
    ppv = sensitivity * prevalence / called if called else math.nan
    npv = specificity * (1 - prevalence) / spared if spared else math.nan
    return ppv, npv


def _even(positive: npt.NDArray[np.bool_]) -> Floats | None:
    """A weight a film, each class one half in all; None with one class only."""
    ones = int(positive.sum())
    if not 0 < ones < positive.size:
        return None
    return np.where(positive, 0.5 / ones, 0.5 / (positive.size - ones))
