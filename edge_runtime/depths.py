"""Bits a pixel: which pictures Pillow would make other numbers of, without a word.

It keeps the high byte of 16-bit colour, so that the 12 bits of a detector would come out nearly
black; it wraps what is outside its own types. Such a film would get a score that means nothing,
so it is refused here, with what to do.
"""

from __future__ import annotations

from typing import Any

from PIL import Image

from edge_runtime.errors import FilmError
from edge_runtime.windowing import is_wide

__all__ = ["check_depth", "check_wrapped"]

BITS, SAMPLES = 258, 339  # TIFF's tags: bits of each channel, and what kind of number they are
UNSIGNED, SIGNED = 1, 2
OURS = ("PNG", "PPM", "BMP", "DIB")  # formats whose way of decoding tells the bits
DEEP = "has more than 8 bits a channel in colour or with alpha; save it as 16-bit gray"


def check_depth(image: Image.Image) -> None:
    """Raise `FilmError` for a picture, not yet decoded, that Pillow would cut to 8 bits."""
    wide = is_wide(image.mode)
    bits, kind = _of_tiff(image)
    if bits == 8 and kind == SIGNED:
        raise FilmError("is a TIFF of signed 8-bit numbers, which is not read; save it as PNG")
    if not wide and bits > 8:
        raise FilmError(DEEP)
    for tile in getattr(image, "tile", ()) if image.format in OURS else ():
        how = tile[3] if isinstance(tile[3], tuple) else (tile[3],)
        if not wide and (
            str(how[0]).endswith("16B") or (image.format == "PPM" and _most(how) > 255)
        ):
            raise FilmError(DEEP)
        row = (image.width + 31) // 32 * 4
        if image.format in ("BMP", "DIB") and image.mode == "1" and how[1] != row:
            # Eight bits a pixel in two colours: Pillow takes each bit for a pixel.
            raise FilmError("is a BMP of two colours in 8 bits, which is not read; save it as PNG")


def _most(how: tuple[Any, ...]) -> int:
    """The largest number that a PPM says it has."""
    return how[1] if len(how) > 1 else 255


def check_wrapped(image: Image.Image) -> None:
    """Raise `FilmError` for a decoded picture with numbers beyond Pillow's 32 signed bits."""
    if _of_tiff(image) == (32, UNSIGNED) and image.mode == "I":
        least: Any = image.getextrema()[0]
        if least < 0:
            raise FilmError("is a TIFF of numbers from 2**31 on; make them smaller first")


def _of_tiff(image: Image.Image) -> tuple[int, int]:
    """Most bits of a channel and the kind of number; (0, 0) where it is no TIFF."""
    tags: Any = getattr(image, "tag_v2", None)
    if tags is None:
        return 0, 0
    bits, kinds = tags.get(BITS, 1), tags.get(SAMPLES, UNSIGNED)
    return (
        max(bits) if isinstance(bits, tuple) else int(bits),
        kinds[0] if isinstance(kinds, tuple) else int(kinds),
    )
