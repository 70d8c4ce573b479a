"""Films for a run or an evaluation: those that can be read, their pixels, one film in one group.

No network is touched, so that a `.tflite` file is evaluated without Keras.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from edge_runtime.errors import DataError
from workshop.evidence.scorer import Pixels
from workshop.film_store import load_films, unreadable_films
from workshop.near_duplicates import naming, near_duplicates, tied
from workshop.records import Film

__all__ = ["kept_together", "pixels_of", "readable"]


def readable(data: Path, films: Sequence[Film], size: int) -> list[Film]:
    """The films that can be read; each of the others is named on stderr."""
    bad = unreadable_films(data, films, size)
    for reason in bad.values():
        sys.stderr.write(f"left out: {reason}\n")
    return [film for number, film in enumerate(films) if number not in bad]


def pixels_of(data: Path, films: Sequence[Film], size: int, cache: Path) -> Pixels:
    """`uint8[n, size, size]`, decoded once into `cache`; `DataError` says what to do."""
    try:
        return load_films(data, films, size, cache)
    except DataError as error:
        raise DataError(f"{error}, or leave such films out with --skip-bad") from error


def kept_together(films: Sequence[Film], pixels: Pixels) -> list[Film]:
    """The films, near-duplicates of different groups in one; each pair is named on stderr."""
    pairs = near_duplicates(pixels, [film.group for film in films])
    sys.stderr.writelines(f"{line}\n" for line in naming(films, pairs))
    return tied(films, pairs)
