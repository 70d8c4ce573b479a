"""The representative dataset: what int8 ranges are taken from."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from edge_runtime.errors import DataError, FilmError
from edge_runtime.pixels import film_pixels
from workshop.phantoms import draw_set
from workshop.records import Film
from workshop.runs import missing_film

__all__ = ["choose", "decode", "phantom_pixels", "strange_pixels"]

Pixels = npt.NDArray[np.uint8]


def choose(films: Sequence[Film], count: int, seed: int) -> list[Film]:
    """About `count` films, evenly over label and site, the same for the same seed."""
    cells: dict[tuple[str, str], list[Film]] = defaultdict(list)
    for film in films:
        cells[film.label, film.site].append(film)
    if len({label for label, _ in cells}) < 2:
        raise DataError(
            "the films that the student was trained on hold one class only; "
            "a representative dataset needs both"
        )
    rng = random.Random(seed)
    share = max(1, count // len(cells))
    chosen: list[Film] = []
    for key in sorted(cells):
        cell = sorted(cells[key], key=lambda film: film.path)
        chosen += rng.sample(cell, min(share, len(cell)))
    return chosen


def decode(data: Path, films: Sequence[Film], size: int) -> Pixels:
    """`uint8[n, S, S]` by the contract's pixels; raises `DataError` naming a bad film."""
    made = np.empty((len(films), size, size), np.uint8)
    for number, film in enumerate(films):
        path = data / film.path
        if not path.is_file():
            raise missing_film(film.path, data)
        try:
            raw = film_pixels(path, size)
        except FilmError as error:
            raise DataError(f"{error}: repair the film, then export again") from error
        made[number] = np.frombuffer(raw, np.uint8).reshape(size, size)
    return made


def phantom_pixels(count: int, seed: int, size: int) -> Pixels:
    """Phantoms as the contract sees them, `uint8[count, S, S]`."""
    made = np.empty((count, size, size), np.uint8)
    for number, phantom in enumerate(draw_set(count, seed)):
        raw = film_pixels(Image.fromarray(phantom.image), size)
        made[number] = np.frombuffer(raw, np.uint8).reshape(size, size)
    return made


def strange_pixels(size: int) -> Pixels:
    """Six pictures that are no films, `uint8[6, S, S]`, drawn here.

    They widen the range of the novelty output beyond what films give it, and two of
    them hold both 0 and 255, from which the converter makes the pixel its own input.
    """
    y, x = np.mgrid[:size, :size]
    rng = np.random.default_rng(0)
    pictures = [
        (x + y) * 255 // (2 * size - 2),
        ((x // 8 + y // 8) % 2) * 255,
        ((x // (size // 4)) % 2) * 160 + 40,
        rng.integers(0, 256, (size, size)),
        255 - (x * 255) // (size - 1),
        ((x - size // 2) ** 2 + (y - size // 2) ** 2 < (size // 3) ** 2) * 255,
    ]
    return np.stack(pictures).astype(np.uint8)
