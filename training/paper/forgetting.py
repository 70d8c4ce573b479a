"""How much a network forgets while it is trained: a measure where the paper names none.

Forgetting here is the best epoch's validation AUROC less the last epoch's, fold by fold:
what the network once could and has lost. That is the measure of continual learning
(Chaudhry et al., arXiv 1801.10112) with one task. Film by film, right once and wrong at
the end, would be sharper, but needs the answers of every epoch, which no run keeps.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from workshop.evidence.statistics import bootstrap
from workshop.records import Interval

__all__ = ["forgotten", "less_forgotten"]


def forgotten(history: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, float]]:
    """Network -> fold -> AUROC lost since the best epoch, never negative.

    `history` has a row an epoch with `network`, `fold`, `epoch` and `val_auroc`. A fold of
    one epoch is left out: nothing can be forgotten before a second.
    """
    curves: dict[tuple[str, str], list[tuple[int, float]]] = defaultdict(list)
    for row in history:
        value = row.get("val_auroc")
        if value not in (None, "") and not math.isnan(float(value)):
            curves[row["network"], row["fold"]].append((int(row["epoch"]), float(value)))
    found: dict[str, dict[str, float]] = defaultdict(dict)
    for (network, fold), curve in curves.items():
        values = [value for _, value in sorted(curve)]
        if len(values) > 1:
            found[network][fold] = max(values) - values[-1]
    return dict(found)


def less_forgotten(
    first: Mapping[str, float], second: Mapping[str, float], seed: int
) -> Interval | None:
    """Mean over folds of `first` less `second`, 95 % over folds; None of fewer than two.

    A handful of folds makes a rough interval, and they share films: it is no more than a
    guard against reading a difference into noise.
    """
    folds = [fold for fold in first if fold in second]
    if len(folds) < 2:
        return None
    gaps = [first[fold] - second[fold] for fold in folds]
    return bootstrap(lambda values: float(np.mean(values)), folds, gaps, seed=seed)
