"""Films as arrays: anything that gives its memory by the buffer protocol, without NumPy."""

from __future__ import annotations

import os
import sys
from typing import Any

from PIL import Image

from edge_runtime.errors import FilmError

__all__ = ["film_of", "name_of"]

TAKEN = "uint8 or uint16 of H x W (gray), or uint8 of H x W x 3 (RGB)"
BIG = ">!"


def film_of(source: Any) -> Any:
    """A picture for an array, bytes for flat bytes; whatever else is a film stays as it is.

    Arrays are `uint8[H, W]`, `uint16[H, W]` of either byte order, or `uint8[H, W, 3]`, of any
    strides. Raises `FilmError` for another array, and for what is no film at all.
    """
    if isinstance(source, str | bytes | os.PathLike | Image.Image) or hasattr(source, "read"):
        return source
    try:
        view = memoryview(source)
    except (TypeError, ValueError, BufferError) as error:
        raise FilmError(
            f"the film is of type {type(source).__name__}: give a path, bytes, a binary file, "
            f"a picture, or an array of {TAKEN}"
        ) from error
    with view:
        kind, shape = view.format.lstrip("@=<>!"), view.shape or ()
        if view.ndim == 1 and kind in ("B", "b", "c"):
            return view.tobytes()
        color = view.ndim == 3 and shape[2] == 3 and kind == "B"
        if not color and not (view.ndim == 2 and kind in ("B", "H")):
            said = " x ".join(map(str, shape)) or "no dimension"
            raise FilmError(f"the film is an array of {said} in format {kind!r}, not {TAKEN}")
        height, width = shape[:2]
        if not height or not width:
            raise FilmError(f"the film is an array of {width} x {height} pixels: it is empty")
        data = view.tobytes()
        big = view.format[:1] in BIG or (sys.byteorder == "big" and view.format[:1] != "<")
    if kind == "H":
        return Image.frombytes("I;16", (width, height), data, "raw", "I;16B" if big else "I;16")
    return Image.frombytes("RGB" if color else "L", (width, height), data)


def name_of(source: Any) -> str:
    """What a prediction calls its film: the path or a file's name, else `<film>`."""
    if isinstance(source, str | os.PathLike):
        return os.fsdecode(source)
    return str(getattr(source, "name", "") or getattr(source, "filename", "") or "<film>")
