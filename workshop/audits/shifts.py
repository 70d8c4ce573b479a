"""The same film as another machine or another export would have given it.

Pure functions `uint8[n, S, S]` -> the same shape. They are done to films of both classes
alike: a model that knows a class by its processing loses what it went by.
"""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageOps

from edge_runtime.errors import DataError
from edge_runtime.pixels import resize
from workshop.evidence.scorer import Pixels

__all__ = ["equalised", "gamma", "jpeg", "lower_resolution"]


def lower_resolution(pixels: Pixels, part: float) -> Pixels:
    """Films made smaller, to `part` (0 to 1) of their side, and as large as before again."""
    size = pixels.shape[-1]
    if not 0 < part <= 1:
        raise DataError(f"a resolution can be lowered to a part between 0 and 1, not {part}")
    small = max(1, round(part * size))
    return _each(pixels, lambda film: resize(resize(film, small), size))


def jpeg(pixels: Pixels, quality: int) -> Pixels:
    """Films after JPEG compression at Pillow's `quality`, 1 to 95."""
    if not 1 <= quality <= 95:
        raise DataError(f"JPEG quality goes from 1 to 95, not {quality}")

    def compressed(film: Image.Image) -> Image.Image:
        stream = io.BytesIO()
        film.save(stream, "JPEG", quality=quality)
        return Image.open(stream)

    return _each(pixels, compressed)


def gamma(pixels: Pixels, power: float) -> Pixels:
    """Grays g/255 raised to `power`: below 1 brighter, above 1 darker; 0 and 255 stay."""
    if power <= 0:
        raise DataError(f"a gamma is above 0, not {power}")
    table = np.rint(255 * (np.arange(256) / 255) ** power).astype(np.uint8)
    return np.asarray(table[pixels], np.uint8)


def equalised(pixels: Pixels) -> Pixels:
    """Films whose histograms are as flat as they can be made."""
    return _each(pixels, ImageOps.equalize)


def _each(pixels: Pixels, change: Callable[[Image.Image], Image.Image]) -> Pixels:
    done = [np.asarray(change(Image.fromarray(film)), np.uint8) for film in pixels]
    return np.array(done, np.uint8).reshape(pixels.shape)
