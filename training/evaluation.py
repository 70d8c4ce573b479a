"""Metrics with intervals, and the operating point, from predictions film by film."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from workshop.evidence.shares import share_of
from workshop.evidence.statistics import (
    auroc,
    balanced_accuracy,
    bootstrap,
    fit_temperature,
    sensitivity,
    sigmoid,
    specificity,
    wilson,
    youden_threshold,
)
from workshop.records import CalledCovid, EvaluationReport, FilmPrediction, Interval

__all__ = [
    "IN_NUMBER",
    "called_covid",
    "evaluate",
    "operating_point",
    "own_threshold",
    "select",
]

LIKE_THESE = "The score holds for films like these alone."
APART = (
    "No site of these films holds both classes in number, so a model can score high by "
    f"telling hospitals apart. {LIKE_THESE}"
)
IN_NUMBER = 10  # films of each class at one site; seven normals of a covid collection are none


def select(predictions: Sequence[FilmPrediction], network: str, role: str) -> list[FilmPrediction]:
    """The predictions of one network on one role's covid and normal films."""
    return [
        one
        for one in predictions
        if one.network == network and one.role == role and one.label in ("covid", "normal")
    ]


def operating_point(out_of_fold: Sequence[FilmPrediction]) -> tuple[float, float]:
    """Temperature and threshold of the student, from out-of-fold logits only.

    The threshold maximises sensitivity + specificity and is moved to the middle between
    two steps of an int8 probability (1/256), so that no quantized score can equal it.
    """
    labels = [int(one.label == "covid") for one in out_of_fold]
    values = np.array([one.logit for one in out_of_fold])
    temperature = float(fit_temperature(values, labels))
    scores = sigmoid(values / temperature)
    threshold = float(youden_threshold(scores, labels))
    step = min(max(math.floor(threshold * 256), 1), 254)
    return temperature, (step + 0.5) / 256


def own_threshold(predictions: Sequence[FilmPrediction], network: str) -> float:
    """The operating point of a network that is not calibrated, from its out-of-fold scores."""
    part = select(predictions, network, "out_of_fold")
    labels = [int(one.label == "covid") for one in part]
    return float(youden_threshold([one.score for one in part], labels))


def evaluate(
    predictions: Sequence[FilmPrediction], network: str, split: str, threshold: float, seed: int
) -> EvaluationReport:
    """AUROC, sensitivity, specificity and balanced accuracy with 95 % intervals over groups."""
    labels = np.array([int(one.label == "covid") for one in predictions])
    scores = np.array([one.score for one in predictions])
    called = (scores >= threshold).astype(int)
    groups = [one.group for one in predictions]
    folds: dict[str, list[FilmPrediction]] = defaultdict(list)
    for one in predictions:
        folds[one.fold].append(one)
    right, spared, balanced = _rates(groups, labels, called, seed)
    return EvaluationReport(
        network=network,
        split=split,
        films=len(predictions),
        positives=int(labels.sum()),
        groups=len(set(groups)),
        auroc=bootstrap(auroc, groups, labels, scores, seed=seed),
        sensitivity=right,
        specificity=spared,
        balanced_accuracy=balanced,
        threshold=threshold,
        sites=dict(Counter(f"{one.site}/{one.label}" for one in predictions)),
        by_fold={
            name: float(auroc([int(one.label == "covid") for one in part], [p.score for p in part]))
            for name, part in folds.items()
        },
        caution=_caution(predictions),
    )


def _rates(
    groups: Sequence[str], labels: npt.NDArray[np.int64], called: npt.NDArray[np.int64], seed: int
) -> tuple[Interval, Interval, Interval]:
    """Sensitivity, specificity and their mean; resampling gives no width to all or none right."""
    right, spared, balanced = (
        bootstrap(metric, groups, labels, called, seed=seed)
        for metric in (sensitivity, specificity, balanced_accuracy)
    )
    if not {right.value, spared.value} & {0.0, 1.0}:
        return right, spared, balanced
    right, spared = (
        share_of(called[labels == label] == label,
                 [one for one, y in zip(groups, labels, strict=True) if y == label], seed)
        for label in (1, 0)
    )  # fmt: skip
    low, high = (right.low + spared.low) / 2, (right.high + spared.high) / 2
    return right, spared, Interval(balanced.value, low, high)


def _caution(predictions: Sequence[FilmPrediction]) -> str:
    cells = Counter((one.site, one.label) for one in predictions)
    both = any(
        min(cells[site, "covid"], cells[site, "normal"]) >= IN_NUMBER for site, _ in list(cells)
    )
    return LIKE_THESE if both else APART


def called_covid(predictions: Sequence[FilmPrediction], threshold: float) -> list[CalledCovid]:
    """By label and site: how many of the student's never-seen films without covid are
    called covid. A clinician meets this first."""
    cells: dict[tuple[str, str], list[float]] = defaultdict(list)
    for one in predictions:
        if one.network == "student" and one.label != "covid" and one.role != "out_of_fold":
            cells[one.label, one.site].append(one.score)
    rows = []
    for (label, site), scores in sorted(cells.items()):
        called = sum(score >= threshold for score in scores)
        rows.append(CalledCovid(label, site, len(scores), called, wilson(called, len(scores))))
    return rows
