"""Which films an epoch sees, and in which order; a pure function of seed and epoch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from edge_runtime.contract import LABELS
from edge_runtime.errors import DataError
from workshop.records import Film

__all__ = ["epoch_order"]


def epoch_order(
    films: Sequence[Film],
    train: Sequence[int],
    *,
    count: int,
    min_site_films: int,
    max_repeats: int,
    key: Sequence[int],
) -> list[int]:
    """Indices of an epoch's films, shuffled, the classes even.

    `count` = 0: every film once, the smaller class repeated (whole passes, then a random
    rest) to the larger. Otherwise `count` films, drawn evenly over label, then site, then
    source within the site, each cell's films in shuffled passes; a label's cells of fewer
    than `min_site_films` are pooled with its largest, so that three films of one hospital
    are not drawn as often as three thousand of another. For the same reason no site gives
    more than `max_repeats` times its films; what it leaves goes to the label's largest.
    """
    rng = np.random.default_rng(list(key))
    by_label: dict[str, list[int]] = {label: [] for label in LABELS}
    for i in train:
        by_label[films[i].label].append(i)
    for label, members in by_label.items():
        if not members:
            raise DataError(f"no film of class {label!r} to train on; check the index")
    if count == 0:
        most = max(map(len, by_label.values()))
        chosen = [i for members in by_label.values() for i in _passes(members, most, rng)]
    else:
        share = _shares(count, len(LABELS))
        chosen = []
        for part, label in zip(share, LABELS, strict=True):
            chosen += _even(films, by_label[label], part, min_site_films, max_repeats, rng)
    rng.shuffle(chosen)
    return chosen


def _even(
    films: Sequence[Film],
    members: list[int],
    count: int,
    least: int,
    repeats: int,
    rng: np.random.Generator,
) -> list[int]:
    sites: dict[str, list[int]] = defaultdict(list)
    for i in members:
        sites[films[i].site].append(i)
    largest = max(sorted(sites), key=lambda name: len(sites[name]))
    for name in sorted(sites):
        if name != largest and len(sites[name]) < least:
            sites[largest] += sites.pop(name)
    parts = dict(zip(sorted(sites), _shares(count, len(sites), rng), strict=True))
    for name in sorted(sites):
        spare = max(0, parts[name] - repeats * len(sites[name]))
        if name != largest:
            parts[name] -= spare
            parts[largest] += spare
    chosen: list[int] = []
    for name, part in parts.items():
        sources: dict[str, list[int]] = defaultdict(list)
        for i in sites[name]:
            sources[films[i].source].append(i)
        cells = [cell for cell in sources.values() if len(cell) >= least] or [sites[name]]
        for share, cell in zip(_shares(part, len(cells), rng), cells, strict=True):
            chosen += _passes(cell, share, rng)
    return chosen


def _shares(count: int, parts: int, rng: np.random.Generator | None = None) -> list[int]:
    """`count` in near-equal parts; with `rng`, the parts that get one more are random."""
    shares = [count // parts + (part < count % parts) for part in range(parts)]
    if rng is not None:
        rng.shuffle(shares)
    return shares


def _passes(members: list[int], count: int, rng: np.random.Generator) -> list[int]:
    chosen: list[int] = []
    while len(chosen) < count:
        order = [members[i] for i in rng.permutation(len(members))]
        chosen += order[: count - len(chosen)]
    return chosen
