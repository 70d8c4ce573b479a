"""Other body parts than the chest, rendered: bright on dark, as a film is."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["body_part"]

SIDE = 448
FINGERS = (0.28, 0.40, 0.44, 0.41, 0.33)  # lengths, thumb first, of the picture's side
Bone = tuple[float, float, float, float, float]  # x and y of both ends, thickness


def body_part(rng: np.random.Generator) -> Image.Image:
    """A hand, or a long bone or two with a joint, somewhat turned; no patient's."""
    from PIL import Image, ImageDraw, ImageFilter

    back, flesh, bone = (int(rng.integers(*span)) for span in ((0, 30), (50, 110), (150, 240)))
    image = Image.new("L", (SIDE, SIDE), back)
    draw = ImageDraw.Draw(image)
    if rng.random() < 0.5:
        draw.ellipse((SIDE * 0.3, SIDE * 0.5, SIDE * 0.7, SIDE * 0.9), fill=flesh)
        draw.rectangle((SIDE * 0.38, SIDE * 0.8, SIDE * 0.62, SIDE), fill=flesh)
        bones = _hand(rng)
    else:
        bones = _limb(rng)
    for one in bones:
        _rod(draw, one, flesh, 2.6)
    image = image.filter(ImageFilter.GaussianBlur(5))
    draw = ImageDraw.Draw(image)
    for one in bones:
        _rod(draw, one, bone, 1.0)
        x0, y0, x1, y1, thick = one
        draw.line((x0, y0, x1, y1), fill=bone - 45, width=max(1, int(thick * 0.45)))
    soft = image.filter(ImageFilter.GaussianBlur(rng.uniform(0.8, 2.2)))
    values = np.asarray(soft, np.float64) + rng.normal(0, rng.uniform(1, 6), (SIDE, SIDE))
    noisy = Image.fromarray(np.clip(values, 0, 255).astype(np.uint8))
    return noisy.rotate(float(rng.uniform(-30, 30)), fillcolor=back)


def _rod(draw: object, bone: Bone, tone: int, wide: float) -> None:
    """A shaft with thicker ends."""
    x0, y0, x1, y1, thick = bone
    draw.line((x0, y0, x1, y1), fill=tone, width=int(thick * wide))  # type: ignore[attr-defined]
    r = thick * wide / 2 * (1.0 if wide > 2 else 1.5)
    for x, y in ((x0, y0), (x1, y1)):
        draw.ellipse((x - r, y - r, x + r, y + r), fill=tone)  # type: ignore[attr-defined]


def _hand(rng: np.random.Generator) -> list[Bone]:
    """Four bones a finger, and the two of the forearm."""
    spread = rng.uniform(0.12, 0.22)
    bones: list[Bone] = []
    for number, share in enumerate(FINGERS):
        angle = (number - 2) * spread * (1.7 if number == 0 else 1.0)
        length = share * SIDE * rng.uniform(0.95, 1.05) * 1.4
        x, y = SIDE * (0.36 + 0.07 * number), SIDE * 0.72
        across, up = math.sin(angle) * length, math.cos(angle) * length
        for part in range(4):
            one, two = part / 4, (part + 0.86) / 4
            thick = SIDE * (0.034 - 0.005 * part)
            bones.append((x + across * one, y - up * one, x + across * two, y - up * two, thick))
    for side in (-1, 1):
        x = SIDE * (0.5 + 0.06 * side)
        bones.append((x, SIDE * 0.82, x + SIDE * 0.01 * side, float(SIDE), SIDE * 0.05))
    return bones


def _limb(rng: np.random.Generator) -> list[Bone]:
    """One bone above a joint, one or two below."""
    x, joint = SIDE * rng.uniform(0.4, 0.6), SIDE * rng.uniform(0.35, 0.65)
    lean = SIDE * rng.uniform(-0.15, 0.15)
    bones: list[Bone] = [
        (x + lean, 0.0, x, joint - 8, SIDE * 0.1),
        (x - 14, joint + 8, x - 14 - lean, float(SIDE), SIDE * 0.08),
    ]
    if rng.random() < 0.6:
        bones.append((x + 38, joint + 14, x + 38 - lean, float(SIDE), SIDE * 0.045))
    return bones
