"""Pictures of which Pillow would make other numbers: refused, with what to do."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from edge_runtime.errors import FilmError
from edge_runtime.pixels import film_pixels

WIDE, HIGH = 70, 66
VALUES = np.linspace(0, 4095, WIDE * HIGH).reshape(HIGH, WIDE).astype(np.uint16)
CHANNELS = {0: 1, 2: 3, 4: 2, 6: 4}  # PNG's colour types


def png(kind: int, depth: int) -> bytes:
    """A PNG of any colour type: Pillow writes none of 16 bits but gray."""
    values = VALUES if depth == 16 else (VALUES >> 4).astype(np.uint8)
    planes = np.repeat(values[:, :, None], CHANNELS[kind], axis=2)
    raw = planes.astype(planes.dtype.newbyteorder(">")).tobytes()
    row = len(raw) // HIGH
    rows = b"".join(b"\0" + raw[at : at + row] for at in range(0, len(raw), row))

    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    head = struct.pack(">IIBBBBB", WIDE, HIGH, depth, kind, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )  # fmt: skip


def tiff(values: np.ndarray, bits: int, sample: int, channels: int = 1) -> bytes:
    """A TIFF with just the tags that it must have."""
    raw = values.astype(values.dtype.newbyteorder("<")).tobytes()
    photometric = 2 if channels == 3 else 1
    several = 8 + len(raw)  # where the bits of three channels stand
    tags = [
        (256, 4, 1, WIDE), (257, 4, 1, HIGH),
        (258, 3, channels, bits if channels == 1 else several),
        (259, 3, 1, 1), (262, 3, 1, photometric), (273, 4, 1, 8), (277, 3, 1, channels),
        (278, 4, 1, HIGH), (279, 4, 1, len(raw)), (339, 3, 1, sample),
    ]  # fmt: skip
    tail = struct.pack("<3H", bits, bits, bits) if channels == 3 else b""
    directory = struct.pack("<H", len(tags)) + b"".join(
        struct.pack("<HHII", *tag) for tag in tags
    ) + bytes(4)  # fmt: skip
    return b"II*\0" + struct.pack("<I", several + len(tail)) + raw + tail + directory


def bmp(colours: int) -> bytes:
    """A gray ramp as an 8-bit BMP whose palette says how many colours it has."""
    stream = io.BytesIO()
    Image.fromarray((VALUES >> 11).astype(np.uint8) * 255).save(stream, "BMP")
    data = bytearray(stream.getvalue())
    data[46:50] = struct.pack("<I", colours)
    start = 54 + 4 * colours
    if colours == 2:
        data[54:62] = bytes(4) + b"\xff\xff\xff\0"
        pixels = bytes(value and 1 for value in data[struct.unpack_from("<I", data, 10)[0] :])
        data = data[:62] + pixels
        data[10:14] = struct.pack("<I", start)
    return bytes(data)


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
    "BMP of two colours": (bmp(2), "two colours"),
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
