"""Films and scorers for the audits: small, and with an answer known beforehand."""

from __future__ import annotations

import functools
from collections.abc import Callable

import numpy as np
from PIL import Image

from edge_runtime.errors import DataError
from edge_runtime.pixels import resize
from workshop.evidence.scorer import FilmSet, Floats, Pixels
from workshop.phantoms import draw_set
from workshop.records import Film

__all__ = ["Fake", "film_set", "noise", "phantoms"]


class Fake:
    """A model that is one function of the pixels."""

    def __init__(self, size: int, rule: Callable[[Pixels], Floats], told: bool = True) -> None:
        self._size, self._rule, self._told = size, rule, told

    @property
    def size(self) -> int:
        return self._size

    def scores(self, pixels: Pixels, title: str = "") -> Floats:
        if pixels.shape[1:] != (self._size, self._size):
            raise DataError("of another size")
        return self._rule(pixels)

    def features(self, pixels: Pixels, title: str = "") -> Floats | None:
        return np.stack([self._rule(pixels)] * 2, axis=1) if self._told else None


def noise(n: int, size: int, seed: int = 0) -> Pixels:
    return np.random.default_rng(seed).integers(0, 256, (n, size, size), dtype=np.uint8)


def film_set(pixels: Pixels, labels: list[str], sites: list[str]) -> FilmSet:
    films = tuple(
        Film(f"{n}", label, site, "case", f"g{n}")
        for n, (label, site) in enumerate(zip(labels, sites, strict=True))
    )
    return FilmSet(films, pixels)


@functools.cache
def phantoms(size: int, count: int = 60) -> FilmSet:
    """Phantoms with their lungs."""
    drawn = list(draw_set(count, 31))
    films = tuple(Film(f"{one.index}", one.label, one.site, "case", one.patient) for one in drawn)
    pixels = np.array([np.asarray(resize(Image.fromarray(one.image), size)) for one in drawn])
    lungs = np.array([np.asarray(Image.fromarray(one.lungs).resize((size, size))) for one in drawn])
    return FilmSet(films, pixels, lungs)
