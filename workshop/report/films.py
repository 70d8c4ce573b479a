"""Films beside their heat maps, by the exported file, for the run folder's own report."""

from __future__ import annotations

import base64
import io
import os
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
from PIL import Image

from edge_runtime.errors import EdgeError, FilmError
from edge_runtime.model import Model
from edge_runtime.pixels import open_film, resize
from edge_runtime.prediction import Prediction
from workshop.records import FilmPrediction
from workshop.report.data import RunFiles

__all__ = [
    "SHOWN",
    "Films",
    "Panel",
    "as_uri",
    "choose",
    "film_folders",
    "film_panels",
    "overlay",
    "scale_bar",
    "shared_scale",
]

SHOWN = 288  # pixels a side
COLOURS = "plasma"  # grows brighter with the value, so that it can be read without hue
OPAQUE = 0.75  # of the hottest place; the film stays visible everywhere
MODELS = ("student-int8.tflite", "student-float32.tflite")  # the first that is there


@dataclass(frozen=True)
class Panel:
    """One film as the report shows it; images are data URIs."""

    why: str  # why this film
    path: str
    label: str
    site: str
    film: str
    heat: str
    hottest: float  # largest value of the map, before scaling
    prediction: Prediction


@dataclass(frozen=True)
class Films:
    """The panels, or why there are none."""

    panels: tuple[Panel, ...] = ()
    missing: str = ""
    unread: tuple[str, ...] = ()  # films that were chosen and could not be shown
    scale: float = 0.0  # the hottest colour is this or more, in every panel
    bar: str = ""
    file: str = ""  # that made the maps


def film_panels(files: RunFiles) -> Films:
    """Some holdout films through the int8 file; every map on one scale, so that they compare.

    Where int8 missed the parity gate there is no such file, and float32 stands in.
    """
    places = [files.run / "export" / name for name in MODELS]
    model_file = next((path for path in places if path.is_file()), places[0])
    rows = files.of("student", "holdout")
    folders = film_folders(files)
    if not model_file.is_file():
        return Films(missing=f"no exported file yet: python -m export run {files.run.name}")
    if not rows:
        return Films(missing="no holdout film stands in predictions.csv; train again")
    if not folders:
        return Films(missing="the films are not at hand: set CXR_DATA to their folder")
    found: list[tuple[str, FilmPrediction, Image.Image, Prediction]] = []
    unread = []
    try:
        with Model.open(model_file) as model:
            for why, row in choose(rows, files.threshold):
                path = next((one / row.path for one in folders if (one / row.path).is_file()), None)
                try:
                    if path is None:
                        raise FilmError("it is not in the folder of films")
                    found.append((why, row, resize(open_film(path), SHOWN), model.predict(path)))
                except FilmError as error:
                    unread.append(f"{row.path}: {error}")
    except EdgeError as error:
        return Films(missing=str(error))
    if not found:
        return Films(missing=f"none of the chosen films could be shown; {unread[0]}")
    heats = [np.asarray(prediction.heatmap, np.float64) for *_, prediction in found]
    scale = shared_scale([float(heat.max(initial=0.0)) for heat in heats])
    panels = [
        Panel(
            why, row.path, row.label, row.site, as_uri(film), as_uri(overlay(film, heat, scale)),
            float(heat.max(initial=0.0)), prediction,
        )
        for (why, row, film, prediction), heat in zip(found, heats, strict=True)
    ]  # fmt: skip
    return Films(tuple(panels), "", tuple(unread), scale, as_uri(scale_bar()), model_file.name)


def shared_scale(hottest: Sequence[float]) -> float:
    """One scale for all films, halfway (in ratio) from the usual to the hottest.

    Scaled to the hottest, one film would make all others pale; to the usual, it would lose
    its own shape.
    """
    return float(np.sqrt(np.quantile(hottest, 0.75) * max(hottest))) or max(hottest)


def film_folders(files: RunFiles) -> list[Path]:
    """Where the films may lie: CXR_DATA, then the folder that training read."""
    named = (os.environ.get("CXR_DATA"), files.facts.get("data"))
    return [Path(name) for name in named if isinstance(name, str) and name and Path(name).is_dir()]


def choose(rows: Sequence[FilmPrediction], threshold: float) -> list[tuple[str, FilmPrediction]]:
    """Why, and which film; no film twice. Best, worst, nearest, and two by lot.

    A film that is chosen for its score is no typical one: the lot shows those.
    """
    chosen: list[tuple[str, FilmPrediction]] = []
    taken: set[str] = set()

    def take(why: str, candidates: Iterable[FilmPrediction], count: int = 1) -> None:
        for row in [one for one in candidates if one.path not in taken][:count]:
            taken.add(row.path)
            chosen.append((why, row))

    ordered = sorted(rows, key=lambda row: (row.score, row.path))
    covid = [row for row in ordered if row.label == "covid"]
    normal = [row for row in ordered if row.label == "normal"]
    missed = bool(covid) and covid[0].score < threshold
    alarm = bool(normal) and normal[-1].score >= threshold
    lot = sorted(rows, key=lambda row: row.path)
    random.Random(0).shuffle(lot)
    take("best: covid, highest score", reversed(covid))
    take("best: normal, lowest score", normal)
    take(
        "worst: covid, missed most clearly"
        if missed
        else "worst: covid, lowest score (none missed)",
        covid,
    )
    take(
        "worst: normal, falsest alarm"
        if alarm
        else "worst: normal, highest score (no false alarm)",
        reversed(normal),
    )
    near = sorted(ordered, key=lambda row: (abs(row.score - threshold), row.path))
    take("borderline: nearest to the threshold", near, 2)
    take("covid, drawn by lot", (row for row in lot if row.label == "covid"))
    take("normal, drawn by lot", (row for row in lot if row.label == "normal"))
    return chosen


def overlay(film: Image.Image, heat: npt.NDArray[np.float64], scale: float) -> Image.Image:
    """A heat map `[g, g]` over a gray film, RGB of the film's size.

    `scale` is drawn in the hottest colour; what is cold stays the film's own gray.
    """
    share = np.clip(heat / scale, 0.0, 1.0) if scale > 0 else np.zeros_like(heat)
    smooth = Image.fromarray(share.astype(np.float32)).resize(film.size, Image.Resampling.BILINEAR)
    return _blend(np.asarray(film, np.float64), np.asarray(smooth, np.float64))


def scale_bar(width: int = 240, height: int = 14) -> Image.Image:
    """The colours from none to hottest, over the gray of a lung."""
    share = np.repeat(np.linspace(0.0, 1.0, width)[None], height, axis=0)
    return _blend(np.full((height, width), 90.0), share)


def _blend(gray: npt.NDArray[np.float64], share: npt.NDArray[np.float64]) -> Image.Image:
    colours = np.asarray(mpl.colormaps[COLOURS](share))[..., :3] * 255.0
    alpha = (OPAQUE * share**0.7)[..., None]
    mixed = gray[..., None] * (1 - alpha) + colours * alpha
    return Image.fromarray(np.rint(mixed).astype(np.uint8))


def as_uri(image: Image.Image) -> str:
    """A picture as a JPEG that stands inside the page."""
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=86)
    return f"data:image/jpeg;base64,{base64.b64encode(stream.getvalue()).decode()}"
