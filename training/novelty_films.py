"""Which films and phantoms novelty is learnt from, and where its threshold lies.

Familiar pictures only: films that were trained on, films that were held out of the first
fold, upright phantoms. What is no film serves the test (`python -m export novelty`), never
the design.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import keras
import numpy as np
import numpy.typing as npt

from training.inference import outputs
from training.networks import FEATURES
from training.novelty import Floats, NoveltyStatistics, novelty_statistics
from workshop.backbone import backbone_of
from workshop.phantoms import phantom_pixels
from workshop.presets import NoveltyPreset
from workshop.records import Film

__all__ = [
    "Familiar",
    "learn_novelty",
    "statistics_films",
    "tapped",
    "tapped_layers",
]

Pixels = npt.NDArray[np.uint8]
STATISTICS_FILMS = 1500  # more changes nothing but the time it takes
PHANTOM_SEED = 20_000  # beside any seed that a user's own phantoms are likely to have


@dataclass(frozen=True)
class Familiar:
    """What was learnt: statistics, threshold, and how many pictures made them."""

    statistics: NoveltyStatistics
    threshold: float
    counts: dict[str, int]


def tapped_layers(student: keras.Model) -> tuple[str, ...]:
    """The last residual sum of each size of map in the backbone, from large to small.

    A rule and no choice: in MobileNetV2 block_2_add, block_5_add, block_12_add and
    block_15_add. A student of several backbones, or without sums, has its own pooled
    features alone.
    """
    body = backbone_of(student)
    if body is None:
        return (FEATURES,)
    last = {
        int(layer.output.shape[1]): layer.name
        for layer in body.layers
        if isinstance(layer, keras.layers.Add)
    }
    return tuple(last[size] for size in sorted(last, reverse=True)) or (FEATURES,)


def tapped(student: keras.Model, layers: Sequence[str]) -> keras.Model:
    """A network from films to the averages at `layers`, one after the other `[n, sum of C]`."""
    if tuple(layers) == (FEATURES,):
        return keras.Model(student.input, student.get_layer(FEATURES).output)
    before = student.layers
    body = backbone_of(student)
    film = keras.Input(student.input_shape[1:])
    prepared = film
    for layer in before[1 : before.index(body)]:
        prepared = layer(prepared)
    maps = keras.Model(body.input, [body.get_layer(name).output for name in layers])(prepared)
    maps = maps if isinstance(maps, list) else [maps]
    averages = [keras.layers.GlobalAveragePooling2D(dtype="float32")(one) for one in maps]
    return keras.Model(
        film, averages[0] if len(averages) == 1 else keras.layers.Concatenate()(averages)
    )


def learn_novelty(
    preset: NoveltyPreset,
    seed: int,
    student: keras.Model,
    chosen: Pixels,
    held: Pixels,
) -> Familiar:
    """Statistics from the films `chosen` and phantoms, the threshold from others.

    Pixels are `[n, S, S]`. The threshold is the larger of two quantiles, of the films
    `held` and of phantoms that the statistics have not seen: both must be answered.
    """
    layers = tapped_layers(student)
    count = preset.phantoms
    drawn, _ = phantom_pixels(count * 2, seed + PHANTOM_SEED, chosen.shape[1])
    network = tapped(student, layers)
    widths = _widths(student, layers)

    def averages(pixels: Pixels, title: str = "") -> list[Floats]:
        found = outputs(network, pixels, range(len(pixels)), title)
        return np.split(found, np.cumsum(widths)[:-1], axis=1)

    learnt = averages(np.concatenate([chosen, drawn[:count]]), "novelty: statistics")
    statistics = novelty_statistics(layers, learnt, preset.components)
    films = statistics.novelty(averages(held, "novelty: threshold"))
    phantoms = statistics.novelty(averages(drawn[count:]))
    limit = max(
        float(np.quantile(films, 1.0 - preset.refused)),
        float(np.quantile(phantoms, 1.0 - preset.phantoms_refused)),
    )
    counts = {
        "films": len(chosen),
        "phantoms": count,
        "threshold_films": len(held),
        "threshold_phantoms": count,
    }
    return Familiar(statistics, limit, counts)


def _widths(student: keras.Model, layers: Sequence[str]) -> list[int]:
    if tuple(layers) == (FEATURES,):
        return [int(student.get_layer(FEATURES).output.shape[-1])]
    body = backbone_of(student)
    return [int(body.get_layer(name).output.shape[-1]) for name in layers]


def statistics_films(films: Sequence[Film], which: Sequence[int], seed: int) -> list[int]:
    """Up to 1,500 of the films `which`, even over label and site where there are enough."""
    rng = np.random.default_rng(seed)
    cells: dict[tuple[str, str], list[int]] = defaultdict(list)
    for i in which:
        cells[films[i].label, films[i].site].append(i)
    share = max(1, STATISTICS_FILMS // len(cells))
    chosen: list[int] = []
    for cell in cells.values():
        chosen += [cell[i] for i in rng.permutation(len(cell))[:share]]
    return sorted(chosen)
