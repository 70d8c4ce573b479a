"""DeLong's test of two correlated AUROCs: two networks that scored the same films.

DeLong, DeLong and Clarke-Pearson, Biometrics 44 (1988), 837-845, in the form with midranks of
Sun and Xu, IEEE Signal Processing Letters 21 (2014), 1389-1393.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import norm, rankdata

from edge_runtime.errors import DataError
from workshop.records import NOT_MEASURED, Interval

__all__ = ["DeLong", "delong"]

Floats = npt.NDArray[np.float64]
NORMAL_95 = float(norm.ppf(0.975))


@dataclass(frozen=True)
class DeLong:
    """AUROC of the first network less that of the second: 95 % interval, two-sided p."""

    difference: Interval
    p: float


def delong(labels: npt.ArrayLike, first: npt.ArrayLike, second: npt.ArrayLike) -> DeLong:
    """Compare the scores `[n]` of two networks on films with `labels` (1 covid, 0 normal).

    Every film counts as independent: films of one patient make the interval too narrow, and
    the bootstrap over groups is what to believe then. Two networks that rank alike have p 1.
    Fewer than two films of a class: NaN, "not measured". Raises `DataError` where the lengths
    differ.
    """
    positive = np.asarray(labels).astype(bool)
    scores = [np.asarray(one, np.float64) for one in (first, second)]
    if any(one.shape != positive.shape for one in scores):
        raise DataError("a comparison needs a label and both networks' score for every film")
    if min(positive.sum(), (~positive).sum()) < 2:
        return DeLong(NOT_MEASURED, math.nan)
    (area, wins, losses), (other, their_wins, their_losses) = (
        _components(one[positive], one[~positive]) for one in scores
    )
    difference = area - other
    # Each class adds the variance of its films' parts in the difference.
    spread = math.sqrt(
        float(np.var(wins - their_wins, ddof=1)) / wins.size
        + float(np.var(losses - their_losses, ddof=1)) / losses.size
    )
    reach = NORMAL_95 * spread
    if spread == 0.0:
        return DeLong(Interval(difference, difference, difference), 1.0 if not difference else 0.0)
    p = 2.0 * float(norm.sf(abs(difference) / spread))
    return DeLong(Interval(difference, difference - reach, difference + reach), p)


def _components(positive: Floats, negative: Floats) -> tuple[float, Floats, Floats]:
    """AUROC, each positive film's share of negatives below it, each negative's of those above."""
    m, n = positive.size, negative.size
    together = rankdata(np.concatenate([positive, negative]))
    below = (together[:m] - rankdata(positive)) / n
    above = 1.0 - (together[m:] - rankdata(negative)) / m
    return float(below.mean()), below, above
