"""Pictures of which Pillow would make other numbers: refused, with what to do."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from edge_runtime.errors import FilmError
from edge_runtime.pixels import film_pixels
from tests.raw_pictures import raw_bmp, raw_png, raw_tiff, size

WIDE, HIGH = 70, 66
VALUES = np.linspace(0, 4095, WIDE * HIGH).reshape(HIGH, WIDE).astype(np.uint16)
CHANNELS = {0: 1, 2: 3, 4: 2, 6: 4}  # PNG's colour types


def png(kind: int, depth: int) -> bytes:
    """A PNG of any colour type: Pillow writes none of 16 bits but gray."""
    values = VALUES if depth == 16 else (VALUES >> 4).astype(np.uint8)
    planes = np.repeat(values[:, :, None], CHANNELS[kind], axis=2)
    raw = planes.astype(planes.dtype.newbyteorder(">")).tobytes()
    row = len(raw) // HIGH
    rows = [raw[at : at + row] for at in range(0, len(raw), row)]
    return raw_png(WIDE, HIGH, depth, kind, rows)


def tiff(values: np.ndarray, bits: int, sample: int, channels: int = 1) -> bytes:
    """A TIFF of one strip; `sample` says what kind of number its samples are."""
    tags = size(WIDE, HIGH, [bits] * channels, 2 if channels == 3 else 1)
    raw = values.astype(values.dtype.newbyteorder("<")).tobytes()
    return raw_tiff({**tags, 259: (3, [1]), 278: (4, [HIGH]), 339: (3, [sample])}, raw)


def bmp() -> bytes:
    """Black and white, in eight bits a pixel: Pillow writes none."""
    row = -(-WIDE // 4) * 4
    data = b"".join(bytes(value >> 11 for value in line).ljust(row, b"\0") for line in VALUES)
    return raw_bmp((WIDE, HIGH), 8, bytes(4) + b"\xff\xff\xff\0", data, colours=2)


RGB = np.repeat(VALUES[:, :, None], 3, axis=2)
DEEP = "more than 8 bits a channel"
REFUSED = {
    "PNG, RGB": (png(2, 16), DEEP),
    "PNG, gray with alpha": (png(4, 16), DEEP),
    "PNG, RGB with alpha": (png(6, 16), DEEP),
    "TIFF, RGB": (tiff(RGB, 16, 1, channels=3), DEEP),
    "PPM": (b"P6 %d %d 4095\n" % (WIDE, HIGH) + RGB.astype(">u2").tobytes(), DEEP),
    "PPM as text": (
        b"P3 %d %d 4095\n" % (WIDE, HIGH) + b" ".join(b"%d" % one for one in RGB.ravel()), DEEP,
    ),
    "TIFF of signed bytes": (tiff((VALUES >> 4).astype(np.int8), 8, 2), "signed 8-bit"),
    "TIFF of large numbers": (tiff(VALUES.astype(np.uint32) << 20, 32, 1), "from 2\\*\\*31 on"),
    "BMP of two colours": (bmp(), "two colours"),
    "TIFF of doubles": (tiff(VALUES.astype(np.float64), 64, 3), "of a kind not read"),
}  # fmt: skip
READ = {
    "PNG, gray": (png(0, 16), 16),
    "PNG, 8 bits": (png(0, 8), 8),
    "PNG, RGB of 8 bits": (png(2, 8), 8),
    "TIFF": (tiff(VALUES, 16, 1), 16),
    "TIFF, signed": (tiff(VALUES.astype(np.int16), 16, 2), 16),
    "TIFF of 32 bits": (tiff(VALUES.astype(np.uint32), 32, 1), 16),
    "TIFF of 32 signed bits": (tiff(VALUES.astype(np.int32), 32, 2), 16),
    "TIFF, RGB of 8 bits": (tiff((RGB >> 4).astype(np.uint8), 8, 1, channels=3), 8),
    "PGM": (b"P5 %d %d 65535\n" % (WIDE, HIGH) + VALUES.astype(">u2").tobytes(), 16),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_would_be_cut_or_wrapped_is_refused(name: str) -> None:
    data, why = REFUSED[name]
    with pytest.raises(FilmError, match=why):
        film_pixels(data, 32)


@pytest.mark.parametrize("name", READ)
def test_the_same_numbers_in_other_kinds_are_read(name: str) -> None:
    data, bits = READ[name]
    assert film_pixels(data, 32) == film_pixels(png(0, bits), 32)


def test_black_and_white_is_read_where_pillow_can() -> None:
    stream = io.BytesIO()
    Image.fromarray(VALUES > 2000).save(stream, "BMP")
    assert set(film_pixels(stream.getvalue(), 32)) >= {0, 255}
