"""Films with a few bytes changed, in their headers above all: many are whole and odd."""

from __future__ import annotations

import random
import struct
import zlib
from collections.abc import Iterator

from tests.android.films import drawn

__all__ = ["damaged"]

TELLING = (0, 1, 2, 3, 4, 8, 16, 255, 65535)


def damaged(seed: int, times: int) -> Iterator[tuple[str, bytes]]:
    """Names and files, by chance out of `films.drawn`."""
    films = list(drawn(seed))
    for count in range(times):
        dice = random.Random(f"{seed} damaged {count}")
        name, data = dice.choice(films)
        spoiled = _spoiled(bytearray(data), dice)
        yield f"{count}_{name}", _with_sums(spoiled) if dice.random() < 0.7 else spoiled


def _spoiled(data: bytearray, dice: random.Random) -> bytes:
    for _ in range(dice.randrange(1, 4)):
        reach = len(data) if dice.random() < 0.3 else min(len(data), dice.choice((60, 200, 500)))
        at = dice.randrange(reach)
        if dice.random() < 0.25:  # a TIFF's directory and a DICOM's pixels stand at the end
            at = len(data) - 1 - dice.randrange(min(len(data), 400))
        kind = dice.randrange(5)
        if kind < 2:
            data[at] ^= 1 << dice.randrange(8)
        elif kind == 2:
            data[at] = dice.randrange(256)
        elif kind == 3:
            width, order = dice.choice((1, 2, 4)), dice.choice((">", "<"))
            number = struct.pack(f"{order}I", dice.choice(TELLING))
            data[at : at + width] = number[:width] if order == "<" else number[-width:]
        elif dice.random() < 0.3:
            del data[at : at + dice.randrange(1, 30)]
    return bytes(data)


def _with_sums(data: bytes) -> bytes:
    """A PNG whose checksums hold again: no reader comes past a wrong one."""
    if not data.startswith(b"\x89PNG"):
        return data
    whole, at = bytearray(data), 8
    while at + 12 <= len(whole):
        end = at + 8 + int.from_bytes(whole[at : at + 4], "big")
        if end + 4 > len(whole):
            break
        whole[end : end + 4] = struct.pack(">I", zlib.crc32(whole[at + 4 : end]))
        at = end + 4
    return bytes(whole)
