"""Phantoms as a model sees films."""

from __future__ import annotations

from itertools import islice

import numpy as np
import numpy.typing as npt
from PIL import Image

from edge_runtime.pixels import film_pixels
from workshop.phantoms.drawing import draw_set

__all__ = ["phantom_pixels"]


def phantom_pixels(
    count: int, seed: int, size: int
) -> tuple[npt.NDArray[np.uint8], tuple[str, ...]]:
    """`count` phantoms as pixels `[count, size, size]`, and their labels."""
    pixels = np.zeros((count, size, size), np.uint8)
    labels = []
    for number, phantom in enumerate(islice(draw_set(count, seed), count)):
        raw = film_pixels(Image.fromarray(phantom.image), size)
        pixels[number] = np.frombuffer(raw, np.uint8).reshape(size, size)
        labels.append(phantom.label)
    return pixels, tuple(labels)
