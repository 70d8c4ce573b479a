"""Metrics of a binary classifier, with intervals over groups of films.

Labels are 1 for covid and 0 for normal. A metric that needs a class which is not there is
NaN, "not measured", rather than a number that looks like one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar
from scipy.stats import binomtest, rankdata
from sklearn.metrics import roc_curve

from edge_runtime.errors import DataError
from workshop.records import Interval

__all__ = [
    "TEMPERATURES",
    "auroc",
    "auroc_difference",
    "balanced_accuracy",
    "bootstrap",
    "fit_temperature",
    "mean",
    "rank_correlation",
    "sensitivity",
    "sigmoid",
    "specificity",
    "verdict",
    "wilson",
    "youden_threshold",
]

TEMPERATURES = (0.05, 20.0)  # beyond these a calibration set says nothing any more
CONFIDENCE = 0.95

Metric = Callable[..., float]


def auroc(labels: npt.ArrayLike, scores: npt.ArrayLike) -> float:
    """Area under the ROC curve of `[n]` labels (0, 1) and scores; NaN with one class only.

    Computed from ranks (Mann and Whitney), many times faster than building the curve,
    since the bootstrap calls it thousands of times.
    """
    positive = np.asarray(labels).astype(bool)
    ranks = rankdata(np.asarray(scores, np.float64))
    ones = int(positive.sum())
    zeros = positive.size - ones
    if not ones or not zeros:
        return math.nan
    wins = float(ranks[positive].sum()) - ones * (ones + 1) / 2
    return wins / (ones * zeros)


def auroc_difference(labels: npt.ArrayLike, first: npt.ArrayLike, second: npt.ArrayLike) -> float:
    """AUROC of the first scores less that of the second, on the same films."""
    return auroc(labels, first) - auroc(labels, second)


def mean(values: npt.ArrayLike) -> float:
    """Mean of `[n]` values, as a metric of the bootstrap."""
    return float(np.mean(np.asarray(values, np.float64)))


def sigmoid(values: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """1 / (1 + exp(-x)), without overflow."""
    x = np.asarray(values, np.float64)
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * x)))


def verdict(difference: Interval) -> Literal["better", "worse", "none", "not measured"]:
    """What a difference shows of its first network; one whose interval holds zero is none."""
    if math.isnan(difference.low):
        return "not measured"
    if difference.low > 0:
        return "better"
    return "worse" if difference.high < 0 else "none"


def sensitivity(labels: npt.ArrayLike, called: npt.ArrayLike) -> float:
    """Share of covid films (label 1) that were called so (1); NaN without such films."""
    return _share(np.asarray(called).astype(bool), np.asarray(labels).astype(bool))


def specificity(labels: npt.ArrayLike, called: npt.ArrayLike) -> float:
    """Share of normal films (label 0) that were called so (0); NaN without such films."""
    return _share(~np.asarray(called).astype(bool), ~np.asarray(labels).astype(bool))


def balanced_accuracy(labels: npt.ArrayLike, called: npt.ArrayLike) -> float:
    """Mean of sensitivity and specificity; NaN with one class only."""
    return (sensitivity(labels, called) + specificity(labels, called)) / 2


def _share(right: npt.NDArray[np.bool_], among: npt.NDArray[np.bool_]) -> float:
    count = int(np.count_nonzero(among))
    return int(np.count_nonzero(right & among)) / count if count else math.nan


def bootstrap(
    metric: Metric,
    groups: Sequence[object],
    *arrays: npt.ArrayLike,
    seed: int,
    repeats: int = 1000,
) -> Interval:
    """`metric(*arrays)` with its 95 % percentile interval over resampled groups.

    `groups` and every array have one item a film. Whole groups are drawn with
    replacement, as many as there are, so that films of one patient never count as
    independent. Repeats in which the metric is NaN are left out. Where every film is
    right the interval has no width: read it beside the count, or use `wilson`.
    Raises `DataError` where lengths differ or there is no film.
    """
    columns = [np.asarray(array) for array in arrays]
    if not len(groups) or any(len(column) != len(groups) for column in columns):
        raise DataError("a bootstrap needs at least one film and a group for each of them")
    numbers: dict[object, int] = {}
    member = np.array([numbers.setdefault(group, len(numbers)) for group in groups])
    order = np.argsort(member, kind="stable")
    sizes = np.bincount(member)
    starts = np.cumsum(sizes) - sizes
    rng = np.random.default_rng(seed)
    values = []
    for _ in range(repeats):
        drawn = rng.integers(0, len(sizes), len(sizes))
        count = sizes[drawn]
        # Each drawn group's run of positions, one after the other, without a Python loop.
        first = np.repeat(starts[drawn] - (np.cumsum(count) - count), count)
        films = order[first + np.arange(first.size)]
        values.append(metric(*(column[films] for column in columns)))
    kept = np.asarray(values, np.float64)
    kept = kept[~np.isnan(kept)]
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(kept, [tail, 1 - tail]) if kept.size else (math.nan, math.nan)
    return Interval(float(metric(*columns)), float(low), float(high))


def wilson(k: int, n: int) -> Interval:
    """Share `k / n` with its 95 % Wilson interval; of nothing: NaN between 0 and 1."""
    if not 0 <= k <= n:
        raise DataError(f"a share of {k} out of {n} does not exist")
    if n == 0:
        return Interval(math.nan, 0.0, 1.0)
    ends = binomtest(k, n).proportion_ci(confidence_level=CONFIDENCE, method="wilson")
    return Interval(k / n, float(ends.low), float(ends.high))


def fit_temperature(logits: npt.ArrayLike, labels: npt.ArrayLike) -> float:
    """The temperature T that makes `sigmoid(logit / T)` most likely, both classes alike.

    `logits` `[n]` are covid - normal. Each class weighs one half whatever its size, so
    that a score means "against an equally likely normal film". T is kept inside
    `TEMPERATURES`. Raises `DataError` with one class only.
    """
    values = np.asarray(logits, np.float64)
    positive = np.asarray(labels).astype(bool)
    if positive.all() or not positive.any():
        raise DataError("calibration needs films of both classes; there is only one")
    weights = np.where(positive, 0.5 / positive.sum(), 0.5 / (~positive).sum())
    signed = np.where(positive, values, -values)

    def loss(log_t: float) -> float:
        return float(np.sum(weights * np.logaddexp(0.0, -signed / math.exp(log_t))))

    # One minimum: the loss is convex in 1/T, and log T is a monotone change of it.
    ends = (math.log(TEMPERATURES[0]), math.log(TEMPERATURES[1]))
    found = minimize_scalar(loss, bounds=ends, method="bounded", options={"xatol": 1e-6})
    best = min((float(found.x), *ends), key=loss)
    return float(np.clip(math.exp(best), *TEMPERATURES))


def youden_threshold(scores: npt.ArrayLike, labels: npt.ArrayLike) -> float:
    """The threshold t for which `score >= t` has the largest sensitivity + specificity.

    It lies halfway between two scores that occur; of equally good ones it is the lowest,
    the most sensitive. Raises `DataError` with one class only.
    """
    values = np.asarray(scores, np.float64)
    positive = np.asarray(labels).astype(bool)
    if positive.all() or not positive.any():
        raise DataError("a threshold needs films of both classes; there is only one")
    false, true, cuts = roc_curve(positive, values, drop_intermediate=False)
    gain = true - false
    lowest = float(cuts[np.flatnonzero(gain >= gain.max() - 1e-12)[-1]])
    below = values[values < lowest]
    return (lowest + float(below.max())) / 2 if below.size else lowest


def rank_correlation(first: npt.ArrayLike, second: npt.ArrayLike) -> float:
    """Spearman's rank correlation of two arrays of one size; NaN where one is constant."""
    a = rankdata(np.asarray(first, np.float64).ravel())
    b = rankdata(np.asarray(second, np.float64).ravel())
    if a.size != b.size:
        raise DataError(f"a rank correlation needs two arrays of one size, not {a.size}, {b.size}")
    a, b = a - a.mean(), b - b.mean()
    spread = math.sqrt(float(a @ a) * float(b @ b))
    return float(np.clip(float(a @ b) / spread, -1.0, 1.0)) if spread else math.nan
