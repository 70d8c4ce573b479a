"""More than 8 bits a pixel -> 8: one rule, in integers, so that every port gets the same bytes.

1. Values become whole numbers of 0-65535. Such values stay as they are; a wider span of whole
   numbers is moved to begin at 0 and halved until it fits; fractions are stretched,
   `floor((v - least) * 65535 / (most - least))`.
2. With n pixels in order, `low` is the one at place `n // 1000` from below and `high` the one at
   that place from above: a thousandth at either end (dead pixels, a burnt-in letter) does not
   set the contrast. Where the two are equal, least and most take their place.
3. A value is cut to `low`-`high` and becomes
   `((v - low) * 255 + (high - low) // 2) // (high - low)`; a single value everywhere becomes 0.
4. Where low values are white (MONOCHROME1), the result is taken from 255.
"""

from __future__ import annotations

import math
from array import array
from typing import cast

from PIL import Image

from edge_runtime.errors import FilmError

__all__ = ["LEVELS", "MOST_FRACTIONS", "is_wide", "limits", "ramp", "to_gray"]

LEVELS = 65536
MOST_FRACTIONS = 1 << 24  # pixels that are fractions: each is worked out by Python (seconds)
TAIL = 1000  # one pixel in so many may lie outside the window, at either end


def is_wide(mode: str) -> bool:
    """Whether a picture of this Pillow mode needs `to_gray`."""
    return mode.startswith(("I", "F"))


def to_gray(image: Image.Image, *, inverted: bool = False) -> Image.Image:
    """A picture of mode "I;16", "I;16B", "I" or "F" in mode "L".

    `inverted`: low values are white. Raises `FilmError` where a pixel is not a finite number,
    and for more than `MOST_FRACTIONS` pixels of mode "F".
    """
    whole = _whole(image)
    return whole.point(ramp(*limits(whole), inverted=inverted), "L")


def limits(whole: Image.Image) -> tuple[int, int]:
    """`low` and `high` of a picture of mode "I" whose values are 0-65535."""
    upper = whole.point([value >> 8 for value in range(LEVELS)], "L")
    lower = whole.point([value & 255 for value in range(LEVELS)], "L")
    coarse = upper.histogram()
    last = whole.width * whole.height - 1

    def at(place: int) -> int:
        high_byte = 0
        while place >= coarse[high_byte]:
            place -= coarse[high_byte]
            high_byte += 1
        here = upper.point([255 * (value == high_byte) for value in range(256)])
        fine = lower.histogram(here)
        low_byte = 0
        while place >= fine[low_byte]:
            place -= fine[low_byte]
            low_byte += 1
        return high_byte << 8 | low_byte

    tail = (last + 1) // TAIL
    low, high = at(tail), at(last - tail)
    return (low, high) if low < high else (at(0), at(last))


def ramp(low: int, high: int, *, inverted: bool = False) -> list[int]:
    """The gray of each value 0-65535 under the window `low`-`high`."""
    if high <= low:
        grays = [0] * LEVELS
    else:
        span = high - low
        inside = [(step * 255 + span // 2) // span for step in range(span)]
        grays = [0] * low + inside + [255] * (LEVELS - high)
    return [255 - gray for gray in grays] if inverted else grays


def _whole(image: Image.Image) -> Image.Image:
    """The picture in mode "I" with values of 0-65535."""
    if image.mode == "F":
        return _from_floats(image)
    whole = image if image.mode == "I" else image.convert("I")
    least, most = cast(tuple[int, int], whole.getextrema())
    if least >= 0 and most < LEVELS:
        return whole
    halvings = max(0, (most - least).bit_length() - 16)
    scale = 0.5**halvings  # a power of two: exact in Pillow's doubles, whose fraction it drops
    return whole.point(lambda value: value * scale + -least * scale)


def _from_floats(image: Image.Image) -> Image.Image:
    if image.width * image.height > MOST_FRACTIONS:
        raise FilmError(
            f"holds more than {MOST_FRACTIONS:,} pixels that are fractions; "
            "save them as whole numbers first"
        )
    values = array("f", image.tobytes())
    if not all(map(math.isfinite, values)):
        raise FilmError("holds pixels that are not finite numbers; repair them first")
    least, most = min(values), max(values)
    span = (most - least) or 1.0
    # Python's doubles, not Pillow's: a C compiler may fuse the steps and round otherwise.
    whole = array("i", (int((value - least) * 65535 / span) for value in values))
    return Image.frombytes("I", image.size, whole.tobytes())
