"""What a model still says of films that get worse: AUROC, answers, and how many change."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from edge_runtime.errors import DataError
from workshop.evidence.records import Curve, CurvePoint
from workshop.evidence.scorer import FilmSet, Floats, Pixels, Scorer
from workshop.evidence.shares import share_of
from workshop.evidence.statistics import auroc, bootstrap
from workshop.progress import Progress
from workshop.records import Interval
from workshop.robustness.perturb import PERTURBATIONS, Perturbation

__all__ = ["LIMIT", "chosen", "curves"]

LIMIT = 300  # films: enough for an AUROC's second digit, few enough for forty rounds of scoring


def curves(
    scorer: Scorer,
    films: FilmSet,
    threshold: float,
    seed: int,
    title: str = "",
    *,
    limit: int = LIMIT,
    perturbations: Sequence[Perturbation] = PERTURBATIONS,
) -> tuple[Curve, ...]:
    """A curve for every perturbation, on at most `limit` films (`Curve.films` of them).

    A film is called covid where its score is at least `threshold`. All have intervals over
    groups, AUROC from the same draws at every level; flips are counted against the film as it
    is. With one class only, AUROC and the share of the other class are NaN. The order of the
    films does not matter. With a title, progress is shown on stderr. Raises `DataError` where
    no group is small enough.
    """
    part = films.take(chosen(films, limit, seed))
    progress = Progress(title, 1 + sum(_rounds(one) for one in perturbations)) if title else None
    clean = _scores(scorer, part.pixels, progress)
    return tuple(
        _curve(scorer, part, one, clean, threshold, seed, progress) for one in perturbations
    )


def chosen(films: FilmSet, limit: int, seed: int) -> npt.NDArray[np.int64]:
    """Places of at most `limit` films, in the order of their paths.

    Whole groups are drawn, the next one always of the class that has fewer films so far, until
    both run out; a group that no longer fits is passed over.
    """
    order = sorted(range(len(films.films)), key=lambda place: films.films[place].path)
    members: dict[str, list[int]] = {}
    for place in order:
        members.setdefault(films.films[place].group, []).append(place)
    labels, names = films.labels, sorted(members)
    np.random.default_rng(seed).shuffle(names)
    waiting: tuple[list[str], list[str]] = ([], [])
    for name in names:
        waiting[labels[members[name][0]]].append(name)
    counts, taken = [0, 0], list[int]()
    while any(waiting):
        fewer = int(counts[1] < counts[0])
        group = members[(waiting[fewer] or waiting[1 - fewer]).pop()]
        if len(taken) + len(group) <= limit:
            taken += group
            for place in group:
                counts[labels[place]] += 1
    if not taken:
        raise DataError(f"no group of films has at most {limit} films to try perturbations on")
    among = set(taken)
    return np.array([place for place in order if place in among], np.int64)


def _rounds(one: Perturbation) -> int:
    return sum(level != one.clean for level in one.levels)


def _curve(
    scorer: Scorer,
    films: FilmSet,
    one: Perturbation,
    clean: Floats,
    threshold: float,
    seed: int,
    progress: Progress | None,
) -> Curve:
    points = []
    for level in one.levels:
        scores = clean
        if level != one.clean:
            scores = _scores(scorer, _changed(films, one, level, seed), progress)
        points.append(_point(films, level, scores, clean, threshold, seed))
    return Curve(one.name, one.unit, one.clean, len(films.films), tuple(points))


def _changed(films: FilmSet, one: Perturbation, level: float, seed: int) -> Pixels:
    """Every film at that level. A film has one key at all levels, and its own whatever the set."""
    out = np.empty_like(films.pixels)
    for place, film in enumerate(films.films):
        digest = hashlib.sha256(f"{one.name}\n{film.path}".encode()).digest()
        rng = np.random.default_rng([seed, int.from_bytes(digest[:8], "big")])
        out[place] = one.apply(films.pixels[place], level, rng)
    return out


def _scores(scorer: Scorer, pixels: Pixels, progress: Progress | None) -> Floats:
    scores = scorer.scores(pixels)
    if progress is not None:
        progress.advance()
        if progress.done == progress.total:
            progress.close()
    return scores


def _point(
    films: FilmSet, level: float, scores: Floats, clean: Floats, threshold: float, seed: int
) -> CurvePoint:
    labels, called = films.labels, scores >= threshold
    flipped = called != (clean >= threshold)

    def share(hits: npt.NDArray[np.bool_], among: npt.NDArray[np.bool_]) -> Interval:
        return share_of(hits[among], [films.groups[i] for i in np.flatnonzero(among)], seed)

    return CurvePoint(
        level=float(level),
        auroc=bootstrap(auroc, films.groups, labels, scores, seed=seed),
        sensitivity=share(called, labels == 1),
        specificity=share(~called, labels == 0),
        flips=share(flipped, np.ones_like(called)),
    )
