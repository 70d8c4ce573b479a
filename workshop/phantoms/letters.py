"""Letters as small bitmaps: a font would make the bytes depend on the installed Pillow."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["text"]

_ROWS = {
    "A": "01110 10001 10001 11111 10001 10001 10001",
    "B": "11110 10001 10001 11110 10001 10001 11110",
    "D": "11110 10001 10001 10001 10001 10001 11110",
    "E": "11111 10000 10000 11110 10000 10000 11111",
    "I": "01110 00100 00100 00100 00100 00100 01110",
    "L": "10000 10000 10000 10000 10000 10000 11111",
    "M": "10001 11011 10101 10101 10001 10001 10001",
    "O": "01110 10001 10001 10001 10001 10001 01110",
    "P": "11110 10001 10001 11110 10000 10000 10000",
    "R": "11110 10001 10001 11110 10100 10010 10001",
    "S": "01111 10000 10000 01110 00001 00001 11110",
    "T": "11111 00100 00100 00100 00100 00100 00100",
    "X": "10001 01010 00100 00100 00100 01010 10001",
    "2": "01110 10001 00001 00110 01000 10000 11111",
    "7": "11111 00001 00010 00100 01000 01000 01000",
}


def text(word: str, size: int) -> npt.NDArray[np.bool_]:
    """`word` as pixels `[7 * size, 6 * size * len(word) - size]`."""
    glyphs = []
    for letter in word:
        rows = [[cell == "1" for cell in row] + [False] for row in _ROWS[letter].split()]
        glyphs.append(np.array(rows))
    small = np.concatenate(glyphs, axis=1)[:, :-1]
    return np.repeat(np.repeat(small, size, axis=0), size, axis=1)
