"""The one definition of pixels: a film file -> `uint8[S, S]`.

Training, calibration, parity, the command line and every port use exactly this.
Pillow's antialiased bilinear resize in two calls, width first: one call is not the same
function in every Pillow (13.0 changed the order of its passes for some shapes).
"""

from __future__ import annotations

import io
import os
import warnings
from pathlib import Path
from typing import BinaryIO, cast

from PIL import Image, ImageOps, UnidentifiedImageError

from edge_runtime.errors import FilmError
from edge_runtime.film_rules import FilmInfo

__all__ = ["FORMATS", "PIXELS_VERSION", "Source", "film_pixels", "open_film", "open_film_info",
           "resize", "rgb"]  # fmt: skip

PIXELS_VERSION = 1
# What films come in; any other format is refused before its decoder runs.
FORMATS = ("PNG", "JPEG", "TIFF", "BMP", "WEBP", "PPM")
BILINEAR = Image.Resampling.BILINEAR

Source = str | os.PathLike[str] | bytes | BinaryIO | Image.Image


def film_pixels(source: Source, size: int) -> bytes:
    """`size * size` grays of a film, row by row. Raises `FilmError`."""
    return resize(open_film(source), size).tobytes()


def open_film(source: Source) -> Image.Image:
    """The film in mode "L", upright, at its full size. Raises `FilmError`."""
    return open_film_info(source)[0]


def open_film_info(source: Source) -> tuple[Image.Image, FilmInfo]:
    """As `open_film`, with what the film rules must know of the picture before it was gray."""
    name = _name(source)
    if isinstance(source, Image.Image):
        return _gray(source, name)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(_stream(source, name), formats=FORMATS) as image:
                image.load()
                return _gray(image, name)
    except UnidentifiedImageError as error:
        raise FilmError(f"{name} is not a picture in a format that films come in") from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise FilmError(f"{name} is too large to be a film; make it smaller first") from error
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise FilmError(f"{name} cannot be decoded ({str(error)[:80]}); is it whole?") from error


def resize(gray: Image.Image, size: int) -> Image.Image:
    """A gray picture at `size` x `size`: width first, then height."""
    return gray.resize((size, gray.height), BILINEAR).resize((size, size), BILINEAR)


def rgb(pixels: Image.Image) -> bytes:
    """Three equal channels, interleaved, as the graph takes them."""
    return Image.merge("RGB", [pixels] * 3).tobytes()


def _gray(image: Image.Image, name: str) -> tuple[Image.Image, FilmInfo]:
    upright = ImageOps.exif_transpose(image)
    if upright.mode.startswith(("I", "F")):
        raise FilmError(f"{name} has more than 8 bits a pixel; convert it to 8 bits first")
    info = FilmInfo.of(upright)
    if upright.mode not in ("L", "RGB"):
        upright = upright.convert("RGBA" if "A" in upright.mode else "RGB")
    return upright.convert("L"), info


def _stream(source: str | os.PathLike[str] | bytes | BinaryIO, name: str) -> BinaryIO:
    if isinstance(source, bytes):
        return io.BytesIO(source)
    if not isinstance(source, str | os.PathLike):
        return source
    try:
        return io.BytesIO(Path(source).read_bytes())
    except OSError as error:
        raise FilmError(f"{name} cannot be read: {error.strerror or error}") from error


def _name(source: Source) -> str:
    if isinstance(source, str | os.PathLike):
        return os.fspath(source)
    return cast(str, getattr(source, "name", None) or "the film")
