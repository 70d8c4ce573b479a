"""How long a film takes before the network sees it: decoding and resizing, apart."""

from __future__ import annotations

import io
import time
from typing import TYPE_CHECKING

from edge_runtime.benchmark_record import quantile
from edge_runtime.pixels import open_film, resize

if TYPE_CHECKING:
    from edge_runtime.model import Model

__all__ = ["SIDE", "drawn_film", "film_times"]

SIDE = 1024  # of the film that is drawn: as the public collections have them
REPEATS = 7


def drawn_film(pixels: bytes) -> bytes:
    """A square film of `SIDE` as gray PNG, from the `S * S` grays of a golden input."""
    from PIL import Image

    size = round(len(pixels) ** 0.5)
    small = Image.frombytes("L", (size, size), pixels)
    stream = io.BytesIO()
    small.resize((SIDE, SIDE), Image.Resampling.BICUBIC).save(stream, "PNG")
    return stream.getvalue()


def film_times(film: str | bytes, model: Model) -> tuple[float, float]:
    """Median milliseconds of decoding and of resizing; the first time is not counted.

    `film` is a path, or the content of a file. Raises `FilmError`.
    """
    decodes, resizes = [], []
    for _ in range(REPEATS + 1):
        begun = time.perf_counter()
        gray = open_film(film)
        decoded = time.perf_counter()
        resize(gray, model.contract.input_size)
        resizes.append((time.perf_counter() - decoded) * 1e3)
        decodes.append((decoded - begun) * 1e3)
    return quantile(decodes[1:], 0.5), quantile(resizes[1:], 0.5)
