"""Novelty statistics: whitened, bounded, from familiar pictures, with a threshold for both."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest

from export.novelty_statistics import read_statistics
from training import novelty_films
from training.novelty import LayerStatistics, novelty_statistics
from training.novelty_films import learn_novelty, statistics_films, tapped, tapped_layers
from workshop.presets import NoveltyPreset
from workshop.records import Film

Floats = np.ndarray


def _features(rng: np.random.Generator, n: int) -> list[Floats]:
    mixes = [np.random.default_rng(i).normal(size=(6, width)) for i, width in enumerate((20, 9))]
    return [rng.normal(size=(n, 6)) @ mix + 3.0 for mix in mixes]


def test_components_are_white_and_novelty_is_bounded() -> None:
    rng = np.random.default_rng(1)
    features = _features(rng, 400)
    layer = LayerStatistics.of(features[0], 4)
    assert layer.components.shape == (20, 4)
    spread = np.cov(((features[0] - layer.mean) @ layer.components).T)
    np.testing.assert_allclose(spread, np.diag(np.diag(spread)), atol=1e-6)
    assert 1.0 <= np.diag(spread).min() <= np.diag(spread).max() <= 1 / 0.9  # shrunk a little
    every = LayerStatistics.of(features[0], 32)  # of 20, in 14 of which nothing differs
    assert ((features[0] - every.mean) @ every.components).std(axis=0)[6:].max() < 1e-6
    statistics = novelty_statistics(("one", "two"), features, 32)
    familiar = statistics.novelty(features)
    strange = statistics.novelty([one.mean(axis=0) + 40 * rng.normal(size=(50, one.shape[1]))
                                  for one in features])  # fmt: skip
    assert familiar.min() >= 0.0 and strange.max() <= 1.0
    assert strange.min() > np.quantile(familiar, 0.95)


def test_a_channel_that_never_moves_is_no_division_by_zero() -> None:
    features = np.random.default_rng(2).normal(size=(50, 5))
    features[:, 3] = 0.0
    layer = LayerStatistics.of(features, 5)
    assert np.isfinite(layer.components).all()
    assert layer.distances(features).max() < 1.0


def test_export_reads_what_training_writes(tmp_path: Path) -> None:
    """The format is the contract: two readers of one page give one number."""
    rng = np.random.default_rng(3)
    features = _features(rng, 100)
    statistics = novelty_statistics(("block_2_add", "block_5_add"), features, 7)
    statistics.save(tmp_path / "novelty.npz", 0.137)
    read = read_statistics(tmp_path / "novelty.npz")
    assert [layer.name for layer in read.layers] == ["block_2_add", "block_5_add"]
    assert read.threshold == 0.137
    other = [3 * one for one in _features(rng, 20)]
    parts = [
        np.mean(np.tanh((one - layer.mean) @ layer.components / read.scale) ** 2, axis=1)
        for one, layer in zip(other, read.layers, strict=True)
    ]
    np.testing.assert_allclose(np.mean(parts, axis=0), statistics.novelty(other), atol=1e-4)
    for layer, one in zip(read.layers, features, strict=True):
        np.testing.assert_allclose(layer.deviation, one.std(axis=0), rtol=1e-5)


def _student() -> keras.Model:
    keras.utils.set_random_seed(5)
    film = keras.Input((64, 64, 3))
    body = keras.applications.MobileNetV2(
        input_shape=(64, 64, 3), alpha=0.35, include_top=False, weights=None
    )
    pooled = keras.layers.GlobalAveragePooling2D(name="pool")(
        body(keras.layers.Rescaling(1 / 127.5, offset=-1.0, name="rescale0")(film))
    )
    logits = keras.layers.Dense(2)(keras.layers.Dense(8, activation="relu")(pooled))
    return keras.Model(film, logits)


def test_layers_are_the_last_sum_of_each_size_of_map() -> None:
    student = _student()
    layers = tapped_layers(student)
    assert layers == ("block_2_add", "block_5_add", "block_12_add", "block_15_add")
    films = np.random.default_rng(0).uniform(0, 255, (2, 64, 64, 3)).astype(np.float32)
    found = np.asarray(tapped(student, layers).predict_on_batch(films))
    body = student.layers[2]
    start = 0
    for name in layers:
        maps = keras.Model(body.input, body.get_layer(name).output)(student.layers[1](films))
        expected = np.asarray(maps).mean(axis=(1, 2))
        part = found[:, start : start + expected.shape[1]]
        np.testing.assert_allclose(part, expected, atol=1e-5)
        start += expected.shape[1]
    assert start == found.shape[1]


def test_a_student_without_sums_has_its_pooled_features() -> None:
    film = keras.Input((32, 32, 3))
    pooled = keras.layers.GlobalAveragePooling2D(name="pool")(keras.layers.Conv2D(4, 3)(film))
    student = keras.Model(film, keras.layers.Dense(2)(pooled))
    assert tapped_layers(student) == ("pool",)
    assert tapped(student, ("pool",)).output_shape == (None, 4)


def test_threshold_answers_films_and_phantoms_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    """Phantoms are unlike the films here; the threshold is the larger of the two."""
    rng = np.random.default_rng(4)
    films = rng.integers(100, 156, (70, 64, 64)).astype(np.uint8)
    drawn = np.repeat(rng.integers(0, 256, (40, 64, 1)), 64, axis=2).astype(np.uint8)
    monkeypatch.setattr(novelty_films, "phantom_pixels", lambda n, seed, size: (drawn[:n], ()))
    preset = NoveltyPreset(components=4, phantoms=20, refused=0.1, phantoms_refused=0.2)
    student = _student()
    familiar = learn_novelty(preset, 1, student, films[:40], films[40:])
    assert familiar.counts == {
        "films": 40, "phantoms": 20, "threshold_films": 30, "threshold_phantoms": 20,
    }  # fmt: skip
    network = tapped(student, familiar.statistics.layers)
    widths = np.cumsum([len(part.mean) for part in familiar.statistics.parts])[:-1]

    def averages(pixels: Floats) -> list[Floats]:
        batch = np.repeat(pixels[..., None], 3, axis=3).astype(np.float32)
        return np.split(np.asarray(network.predict_on_batch(batch), np.float64), widths, axis=1)

    def refused(pixels: Floats) -> float:
        features = averages(pixels)
        return float(np.mean(familiar.statistics.novelty(features) > familiar.threshold))

    shares = refused(films[40:]), refused(drawn[20:])
    assert shares[0] <= 0.1 and shares[1] <= 0.2
    assert shares[0] >= 0.06 or shares[1] >= 0.15  # and no larger than it needs to be
    learnt = averages(np.concatenate([films[:40], drawn[:20]]))
    for part, one in zip(familiar.statistics.parts, learnt, strict=True):
        np.testing.assert_allclose(part.mean, one.mean(axis=0), atol=1e-4)


def test_statistics_take_each_site_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(novelty_films, "STATISTICS_FILMS", 20)
    films = [
        Film(f"{i}.png", "normal", "large" if i < 90 else "small", "s", str(i)) for i in range(100)
    ]
    chosen = statistics_films(films, range(2, 100), 1)
    assert chosen == statistics_films(films, range(2, 100), 1) == sorted(set(chosen))
    assert [sum(films[i].site == site for i in chosen) for site in ("large", "small")] == [10, 10]
    assert min(chosen) >= 2  # none but those that were asked for
