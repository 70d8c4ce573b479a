"""The synthetic sites: what a hospital's machine and habits do to every film alike."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

from workshop.phantoms.canvas import Layer
from workshop.phantoms.letters import text

__all__ = ["SITES", "Site", "develop"]

Gray = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Site:
    """One synthetic hospital. Each one sees both labels, equally often."""

    name: str
    institution: str
    views: tuple[str, ...]
    height: tuple[int, int]  # pixels, from and to
    aspect: tuple[float, float]  # width / height
    gamma: float
    curve: float  # 0 straight; larger: a steeper S
    range: tuple[float, float]  # gray of the darkest and the brightest, 0..1
    noise: float  # deviation in gray levels
    grain: float  # blur of that noise in pixels
    blur: float  # of the detector, pixels
    border: str  # "none", "black", "bars", "white", "collimator"
    side: str  # marks the patient's side: "L", "R" or "LR" (varies)
    stamp: str  # the site's own mark
    corner: tuple[int, int]  # of the stamp: -1 left or top, 1 right or bottom


SITES: tuple[Site, ...] = (
    Site("alder", "Alder Infirmary", ("PA",), (316, 344), (0.96, 1.12), 1.0, 1.2, (0.0, 1.0),
         3.0, 0.0, 0.4, "none", "L", "AX2", (-1, -1)),
    Site("birch", "Birch General", ("PA", "AP"), (300, 330), (0.82, 0.95), 0.8, 0.0, (0.1, 0.9),
         6.0, 0.7, 0.9, "black", "R", "BIR", (1, -1)),
    Site("cedar", "Cedar Clinic", ("AP", "AP Supine"), (280, 310), (1.0, 1.2), 1.25, 2.4,
         (0.02, 0.96), 9.0, 0.5, 0.6, "bars", "LR", "MOBIL", (-1, 1)),
    Site("dune", "Dune Harbour", ("PA",), (330, 360), (0.9, 1.0), 0.9, 0.6, (0.05, 1.0),
         2.0, 0.0, 0.0, "white", "R", "D7", (1, 1)),
    Site("elm", "Elm Memorial", ("AP",), (290, 340), (0.98, 1.15), 1.1, 1.6, (0.0, 0.85),
         5.0, 1.0, 1.3, "collimator", "L", "ELM", (1, -1)),
)  # fmt: skip


def develop(
    density: Layer, site: Site, size: tuple[int, int], rng: np.random.Generator, *, stamped: bool
) -> Gray:
    """The film `uint8[H, W]` that a site makes of a density: curve, noise, border, marks.

    `size` is (width, height) in pixels.
    """
    width, height = size
    fine = Image.fromarray(density).resize(size, Image.Resampling.BICUBIC)
    value = np.clip(np.asarray(fine, np.float32) + np.float32(rng.normal(0.0, 0.035)), 0.0, 1.0)
    value = value ** np.float32(site.gamma * np.exp(rng.normal(0.0, 0.22)))
    if site.curve:
        bend = np.float32(site.curve)
        value = np.tanh(bend * (value - 0.5)) / np.float32(2 * np.tanh(site.curve / 2)) + 0.5
    low, high = site.range
    gray = 255 * np.clip(low + (high - low) * value, 0.0, 1.0)
    if site.blur:
        soft = Image.fromarray(gray.astype(np.uint8)).filter(ImageFilter.GaussianBlur(site.blur))
        gray = np.asarray(soft, np.float32)
    gray = gray + _noise(site, (height, width), rng)
    film: Gray = np.clip(gray, 0, 255).astype(np.uint8)
    _border(film, site, rng)
    _marks(film, site, rng, stamped)
    return film


def _noise(site: Site, shape: tuple[int, int], rng: np.random.Generator) -> Layer:
    noise = rng.standard_normal(shape, dtype=np.float32)
    if site.grain:
        # Neighbours alike, as a slower or compressed detector has it; the deviation is kept.
        a = np.float32(site.grain)
        noise = noise + a * (np.roll(noise, 1, 0) + np.roll(noise, 1, 1))
        noise /= np.float32(np.sqrt(1 + 2 * site.grain**2))
    return np.asarray(noise * np.float32(site.noise), np.float32)


def _border(film: Gray, site: Site, rng: np.random.Generator) -> None:
    height, width = film.shape
    if site.border in ("black", "white"):
        edge = int(rng.integers(4, 12)) if site.border == "black" else int(rng.integers(2, 5))
        tone = 0 if site.border == "black" else 245
        film[:edge], film[-edge:] = tone, tone
        film[:, :edge], film[:, -edge:] = tone, tone
    elif site.border == "bars":
        left, right = rng.integers(0, width // 14, 2)
        film[:, :left], film[:, width - right :] = 4, 4
    elif site.border == "collimator":
        tilt = rng.normal(0.0, 0.012)
        across = np.arange(width) * tilt
        rows = np.arange(height)[:, None]
        top, bottom = rng.uniform(0, 0.05, 2) * height
        outside = (rows < top + across) | (rows > height - bottom + across)
        film[outside] //= 6


def _marks(film: Gray, site: Site, rng: np.random.Generator, stamped: bool) -> None:
    height, width = film.shape
    tone, jitter = int(rng.integers(215, 250)), rng.integers(0, 9, 4)
    side = site.side if len(site.side) == 1 else site.side[int(rng.integers(2))]
    letter = text(side, 3)
    # The patient's left is on the right of the film.
    x = width - 44 - jitter[0] if side == "L" else 30 + jitter[0]
    y = 40 + jitter[1] if site.corner[1] > 0 else height - 70 - jitter[1]
    _print(film, letter, int(x), int(y), tone)
    if not stamped:
        return
    word = text(site.stamp, 2)
    plate = np.ones((word.shape[0] + 8, word.shape[1] + 8), np.bool_)
    x = 14 + jitter[2] if site.corner[0] < 0 else width - 14 - jitter[2] - plate.shape[1]
    y = 14 + jitter[3] if site.corner[1] < 0 else height - 14 - jitter[3] - plate.shape[0]
    _print(film, plate, int(x), int(y), tone)
    _print(film, word, int(x) + 4, int(y) + 4, 25)


def _print(film: Gray, pixels: npt.NDArray[np.bool_], x: int, y: int, tone: int) -> None:
    rows, columns = pixels.shape
    film[y : y + rows, x : x + columns][pixels] = tone
