"""Answers at one threshold, and the threshold for a stated sensitivity."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from edge_runtime.errors import DataError
from workshop.evidence.calibration import predictive_values
from workshop.evidence.records import OperatingPoint
from workshop.evidence.shares import share_of
from workshop.evidence.statistics import bootstrap, sensitivity, specificity
from workshop.records import Interval

__all__ = ["PREVALENCES", "operating_point", "threshold_for_sensitivity"]

PREVALENCES = (0.01, 0.05, 0.2, 0.5)  # from screening to a ward of suspected cases
REPEATS = 500


def threshold_for_sensitivity(labels: npt.ArrayLike, scores: npt.ArrayLike, wanted: float) -> float:
    """The highest threshold t at which `score >= t` calls at least `wanted` of covid films.

    `labels` `[n]` are 1 for covid; of `scores` `[n]` only covid films' matter. It lies
    halfway down to the next lower score of any film, so that the film that decided is clear
    of it. Raises `DataError` where no film is covid or `wanted` is not in (0, 1].
    """
    positive, values = np.asarray(labels).astype(bool), np.asarray(scores, np.float64)
    if not positive.any() or not 0 < wanted <= 1:
        raise DataError("a threshold for a sensitivity needs covid films, and a share above 0")
    falling = np.sort(values[positive])[::-1]
    # Less a hair, so that .9 of 10 films are 9 and not, by rounding, 10.
    needed = max(int(np.ceil(wanted * falling.size - 1e-9)), 1)
    last = float(falling[needed - 1])
    below = values[values < last]
    return (last + float(below.max())) / 2 if below.size else last


def operating_point(
    name: str,
    threshold: float,
    chosen_on: str,
    labels: npt.ArrayLike,
    scores: npt.ArrayLike,
    groups: Sequence[str],
    seed: int,
) -> OperatingPoint:
    """Sensitivity, specificity, and PPV and NPV at `PREVALENCES`, of films `[n]` of two classes.

    `chosen_on` says which films chose the threshold; they must not be among these.
    """
    truth = np.asarray(labels).astype(bool)
    called = np.asarray(scores, np.float64) >= threshold
    names = np.asarray(groups, object)
    right = [
        share_of(hits, list(names[part]), seed)
        for hits, part in ((called[truth], truth), (~called[~truth], ~truth))
    ]
    return OperatingPoint(
        name=name,
        threshold=threshold,
        chosen_on=chosen_on,
        films=truth.size,
        sensitivity=right[0],
        specificity=right[1],
        predictive=tuple(
            (one, *_predictive(truth, called, groups, right[0], right[1], one, seed))
            for one in PREVALENCES
        ),
    )


def _predictive(
    truth: npt.NDArray[np.bool_],
    called: npt.NDArray[np.bool_],
    groups: Sequence[str],
    right: Interval,
    spared: Interval,
    prevalence: float,
    seed: int,
) -> tuple[Interval, Interval]:
    """PPV and NPV. Where a share is 0 or 1 no resampling moves it: then the ends come from
    both shares' ends at once, which is wider than 95 %."""
    if {right.value, spared.value} & {0.0, 1.0}:
        low, value, high = (
            predictive_values(getattr(right, end), getattr(spared, end), prevalence)
            for end in ("low", "value", "high")
        )
        return Interval(value[0], low[0], high[0]), Interval(value[1], low[1], high[1])

    def of(which: int) -> Interval:
        def metric(y: npt.ArrayLike, c: npt.ArrayLike) -> float:
            return predictive_values(sensitivity(y, c), specificity(y, c), prevalence)[which]

        return bootstrap(metric, groups, truth, called, seed=seed, repeats=REPEATS)

    return of(0), of(1)
