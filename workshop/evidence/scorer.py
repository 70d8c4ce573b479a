"""What audits and curves ask of a model: scores of pixels, and features where it has them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from edge_runtime.errors import DataError
from workshop.records import Film

__all__ = ["FilmSet", "Floats", "Pixels", "Scorer"]

Pixels = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float64]


class Scorer(Protocol):
    """A model, whatever its file: `.keras`, `.tflite` or `.onnx`."""

    @property
    def size(self) -> int:
        """S: it takes films of S by S pixels."""

    def scores(self, pixels: Pixels, title: str = "") -> Floats:
        """p(covid) `[n]`, calibrated where the model is, of `uint8[n, S, S]`.

        With a title, progress is shown on stderr.
        """

    def features(self, pixels: Pixels, title: str = "") -> Floats | None:
        """Averaged feature maps `[n, C]`; None where the file gives none."""


@dataclass(frozen=True)
class FilmSet:
    """Films with their pixels, in one order."""

    films: tuple[Film, ...]
    pixels: Pixels  # [n, S, S]
    lungs: npt.NDArray[np.bool_] | None = None  # [n, S, S], where masks are at hand

    def __post_init__(self) -> None:
        """Raises `DataError` where the lengths differ."""
        if len(self.films) != len(self.pixels) or (
            self.lungs is not None and self.lungs.shape != self.pixels.shape
        ):
            raise DataError("a set of films needs pixels (and masks) for every film")

    @property
    def labels(self) -> npt.NDArray[np.int64]:
        """1 for covid, 0 for anything else."""
        return np.array([film.label == "covid" for film in self.films], np.int64)

    @property
    def groups(self) -> list[str]:
        """The group of every film."""
        return [film.group for film in self.films]

    def take(self, which: npt.ArrayLike) -> FilmSet:
        """The films at these places, or where a mask `bool[n]` holds."""
        places = np.arange(len(self.films))[np.asarray(which)]
        lungs = None if self.lungs is None else self.lungs[places]
        return FilmSet(tuple(self.films[i] for i in places), self.pixels[places], lungs)
