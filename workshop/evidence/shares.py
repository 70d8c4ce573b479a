"""A share of films with its interval over groups, where the bootstrap alone would mislead."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from edge_runtime.errors import DataError
from workshop.evidence.statistics import bootstrap, mean, wilson
from workshop.records import Interval

__all__ = ["share_of"]


def share_of(
    hits: npt.ArrayLike, groups: Sequence[str], seed: int, repeats: int = 1000
) -> Interval:
    """Share of films `bool[n]` that are hit, 95 % interval over groups of films.

    Where all films are hit or none is, every resampling says the same and the bootstrap has
    no width: then Wilson's interval with a group for a film. Films of one group that
    disagree say nothing of other groups: 0 to 1. No film: NaN between 0 and 1. Raises
    `DataError` where the lengths differ.
    """
    right = np.asarray(hits).astype(bool)
    if right.shape != (len(groups),):
        raise DataError("a share needs a group for every film")
    count = len(set(groups))
    if not count:
        return Interval(math.nan, 0.0, 1.0)
    if right.all() or not right.any():
        return wilson(count if right.any() else 0, count)
    if count == 1:
        return Interval(float(right.mean()), 0.0, 1.0)
    return bootstrap(mean, groups, right.astype(float), seed=seed, repeats=repeats)
