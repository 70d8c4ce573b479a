"""The losses are what the paper writes, and a loss that is no number stops the run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest
from scipy.special import log_softmax

from edge_runtime.errors import RunError
from training.batches import Batches
from training.checkpoints import Checkpoint
from training.fitting import distiller, fit, supervised
from workshop.presets import AugmentPreset, DataPreset, DistilPreset, NetworkPreset
from workshop.records import Film

PRESET = NetworkPreset(backbones=("MobileNetV2:0.35",), batch=4, epochs=1)


def linear(name: str, seed: int) -> keras.Model:
    """Logits straight from a few pixels."""
    film = keras.Input((4, 4, 3))
    keras.utils.set_random_seed(seed)
    flat = keras.layers.Flatten()(keras.layers.Rescaling(1 / 64)(film))
    return keras.Model(film, keras.layers.Dense(2)(flat), name=name)


def batches(films: int = 8) -> Batches:
    index = [Film(f"{n}.png", ("covid", "normal")[n % 2], "a", "a", f"g{n}") for n in range(films)]
    pixels = np.random.default_rng(3).integers(0, 256, (films, 4, 4), dtype=np.uint8)
    return Batches(
        index, pixels, range(films), PRESET, AugmentPreset("none"), DataPreset(), (1, 0, 0)
    )


@pytest.mark.parametrize(("alpha", "temperature"), [(0.3, 4.0), (0.0, 2.0), (1.0, 3.0)])
def test_the_distillation_loss_is_equation_1(alpha: float, temperature: float) -> None:
    teacher, student = linear("teacher", 1), linear("student", 2)
    films, targets = next(batches().epoch(0))
    t, s = (np.asarray(one(films), np.float64) for one in (teacher, student))
    cross_entropy = -(targets * log_softmax(s, axis=1)).sum(axis=1).mean()
    log_t, log_s = (log_softmax(one / temperature, axis=1) for one in (t, s))
    divergence = (np.exp(log_t) * (log_t - log_s)).sum(axis=1).mean()
    expected = alpha * cross_entropy + (1 - alpha) * temperature**2 * divergence
    before = [np.array(value) for value in teacher.get_weights()]
    model = distiller(teacher, student, PRESET, DistilPreset(alpha, temperature), steps=4)
    found = model.train_on_batch(films, targets, return_dict=True)["loss"]
    assert float(found) == pytest.approx(expected, rel=1e-4)
    for one, other in zip(before, teacher.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_student_comes_nearer_to_its_teacher() -> None:
    teacher, student = linear("teacher", 1), linear("student", 2)
    made = batches()
    films = next(made.epoch(0))[0]

    def distance() -> float:
        margins = [np.diff(np.asarray(one(films)), axis=1) for one in (teacher, student)]
        return float(np.abs(margins[0] - margins[1]).mean())

    before = distance()
    quick = replace(PRESET, learning_rate=1e-2, schedule="constant")
    model = distiller(teacher, student, quick, DistilPreset(0.0, 2.0), steps=120)
    for epoch in range(60):
        for batch in made.epoch(epoch):
            model.train_on_batch(*batch)
    assert distance() < 0.5 * before


def test_a_loss_that_is_no_number_names_its_films(tmp_path: Path) -> None:
    network = linear("teacher", 1)
    made = batches()
    supervised(network, PRESET, made.steps())
    kernel = network.layers[-1].kernel
    kernel.assign(np.full(kernel.shape, np.nan, np.float32))
    checkpoint = Checkpoint(tmp_path / "fold0-teacher.npz")
    with pytest.raises(RunError, match=r"epoch 1, step 1 \(films \d\.png.*lower learning_rate"):
        fit(network, network, made, checkpoint, lambda: 0.5, "fold0: teacher")
    assert not checkpoint.path.exists()


def test_a_checkpoint_of_other_networks_is_refused(tmp_path: Path) -> None:
    network = linear("teacher", 1)
    made = batches()
    supervised(network, PRESET, made.steps())
    checkpoint = Checkpoint(tmp_path / "fold0-teacher.npz")
    rows = fit(network, network, made, checkpoint, lambda: 0.5, "fold0: teacher")
    assert [row["epoch"] for row in rows] == [1]
    other = keras.Sequential([keras.Input((4, 4, 3)), keras.layers.Flatten(), keras.layers.Dense(2),
                              keras.layers.Dense(2)])  # fmt: skip
    supervised(other, PRESET, made.steps())
    with pytest.raises(RunError, match="other networks"):
        fit(other, other, made, checkpoint, lambda: 0.5, "fold0: teacher")
