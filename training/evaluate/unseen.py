"""Which films a model has not been trained on, and a smaller set of them for a quick look."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from training.evaluate.runs import RunKnown
from workshop.provenance import data_fingerprint
from workshop.records import Film, FilmPrediction

__all__ = ["Unseen", "even_subset", "unseen_films"]

UNKNOWN = "unknown: the model does not say what it was trained on"


@dataclass(frozen=True)
class Unseen:
    """Films to score, how many were left out, and what the rest is to the model."""

    films: tuple[Film, ...]
    seen: int
    split: str


def unseen_films(
    films: Sequence[Film], run: RunKnown | None, fingerprint: str = "", keep: bool = False
) -> Unseen:
    """Leave out films that the model saw: trained on, out of fold, or of such a film's group.

    Out-of-fold films chose temperature and threshold, so they are left out too. Paths and
    groups mean something only within one set of films: an index that shares no group of the
    same site with the run's films is another set, and all of it is new.
    `fingerprint` is that of the set in a contract, for a model whose run is not at hand.
    With `keep` nothing is left out, and the split says so.
    """
    if run is None:
        same = bool(fingerprint) and fingerprint == data_fingerprint(films)
        told = f"{UNKNOWN}, but many of these films were: name its run with --run"
        return Unseen(tuple(films), 0, told if same else UNKNOWN)
    record = run.record
    ours: list[Film | FilmPrediction] = [*record.trained_on, *record.never_seen, *run.predictions]
    if not {(one.site, one.group) for one in films} & {(one.site, one.group) for one in ours}:
        return Unseen(tuple(films), 0, "never seen: no film of this index is one of the run's")
    told = "never seen: holdout and excluded films of the run"
    paths, groups = _seen(run)
    never = {one.path for one in record.never_seen}
    if data_fingerprint(films) == record.data_fingerprint:
        left = [one for one in films if one.path in never and one.group not in groups]
    else:
        left = [one for one in films if one.path not in paths and one.group not in groups]
        others = sum(one.path not in never for one in left)
        told += f", and {others} films that the run does not know" if others else ""
    seen = len(films) - len(left)
    if keep:
        return Unseen(tuple(films), 0, f"{seen} of {len(films)} films were seen in training")
    return Unseen(tuple(left), seen, told)


def _seen(run: RunKnown) -> tuple[set[str], set[str]]:
    """Paths and groups of films that were trained on or chose the operating point."""
    seen = [(one.path, one.group) for one in run.record.trained_on]
    seen += [(one.path, one.group) for one in run.predictions if one.role == "out_of_fold"]
    return {path for path, _ in seen}, {group for _, group in seen}


def even_subset(films: Sequence[Film], count: int, seed: int) -> tuple[Film, ...]:
    """About `count` films by whole groups, sites and labels as even as their films allow.

    The next group always comes from the site and label with the fewest films so far.
    """
    members: dict[str, list[Film]] = defaultdict(list)
    cells: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
    for film in films:
        members[film.group].append(film)
        cells[film.site, film.label][film.group] = None
    rng = random.Random(seed)
    waiting = {cell: rng.sample(list(groups), len(groups)) for cell, groups in cells.items()}
    taken: Counter[tuple[str, str]] = Counter()
    chosen: set[str] = set()
    while waiting and taken.total() < count:
        cell = min(waiting, key=lambda one: (taken[one], one))
        group = waiting[cell].pop()
        if not waiting[cell]:
            del waiting[cell]
        if group not in chosen:
            chosen.add(group)
            taken.update((film.site, film.label) for film in members[group])
    return tuple(film for film in films if film.group in chosen)
