"""Kinds that the definition of novelty was chosen with; they are in no mean that is reported.

Choosing by the kinds that are reported would make their figures flattering.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["collage", "dead_leaves", "grating", "tiles", "zoomed"]

Rng = np.random.Generator
SIDE = 448


def dead_leaves(rng: Rng) -> Image.Image:
    """Discs of many sizes and grays over one another."""
    from PIL import Image, ImageDraw

    image = Image.new("L", (SIDE, SIDE), 128)
    draw = ImageDraw.Draw(image)
    for _ in range(300):
        r = 6 * (rng.random() + 1e-3) ** -0.6
        cx, cy = rng.uniform(0, SIDE, 2)
        draw.ellipse((cx - r, cy - r, cx + r, cy + r), fill=int(rng.integers(0, 256)))
    return image


def grating(rng: Rng) -> Image.Image:
    """Stripes or a chessboard of some period, sharp or soft."""
    from PIL import Image

    y, x = np.mgrid[0:SIDE, 0:SIDE]
    period = np.exp(rng.uniform(math.log(8), math.log(160)))
    angle = rng.uniform(0, math.pi)
    u = np.sin(2 * math.pi * (x * math.cos(angle) + y * math.sin(angle)) / period)
    v = np.sin(2 * math.pi * (y * math.cos(angle) - x * math.sin(angle)) / period)
    wave = u * v if rng.random() < 0.5 else u
    wave = np.tanh(wave * rng.uniform(1, 20))
    values = 128 + rng.uniform(20, 127) * wave + rng.normal(0, 2, wave.shape)
    return Image.fromarray(np.clip(values, 0, 255).astype(np.uint8))


def tiles(film: npt.NDArray[np.uint8], rng: Rng) -> npt.NDArray[np.uint8]:
    """A film `[S, S]` cut into 4 x 4 tiles, shuffled."""
    side = len(film) // 4
    cut = film[: side * 4, : side * 4].reshape(4, side, 4, side).swapaxes(1, 2)
    mixed = cut.reshape(16, side, side)[rng.permutation(16)].reshape(4, 4, side, side)
    out = film.copy()
    out[: side * 4, : side * 4] = mixed.swapaxes(1, 2).reshape(side * 4, side * 4)
    return out


def collage(films: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Four films `[4, S, S]` in one, as a screen of thumbnails has them."""
    small = films[:, ::2, ::2]
    return np.concatenate(
        [np.concatenate([small[0], small[1]], axis=1), np.concatenate([small[2], small[3]], axis=1)]
    )


def zoomed(film: npt.NDArray[np.uint8], rng: Rng) -> npt.NDArray[np.uint8]:
    """A sixteenth of a film `[S, S]`, enlarged."""
    from PIL import Image

    size = len(film)
    side = size // 4
    left, top = rng.integers(0, size - side, 2)
    part = Image.fromarray(film[top : top + side, left : left + side])
    return np.asarray(part.resize((size, size), Image.Resampling.BILINEAR))
