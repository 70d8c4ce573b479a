"""Films beside their heat maps, for the run folder's own report.

These are the run's films: a report of real films is for the run folder, not to be
published.
"""

from __future__ import annotations

import base64
import csv
import io
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from PIL import Image

from edge_runtime.errors import FilmError
from edge_runtime.model import Model
from edge_runtime.pixels import open_film, resize
from edge_runtime.prediction import Prediction
from workshop.records import StudentRecord

__all__ = ["Panel", "film_panels", "overlay"]

SHOWN = 224  # pixels a side
COLOURS = "viridis"  # readable without colour vision: brighter is hotter


@dataclass(frozen=True)
class Panel:
    """One film as the report shows it."""

    title: str
    caption: str
    film: str  # data URI
    heat: str  # data URI


def film_panels(run: Path, record: StudentRecord, facts: dict[str, Any]) -> tuple[list[Panel], str]:
    """Up to eight never-seen films through the int8 file, and why there are none.

    Of the holdout: two right of each class, two wrong, two nearest to the threshold.
    """
    model_file = run / "export" / "student-int8.tflite"
    table = run / "predictions.csv"
    data = Path(os.environ.get("CXR_DATA") or str(facts.get("data", "")))
    if not model_file.is_file():
        return [], "no exported file yet: python -m export run RUN"
    if not table.is_file() or not data.is_dir():
        return [], "the films are not at hand: set CXR_DATA to their folder"
    panels = []
    with Model.open(str(model_file)) as model:
        for title, row in _choose(_holdout(table), record.threshold):
            path = data / row["path"]
            try:
                panels.append(_panel(model, path, title, row["label"]))
            except FilmError:
                continue
    return panels, "" if panels else "none of the holdout's films could be read"


def _holdout(table: Path) -> list[dict[str, str]]:
    with table.open(newline="", encoding="utf-8") as stream:
        return [
            row
            for row in csv.DictReader(stream)
            if row["role"] == "holdout" and row["network"] == "student"
        ]


def _choose(rows: Sequence[dict[str, str]], threshold: float) -> list[tuple[str, dict[str, str]]]:
    """Title and row; no film twice."""
    chosen: list[tuple[str, dict[str, str]]] = []
    taken: set[str] = set()

    def take(title: str, candidates: list[dict[str, str]], count: int = 2) -> None:
        for row in [one for one in candidates if one["path"] not in taken][:count]:
            taken.add(row["path"])
            chosen.append((title, row))

    def score(row: dict[str, str]) -> float:
        return float(row["score"])

    by_score = sorted(rows, key=score)
    near = sorted(rows, key=lambda row: abs(score(row) - threshold))
    wrong = sorted(
        (row for row in rows if (score(row) >= threshold) != (row["label"] == "covid")),
        key=lambda row: -abs(score(row) - threshold),
    )
    take("most wrong", wrong)
    take("right, covid", [row for row in reversed(by_score) if row["label"] == "covid"])
    take("right, normal", [row for row in by_score if row["label"] == "normal"])
    take("nearest to the threshold", near)
    return chosen


def _panel(model: Model, path: Path, title: str, label: str) -> Panel:
    prediction = model.predict(path)
    small = resize(open_film(path), SHOWN)
    answer = prediction.answer.replace("_", " ")
    if prediction.reason:
        answer += f" ({prediction.reason})"
    caption = f"labelled {label}; answer {answer}, score {prediction.score:.3f}"
    return Panel(title, caption, _uri(small), _uri(overlay(small, prediction)))


def overlay(film: Image.Image, prediction: Prediction) -> Image.Image:
    """The heat map over a gray film of the same size, RGB.

    Scaled to its own maximum; where there is none the film stays as it is.
    """
    heat = np.asarray(prediction.heatmap, np.float32)
    top = float(heat.max(initial=0.0))
    if top <= 0.0:
        return film.convert("RGB")
    smooth = Image.fromarray(heat / top).resize(film.size, Image.Resampling.BICUBIC)
    share = np.clip(np.asarray(smooth), 0.0, 1.0)
    colours = mpl.colormaps[COLOURS](share)[..., :3] * 255.0
    gray = np.repeat(np.asarray(film, np.float32)[..., None], 3, axis=-1)
    alpha = (0.6 * share)[..., None]
    return Image.fromarray(np.asarray(gray * (1 - alpha) + colours * alpha, np.uint8))


def _uri(image: Image.Image) -> str:
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=88)
    return "data:image/jpeg;base64," + base64.b64encode(stream.getvalue()).decode()
