"""PNG, TIFF and BMP byte by byte: what programs write, and Pillow cannot."""

from __future__ import annotations

import struct
import zlib

__all__ = ["Tags", "chunk", "raw_bmp", "raw_png", "raw_tiff", "size"]


def chunk(name: bytes, body: bytes) -> bytes:
    """A part of a PNG, with its sum."""
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def raw_png(across: int, down: int, bits: int, kind: int, rows: list[bytes]) -> bytes:
    """Of any colour type and depth; `rows` are the samples of each, unfiltered."""
    head = struct.pack(">IIBBBBB", across, down, bits, kind, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\0" + row for row in rows))
    parts = chunk(b"IHDR", head), chunk(b"IDAT", pixels), chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


Tags = dict[int, tuple[int, list[int]]]  # tag -> kind (1 bytes, 3 short, 4 long), numbers


def raw_tiff(tags: Tags, pixels: bytes, order: str = "<", more: bytes = b"") -> bytes:
    """Pixels in one strip; `more` are entries behind the others."""
    tags = {273: (4, [8]), 279: (4, [len(pixels)]), **tags}
    at = 8 + len(pixels)
    entries, lists = b"", b""
    for tag, (kind, values) in sorted(tags.items()):
        body = struct.pack(f"{order}{len(values)}{'B?HI'[kind - 1]}", *values)
        if len(body) > 4:
            body, lists = struct.pack(f"{order}I", at + len(lists)), lists + body
        entries += struct.pack(f"{order}HHI", tag, kind, len(values)) + body.ljust(4, b"\0")
    count = struct.pack(f"{order}H", (len(entries) + len(more)) // 12)
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(f"{order}I", at + len(lists))
    return head + pixels + lists + count + entries + more + bytes(4)


def size(across: int, down: int, bits: list[int], photometric: int | None) -> Tags:
    """The tags that say what the pixels are."""
    tags: Tags = {256: (3, [across]), 257: (3, [down]), 258: (3, bits), 277: (3, [len(bits)])}
    return tags if photometric is None else {**tags, 262: (3, [photometric])}


def raw_bmp(size: tuple[int, int], bits: int, palette: bytes, data: bytes, packing: int = 0,
            colours: int = 0, header: int = 40) -> bytes:  # fmt: skip
    """Of any header, depth and palette; `data` are the rows as they lie in the file."""
    at = 14 + header + len(palette)
    if header == 12:
        head = struct.pack("<IHHHH", 12, *size, 1, bits)
    else:
        head = struct.pack("<IiiHHIIiiII", header, *size, 1, bits, packing, len(data), 1, 1,
                           colours, 0).ljust(header, b"\0")  # fmt: skip
    return b"BM" + struct.pack("<IHHI", at + len(data), 0, 0, at) + head + palette + data
