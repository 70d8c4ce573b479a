"""Letters and stamps on a film: found, and painted over with what surrounds them.

A mark is small, much brighter or darker than its neighbourhood, and sharp-edged. Brighter
than its neighbourhood: a top-hat, the film less its opening, which keeps only what is
narrower than the opening's square; darker: the same of the negative. Sharp-edged: the
gray level changes by most of that contrast within two pixels. Anatomy is softer, and what is
long (a rim, a collimator's edge) is no mark.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.ndimage import (
    binary_dilation,
    find_objects,
    gaussian_filter,
    grey_closing,
    grey_opening,
    label,
    maximum_filter,
    minimum_filter,
)

from workshop.evidence.scorer import Pixels

__all__ = ["CONTRAST", "EDGE", "LONG", "NARROW", "find_marks", "text_masked"]

Masks = npt.NDArray[np.bool_]

NARROW = 0.10  # of the side: a mark is narrower than this in one direction
LONG = 0.35  # of the side: and no longer than this in the other
CONTRAST = 60  # gray levels above or below the neighbourhood
EDGE = 80  # gray levels between neighbours two pixels apart, at the sharpest place of a mark
JOIN = 0.015  # of the side: marks nearer than twice this are one
SMALLEST = 4  # pixels of a mark
BLUR = 0.04  # of the side: how far around a mark its filling is taken from


def find_marks(pixels: Pixels) -> Masks:
    """Where letters and stamps are on films `uint8[n, S, S]`: `bool[n, S, S]`."""
    return np.array([_marks(film) for film in pixels], np.bool_).reshape(pixels.shape)


def text_masked(pixels: Pixels) -> Pixels:
    """Films with their marks replaced by a blur of what surrounds them; all else is as it was."""
    found = find_marks(pixels)
    return np.array(
        [_filled(film, mask) for film, mask in zip(pixels, found, strict=True)], np.uint8
    ).reshape(pixels.shape)


def _marks(film: Pixels) -> Masks:
    size = film.shape[0]
    side = max(3, round(NARROW * size))
    gray = film.astype(np.int16)
    steps = maximum_filter(gray, 3) - minimum_filter(gray, 3)
    bright = gray - grey_opening(gray, (side, side))
    dark = grey_closing(gray, (side, side)) - gray
    found = np.zeros(film.shape, np.bool_)
    for contrast in (bright, dark):
        found |= _sharp(contrast >= CONTRAST, steps, size)
    return _blocks(found, size)


def _blocks(found: Masks, size: int) -> Masks:
    """Each mark's whole rectangle and a rim: letters joined to words, a plate with its letters.

    A plate on a bright belly is told from it by its letters alone; what lies between and
    around them belongs to the mark.
    """
    filled = np.zeros_like(found)
    reach = max(1, round(JOIN * size))
    parts, _ = label(binary_dilation(found, np.ones((2 * reach + 1, 2 * reach + 1))))
    for number, box in enumerate(find_objects(parts), start=1):
        if max(span.stop - span.start for span in box) <= (LONG + 2 * JOIN) * size:
            filled[box] = True
        else:
            filled[box] |= (parts[box] == number) & found[box]
    return filled


def _sharp(candidates: Masks, steps: npt.NDArray[np.int16], size: int) -> Masks:
    """The connected parts that are large and small enough and have a sharp edge."""
    kept = np.zeros_like(candidates)
    parts, count = label(candidates, np.ones((3, 3)))
    if not count:
        return kept
    for number, box in enumerate(find_objects(parts), start=1):
        if max(span.stop - span.start for span in box) > LONG * size:
            continue
        part = parts[box] == number
        if part.sum() >= SMALLEST and np.quantile(steps[box][part], 0.75) >= EDGE:
            kept[box] |= part
    return kept


def _filled(film: Pixels, mask: Masks) -> Pixels:
    if not mask.any():
        return film
    stays = np.where(mask, 0.0, 1.0)
    sigma = BLUR * film.shape[0]
    weight = gaussian_filter(stays, sigma)
    around = gaussian_filter(film * stays, sigma) / np.maximum(weight, 1e-6)
    plain = film[~mask].mean() if not mask.all() else 128.0
    fill = np.where(weight > 1e-3, around, plain)
    return np.where(mask, np.clip(np.rint(fill), 0, 255), film).astype(np.uint8)
