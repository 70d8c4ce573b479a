"""Heat maps of a file against those of its Keras model."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from workshop.evidence.statistics import rank_correlation

__all__ = ["NOTABLE", "may_not_be_empty", "rank_correlations"]

Floats = npt.NDArray[np.float64]
NOTABLE = 0.1  # of the usual maximum: a map that is fainter may round to nothing


def rank_correlations(reference: Floats, found: Floats) -> Floats:
    """Spearman's correlation of each film's two maps, `[n, g * g]` twice -> `[n]`.

    NaN where the reference is constant, as there is no order to keep; 0 where the map was
    lost, which is constant in the file alone.
    """
    return np.array(
        [
            np.nan_to_num(rank_correlation(one, other)) if np.ptp(one) > 0 else np.nan
            for one, other in zip(reference, found, strict=True)
        ]
    )


def may_not_be_empty(reference: Floats, called: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Which films' maps must show something, `bool[n]`.

    Those of films that the reference calls covid whose maximum is at least `NOTABLE` of the
    median maximum over such films; never a map that is all zero.
    """
    largest = reference.max(axis=1)
    if not called.any():
        return np.zeros_like(called)
    usual = float(np.median(largest[called]))
    return np.asarray(called & (largest >= NOTABLE * usual) & (largest > 0))
