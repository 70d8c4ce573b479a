"""Which format a file is in, told from its first bytes, before any decoder runs.

Only what films come in is opened, and only that one decoder: Pillow knows some fifty, of
which one would start Ghostscript. The rest is refused by its name. JPEG 2000 is read inside
DICOM alone: nobody hands out films in it otherwise.
"""

from __future__ import annotations

import importlib
import struct
from typing import BinaryIO

from PIL import Image, UnidentifiedImageError

from edge_runtime.errors import FilmError

__all__ = [
    "FORMATS",
    "HEAD",
    "MOST_SCANS",
    "check_scans",
    "check_size",
    "format_of",
    "open_picture",
]

HEAD = 132  # bytes that tell: a DICOM file's mark ends there
READ_AS = "PNG, JPEG, TIFF, BMP, WebP, PGM or DICOM"
# Pillow's name of each format -> how a file of it begins. PGM is what C programs write.
FORMATS: dict[str, tuple[bytes, ...]] = {
    "PNG": (b"\x89PNG\r\n\x1a\n",),
    "JPEG": (b"\xff\xd8\xff",),
    "TIFF": (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"),
    "BMP": (b"BM",),
    "PPM": tuple(b"P%d" % kind for kind in range(1, 7)),
    "WEBP": (b"RIFF",),
}
# What else there is, named for the person who tried it.
FOREIGN: dict[str, tuple[bytes, ...]] = {
    "a GIF": (b"GIF8",),
    "a PostScript file (EPS)": (b"%!PS", b"\xc5\xd0\xd3\xc6"),
    "a PDF": (b"%PDF",),
    "a Photoshop file": (b"8BPS",),
    "an icon": (b"\0\0\1\0", b"\0\0\2\0", b"icns"),
    "a Windows metafile": (b"\xd7\xcd\xc6\x9a", b"\1\0\t\0", b"\1\0\0\0"),
    "a FITS file": (b"SIMPLE",),
    "a JPEG 2000 picture": (b"\0\0\0\x0cjP  ", b"\xff\x4f\xff\x51"),
    "a JPEG XL picture": (b"\0\0\0\x0cJXL ", b"\xff\x0a"),
    "a DirectDraw surface": (b"DDS ",),
    "an HDF5 file": (b"\x89HDF",),
    "a GRIB file": (b"GRIB",),
    "a gzip archive": (b"\x1f\x8b",),
    "a ZIP archive": (b"PK\3\4", b"PK\5\6"),
    "an X bitmap": (b"#define", b"/* XPM */"),
    "a Sun raster": (b"\x59\xa6\x6a\x95",),
    "an SGI picture": (b"\x01\xda",),
    "a QOI picture": (b"qoif",),
    "XML (SVG or a page)": (b"<?xml", b"<svg", b"<!DOCTYPE", b"<html"),
}
# Each scan of a JPEG is a pass over all its pixels, of as few bytes as one likes. Programs
# write about ten; a viewer's small copies inside count too.
MOST_SCANS = 100
MOST_TILE = 1 << 22  # pixels of a TIFF's tile: it is taken whole, however small the picture is
TILE_WIDTH, TILE_HEIGHT = 322, 323


def format_of(head: bytes) -> str:
    """Pillow's name of the format, or "DICOM". Raises `FilmError` for any other."""
    if head[128:132] == b"DICM":
        return "DICOM"
    for name, begins in FORMATS.items():
        if head.startswith(begins) and (name != "WEBP" or head[8:12] == b"WEBP"):
            return name
    for name, begins in FOREIGN.items():
        if head.startswith(begins):
            raise FilmError(f"is {name}; films are read from {READ_AS}")
    if head[4:8] == b"ftyp":
        raise FilmError(f"is a video, HEIC or AVIF; films are read from {READ_AS}")
    raise FilmError(f"is not a picture in a format that films come in ({READ_AS})")


def open_picture(stream: BinaryIO, kind: str, max_pixels: int, too_large: str) -> Image.Image:
    """The picture of a stream at its beginning, not yet decoded.

    Raises `FilmError` where decoding it would take memory or time out of all proportion, and
    what Pillow raises for a damaged header.
    """
    if kind == "WEBP":
        width, height = _webp_size(stream.read(30))
        stream.seek(0)  # Pillow's plug-in takes the memory for its canvas as it opens
        if width * height > max_pixels:
            raise FilmError(too_large)
    # Not by `Image.open`, which loads a handful of plug-ins before it asks for this one.
    importlib.import_module(f"PIL.{MODULES.get(kind, kind.title())}ImagePlugin")
    try:
        image = Image.OPEN[kind][0](stream, "")
    except (SyntaxError, IndexError, TypeError, struct.error) as error:
        raise UnidentifiedImageError(str(error)) from error
    check_size(image, max_pixels, too_large)
    if kind == "JPEG":
        check_scans(stream)
    return image


def check_size(image: Image.Image, max_pixels: int, too_large: str) -> None:
    """Raise `FilmError` where a picture, or a page of one, is too large to be decoded."""
    if image.width * image.height > max_pixels:
        raise FilmError(too_large)
    tags = getattr(image, "tag_v2", {})  # of a TIFF
    tile = int(tags.get(TILE_WIDTH, 0)) * int(tags.get(TILE_HEIGHT, 0))
    if tile > max(MOST_TILE, 4 * image.width * image.height):
        raise FilmError("is a TIFF whose tiles are far larger than its picture; save it again")


MODULES = {"WEBP": "WebP"}


def check_scans(stream: BinaryIO) -> None:
    """Raise `FilmError` for a JPEG of absurdly many scans; the stream stays where it is."""
    here = stream.tell()
    stream.seek(0)
    scans = 0
    while chunk := stream.read(1 << 20):
        scans += chunk.count(b"\xff\xda")
    stream.seek(here)
    if scans > MOST_SCANS:
        raise FilmError(f"is a JPEG of {scans} scans, built to take long; save it again")


def _webp_size(head: bytes) -> tuple[int, int]:
    """The canvas that a WebP claims, 0 x 0 where it cannot be told."""
    kind, body = head[12:16], head[20:30]
    if len(body) < 10:
        return 0, 0
    if kind == b"VP8X":
        return (int.from_bytes(body[4:7], "little") + 1, int.from_bytes(body[7:10], "little") + 1)
    if kind == b"VP8L":
        both = int.from_bytes(body[1:5], "little")
        return (both & 0x3FFF) + 1, (both >> 14 & 0x3FFF) + 1
    return (
        int.from_bytes(body[6:8], "little") & 0x3FFF,
        int.from_bytes(body[8:10], "little") & 0x3FFF,
    )
