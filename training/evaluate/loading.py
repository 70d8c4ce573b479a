"""The pixels of the films to score, and their lung masks where there are some."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from edge_runtime.errors import FilmError
from edge_runtime.pixels import film_pixels
from training.films import kept_together, pixels_of
from workshop.evidence.scorer import FilmSet
from workshop.records import Film

__all__ = ["load_set"]

FILMS, MASKS = "films", "masks"


def load_set(data: Path, films: Sequence[Film], size: int, cache: Path) -> FilmSet:
    """Films with their pixels `uint8[n, S, S]`, decoded once into `cache`.

    A film `films/NAME` may have its lungs in `masks/NAME` beside that folder; they are used
    where every film has some. Near-duplicates are named on stderr and share a group. Raises
    `DataError` for films that cannot be read.
    """
    pixels = pixels_of(data, films, size, cache)
    return FilmSet(tuple(kept_together(films, pixels)), pixels, _lungs(data, films, size))


def _lungs(data: Path, films: Sequence[Film], size: int) -> np.ndarray | None:
    masks = []
    for film in films:
        path = data / film.path
        mask = path.parent.parent / MASKS / path.name
        if path.parent.name != FILMS or not mask.is_file():
            return None
        try:
            raw = film_pixels(mask, size)  # as the film, so that both stay upon each other
        except FilmError as error:
            sys.stderr.write(f"lung masks are not used: {error}\n")
            return None
        masks.append(np.frombuffer(raw, np.uint8).reshape(size, size) >= 128)
    return np.stack(masks)
