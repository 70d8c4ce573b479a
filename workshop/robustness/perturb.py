"""Films made worse in one named way at a time, from not at all to strongly.

A perturbation is a function of a film, a level in the perturbation's own unit, and a random
generator. The same generator at another level gives the same film, more or less changed:
noise grows without changing its pattern, so that a curve over levels is smooth.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from workshop.audits import shifts
from workshop.evidence.scorer import Pixels
from workshop.robustness.photo import photo

__all__ = ["PERTURBATIONS", "Apply", "Perturbation"]

Apply = Callable[[Pixels, float, np.random.Generator], Pixels]  # uint8[S, S] -> uint8[S, S]
BILINEAR = Image.Resampling.BILINEAR
UNCOMPRESSED = 100.0


@dataclass(frozen=True)
class Perturbation:
    """One way to make a film worse."""

    name: str
    unit: str
    clean: float  # the level that changes nothing, to the bit
    levels: tuple[float, ...]  # away from `clean`, or in rising order where it has two sides
    apply: Apply


def noise(film: Pixels, level: float, rng: np.random.Generator) -> Pixels:
    """White Gaussian noise."""
    return _gray(film + level * rng.standard_normal(film.shape))


def brightness(film: Pixels, level: float, rng: np.random.Generator) -> Pixels:
    """All gray levels moved; what leaves 0 to 255 is lost, as in a badly exposed film."""
    return _gray(film.astype(np.float64) + level)


def contrast(film: Pixels, level: float, rng: np.random.Generator) -> Pixels:
    """Gray levels spread about the film's mean."""
    mean = film.mean()
    return _gray(mean + level * (film - mean))


def rotation(film: Pixels, level: float, rng: np.random.Generator) -> Pixels:
    """Turned about the middle, counter-clockwise; corners get the film's mean."""
    turned = Image.fromarray(film).rotate(level, BILINEAR, fillcolor=round(float(film.mean())))
    return np.asarray(turned)


def crop(film: Pixels, level: float, rng: np.random.Generator) -> Pixels:
    """A square somewhere in the film, as large as before."""
    side = len(film)
    rest = side * (1 - level)
    left, top = rng.random(2) * (side - rest)
    # Width first and in two calls, as in edge_runtime.pixels.
    wide = Image.fromarray(film).resize((side, side), BILINEAR, (left, 0, left + rest, side))
    return np.asarray(wide.resize((side, side), BILINEAR, (0, top, side, top + rest)))


def jpeg(film: Pixels, level: float, rng: np.random.Generator) -> Pixels:
    """Saved and read again; `UNCOMPRESSED` is not saved, since quality 100 rounds too."""
    if level == UNCOMPRESSED:
        return film
    return np.asarray(shifts.jpeg(film[None], int(level))[0])


def _gray(values: npt.NDArray[np.float64]) -> Pixels:
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


# To add one, add a line.
PERTURBATIONS = (
    Perturbation("noise", "gray levels, standard deviation", 0, (0, 4, 8, 16, 32), noise),
    Perturbation("brightness", "gray levels", 0, (-64, -32, -16, 0, 16, 32, 64), brightness),
    Perturbation("contrast", "factor", 1, (0.4, 0.6, 0.8, 1, 1.25, 1.6, 2.2), contrast),
    Perturbation("rotation", "degrees", 0, (-20, -10, -5, 0, 5, 10, 20), rotation),
    Perturbation("crop", "share of the side cut away", 0, (0, 0.05, 0.1, 0.2, 0.3), crop),
    Perturbation(
        "JPEG", "quality; 100: uncompressed", UNCOMPRESSED, (100, 70, 40, 20, 10, 5), jpeg
    ),
    Perturbation("phone photo", "strength, simulated", 0, (0, 0.2, 0.4, 0.6, 0.8, 1), photo),
)
