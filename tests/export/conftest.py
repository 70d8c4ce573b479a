"""A finished run, without the training: a small student with random weights."""

from __future__ import annotations

import csv
import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

os.environ["ORT_DISABLE_TELEMETRY"] = "1"

SIZE = 96
FILMS = 64
TRAINED = 40


LAYERS = ("block_2_add", "block_5_add", "block_12_add", "block_15_add")


def _averages(student: Any, body: Any, films: Any) -> list[Any]:
    """Averaged maps of the four layers, `[n, C]` each."""
    import keras

    tapped = keras.Model(body.input, [body.get_layer(name).output for name in LAYERS])
    maps = tapped.predict_on_batch(student.get_layer("rescale0")(films))
    return [np.asarray(one, np.float64).mean(axis=(1, 2)) for one in maps]


def _statistics(path: Path, features: list[Any], count: int) -> float:
    """A novelty.npz as docs of training and export describe it; returns its threshold."""
    arrays: dict[str, Any] = {"schema": 2, "layers": np.array(LAYERS), "scale": 3.0}
    squares = []
    for i, one in enumerate(features):
        mean, deviation = one.mean(axis=0), one.std(axis=0)
        _, sizes, axes = np.linalg.svd(one - mean, full_matrices=False)
        sizes = sizes[:count] / np.sqrt(len(one)) + 0.2 * sizes[0] / np.sqrt(len(one))
        components = (axes[:count] / sizes[:, None]).T
        arrays |= {f"mean_{i}": mean.astype(np.float32),
                   f"deviation_{i}": deviation.astype(np.float32),
                   f"components_{i}": components.astype(np.float32)}  # fmt: skip
        squares.append(np.mean(np.tanh((one - mean) @ components / 3) ** 2, axis=1))
    threshold = float(np.mean(squares, axis=0).max()) + 0.03
    np.savez(path, threshold=threshold, **arrays)
    return threshold


def _student(pixels: Any) -> tuple[Any, list[Any]]:
    """A student whose scores vary: batch statistics of the films, logits of deviation 1.5."""
    import keras

    keras.utils.set_random_seed(7)
    film = keras.Input((SIZE, SIZE, 3), name="film")
    body = keras.applications.MobileNetV2(
        input_shape=(SIZE, SIZE, 3), alpha=0.35, include_top=False, weights=None
    )
    maps = body(keras.layers.Rescaling(1 / 127.5, offset=-1.0, name="rescale0")(film))
    pooled = keras.layers.GlobalAveragePooling2D(name="pool")(maps)
    hidden = keras.layers.Dense(60, activation="relu", name="hidden")(pooled)
    logits = keras.layers.Dense(2, name="logits")(hidden)
    student = keras.Model(film, logits, name="student")
    films = np.repeat(pixels[..., None], 3, axis=-1).astype(np.float32)
    rng = np.random.default_rng(3)
    for layer in body.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = 0.0
            layer.gamma.assign(rng.uniform(0.8, 1.2, layer.gamma.shape))
            layer.beta.assign(rng.normal(0.5, 0.2, layer.beta.shape))
    student(films, training=True)
    features = _averages(student, body, films)
    both = np.asarray(student.predict_on_batch(films))
    difference = both[:, 1] - both[:, 0]
    kernel, bias = student.get_layer("logits").get_weights()
    kernel = kernel * (1.5 / difference.std())
    bias = np.array([difference.mean() * 1.5 / difference.std(), 0.0], np.float32)
    student.get_layer("logits").set_weights([kernel, bias])
    return student, features


def write_run(run: Path, data: Path, gate: dict[str, float]) -> None:
    """What `training run` leaves, as far as export reads it."""
    from edge_runtime.pixels import film_pixels
    from workshop.films import read_index
    from workshop.provenance import data_fingerprint
    from workshop.records import FilmPrediction, StudentRecord
    from workshop.records_io import save

    films = read_index(data)
    pixels = np.stack(
        [
            np.frombuffer(film_pixels(data / film.path, SIZE), np.uint8).reshape(SIZE, SIZE)
            for film in films
        ]
    )
    student, features = _student(pixels[:TRAINED])
    run.mkdir(parents=True)
    student.save(run / "student.keras")
    threshold = _statistics(run / "novelty.npz", features, 8)
    save(
        run / "student.json",
        StudentRecord(
            name="fake",
            version="0.0.1",
            model_file="student.keras",
            model_sha256=hashlib.sha256((run / "student.keras").read_bytes()).hexdigest(),
            input_size=SIZE,
            temperature=1.3,
            threshold=0.47,
            never_seen=tuple(films[TRAINED:]),
            trained_on=tuple(films[:TRAINED]),
            novelty_file="novelty.npz",
            novelty_threshold=threshold,
            novelty_films={"films": TRAINED, "phantoms": 0},
            last_conv="pool",
            data_fingerprint=data_fingerprint(films),
            preset={"name": "fake", "seed": 1, "export": {"gate": gate}},
            made_by={"git": "unknown"},
            trained_networks={},
        ),
    )
    rows = [
        FilmPrediction(
            film.path, film.label, film.site, film.group, "holdout", "student", "fold0", 0.0, 0.5
        )
        for film in films[TRAINED : TRAINED + 16]
    ]
    with (run / "predictions.csv").open("w", newline="") as stream:
        writer = csv.DictWriter(stream, list(asdict(rows[0])))
        writer.writeheader()
        writer.writerows(asdict(row) for row in rows)
    (run / "run.json").write_text(json.dumps({"schema": 1, "name": "fake", "data": str(data)}))


@pytest.fixture(scope="session")
def phantom_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from workshop.phantoms import write_set

    folder = tmp_path_factory.mktemp("data") / "films"
    write_set(folder, FILMS, 11)
    return folder


@pytest.fixture(scope="session")
def fake_run(tmp_path_factory: pytest.TempPathFactory, phantom_data: Path) -> Path:
    """A run folder that nobody changes; a random student quantizes badly, hence the gate."""
    run = tmp_path_factory.mktemp("runs") / "fake"
    loose = {
        "int8_mean_dp": 0.5, "int8_p99_dp": 1.0, "int8_flip_share": 0.9, "int8_auroc_reach": 1.0,
        "int8_heatmap_rank": 0.0, "int8_empty_maps": 64, "float16_max_dp": 0.5,
    }  # fmt: skip
    write_run(run, phantom_data, loose)
    return run


@pytest.fixture(scope="session")
def exported(fake_run: Path, phantom_data: Path) -> Path:
    """The export folder of that run."""
    from export.run import export_run

    export_run(fake_run, phantom_data)
    return fake_run / "export"


@pytest.fixture
def copy_of_run(fake_run: Path, tmp_path: Path) -> Callable[[], Path]:
    """A copy to break."""
    import shutil

    def copy() -> Path:
        run = tmp_path / "copy"
        shutil.copytree(fake_run, run, ignore=shutil.ignore_patterns("export", "cache"))
        return run

    return copy
