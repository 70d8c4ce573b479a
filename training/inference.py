"""Logits and features of films, without augmentation."""

from __future__ import annotations

from collections.abc import Sequence

import keras
import numpy as np
import numpy.typing as npt

from training.batches import as_input
from training.networks import FEATURES
from workshop.progress import track

__all__ = ["logits", "outputs", "pooled_features"]

BATCH = 32
Floats = npt.NDArray[np.float64]


def outputs(
    network: keras.Model, pixels: npt.NDArray[np.uint8], which: Sequence[int], title: str
) -> Floats:
    """What the network gives for `pixels[which]`, `[len(which), n]`.

    In batches of a fixed size, padded at the end, so that the graph is traced once.
    """
    starts = range(0, len(which), BATCH)
    found = []
    for start in track(starts, title) if title else starts:
        part = list(which[start : start + BATCH])
        full = part + part[:1] * (BATCH - len(part))
        output = network.predict_on_batch(as_input(pixels[full]))
        found.append(np.asarray(output, np.float64)[: len(part)])
    return np.concatenate(found) if found else np.zeros((0, network.output_shape[-1]))


def logits(
    network: keras.Model, pixels: npt.NDArray[np.uint8], which: Sequence[int], title: str = ""
) -> Floats:
    """Covid logit minus normal logit, `[len(which)]`, of `pixels[which]`."""
    both = outputs(network, pixels, which, title)
    return np.asarray(both[:, 1] - both[:, 0])


def pooled_features(
    student: keras.Model, pixels: npt.NDArray[np.uint8], which: Sequence[int], title: str = ""
) -> Floats:
    """The student's averaged feature map, `[len(which), C]`."""
    features = keras.Model(student.input, student.get_layer(FEATURES).output)
    return outputs(features, pixels, which, title)
