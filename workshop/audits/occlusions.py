"""Parts of a film hidden: what is left shows whether a model needs what was taken away.

Every hidden pixel becomes the mean of the pixels that stay, and never of those that go: the
mean gray of a hidden lung would itself tell of its opacities. So no film that comes out
depends on a hidden pixel. All functions are pure: `uint8[n, S, S]` -> the same shape.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.ndimage import distance_transform_edt

from edge_runtime.errors import DataError
from workshop.evidence.scorer import Pixels

__all__ = ["BORDER", "CENTRE", "CORNER", "MARGIN", "border_only", "centre", "corners",
           "corners_masked", "hidden", "inner", "lungs_hidden"]  # fmt: skip

Masks = npt.NDArray[np.bool_]

BORDER = 0.12  # of the side: what "border only" leaves
CORNER = (0.22, 0.30)  # rows and columns of a masked corner, of the side
MARGIN = 0.03  # of the side: how far beyond a lung's outline is hidden too
# Half axes and exponent of the rounded shape that stands for the lungs where no masks are at
# hand. On phantoms it covers 99 % of all lung pixels (a test measures it); it hides three
# quarters of a film.
CENTRE = (0.46, 0.46, 3.0)


def hidden(pixels: Pixels, where: Masks) -> Pixels:
    """Films with the pixels `where` (`bool[S, S]` or `[n, S, S]`) replaced by the others' mean.

    A film of which nothing stays becomes mid-gray. Raises `DataError` where shapes differ.
    """
    if pixels.ndim != 3 or where.shape not in (pixels.shape, pixels.shape[1:]):
        raise DataError(f"films {pixels.shape} and what to hide {where.shape} do not fit together")
    gone = np.broadcast_to(where, pixels.shape)
    stays = ~gone
    count = stays.sum(axis=(1, 2))
    total = np.where(stays, pixels, 0).sum(axis=(1, 2), dtype=np.float64)
    mean = np.where(count > 0, total / np.maximum(count, 1), 128.0)
    fill = np.rint(mean).astype(np.uint8)[:, None, None]
    return np.where(gone, fill, pixels)


def inner(size: int) -> Masks:
    """All but the outer `BORDER` of a film, `bool[size, size]`."""
    edge = max(1, round(BORDER * size))
    mask = np.zeros((size, size), np.bool_)
    mask[edge : size - edge, edge : size - edge] = True
    return mask


def corners(size: int) -> Masks:
    """The four corners of a film, `bool[size, size]`."""
    rows, columns = (max(1, round(share * size)) for share in CORNER)
    mask = np.zeros((size, size), np.bool_)
    for row in (slice(rows), slice(size - rows, None)):
        for column in (slice(columns), slice(size - columns, None)):
            mask[row, column] = True
    return mask


def centre(size: int) -> Masks:
    """The fixed shape that stands for both lungs and what is between, `bool[size, size]`."""
    down, across, power = CENTRE
    place = np.abs((np.arange(size) + 0.5) / size - 0.5)
    return np.asarray((place[:, None] / down) ** power + (place / across) ** power <= 1.0)


def border_only(pixels: Pixels) -> Pixels:
    """The outer 12 % of every film; all inside is one gray."""
    return hidden(pixels, inner(pixels.shape[-1]))


def corners_masked(pixels: Pixels) -> Pixels:
    """Films without their corners, where most marks are printed."""
    return hidden(pixels, corners(pixels.shape[-1]))


def lungs_hidden(pixels: Pixels, lungs: Masks | None = None) -> Pixels:
    """Films without lungs: their masks `bool[n, S, S]` and a margin, or else a fixed shape."""
    size = pixels.shape[-1]
    if lungs is None:
        return hidden(pixels, centre(size))
    if lungs.shape != pixels.shape:
        raise DataError(f"films {pixels.shape} and lungs {lungs.shape} do not fit together")
    return hidden(pixels, np.array([_wider(one, MARGIN * size) for one in lungs], np.bool_))


def _wider(mask: Masks, by: float) -> Masks:
    if not mask.any():  # no lung anywhere: every distance would be that to nothing
        return mask
    return np.asarray(distance_transform_edt(~mask) <= by, np.bool_)
