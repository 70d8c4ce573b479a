"""The exported files against Keras, other interpreters and, layer by layer, the float file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from edge_runtime.errors import FilmError
from edge_runtime.pixels import open_film, resize
from workshop.parity_records import InterpreterParity, LayerError, LayerProfile
from workshop.plotting.profile import profile_png
from workshop.records import ParityReport
from workshop.records_io import load
from workshop.report.data import RunFiles
from workshop.report.films import (
    SHOWN,
    as_uri,
    film_folders,
    overlay,
    scale_bar,
    shared_scale,
)
from workshop.report.pictures import Plot

__all__ = ["LEFT_OUT", "Parity", "Profile", "Worst", "WorstFilm", "parity_of", "worst_films"]

T = TypeVar("T", InterpreterParity, LayerProfile)
LEFT_OUT = "this page was made without films (--no-films), so that it can be passed on"
FEW = 300  # films of a class that parity wants
NOISIEST = 5


@dataclass(frozen=True)
class WorstFilm:
    """One film, its map in Keras and in the file; images are data URIs."""

    facts: dict[str, Any]  # as `ParityReport.worst` has them
    flipped: bool
    film: str
    keras: str
    file: str


@dataclass(frozen=True)
class Worst:
    """Films on which a file is farthest from Keras, or why they are not shown."""

    report: ParityReport | None = None
    films: tuple[WorstFilm, ...] = ()
    missing: str = ""
    scale: float = 0.0
    bar: str = ""


@dataclass(frozen=True)
class Profile:
    """One file's layers as a plot, and those of most noise."""

    record: LayerProfile
    plot: Plot
    noisiest: tuple[LayerError, ...]


@dataclass(frozen=True)
class Parity:
    """What the section knows beside the reports themselves."""

    worst: Worst
    interpreters: tuple[InterpreterParity, ...]
    profiles: tuple[Profile, ...]
    few: tuple[str, ...]  # classes with fewer films than parity wants


def parity_of(files: RunFiles, films: bool) -> Parity:
    """Read what stands beside parity.json; records of graphs no longer exported are left out."""
    graphs = {one.graph_sha256 for one in files.parity}
    folder = files.run / "export"
    profiles = _ours(folder / "profile.json", LayerProfile, graphs)
    first = files.parity[0] if files.parity else None
    few = [
        f"{count} {label}" for label, count in (first.classes.items() if first else ())
        if count < FEW
    ]  # fmt: skip
    return Parity(
        worst_films(files) if films else Worst(missing=LEFT_OUT),
        _ours(folder / "interpreters.json", InterpreterParity, graphs),
        tuple(
            Profile(one, Plot.of(profile_png(one)), _noisiest(one.layers))
            for one in profiles
            if one.layers
        ),
        tuple(few),
    )


def _ours(path: Path, kind: type[T], graphs: set[str]) -> tuple[T, ...]:
    rows: tuple[T, ...] = ()
    if path.is_file():
        rows = load(path, tuple[kind, ...])  # type: ignore[valid-type]
    return tuple(one for one in rows if one.graph_sha256 in graphs)


def _noisiest(layers: Sequence[LayerError]) -> tuple[LayerError, ...]:
    known = [one for one in layers if one.snr_db == one.snr_db]
    return tuple(sorted(known, key=lambda one: one.snr_db)[:NOISIEST])


def worst_films(files: RunFiles) -> Worst:
    """The int8 file's worst films (of the first file that rounds, else none), side by side.

    The maps come from parity.json: they are shown of a file that missed the gate too.
    """
    rounded = [one for one in files.parity if one.goal_missed is not None and one.worst]
    if not rounded:
        return Worst(missing="no file that rounds to integers was compared")
    report = next((one for one in rounded if one.precision == "int8"), rounded[0])
    rows = [row for row in report.worst if row.get("keras_map") and row.get("file_map")]
    folders = film_folders(files)
    if not folders:
        return Worst(report, missing="the films are not at hand: set CXR_DATA to their folder")
    maps = [[_square(row[name]) for name in ("keras_map", "file_map")] for row in rows]
    largest = [float(heat.max(initial=0.0)) for pair in maps for heat in pair]
    scale = shared_scale(largest) if largest else 0.0
    shown = []
    for row, (keras, file) in zip(rows, maps, strict=True):
        places = (one / str(row.get("path", "")) for one in folders)
        path = next((one for one in places if one.is_file()), None)
        if path is None:
            continue
        try:
            film = resize(open_film(path), SHOWN)
        except FilmError:
            continue
        pictures = (film, overlay(film, keras, scale), overlay(film, file, scale))
        flipped = row.get("path") in report.flipped
        shown.append(WorstFilm(row, flipped, *(as_uri(one) for one in pictures)))
    missing = "" if shown else "none of these films is in the folder of films"
    return Worst(report, tuple(shown), missing, scale, as_uri(scale_bar()))


def _square(values: Sequence[float]) -> npt.NDArray[np.float64]:
    """A flat map as `[g, g]`."""
    side = round(len(values) ** 0.5)
    return np.asarray(values, np.float64)[: side * side].reshape(side, side)
