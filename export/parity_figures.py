"""What is measured of a file over one set of films: tensors, decisions, ranks, heat maps."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from export.films import ParityFilms
from export.heat_parity import may_not_be_empty, rank_correlations
from workshop.evidence.calibration import ece
from workshop.evidence.delong import delong
from workshop.evidence.statistics import auroc_difference, bootstrap, mean, wilson
from workshop.records import NOT_MEASURED, Flip, Interval, ParityFigures

__all__ = ["Outputs", "bounded", "change_of", "figures_of", "logits", "snr_db"]

Floats = npt.NDArray[np.float64]
EDGE = 1 / 512  # half an int8 step: what a score of 0 or 1 may stand for
SEED, REPEATS = 1, 1000  # of resampling alone


@dataclass(frozen=True)
class Outputs:
    """What one implementation said of n films."""

    scores: Floats  # [n], p(covid)
    heatmaps: Floats  # [n, g * g]
    novelty: Floats  # [n]

    def part(self, chosen: slice) -> Outputs:
        """Of some of the films."""
        return Outputs(self.scores[chosen], self.heatmaps[chosen], self.novelty[chosen])


def figures_of(
    films: ParityFilms, chosen: slice, reference: Outputs, found: Outputs, threshold: float
) -> ParityFigures:
    """All figures over the chosen films, file (`found`) less Keras (`reference`)."""
    reference, found = reference.part(chosen), found.part(chosen)
    names, labels, groups = films.names[chosen], films.labels[chosen], films.groups[chosen]
    covid = np.array([label == "covid" for label in labels])
    dp = np.abs(found.scores - reference.scores)
    shift = logits(found.scores) - logits(reference.scores)
    called, before = found.scores >= threshold, reference.scores >= threshold
    flips = [int(i) for i in np.flatnonzero(called != before)]
    ranks = rank_correlations(reference.heatmaps, found.heatmaps)
    ranks = ranks[~np.isnan(ranks)]
    novelty = np.abs(found.novelty - reference.novelty)
    marked = may_not_be_empty(reference.heatmaps, before)
    lost = np.flatnonzero(marked & ~found.heatmaps.any(axis=1))
    sensitivity, specificity = (
        change_of(change[part], [g for g, is_in in zip(groups, part, strict=True) if is_in])
        for change, part in (
            (called.astype(int) - before.astype(int), covid),
            (before.astype(int) - called.astype(int), ~covid),
        )
    )
    both = 0 < covid.sum() < covid.size
    list_ = [
        Flip(
            names[i], labels[i], round(float(reference.scores[i]), 6),
            round(float(found.scores[i]), 6), round(abs(float(reference.scores[i]) - threshold), 6),
        )
        for i in flips
    ]  # fmt: skip
    return ParityFigures(
        classes=dict(sorted(Counter(labels).items())),
        groups=len(set(groups)),
        mean_dp=float(dp.mean()),
        p99_dp=float(np.quantile(dp, 0.99)),
        max_dp=float(dp.max()),
        logit_shift=float(shift.mean()),
        logit_spread=float(shift.std()),
        snr_db=snr_db(logits(reference.scores), logits(found.scores)),
        flips=len(flips),
        flipped=tuple(names[i] for i in flips),
        flip_share=wilson(len(flips), len(dp)),
        flip_list=tuple(sorted(list_, key=lambda one: -one.distance)),
        heatmap_rank_correlation=float(ranks.mean()) if ranks.size else 0.0,
        heatmap_rank_median=float(np.median(ranks)) if ranks.size else math.nan,
        heatmap_films=int(ranks.size),
        novelty_mean_difference=float(novelty.mean()),
        novelty_max_difference=float(novelty.max()),
        sensitivity_difference=sensitivity,
        specificity_difference=specificity,
        auroc_difference=delong(covid, found.scores, reference.scores).difference,
        auroc_difference_groups=bootstrap(
            auroc_difference, groups, covid, found.scores, reference.scores,
            seed=SEED, repeats=REPEATS,
        ) if both else NOT_MEASURED,
        ece_keras=_ece(covid, reference.scores),
        ece_file=_ece(covid, found.scores),
        covid_maps=int(marked.sum()),
        empty_maps=len(lost),
        empty_map_films=tuple(names[i] for i in lost),
    )  # fmt: skip


def bounded(figures: ParityFigures) -> dict[str, float]:
    """What the gate bounds, by the names that it uses.

    `auroc_reach` is the farthest end of the AUROC difference's intervals, DeLong's and that
    over groups: the first is too narrow where a patient has several films.
    """
    ends = [
        end
        for one in (figures.auroc_difference, figures.auroc_difference_groups)
        for end in (one.low, one.high)
    ]
    return {
        "max_dp": figures.max_dp,
        "mean_dp": figures.mean_dp,
        "p99_dp": figures.p99_dp,
        "flips": float(figures.flips),
        "flip_share": figures.flip_share.value,
        "auroc_reach": float(np.max(np.abs(ends))),
        "heatmap_rank": figures.heatmap_rank_median,
        "empty_maps": math.nan if figures.empty_maps is None else float(figures.empty_maps),
    }


def logits(scores: Floats) -> Floats:
    """Log odds; a score within `EDGE` of 0 or 1 counts as that far from it."""
    inside = np.clip(scores, EDGE, 1 - EDGE)
    return np.asarray(np.log(inside) - np.log1p(-inside))


def snr_db(reference: Floats, found: Floats) -> float:
    """Signal over noise in dB: the reference's variance over the mean squared error.

    Variance, so that an offset that all films share is no signal; a shift of the file is
    noise. Infinite where the two are equal, NaN where the reference is constant.
    """
    noise = float(np.mean((found - reference) ** 2))
    signal = float(np.var(reference))
    if signal == 0.0:
        return math.nan
    return math.inf if noise == 0.0 else 10 * math.log10(signal / noise)


def change_of(change: npt.NDArray[np.int_], groups: list[str]) -> Interval:
    """Mean of a change of -1, 0 or 1 a film `[n]`, 95 % interval over groups.

    Where every film has the same change no resampling has a width: then Wilson's interval
    for the share of groups that would differ. No film: not measured.
    """
    if not change.size:
        return NOT_MEASURED
    count = len(set(groups))
    if np.ptp(change) == 0:
        value, reach = float(change[0]), wilson(0, count).high
        return Interval(value, max(value - reach, -1.0), min(value + reach, 1.0))
    if count == 1:
        return Interval(float(change.mean()), -1.0, 1.0)
    return bootstrap(mean, groups, change.astype(float), seed=SEED, repeats=REPEATS)


def _ece(covid: npt.NDArray[np.bool_], scores: Floats) -> float:
    """Expected calibration error; NaN for a score that is no number, as everything else is."""
    return ece(covid, scores) if np.isfinite(scores).all() else math.nan
