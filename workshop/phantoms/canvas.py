"""A small canvas in chest coordinates: soft shapes, strokes and spots as layers in [0, 1].

Chest coordinates: x is 0 at the midline and 1 where the lung meets the chest wall on the
right of the film (the patient's left); y is 0 at the apices and about 1.9 at the bases.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter

__all__ = ["Canvas", "Layer", "Points", "Stroke", "mirrored", "points", "smooth"]

Layer = npt.NDArray[np.float32]
Points = npt.NDArray[np.float64]  # [n, 2]: x, y
Stroke = tuple[Points, float, float]  # points, width in chest units, strength 0..1

_STEPS = 5  # pieces of a curve between two points
_T = np.arange(_STEPS) / _STEPS
_CATMULL_ROM = 0.5 * np.stack(
    [
        -_T + 2 * _T**2 - _T**3,
        2 - 5 * _T**2 + 3 * _T**3,
        _T + 4 * _T**2 - 3 * _T**3,
        -(_T**2) + _T**3,
    ],
    axis=1,
)


def points(*pairs: tuple[float, float]) -> Points:
    """Points of the chest."""
    return np.array(pairs, np.float64)


def mirrored(outline: Points, side: int) -> Points:
    """The points on the side -1 (left of the film) or 1."""
    return outline * (side, 1.0)


def smooth(corners: Points, *, closed: bool = True) -> Points:
    """A Catmull-Rom curve through the points; `closed` joins its ends."""
    before, after = (corners[-1:], corners[:2]) if closed else (corners[:1], corners[-1:])
    padded = np.concatenate([before, corners, after])
    spans = np.stack([padded[i : len(padded) - 3 + i] for i in range(4)], axis=1)
    curve: Points = np.matmul(_CATMULL_ROM, spans).reshape(-1, 2)
    return curve if closed else np.concatenate([curve, corners[-1:]])


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

    def at(self, where: Points) -> Points:
        """Pixel positions `[n, 2]` of points of the chest."""
        x, down = where[:, 0], where[:, 1] * self.stretch - 1.0
        cos, sin = math.cos(self.turn), math.sin(self.turn)
        across = self.centre + self.scale * (x * cos - down * sin)
        return np.stack([across, self.top + self.scale * (x * sin + down * cos + 1.0)], axis=1)

    def shape(self, *outlines: Points, blur: float = 0.03) -> Layer:
        """Filled outlines, their edge as soft as `blur` chest units."""
        image = Image.new("L", (self.width, self.height))
        pen = ImageDraw.Draw(image)
        for outline in outlines:
            pen.polygon(self.at(outline).ravel().tolist(), fill=255)
        return self._layer(image, blur)

    def strokes(self, strokes: Sequence[Stroke], blur: float = 0.012) -> Layer:
        """Lines with width and strength; where two cross, the later one shows."""
        image = Image.new("L", (self.width, self.height))
        pen = ImageDraw.Draw(image)
        # One transformation for all the points: a film has some 200 strokes.
        ends = np.cumsum([len(line) for line, _, _ in strokes])
        where = np.split(self.at(np.concatenate([line for line, _, _ in strokes])), ends[:-1])
        for line, (_, width, strength) in zip(where, strokes, strict=True):
            thick = max(1, round(width * self.scale))
            pen.line(line.ravel().tolist(), fill=round(255 * strength), width=thick)
        return self._layer(image, blur)

    def below(self, y: float, blur: float) -> Layer:
        """1 below the height y, 0 above it: a column `[H, 1]` that spreads over the rows."""
        edge = self.at(points((0.0, y)))[0, 1]
        rows = (np.arange(self.height, dtype=np.float32)[:, None] - np.float32(edge)) / np.float32(
            blur * self.scale
        )
        return np.asarray(0.5 + 0.5 * np.tanh(rows), np.float32)

    def spot(self, x: float, y: float, across: float, down: float) -> Layer:
        """A Gaussian spot with these two deviations in chest units."""
        px, py = self.at(points((x, y)))[0]
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
        # Two box passes are near enough to a Gaussian and take half its time.
        box = ImageFilter.BoxBlur(blur * self.scale * 1.2)
        soft = image.filter(box).filter(box)
        return np.asarray(soft, np.float32) / np.float32(255)
