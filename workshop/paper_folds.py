"""The films of the paper's experiment, and its folds in both readings of the text.

The text oversamples before it says anything of splitting. Read so, copies of one positive
film lie on both sides of every border (`before_split`); read otherwise, groups stay whole
and only what is trained on is repeated (`after_split`).
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from edge_runtime.contract import LABELS
from edge_runtime.errors import DataError
from workshop.presets import PaperPreset, SplitPreset
from workshop.records import Film, Fold
from workshop.splits import deal_groups

__all__ = ["paper_films", "paper_folds", "shared_films"]


def paper_films(films: Sequence[Film], paper: PaperPreset, seed: int) -> list[int]:
    """Indices of the films that take part, positives first.

    With `balance = "draw"` as many normal films as positive ones are drawn. Raises
    `DataError` where a source is missing or has fewer films than the preset wants.
    """
    rng = random.Random(seed)
    positive = _drawn(films, "covid", paper.positive_sources, paper.positives, "positives", rng)
    wanted = len(positive) if paper.balance == "draw" else paper.normals
    return positive + _drawn(films, "normal", paper.normal_sources, wanted, "normals", rng)


def _drawn(
    films: Sequence[Film],
    label: str,
    sources: Sequence[str],
    count: int | str,
    key: str,
    rng: random.Random,
) -> list[int]:
    found = [i for i, film in enumerate(films) if film.label == label and film.source in sources]
    if not found:
        raise DataError(
            f"no {label} film is of {', '.join(sources)}: name other sources in the preset's "
            "[paper], or add those films"
        )
    if count == "all":
        return found
    if len(found) < int(count):
        raise DataError(
            f"{len(found)} {label} films are of {', '.join(sources)}, the preset wants {count}: "
            f'add films, or set paper.{key} = "all" or a smaller number'
        )
    return sorted(rng.sample(found, int(count)))


def paper_folds(
    films: Sequence[Film], paper: PaperPreset, split: SplitPreset, seed: int
) -> tuple[Fold, ...]:
    """Folds of all `films`; with `before_split` an index occurs as often as it was copied."""
    chosen = range(len(films))
    rng = random.Random(seed + 1)
    if paper.oversample == "before_split":
        parts = _deal_copies(films, chosen, split.folds, rng)
    else:
        groups = {
            label: {films[i].group for i in chosen if films[i].label == label} for label in LABELS
        }
        for label, names in groups.items():
            if len(names) < split.folds:
                raise DataError(
                    f"class {label!r} has {len(names)} groups, fewer than {split.folds} folds: "
                    "add films or lower split.folds in the preset"
                )
        dealt = deal_groups(films, chosen, [1.0 / split.folds] * split.folds, rng)
        parts = [sorted(part) for part in dealt]
    return tuple(
        Fold(
            f"fold{number}",
            tuple(i for other, part in enumerate(parts) if other != number for i in part),
            tuple(held),
        )
        for number, held in enumerate(parts)
    )


def _deal_copies(
    films: Sequence[Film], chosen: Sequence[int], folds: int, rng: random.Random
) -> list[list[int]]:
    """Every class repeated to the larger one, then dealt film by film, groups disregarded."""
    by_label = {label: [i for i in chosen if films[i].label == label] for label in LABELS}
    most = max(map(len, by_label.values()))
    parts: list[list[int]] = [[] for _ in range(folds)]
    for members in by_label.values():
        copies = [members[n % len(members)] for n in range(most)]
        rng.shuffle(copies)
        for place, i in enumerate(copies):
            parts[place % folds].append(i)
    return parts


def shared_films(films: Sequence[Film], folds: Sequence[Fold]) -> float:
    """The share of validation films, by their groups, that are trained on as well: the leak."""
    shared = total = 0
    for fold in folds:
        trained = {films[i].group for i in fold.train}
        shared += sum(films[i].group in trained for i in fold.validation)
        total += len(fold.validation)
    return shared / total if total else 0.0
