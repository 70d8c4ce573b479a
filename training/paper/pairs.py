"""Two runs of the same films, film by film: what does training on a film's copy add?

Both runs have an out-of-fold score for every film. Of a film's copies, which several
networks have scored, the first counts: films are counted so and not copies, and no mean over
networks, better by itself than one network, is mistaken for the leak.
"""

from __future__ import annotations

import csv
import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from edge_runtime.errors import DataError
from workshop.evidence.statistics import auroc, bootstrap
from workshop.records import Interval

__all__ = ["FIGURES", "PairedFigure", "PairedFilm", "paired_figures", "paired_films"]

ENOUGH = 10  # positives, below which an AUROC says nothing
# Three figures and the control of the second; each is in AUROC, positive for an inflation.
FIGURES = {
    "before_less_after": "before the split less after it, the same films",
    "shared_less_others": "before the split: positives trained on as well less the others",
    "control": "control: the same positives after the split, where none is trained on",
    "beyond_control": "the difference of the last two",
}


@dataclass(frozen=True)
class PairedFilm:
    """One film in both runs; `shared` where the first trained on its group as well."""

    path: str
    group: str
    positive: bool
    shared: bool
    before: float  # logit of the first fold that held the film out
    after: float


@dataclass(frozen=True)
class PairedFigure:
    """One of `FIGURES` for one network, 95 % over groups."""

    network: str
    figure: str
    interval: Interval

    @property
    def inflated(self) -> bool:
        """Whether an inflation is shown: the whole interval lies above zero."""
        return self.interval.low > 0


@dataclass(frozen=True)
class _Said:
    label: str
    group: str
    logit: float


Scores = dict[tuple[str, str], list[_Said]]  # (network, path) -> a row a copy


def paired_films(before: Path, after: Path) -> dict[str, list[PairedFilm]]:
    """Network -> films that it answered in both runs; arguments are two predictions.csv.

    A group that is validated in two folds is trained on whenever either is held out: that
    is what `shared` rests on, and it wants every fold of the first run to be trained.
    Raises `DataError` where a file cannot be read, the two tell different things of one
    film, or have no film in common.
    """
    first, folds = _read(before)
    second, _ = _read(after)
    found: dict[str, list[PairedFilm]] = defaultdict(list)
    for (network, path), said in first.items():
        other = second.get((network, path))
        if other is None:
            continue
        one = said[0]
        if (one.label, one.group) != (other[0].label, other[0].group):
            raise DataError(
                f"{before} and {after} differ in the label or group of {path}: they are not of "
                "the same index"
            )
        found[network].append(
            PairedFilm(
                path,
                one.group,
                one.label == "covid",
                len(folds[one.group]) > 1,
                one.logit,
                other[0].logit,
            )
        )
    if not found:
        raise DataError(f"{before} and {after} have no film in common")
    return dict(found)


def paired_figures(network: str, films: Sequence[PairedFilm], seed: int) -> list[PairedFigure]:
    """All of `FIGURES` for one network; NaN, "not measured", where a class has no film."""
    positive, shared = (
        np.array([getattr(film, name) for film in films], bool) for name in ("positive", "shared")
    )
    logits = [np.array([getattr(film, run) for film in films]) for run in ("before", "after")]
    metrics: dict[str, Callable[..., float]] = {
        "before_less_after": lambda y, s, b, a: auroc(y, b) - auroc(y, a),
        "shared_less_others": lambda y, s, b, a: _gap(y, s, b),
        "control": lambda y, s, b, a: _gap(y, s, a),
        "beyond_control": lambda y, s, b, a: _gap(y, s, b) - _gap(y, s, a),
    }
    groups = [film.group for film in films]
    return [
        PairedFigure(
            network, name, bootstrap(metrics[name], groups, positive, shared, *logits, seed=seed)
        )
        for name in FIGURES
    ]


def _gap(
    positive: npt.NDArray[np.bool_], shared: npt.NDArray[np.bool_], logits: npt.NDArray[np.float64]
) -> float:
    """AUROC of shared positives less that of the others, against the same normal films."""
    first, second = (positive & chosen for chosen in (shared, ~shared))
    return _against_normals(first, positive, logits) - _against_normals(second, positive, logits)


def _against_normals(
    chosen: npt.NDArray[np.bool_], positive: npt.NDArray[np.bool_], logits: npt.NDArray[np.float64]
) -> float:
    if np.count_nonzero(chosen) < ENOUGH:
        return math.nan
    kept = chosen | ~positive
    return auroc(positive[kept], logits[kept])


def _read(path: Path) -> tuple[Scores, dict[str, set[str]]]:
    """What was said of every film, and in which folds each group was validated."""
    scores: Scores = defaultdict(list)
    folds: dict[str, set[str]] = defaultdict(set)
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            for row in csv.DictReader(stream):
                if row["role"] != "out_of_fold":
                    continue
                said = _Said(row["label"], row["group"], float(row["logit"]))
                scores[row["network"], row["path"]].append(said)
                folds[row["group"]].add(row["fold"])
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}") from error
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(f"{path} is not as training writes it: {error}") from error
    return dict(scores), dict(folds)
