"""What is done to a film before a training step; a pure function of a seed.

Rotation, zoom, shift and flip are one affine map (Pillow, in C); gamma and contrast one
look-up table. The strong set adds noise, blur, an uneven field and random borders: those
are what differs from hospital to hospital, and a network must not live on them.
"""

from __future__ import annotations

import math
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from PIL import Image

__all__ = ["augment", "mixup"]

Pixels = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]
TURN = 20.0  # degrees
Strength = Literal["none", "rotation", "light", "strong"]


def augment(film: Pixels, strength: Strength, key: list[int]) -> Floats:
    """One film `uint8[S, S]` -> `float32[S, S]` within 0-255; equal keys, equal pixels."""
    if strength == "none":
        return film.astype(np.float32)
    if strength not in ("rotation", "light", "strong"):
        raise ValueError(f"unknown augmentation {strength!r}")
    rng = np.random.default_rng(key)
    if strength == "rotation":
        return _rotated(Image.fromarray(film), rng)
    image = _affine(Image.fromarray(film), rng)
    if strength == "strong" and rng.random() < 0.5:
        image = _blur(image, rng)
    tone = _tone_table(rng, strong=strength == "strong")
    pixels: Floats = tone[np.asarray(image)]
    if strength == "strong":
        pixels = _field(pixels, rng)
        pixels = _noise(pixels, rng)
        pixels = _border(pixels, rng)
    np.clip(pixels, 0.0, 255.0, out=pixels)
    return pixels


def mixup(films: Floats, targets: Floats, alpha: float, key: list[int]) -> tuple[Floats, Floats]:
    """Blend a batch `[n, S, S]` and its targets `[n, 2]` with itself in another order.

    One weight a film from Beta(alpha, alpha) (Zhang et al., arXiv 1710.09412).
    """
    if alpha <= 0.0:
        return films, targets
    rng = np.random.default_rng(key)
    order = rng.permutation(len(films))
    weight = rng.beta(alpha, alpha, len(films)).astype(np.float32)
    across = weight[:, None, None]
    mixed = films * across + films[order] * (1.0 - across)
    return mixed, targets * weight[:, None] + targets[order] * (1.0 - weight[:, None])


def _affine(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    size = image.width
    angle = math.radians(rng.uniform(-12, 12))
    zoom = rng.uniform(0.85, 1.1)
    flip = -1.0 if rng.random() < 0.5 else 1.0
    shift = rng.uniform(-0.06, 0.06, 2) * size
    cos, sin, half = math.cos(angle) * zoom, math.sin(angle) * zoom, size / 2
    a, b, d, e = cos * flip, sin, -sin * flip, cos
    c = half - a * half - b * half + shift[0]
    f = half - d * half - e * half + shift[1]
    fill = int(rng.integers(0, 64))
    return image.transform(
        image.size, Image.Transform.AFFINE, (a, b, c, d, e, f),
        Image.Resampling.BILINEAR, fillcolor=fill,
    )  # fmt: skip


def _rotated(image: Image.Image, rng: np.random.Generator) -> Floats:
    """The paper's own augmentation, 0 to 20 degrees; to which side it does not say: to both."""
    angle = rng.uniform(-TURN, TURN)
    return np.asarray(image.rotate(angle, Image.Resampling.BILINEAR), np.float32)


def _blur(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Down and up again: what a collection's own thumbnail size did to its films."""
    small = max(32, int(image.width * rng.uniform(0.4, 0.9)))
    ways: tuple[Any, ...] = (Image.Resampling.BILINEAR, Image.Resampling.BICUBIC)
    down = image.resize((small, small), ways[int(rng.integers(2))])
    return down.resize(image.size, ways[int(rng.integers(2))])


def _tone_table(rng: np.random.Generator, *, strong: bool) -> Floats:
    grays = np.linspace(0.0, 1.0, 256)
    if strong:
        grays = grays ** math.exp(rng.uniform(-0.5, 0.5))
        grays = (grays - 0.5) * math.exp(rng.uniform(-0.4, 0.4)) + 0.5
    grays = grays + rng.uniform(-0.1, 0.1)
    return np.asarray(grays * 255.0, np.float32)


def _field(pixels: Floats, rng: np.random.Generator) -> Floats:
    """An uneven brightness: a plane with a random slope."""
    size = pixels.shape[0]
    ramp = np.linspace(-1.0, 1.0, size, dtype=np.float32)
    across, down = (rng.uniform(-18, 18, 2)).astype(np.float32)
    uneven: Floats = pixels + across * ramp[None, :] + down * ramp[:, None]
    return uneven


def _noise(pixels: Floats, rng: np.random.Generator) -> Floats:
    kind = rng.random()
    if kind < 0.35:
        return pixels
    noise = rng.standard_normal(pixels.shape, dtype=np.float32)
    if kind < 0.7:
        return pixels + noise * np.float32(rng.uniform(1, 12))
    return pixels * (1 + noise * np.float32(rng.uniform(0.01, 0.08)))


def _border(pixels: Floats, rng: np.random.Generator) -> Floats:
    """Cover up to a tenth at each side with one gray, as collimators and scanners do."""
    if rng.random() < 0.6:
        return pixels
    size = pixels.shape[0]
    top, bottom, left, right = rng.integers(0, size // 10, 4)
    gray = np.float32(rng.choice([0.0, 255.0, rng.uniform(0, 255)], p=[0.6, 0.2, 0.2]))
    framed: Floats = np.full_like(pixels, gray)
    inner = np.s_[top : size - bottom, left : size - right]
    framed[inner] = pixels[inner]
    return framed
