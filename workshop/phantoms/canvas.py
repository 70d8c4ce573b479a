"""A small canvas in chest coordinates: soft shapes, strokes and spots as layers in [0, 1].

Chest coordinates: x is 0 at the midline and 1 where the lung meets the chest wall on the
right of the film (the patient's left); y is 0 at the apices and about 1.9 at the bases.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter

__all__ = ["Canvas", "Layer", "Points", "Stroke", "mirrored", "smooth"]

Layer = npt.NDArray[np.float32]
Points = Sequence[tuple[float, float]]
Stroke = tuple[Points, float, float]  # points, width in chest units, strength 0..1


def mirrored(points: Points, side: int) -> list[tuple[float, float]]:
    """The points on the side -1 (left of the film) or 1."""
    return [(side * x, y) for x, y in points]


def smooth(points: Points, *, closed: bool = True, steps: int = 6) -> list[tuple[float, float]]:
    """A Catmull-Rom curve through the points, `steps` a span."""
    p = np.asarray(points, np.float64)
    before, after = (p[-1:], p[:2]) if closed else (p[:1], p[-1:])
    padded = np.concatenate([before, p, after])
    a, b, c, d = (padded[i : len(padded) - 3 + i, None] for i in range(4))
    t = (np.arange(steps) / steps)[None, :, None]
    curve = 0.5 * (
        2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3
    )
    flat = curve.reshape(-1, 2)
    if not closed:
        flat = np.concatenate([flat, p[-1:]])
    return [(float(x), float(y)) for x, y in flat]


@dataclass(frozen=True)
class Canvas:
    """`height` x `width` pixels, and where the chest lies on them."""

    width: int
    height: int
    centre: float  # pixels, of x = 0
    top: float  # pixels, of y = 0
    scale: float  # pixels of one chest unit, across
    stretch: float  # how much longer a unit is downwards
    turn: float  # radians, of the patient before the film

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Pixel position of a point of the chest."""
        down = y * self.stretch
        cos, sin = math.cos(self.turn), math.sin(self.turn)
        return (
            self.centre + self.scale * (x * cos - (down - 1.0) * sin),
            self.top + self.scale * (x * sin + (down - 1.0) * cos + 1.0),
        )

    def shape(self, *outlines: Points, blur: float = 0.03) -> Layer:
        """Filled outlines, their edge as soft as `blur` chest units."""
        image = Image.new("L", (self.width, self.height))
        pen = ImageDraw.Draw(image)
        for outline in outlines:
            pen.polygon([self.at(x, y) for x, y in outline], fill=255)
        return self._layer(image, blur)

    def strokes(self, strokes: Iterable[Stroke], blur: float = 0.012) -> Layer:
        """Lines with width and strength; where two cross, the later one shows."""
        image = Image.new("L", (self.width, self.height))
        pen = ImageDraw.Draw(image)
        for points, width, strength in strokes:
            pen.line(
                [self.at(x, y) for x, y in points],
                fill=round(255 * strength),
                width=max(1, round(width * self.scale)),
                joint="curve",
            )
        return self._layer(image, blur)

    def spot(self, x: float, y: float, across: float, down: float) -> Layer:
        """A Gaussian spot with these two deviations in chest units."""
        px, py = self.at(x, y)
        columns = np.arange(self.width, dtype=np.float32) - np.float32(px)
        rows = np.arange(self.height, dtype=np.float32) - np.float32(py)
        return np.outer(
            np.exp(-0.5 * (rows / np.float32(down * self.scale * self.stretch)) ** 2),
            np.exp(-0.5 * (columns / np.float32(across * self.scale)) ** 2),
        )

    def cloud(self, rng: np.random.Generator, grain: float) -> Layer:
        """Smooth noise, mean 0, deviation near 1, with lumps of `grain` chest units."""
        cell = max(1.0, grain * self.scale)
        shape = (math.ceil(self.height / cell) + 3, math.ceil(self.width / cell) + 3)
        coarse = Image.fromarray(rng.standard_normal(shape, dtype=np.float32))
        size = (round(shape[1] * cell), round(shape[0] * cell))
        fine = coarse.resize(size, Image.Resampling.BICUBIC)
        return np.asarray(fine, np.float32)[: self.height, : self.width] * np.float32(1.3)

    def _layer(self, image: Image.Image, blur: float) -> Layer:
        soft = image.filter(ImageFilter.GaussianBlur(blur * self.scale))
        return np.asarray(soft, np.float32) / np.float32(255)
