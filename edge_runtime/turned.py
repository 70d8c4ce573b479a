"""Whether a film lies on its side or upside down: which turn of a template fits it best.

The template says where an upright film is bright and where it is dark, in 8 x 8 blocks; only its
left half is kept, the right half is its mirror image.

1. b = S // 8. The gray of a block of b x b pixels is `((sum + n // 2) * (2**24 // n)) >> 24` with
   n = b * b: its mean. Pixels right of or below the 8 x 8 blocks do not count.
2. The score of each turn is the sum of weight times gray. The turn with the highest score is said;
   where several have it, upright before left, before upside down, before right.

`python -m workshop turned` derives the weights and measures how often upright films are said to
be turned (docs/evidence/turned.md). For a picture that is no film the answer means nothing.
"""

from __future__ import annotations

from operator import mul
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["BLOCKS", "HALF", "TURNED", "TURNS", "blocks", "turned"]

BLOCKS = 8
TURNED = {  # where the top of a film is, and how that is said
    "left": "looks turned to the left",
    "upside_down": "looks upside down",
    "right": "looks turned to the right",
}
TURNS = (None, *TURNED)
HALF = (
    (-6, -40, -38, 41),
    (23, 12, -39, -3),
    (45, 14, -58, -17),
    (-3, -23, -66, -8),
    (-55, -50, -44, 8),
    (-33, 3, 58, 127),
    (-23, -12, 22, 76),
    (6, 39, 27, 17),
)  # fmt: skip


def blocks(pixels: Image.Image) -> bytes:
    """The 8 x 8 grays of a picture of mode "L", at least 8 x 8 pixels."""
    side = pixels.width // BLOCKS
    grays = pixels.reduce(side)
    return grays.crop((0, 0, BLOCKS, BLOCKS)).tobytes()


def turned(pixels: Image.Image) -> str | None:
    """Where the top of a film is, at the model's size: one of `TURNS`."""
    if pixels.width < BLOCKS:
        return None
    grays = blocks(pixels)
    scores = [sum(map(mul, weights, grays)) for weights in _WEIGHTS]
    return TURNS[scores.index(max(scores))]


def _turns() -> tuple[tuple[int, ...], ...]:
    """The template, and what it is when the film is turned, in the order of `TURNS`."""
    rows = [(*half, *reversed(half)) for half in HALF]
    found = []
    for _ in TURNS:
        found.append(tuple(weight for row in rows for weight in row))
        rows = [tuple(row[column] for row in rows) for column in reversed(range(BLOCKS))]
    return tuple(found)


_WEIGHTS = _turns()
