"""Films that are one film twice, and yet in different groups.

A split by group is worth what the groups are worth: a film that was published twice under
two names lies on both sides of it. A perceptual hash finds candidates, and thumbnails
decide: chests look alike, and many hashes of different patients are close.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from PIL import Image

from workshop.records import Film

__all__ = [
    "ALIKE",
    "CLOSE",
    "NearDuplicate",
    "difference_hash",
    "naming",
    "near_duplicates",
    "tied",
]

SIDE = 16  # a hash of SIDE * SIDE bits: is a pixel brighter than its left neighbour?
CLOSE = 32  # bits of 256 in which one film again may differ
THUMBNAIL = 64
# Correlation of thumbnails. Among the 29.8 million pairs of 7,718 real films, cleaned of
# duplicates, the highest between groups was .971. Of 150 of these films changed on purpose,
# 99 % stay above .99 after JPEG quality 20 or half the size, above .98 after a gamma of .7.
ALIKE = 0.98
ROWS = 512  # compared with all others at a time
NAMED = 20  # pairs that are told one by one

Pixels = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class NearDuplicate:
    """Two places in the list of films, `first < second`, and how alike they are."""

    first: int
    second: int
    correlation: float


def difference_hash(film: Pixels) -> npt.NDArray[np.bool_]:
    """`[256]` bits of a film `uint8[S, S]`: dHash, the signs of horizontal differences."""
    small = np.asarray(_small(film, SIDE + 1, SIDE), np.int16)
    return (small[:, 1:] > small[:, :-1]).ravel()


def near_duplicates(pixels: Pixels, groups: Sequence[str]) -> list[NearDuplicate]:
    """Pairs of films `[n, S, S]` of different groups that are one film, the likest first.

    A film again is found after another size, JPEG quality, brightness or contrast; not after
    a turn, a mirror or a crop, of 2 % already. A film without any contrast has no duplicates.
    """
    signs = np.stack([difference_hash(film) for film in pixels]).astype(np.float32) * 2 - 1
    thumbnails = np.stack([_thumbnail(film) for film in pixels])
    _, number = np.unique(np.asarray(groups), return_inverse=True)
    bits = signs.shape[1]
    found = []
    for start in range(0, len(pixels), ROWS):
        rows = slice(start, start + ROWS)
        close = bits - signs[rows] @ signs[start:].T <= 2 * CLOSE
        close &= number[rows, None] != number[None, start:]
        for row, column in np.argwhere(np.triu(close, 1)):
            first, second = start + int(row), start + int(column)
            alike = float(thumbnails[first] @ thumbnails[second])
            if alike >= ALIKE:
                found.append(NearDuplicate(first, second, min(alike, 1.0)))
    return sorted(found, key=lambda one: (-one.correlation, one.first, one.second))


def tied(films: Sequence[Film], pairs: Sequence[NearDuplicate]) -> list[Film]:
    """The films with one group where near-duplicates had two (or more, linked in a chain)."""
    joined = {film.group: film.group for film in films}

    def leader(group: str) -> str:
        while joined[group] != group:
            group = joined[group]
        return group

    for pair in pairs:
        one, other = sorted(leader(films[i].group) for i in (pair.first, pair.second))
        joined[other] = one
    return [replace(film, group=leader(film.group)) for film in films]


def naming(films: Sequence[Film], pairs: Sequence[NearDuplicate]) -> list[str]:
    """A line for each pair, and one for those beyond the first `NAMED`."""
    lines = [
        f"one film twice: {films[pair.first].path} and {films[pair.second].path} (correlation "
        f"{pair.correlation:.3f}) are in different groups of the index; they are kept together"
        for pair in pairs[:NAMED]
    ]
    more = len(pairs) - NAMED
    return [*lines, f"one film twice: {more} more pairs like these"] if more > 0 else lines


def _small(film: Pixels, width: int, height: int) -> Image.Image:
    return Image.fromarray(film).resize((width, height), Image.Resampling.BILINEAR)


def _thumbnail(film: Pixels) -> npt.NDArray[np.float32]:
    """`[64 * 64]` of mean 0 and length 1, so that a product is a correlation."""
    values = np.asarray(_small(film, THUMBNAIL, THUMBNAIL), np.float32).ravel()
    values = values - values.mean()
    length = float(np.linalg.norm(values))
    return np.asarray(values / length if length > 0 else values, np.float32)
