"""The one definition of pixels: a film file -> `uint8[S, S]`.

Training, calibration, parity, the command line and every port use exactly this.

1. Decode, the first frame, at full size (a draft-scaled JPEG has other pixels), by the one
   decoder that `edge_runtime.formats` finds for the file's first bytes.
2. Gray: more than 8 bits by `edge_runtime.windowing`, in colour refused; colour as
   `(19595 R + 38470 G + 7471 B + 32768) >> 16`; transparency is ignored.
3. Upright: the EXIF or TIFF orientation, or DICOM's PatientOrientation, is applied.
4. Pillow's antialiased bilinear resize in two calls, width first: one call is not the same
   function in every Pillow (13.0 changed the order of its passes for some shapes).
"""

from __future__ import annotations

import io
import logging
import os
import threading
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import BinaryIO

from PIL import Image, UnidentifiedImageError

from edge_runtime import forks, formats, windowing
from edge_runtime.depths import check_depth, check_wrapped
from edge_runtime.errors import FilmError
from edge_runtime.film_rules import FilmInfo

__all__ = ["MAX_BYTES", "MAX_PIXELS", "MAX_SIDE", "PIXELS_VERSION", "Source", "film_pixels",
           "held", "open_film", "open_film_info", "resize", "rgb"]  # fmt: skip

PIXELS_VERSION = 1
MAX_PIXELS = 1 << 26  # 67 million: thrice the largest detector, less than Pillow's own limit
MAX_SIDE = 1 << 15  # a film one pixel wide is none, and its first resize would fill the memory
MAX_BYTES = 1 << 28  # of what must be held whole: DICOM, and what comes through a pipe
BILINEAR = Image.Resampling.BILINEAR
ORIENTATION = 274  # EXIF's tag
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
PHOTOMETRIC, WHITE_IS_ZERO = 262, 0  # TIFF's tag

Source = str | os.PathLike[str] | bytes | BinaryIO | Image.Image
_headers = threading.Lock()  # warning filters are the whole process's
_quiet: list[ExitStack] = []  # what makes them as they were, while they are not


def film_pixels(source: Source, size: int) -> bytes:
    """`size * size` grays of a film, row by row. Raises `FilmError`."""
    return resize(open_film(source), size).tobytes()


def open_film(source: Source) -> Image.Image:
    """The film in mode "L", upright, at its full size. Raises `FilmError`."""
    return open_film_info(source)[0]


def open_film_info(source: Source) -> tuple[Image.Image, FilmInfo]:
    """As `open_film`, with what the film rules must know of the picture before it was gray.

    A binary file is read from its beginning and left open.
    """
    name = _name(source)
    try:
        if isinstance(source, Image.Image):
            return _film(source)
        with _stream(source) as stream:
            return _decoded(stream)
    except FilmError as error:
        raise FilmError(f"{name} {error}") from error
    except UnidentifiedImageError as error:
        raise FilmError(f"{name} {UNKNOWN_KIND}") from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise FilmError(f"{name} {TOO_LARGE}") from error
    except Exception as error:  # decoders raise anything on damaged bytes
        why = " ".join(str(error).split())[:80] or type(error).__name__
        raise FilmError(f"{name} cannot be decoded ({why}); is it whole?") from error


def resize(gray: Image.Image, size: int) -> Image.Image:
    """A gray picture at `size` x `size`: width first, then height; itself where it is so."""
    if gray.size == (size, size):
        return gray  # each call would copy it
    return gray.resize((size, gray.height), BILINEAR).resize((size, size), BILINEAR)


def rgb(pixels: Image.Image) -> bytes:
    """Three equal channels, interleaved, as the graph takes them."""
    return Image.merge("RGB", [pixels] * 3).tobytes()


TOO_LARGE = f"has more than {MAX_PIXELS:,} pixels, or {MAX_SIDE:,} on a side; make it smaller first"
UNKNOWN_KIND = "begins like a picture, but is damaged or of a kind not read; save it as PNG"
TOO_LONG = f"has more than {MAX_BYTES:,} bytes, which is more than a film needs"


def _decoded(stream: BinaryIO) -> tuple[Image.Image, FilmInfo]:
    stream.seek(0)
    head = stream.read(formats.HEAD)
    if not head:
        raise FilmError("is empty")
    kind = formats.format_of(head)
    if kind == "DICOM":
        from edge_runtime import dicom

        if stream.seek(0, os.SEEK_END) > MAX_BYTES:
            raise FilmError(TOO_LONG)
        stream.seek(0)
        with _quietly():
            image = dicom.read(stream, MAX_PIXELS)
        return _film(image)
    stream.seek(0)
    with _quietly():
        image = formats.open_picture(stream, kind, MAX_PIXELS, TOO_LARGE)
        if kind == "TIFF":
            image.load()  # reads the tags once more, with the same remarks
    with image:
        return _film(image)


