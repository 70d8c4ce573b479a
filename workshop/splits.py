"""Holdout and folds: whole groups, stratified by label and site."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from edge_runtime.contract import LABELS
from edge_runtime.errors import DataError
from workshop.presets import DataPreset, SplitPreset
from workshop.records import Film, Fold

__all__ = ["Split", "deal_groups", "split_films"]


@dataclass(frozen=True)
class Split:
    """Every film in one role. The tuples hold indices into the list that was split."""

    folds: tuple[Fold, ...]
    holdout: tuple[int, ...]  # covid and normal, never trained on
    excluded: tuple[int, ...]  # other sites and labels, never trained on
    dropped: tuple[int, ...]  # not trained on and not tested: a group or a site forbids it

    @property
    def training(self) -> tuple[int, ...]:
        """All films that belong to some fold."""
        first = self.folds[0]
        return tuple(sorted(first.train + first.validation))


def split_films(films: Sequence[Film], data: DataPreset, split: SplitPreset, seed: int) -> Split:
    """Put every film into a fold, the holdout, or outside.

    A group is never divided: one with a film of an excluded site leaves as a whole, and one
    that reaches a site that is held out leaves the training side. Films of a site that is
    never tested are trained on in every fold, or dropped. Raises `DataError` where a class
    has fewer groups than folds, or a site that is held out has no film.
    """
    _check_sites(films, data, split)
    away = {
        film.group
        for film in films
        if film.site in data.exclude_sites or film.source in data.exclude_sources
    }
    held_sites = {film.group for film in films if film.site in split.hold_sites}
    cells = Counter((film.label, film.site) for film in films)

    def is_class(film: Film) -> bool:
        """Seven normals of a covid collection are no class to be held out, or to hold out from."""
        enough = not split.hold_sites or cells[film.label, film.site] >= data.min_site_films
        return film.label in LABELS and enough

    classed = [i for i, f in enumerate(films) if is_class(f) and f.group not in away]
    held = {
        i for i in classed
        if films[i].site in split.hold_sites and films[i].site not in data.never_tested
    }  # fmt: skip
    inside = [i for i in classed if films[i].group not in held_sites]
    tested = {films[i].group for i in inside if films[i].site not in data.never_tested}
    untested = [i for i in inside if films[i].group not in tested]
    inside = [i for i in inside if films[i].site not in data.never_tested]
    _check_groups(films, inside, split.folds)
    rng = random.Random(seed)
    if split.holdout:
        held |= deal_groups(films, inside, [split.holdout, 1.0 - split.holdout], rng)[0]
    pool = sorted(set(inside) - held)
    _check_groups(films, pool, split.folds)
    parts = deal_groups(films, pool, [1.0 / split.folds] * split.folds, rng)
    folds = tuple(
        Fold(f"fold{number}", tuple(sorted((set(pool) - part) | set(untested))),
             tuple(sorted(part)))
        for number, part in enumerate(parts)
    )  # fmt: skip
    trained = {films[i].group for i in (*pool, *untested)}
    roles = {*pool, *untested, *held}
    outside = [i for i in range(len(films)) if i not in roles]
    excluded = {
        i for i in outside
        if films[i].group not in trained and films[i].site not in data.never_tested
    }  # fmt: skip
    return Split(
        folds,
        tuple(sorted(held)),
        tuple(sorted(excluded)),
        tuple(i for i in outside if i not in excluded),
    )


def _check_sites(films: Sequence[Film], data: DataPreset, split: SplitPreset) -> None:
    there = {film.site for film in films}
    for site in split.hold_sites:
        if site not in there:
            raise DataError(
                f"no film is of site {site!r}, which the preset holds out (split.hold_sites); "
                f"there are {', '.join(sorted(there))}"
            )
        if site in data.never_tested:
            raise DataError(f"site {site!r} is held out and never tested; decide for one")


def _check_groups(films: Sequence[Film], indices: Iterable[int], folds: int) -> None:
    groups: dict[str, set[str]] = {label: set() for label in LABELS}
    for i in indices:
        groups[films[i].label].add(films[i].group)
    for label, names in groups.items():
        if len(names) < folds + 1:
            raise DataError(
                f"class {label!r} has {len(names)} groups, fewer than {folds} folds and a holdout "
                "need: add films or lower split.folds in the preset"
            )


def deal_groups(
    films: Sequence[Film], indices: Iterable[int], shares: Sequence[float], rng: random.Random
) -> list[set[int]]:
    """Divide whole groups so that each (label, site) cell comes near the shares.

    The largest groups are dealt first, each to the part that lacks most of its cell,
    which keeps small cells even where a random draw would leave a part without any.
    """
    groups: dict[str, list[int]] = defaultdict(list)
    for i in indices:
        groups[films[i].group].append(i)
    total = Counter((films[i].label, films[i].site) for i in indices)
    lacking = [Counter({cell: share * n for cell, n in total.items()}) for share in shares]
    order = sorted(groups)
    rng.shuffle(order)
    order.sort(key=lambda name: -len(groups[name]))
    parts: list[set[int]] = [set() for _ in shares]
    for name in order:
        cells = Counter((films[i].label, films[i].site) for i in groups[name])
        need = [sum(lack[c] / total[c] * n for c, n in cells.items()) for lack in lacking]
        best = max(range(len(parts)), key=lambda part: (need[part], shares[part]))
        parts[best].update(groups[name])
        for cell, n in cells.items():
            lacking[best][cell] -= n
    return parts
