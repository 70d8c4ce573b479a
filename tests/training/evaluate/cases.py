"""Small films and a small student: bright is covid, dark is normal."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from tests.tiny import SIZE, png
from training.predictions import write_predictions
from workshop.films import write_index
from workshop.provenance import data_fingerprint
from workshop.records import Film, FilmPrediction, StudentRecord
from workshop.records_io import save

__all__ = ["LEVELS", "TEMPERATURE", "THRESHOLD", "films_of", "network", "write_films", "write_run"]

LEVELS = {"covid": 165, "normal": 95, "pneumonia_other": 150, "nodule": 100}
TEMPERATURE, THRESHOLD = 2.0, 0.45


def films_of(cells: Sequence[tuple[str, str, int]], films_a_group: int = 1) -> list[Film]:
    """Films of (site, label, how many), each with view, sex and age."""
    made = []
    for site, label, count in cells:
        for n in range(count):
            group = f"{site}-{label}-{n // films_a_group}"
            made.append(
                Film(f"films/{site}-{label}-{n}.png", label, site, site, group, view="PA",
                     sex="MF"[n % 2], age=str(5 + 7 * n % 90))
            )  # fmt: skip
    return made


def write_films(folder: Path, films: Sequence[Film]) -> Path:
    """The films as files with an index; their brightness varies around their label's.

    Each has a pattern of its own, so that none is taken for another one again.
    """
    (folder / "films").mkdir(parents=True)
    for number, one in enumerate(films):
        rng = np.random.default_rng(number)
        level = LEVELS[one.label] + 40 * rng.normal()
        pattern = np.kron(rng.normal(0, 20, (8, 8)), np.ones((12, 12)))
        pixels = np.clip(level + pattern - pattern.mean(), 5, 250).astype(np.uint8)
        (folder / one.path).write_bytes(png(pixels))
    write_index(folder, films)
    return folder


def network(widths: int = 2, activation: str | None = None, name: str = "logits") -> Any:
    """A student's shape: mean brightness, from -1 to 1, times 6 is covid - normal."""
    import keras

    picture = keras.Input((SIZE, SIZE, 3), name="film")
    scaled = keras.layers.Rescaling(1 / 127.5, offset=-1.0)(picture)
    pooled = keras.layers.GlobalAveragePooling2D(name="pool")(scaled)
    head = keras.layers.Dense(widths, activation=activation, name=name)
    model = keras.Model(picture, head(pooled))
    kernel = np.full((3, 1), 2.0, np.float32) @ np.array([[0.0, 1.0][-widths:]], np.float32)
    head.set_weights([kernel, np.zeros(widths, np.float32)])
    return model


def write_run(run: Path, films: Sequence[Film], trained: int, never: int) -> Path:
    """A finished run: `trained` films trained on, the last `never` never seen.

    What lies between them was out of fold, as with a preset that does not refit.
    """
    run.mkdir(parents=True)
    network().save(run / "student.keras")
    record = StudentRecord(
        name="small", version="1", model_file="student.keras",
        model_sha256=hashlib.sha256((run / "student.keras").read_bytes()).hexdigest(),
        input_size=SIZE, temperature=TEMPERATURE, threshold=THRESHOLD,
        never_seen=tuple(films[len(films) - never :]), trained_on=tuple(films[:trained]),
        novelty_file="novelty.npz", novelty_threshold=0.5, novelty_films={}, last_conv="pool",
        data_fingerprint=data_fingerprint(films), preset={"name": "small"}, made_by={},
        trained_networks={},
    )  # fmt: skip
    save(run / "student.json", record)
    (run / "run.json").write_text(json.dumps({"schema": 1, "name": "small"}))
    rng = np.random.default_rng(1)
    rows = []
    for one in films[trained : len(films) - never]:
        score = float(np.clip(0.5 + (0.2 if one.label == "covid" else -0.2) * rng.normal(1), 0, 1))
        rows.append(
            FilmPrediction(one.path, one.label, one.site, one.group, "out_of_fold", "student",
                           "fold0", 0.0, score)
        )  # fmt: skip
    write_predictions(run / "predictions.csv", rows)
    return run