def _film(image: Image.Image) -> tuple[Image.Image, FilmInfo]:
    """A picture of any mode -> gray and upright."""
    if max(image.size) > MAX_SIDE or image.width * image.height > MAX_PIXELS:
        raise FilmError(TOO_LARGE)
    if not min(image.size):
        raise FilmError("has no pixels")
    check_depth(image)
    image.load()
    check_wrapped(image)
    mode = image.mode
    turn = UPRIGHT.get(_orientation(image))
    info = FilmInfo.of(image)  # first, so that its copies are gone before there is a gray one
    if windowing.is_wide(mode):
        gray = windowing.to_gray(image, inverted=_white_is_zero(image))
    elif mode in ("L", "1", "RGB", "RGBA"):
        gray = image.convert("L")
    else:
        # A palette's transparency may be of any form: RGBA takes each without a word.
        gray = image.convert("RGBA" if "A" in mode or mode == "P" else "RGB").convert("L")
    if turn is None:
        return gray, info
    return gray.transpose(turn), info.turned() if turn in SIDEWAYS else info


SIDEWAYS = {UPRIGHT[5], UPRIGHT[6], UPRIGHT[7], UPRIGHT[8]}


def _orientation(image: Image.Image) -> int:
    """By EXIF, 1-8: 1 where there is none or it cannot be read."""
    data = image.info.get("exif", b"")
    if not data:
        return 1
    # Not `getexif`: it looks in XMP too, as browsers do not, and still has the orientation of
    # a TIFF, which every Pillow since 9.4 turns upright itself as it loads.
    try:
        with _quietly():
            exif = Image.Exif()
            exif.load(data)
            value = exif.get(ORIENTATION, 1)
    except Exception:  # a damaged tag leaves the film as it is
        return 1
    return value if isinstance(value, int) else 1


def _white_is_zero(image: Image.Image) -> bool:
    """Whether a TIFF of more than 8 bits is inverted; with 8 Pillow sees to it."""
    tags = getattr(image, "tag_v2", {})
    return bool(tags.get(PHOTOMETRIC, 1) == WHITE_IS_ZERO)


@contextmanager
def _quietly() -> Iterator[None]:
    """Decoders' remarks on odd headers are not for the user; too many pixels is an error."""
    with _headers, ExitStack() as before:
        _quiet.append(before)
        before.callback(_quiet.remove, before)
        before.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        # Some of them log, with a traceback, what they raise as well.
        for log in map(logging.getLogger, ("PIL", "pydicom")):
            before.callback(log.setLevel, log.level)
            log.setLevel(logging.CRITICAL + 1)
        yield


def _forked() -> None:
    """The thread that decodes a film is not in the child: nobody there gives back what it took."""
    global _headers
    _headers = threading.Lock()
    for before in list(_quiet):
        before.close()


forks.in_child(_forked)


@contextmanager
def _stream(source: str | os.PathLike[str] | bytes | BinaryIO) -> Iterator[BinaryIO]:
    if isinstance(source, bytes):
        yield io.BytesIO(source)
    elif not isinstance(source, str | os.PathLike):
        seekable = getattr(source, "seekable", None)  # an older mmap has none
        yield source if seekable is not None and seekable() else held(source)
    else:
        try:
            stream = open(source, "rb")  # noqa: SIM115 - closed below
        except FileNotFoundError as error:
            raise FilmError("does not exist") from error
        except IsADirectoryError as error:
            raise FilmError("is a folder; name the films in it") from error
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or error
            raise FilmError(f"cannot be read: {why}") from error
        with stream:
            yield stream if stream.seekable() else held(stream)


def held(pipe: BinaryIO) -> io.BytesIO:
    """What a pipe gives, to be read again; one without an end is not waited for."""
    data = bytearray()
    while chunk := pipe.read(1 << 20):
        data += chunk
        if len(data) > MAX_BYTES:
            raise FilmError(TOO_LONG)
    return io.BytesIO(data)


def _name(source: Source) -> str:
    """What an error calls the film, in one line whatever it is called."""
    if isinstance(source, str | os.PathLike):
        name: object = os.fspath(source)
    else:
        name = getattr(source, "filename", None) or getattr(source, "name", None)
        if not isinstance(name, str):
            return "the film"
    text = str(name)
    return text if text and text.isprintable() else repr(text)
