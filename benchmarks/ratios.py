"""The ratio of two medians over processes, with a bootstrap interval over processes and samples."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from workshop.records import Interval

__all__ = ["FEW", "FEW_NEED", "figure", "median_ratio", "verdict"]

RESAMPLES = 2000
LOW, HIGH = 0.025, 0.975
# Processes a side: of fewer, a bootstrap's interval of their median is too narrow. Of three, one
# in nine equal pairs would be said to differ (2 % between processes); of five, one in twenty.
FEW = 5
FEW_NEED = 0.10  # so then a difference has to be larger than such differences are


def figure(processes: Sequence[Sequence[float]]) -> float:
    """Of a side: the median over its processes of the medians of their samples."""
    return float(np.median([np.median(samples) for samples in processes]))


def median_ratio(
    first: Sequence[Sequence[float]], second: Sequence[Sequence[float]], seed: int = 0
) -> Interval:
    """Second over first: each side holds the samples of its processes, at least one of each.

    Processes are drawn anew with replacement, then the samples of each: samples of one
    process are alike, so that many of them do not make up for few processes.
    """
    random = np.random.default_rng(seed)
    ratios = _resampled(second, random) / _resampled(first, random)
    low, high = np.quantile(ratios, (LOW, HIGH))
    return Interval(figure(second) / figure(first), float(low), float(high))


def verdict(ratio: Interval, processes: int) -> str:
    """`faster`, `slower` or `cannot tell`; `processes` is the smaller number of a side."""
    need = 0.0 if processes >= FEW else FEW_NEED
    if ratio.low > 1.0 + need:
        return "slower"
    return "faster" if ratio.high < 1.0 - need else "cannot tell"


def _resampled(
    processes: Sequence[Sequence[float]], random: np.random.Generator
) -> npt.NDArray[np.float64]:
    """The figure of a side, `RESAMPLES` times."""
    arrays = [np.asarray(samples, np.float64) for samples in processes]
    medians = np.empty((RESAMPLES, len(arrays)))
    for place in range(len(arrays)):
        drawn = random.integers(len(arrays), size=RESAMPLES)
        for number, samples in enumerate(arrays):
            rows = np.flatnonzero(drawn == number)
            chosen = random.integers(samples.size, size=(rows.size, samples.size))
            medians[rows, place] = np.median(samples[chosen], axis=1)
    return np.asarray(np.median(medians, axis=1))
