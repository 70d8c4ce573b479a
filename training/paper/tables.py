"""What the paper's experiment came to: rows by fold, averages, differences, claims."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import fmean
from typing import Any

import numpy as np

from training.confusion import METRICS, Confusion
from training.paper.forgetting import forgotten
from workshop.evidence.statistics import auroc, balanced_accuracy, bootstrap, verdict
from workshop.presets import Preset
from workshop.records import FilmPrediction, Interval

__all__ = ["NAMES", "Difference", "PaperResult", "Row", "result_of"]

NAMES = {"teacher": "teacher", "plain": "student, no teacher", "student": "distilled student"}
HALF = 0.5  # the larger of two logits: the paper names no other threshold


@dataclass(frozen=True)
class Row:
    """One network on one fold's validation films."""

    network: str
    fold: str
    films: int
    confusion: Confusion
    metrics: dict[str, float]
    auroc: float


@dataclass(frozen=True)
class Difference:
    """A metric of one network less that of another, on the same films, over groups."""

    first: str
    second: str
    metric: str
    interval: Interval

    @property
    def verdict(self) -> str:
        """A difference whose interval holds zero is none."""
        return verdict(self.interval)


@dataclass(frozen=True)
class PaperResult:
    """`paper.json`: everything that the tables are printed from."""

    name: str
    preset: dict[str, Any]
    films: dict[str, int]
    leak: float  # share of validation films whose group is trained on too
    rows: tuple[Row, ...]
    averages: dict[str, dict[str, float]]  # network -> metric -> mean over folds
    pooled: dict[str, Interval]  # network -> AUROC of all folds' films together
    differences: tuple[Difference, ...]
    parameters: dict[str, int]
    weights: dict[str, dict[str, str]]
    seconds_per_epoch: dict[str, float]
    seconds: dict[str, float]  # in all
    made_by: dict[str, str]
    # network -> fold -> validation AUROC lost since the best epoch; empty in older results
    forgotten: dict[str, dict[str, float]] = field(default_factory=dict)
    data_fingerprint: str = ""  # of the films; results of earlier versions lack it
    schema: int = 1


def result_of(
    preset: Preset,
    predictions: Sequence[FilmPrediction],
    history: Sequence[dict[str, Any]],
    *,
    films: dict[str, int],
    leak: float,
    parameters: dict[str, int],
    weights: dict[str, dict[str, str]],
    made_by: dict[str, str],
    data_fingerprint: str = "",
) -> PaperResult:
    """The result of predictions film by film and of the learning curves' times."""
    cells: dict[tuple[str, str], list[FilmPrediction]] = defaultdict(list)
    for one in predictions:
        cells[one.network, one.fold].append(one)
    rows = tuple(_row(network, fold, part) for (network, fold), part in cells.items())
    names = list(dict.fromkeys(row.network for row in rows))
    spent: dict[str, list[float]] = defaultdict(list)
    for line in history:
        spent[line["network"]].append(float(line["seconds"]))
    return PaperResult(
        name=preset.name,
        preset=preset.to_dict(),
        films=films,
        leak=leak,
        rows=rows,
        averages={
            name: {m: fmean(r.metrics[m] for r in rows if r.network == name) for m in METRICS}
            for name in names
        },
        pooled={name: _pooled(predictions, name, preset.seed) for name in names},
        differences=_differences(predictions, preset.seed),
        parameters=parameters,
        weights=weights,
        seconds_per_epoch={name: fmean(times) for name, times in spent.items()},
        seconds={name: sum(times) for name, times in spent.items()},
        made_by=made_by,
        data_fingerprint=data_fingerprint,
        forgotten=forgotten(history),
    )


def _row(network: str, fold: str, part: Sequence[FilmPrediction]) -> Row:
    labels, called = _labels(part), [int(one.score >= HALF) for one in part]
    confusion = Confusion.of(labels, called)
    area = auroc(labels, [one.logit for one in part])
    return Row(network, fold, len(part), confusion, confusion.metrics(), area)


def _labels(part: Sequence[FilmPrediction]) -> list[int]:
    return [int(one.label == "covid") for one in part]


def _pooled(predictions: Sequence[FilmPrediction], network: str, seed: int) -> Interval:
    part = [one for one in predictions if one.network == network]
    groups = [one.group for one in part]
    return bootstrap(auroc, groups, _labels(part), [one.logit for one in part], seed=seed)


def _differences(predictions: Sequence[FilmPrediction], seed: int) -> tuple[Difference, ...]:
    """Paired: every resample holds the same films for both networks."""
    by_network: dict[str, list[FilmPrediction]] = defaultdict(list)
    for one in predictions:
        by_network[one.network].append(one)
    metrics: dict[str, Callable[..., float]] = {
        "auroc": auroc,
        "balanced_accuracy": lambda y, s: balanced_accuracy(y, np.asarray(s) >= 0.0),
    }
    found = []
    for first, second in (("student", "plain"), ("student", "teacher")):
        ours, theirs = by_network[first], by_network[second]
        if not ours or [p.path for p in ours] != [p.path for p in theirs]:
            continue
        for name, metric in metrics.items():
            interval = bootstrap(
                lambda y, a, b, metric=metric: metric(y, a) - metric(y, b),
                [p.group for p in ours], _labels(ours),
                [p.logit for p in ours], [p.logit for p in theirs], seed=seed,
            )  # fmt: skip
            found.append(Difference(first, second, name, interval))
    return tuple(found)
