"""What a DICOM header may claim: looked at before anything is made of it.

A header is a few bytes and can ask for any amount of memory or time: a number with an
exponent of nine digits, a coded frame that is not of the size said, data that inflate a
thousandfold. Each is refused here with its reason.
"""

from __future__ import annotations

import io
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, BinaryIO

from PIL import Image, UnidentifiedImageError

from edge_runtime.errors import FilmError
from edge_runtime.formats import check_scans

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

__all__ = ["begin", "bits_of", "frame", "number", "shift_of"]

DEFLATED = "1.2.840.10008.1.2.1.99"
RLE = "1.2.840.10008.1.2.5"
START = 132  # of the first element, behind the file's mark
MOST_DIGITS, MOST_POWER = 64, 30  # of a number in a header; a film's have a few


def begin(stream: BinaryIO) -> None:
    """Refuse a deflated file, which pydicom would inflate whole; the stream ends at its start."""
    from pydicom.filereader import read_dataset

    stream.seek(START)
    meta = read_dataset(stream, False, True, stop_when=lambda tag, *_: tag >> 16 != 2)
    stream.seek(0)
    if str(meta.get("TransferSyntaxUID", "")) == DEFLATED:
        raise FilmError("is DICOM that is deflated, which is not read; save it uncompressed")


def bits_of(data: Dataset) -> int:
    """BitsStored, of 1-16."""
    bits = int(data.BitsStored)
    if not 1 <= bits <= 16:
        raise FilmError(f"is DICOM of {bits!r:.20} bits a pixel, which is not read; save it as PNG")
    return bits


def shift_of(data: Dataset, bits: int) -> int:
    """How many bits lie below the `bits` of a pixel, by HighBit."""
    high = int(data.get("HighBit", bits - 1))
    if high >= int(data.BitsAllocated):
        raise FilmError(f"is DICOM whose highest bit is {high!r:.20} of {data.BitsAllocated}; "
                        "repair its header first")  # fmt: skip
    return max(0, high + 1 - bits)


def frame(data: Dataset, max_pixels: int) -> None:
    """The picture's claims: a size within bounds, and a coded frame that is of that size."""
    wide, high = int(data.Columns), int(data.Rows)
    if wide * high > max_pixels:
        raise FilmError(f"has more than {max_pixels:,} pixels; make it smaller first")
    syntax = data.file_meta.TransferSyntaxUID
    if not syntax.is_encapsulated:
        return
    if syntax == RLE:
        samples = int(data.SamplesPerPixel) * int(data.BitsAllocated) // 8
        if len(data.PixelData) > 2 * wide * high * samples + 1024:
            raise FilmError("is DICOM that holds more than the picture of its header")
        return
    from pydicom.encaps import get_frame

    bare = get_frame(data.PixelData, 0, number_of_frames=1)
    _boxes(bare)
    coded = io.BytesIO(bare)
    try:
        with Image.open(coded, formats=("JPEG", "JPEG2000")) as inner:
            size, kind = inner.size, inner.format
    except UnidentifiedImageError:
        return  # another coding: the decoder itself says what it makes of it
    if size != (wide, high):
        raise FilmError(f"is DICOM whose picture is of {size[0]}x{size[1]} pixels, "
                        f"not the {wide}x{high} of its header")  # fmt: skip
    if kind == "JPEG":
        check_scans(coded)


def _boxes(coded: bytes) -> None:
    """The boxes around a JPEG 2000 picture lead to it: pydicom follows a length of 0 for ever."""
    at = 12 if coded.startswith(b"\0\0\0\x0cjP  ") else len(coded)
    while at < len(coded) and coded[at + 4 : at + 8] != b"jp2c":
        length = int.from_bytes(coded[at : at + 4], "big")
        if length < 8:
            raise FilmError("is DICOM whose JPEG 2000 picture is damaged; get it again")
        at += length


def number(value: Any, default: int) -> Fraction:
    """An exact number of a decimal string, the first of several."""
    if value is None or value == "":
        return Fraction(default)
    several = hasattr(value, "__len__") and not isinstance(value, str)
    text = str(value[0] if several else value).strip()
    exact = Decimal(text) if len(text) <= MOST_DIGITS else None
    # As a fraction, ten to the power of a billion would fill any memory.
    if exact is None or not exact.is_finite() or abs(exact.adjusted()) > MOST_POWER:
        raise FilmError(f"is DICOM with a number beyond sense ({text:.20}); repair it first")
    return Fraction(exact)
