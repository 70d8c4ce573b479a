"""Novelty in int8: its ranges from the formula, and what int8 shifts taken out again.

Quantized weights move every channel's average by nearly the same amount whatever the film:
on the first real student by a third of a deviation in the early layers, which whitening
enlarges to more than one, so that every film looked strange. The amount is measured on the
films that ranges are taken from, in float and in int8, and is put into the biases behind.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from export.novelty_statistics import NoveltyStatistics
from export.ranges import Walk, bound_novelty
from export.reference import invoke, open_plain, real_values
from workshop.progress import track

__all__ = ["averages", "fit_novelty"]

Floats = npt.NDArray[np.float64]
Pixels = npt.NDArray[np.uint8]
FILMS = 160  # of those that ranges are taken from; more changes the mean by less than int8 resolves


def fit_novelty(
    int8: bytes, float32: bytes, statistics: NoveltyStatistics, pixels: Pixels
) -> bytes:
    """The int8 graph with novelty's ranges written and its shift against float taken out.

    `pixels` `[n, S, S]` are familiar pictures. Raises `ModelError` for another graph.
    """
    bounded = bound_novelty(int8, statistics)
    which = np.unique(np.linspace(0, len(pixels) - 1, min(FILMS, len(pixels))).astype(int))
    some, count = pixels[which], len(statistics.layers)
    exact = averages(float32, count, some, "novelty: float32")
    rounded = averages(bounded, count, some, "novelty: int8")
    data = bytearray(bounded)
    walk = Walk(data)
    for i, stage in enumerate(walk.novelty(count).layers):
        layer = statistics.layers[i]
        shift = (rounded[i] - exact[i]).mean(axis=0)
        walk.add_to_bias(stage.bias, (-shift @ layer.components / statistics.scale).tolist())
    return bytes(data)


def averages(graph: bytes, layers: int, pixels: Pixels, title: str = "") -> list[Floats]:
    """What each layer's MEAN gives for `[n, S, S]` pictures, `[n, C]`, dequantized."""
    chain = Walk(bytearray(graph)).novelty(layers)
    native = open_plain(graph, keep=True)
    details: dict[int, Any] = {one["index"]: one for one in native.get_tensor_details()}
    found: list[list[Floats]] = [[] for _ in range(layers)]
    for one in track(pixels, title, len(pixels)) if title else pixels:
        invoke(native, one)
        for values, stage in zip(found, chain.layers, strict=True):
            values.append(real_values(native, details[stage.average])[0])
    return [np.array(values) for values in found]
