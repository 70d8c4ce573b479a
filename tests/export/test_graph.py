"""The shipped graph computes what it claims: softmax, Grad-CAM by gradient, novelty."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edge_runtime.errors import ModelError
from export.graph import shipped_graph
from export.novelty_statistics import NoveltyLayer, NoveltyStatistics
from export.student import Student, load_student
from workshop.phantoms import phantom_pixels


@pytest.fixture(scope="module")
def student(fake_run: Path) -> Student:
    return load_student(fake_run)


@pytest.fixture(scope="module")
def films(student: Student) -> Any:
    pixels, _ = phantom_pixels(6, 77, student.record.input_size)
    noise = np.random.default_rng(0).integers(0, 256, (2, *pixels.shape[1:]), np.uint8)
    return np.repeat(np.concatenate([pixels, noise])[..., None], 3, axis=-1).astype(np.float32)


@pytest.fixture(scope="module")
def outputs(student: Student, films: Any) -> list[dict[str, Any]]:
    graph = shipped_graph(student)
    return [
        {name: np.asarray(value) for name, value in graph.predict_on_batch(film[None]).items()}
        for film in films
    ]


def _gradients(student: Student, film: Any) -> tuple[Any, Any, Any]:
    """Logits, pooled features and Grad-CAM as its paper defines it, by automatic gradient."""
    import keras
    import tensorflow as tf

    network = student.network
    to_map = keras.Model(network.input, network.get_layer("pool").input)
    features = tf.convert_to_tensor(to_map(film[None]))
    with tf.GradientTape() as tape:
        tape.watch(features)
        pooled = tf.reduce_mean(features, axis=(1, 2))
        logits = network.get_layer("logits")(network.get_layer("hidden")(pooled))
        difference = logits[:, 1] - logits[:, 0]
    gradient = tape.gradient(difference, features)
    weights = tf.reduce_mean(gradient, axis=(1, 2), keepdims=True)
    cam = tf.nn.relu(tf.reduce_sum(weights * features, axis=-1))
    return np.asarray(logits)[0], np.asarray(pooled)[0], np.asarray(cam).ravel()


def test_heat_map_is_gradient_grad_cam(student: Student, films: Any, outputs: Any) -> None:
    seen = 0.0
    for film, found in zip(films, outputs, strict=True):
        _, _, cam = _gradients(student, film)
        top = float(cam.max())
        seen = max(seen, top)
        assert np.abs(found["heatmap"][0] - cam).max() <= 1e-4 * max(top, 1e-6)
        assert found["heatmap"].shape == (1, 9)
    assert seen > 0  # else the comparison would be of zeros


def test_probabilities_are_the_calibrated_softmax(
    student: Student, films: Any, outputs: Any
) -> None:
    scores = []
    for film, found in zip(films, outputs, strict=True):
        logits = _gradients(student, film)[0].astype(np.float64) / student.record.temperature
        expected = np.exp(logits - logits.max())
        expected /= expected.sum()
        assert found["probabilities"][0] == pytest.approx(expected, abs=1e-5)
        scores.append(expected[1])
    assert np.ptp(scores) > 0.05  # the films differ, or nothing was tested


def _novelty(student: Student, film: Any) -> list[float]:
    """Each layer's part by the formula, from the student's own activations."""
    import keras

    body = next(layer for layer in student.network.layers if isinstance(layer, keras.Model))
    maps = keras.Model(
        body.input, [body.get_layer(one.name).output for one in student.novelty.layers]
    )(student.network.get_layer("rescale0")(film[None]))
    parts = []
    for layer, one in zip(student.novelty.layers, maps, strict=True):
        z = (np.asarray(one, np.float64).mean(axis=(1, 2))[0] - layer.mean) @ layer.components
        parts.append(float(np.mean(np.tanh(z / student.novelty.scale) ** 2)))
    return parts


def test_novelty_is_its_formula_and_bounded(student: Student, films: Any, outputs: Any) -> None:
    seen = []
    for film, found in zip(films, outputs, strict=True):
        parts = _novelty(student, film)
        value = float(found["novelty"][0, 0])
        assert value == pytest.approx(np.mean(parts), abs=1e-4)
        assert 0 <= value <= 1
        seen.append(parts)
    assert np.ptp(np.array(seen), axis=0).min() > 0.05  # each layer matters, or a swap is unseen


def test_novelty_can_look_at_the_last_map_alone(student: Student, films: Any) -> None:
    """As it does for a student without residual sums."""
    pooled = [_gradients(student, film)[1].astype(np.float64) for film in films]
    mean, deviation = np.mean(pooled, axis=0), np.std(pooled, axis=0)
    components = np.random.default_rng(2).normal(size=(len(mean), 5))
    layer = NoveltyLayer("pool", mean, deviation, components)
    one = replace(student, novelty=NoveltyStatistics((layer,), 3.0, 0.5))
    graph = shipped_graph(one)
    for film, features in zip(films[:3], pooled, strict=False):
        value = float(np.asarray(graph.predict_on_batch(film[None])["novelty"])[0, 0])
        z = (features - mean) @ components
        assert value == pytest.approx(float(np.mean(np.tanh(z / 3) ** 2)), abs=1e-4)


def test_temperature_moves_the_score_but_not_the_heat_map(student: Student, films: Any) -> None:
    hot = replace(student, record=replace(student.record, temperature=4.0))
    one, other = (shipped_graph(s).predict_on_batch(films[:1]) for s in (student, hot))
    assert abs(one["probabilities"][0, 1] - 0.5) > abs(other["probabilities"][0, 1] - 0.5)
    assert np.asarray(one["heatmap"]) == pytest.approx(np.asarray(other["heatmap"]))


@pytest.mark.parametrize("fault", ["softmax", "three classes", "no hidden layer", "flattened"])
def test_another_head_is_refused(fault: str, tmp_path: Path, student: Student) -> None:
    import keras

    from export.student import _check_head

    size = student.record.input_size
    film = keras.Input((size, size, 3))
    maps = keras.layers.Conv2D(4, 3, strides=32)(film)
    flat = keras.layers.Flatten if fault == "flattened" else keras.layers.GlobalAveragePooling2D
    pooled = flat(name="pool")(maps)
    name = "other" if fault == "no hidden layer" else "hidden"
    hidden = keras.layers.Dense(6, activation="relu", name=name)(pooled)
    logits = keras.layers.Dense(
        3 if fault == "three classes" else 2,
        activation="softmax" if fault == "softmax" else None,
        name="logits",
    )(hidden)
    with pytest.raises(ModelError, match="head that export reads"):
        _check_head(keras.Model(film, logits), student.record, tmp_path / "student.keras")
