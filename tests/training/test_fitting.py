"""The losses are what the paper writes, and a loss that is no number stops the run."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Literal

import keras
import numpy as np
import pytest
from scipy.special import log_expit, log_softmax

from edge_runtime.contract import LABELS
from edge_runtime.errors import RunError, StorageError
from training.batches import Batches, as_input
from training.checkpoints import Checkpoint
from training.distillation import Distilled
from training.fitting import distilled, fit, supervised
from workshop.presets import AugmentPreset, DataPreset, DistilPreset, NetworkPreset
from workshop.records import Film

NOT_A_NUMBER = r"epoch 1, step 1 \(films (\d\.png, ){3}.*learning_rate.*none yet"
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


def expected_loss(targets: np.ndarray, t: np.ndarray, s: np.ndarray, distil: DistilPreset) -> float:
    """Eq. (1) from its own symbols, in NumPy."""
    cross_entropy = -(targets * log_softmax(s, axis=1)).sum(axis=1).mean()
    log_t, log_s = (log_softmax(one / distil.temperature, axis=1) for one in (t, s))
    if distil.divergence == "student_teacher":
        log_t, log_s = log_s, log_t
    divergence = (np.exp(log_t) * (log_t - log_s)).sum(axis=1).mean()
    soft = (1 - distil.alpha) * distil.temperature**2 * divergence
    return float(distil.alpha * cross_entropy + soft)


@pytest.mark.parametrize("views", ["augmented", "clean"])
@pytest.mark.parametrize("divergence", ["teacher_student", "student_teacher"])
@pytest.mark.parametrize(("alpha", "temperature"), [(0.3, 4.0), (0.0, 2.0), (1.0, 3.0)])
def test_the_distillation_loss_is_equation_1(
    alpha: float,
    temperature: float,
    divergence: Literal["teacher_student", "student_teacher"],
    views: Literal["augmented", "clean"],
) -> None:
    teacher, student = linear("teacher", 1), linear("student", 2)
    distil = DistilPreset(alpha, temperature, divergence, views)
    made = Distilled.of(batches(), teacher, distil, "answers")
    films, targets = next(made.epoch(0))
    t, s = (np.asarray(one(films), np.float64) for one in (teacher, student))
    before = [np.array(value) for value in teacher.get_weights()]
    model = distilled(student, PRESET, distil, steps=4)
    found = model.train_on_batch(films, targets, return_dict=True)["loss"]
    expected = expected_loss(targets[:, :2].astype(float), t, s, distil)
    assert float(found) == pytest.approx(expected, rel=1e-4)
    for one, other in zip(before, teacher.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_clean_view_is_answered_once_and_for_the_film_itself() -> None:
    teacher = linear("teacher", 1)
    turned = replace(batches(), augmentation=AugmentPreset("rotation"))
    clean = Distilled.of(turned, teacher, DistilPreset(views="clean"), "answers")
    seen = Distilled.of(turned, teacher, DistilPreset(), "answers")
    films, targets = next(clean.epoch(3))
    own = np.asarray(teacher(as_input(turned.pixels[turned.parts(3)[0]])))
    np.testing.assert_allclose(targets[:, 2:], own, rtol=1e-5)
    same, others = next(seen.epoch(3))
    np.testing.assert_array_equal(films, same)
    np.testing.assert_allclose(others[:, 2:], np.asarray(teacher(films)), rtol=1e-5)
    assert np.abs(others[:, 2:] - targets[:, 2:]).max() > 1e-3


def test_a_second_student_does_not_ask_the_teacher_again() -> None:
    teacher, other = linear("teacher", 1), linear("teacher", 7)
    distil, answers = DistilPreset(views="clean"), dict[int, np.ndarray]()
    first = Distilled.of(batches(4), teacher, distil, "answers", answers)
    assert sorted(answers) == [0, 1, 2, 3]
    wider = Distilled.of(batches(8), other, distil, "answers", answers)
    assert first.clean is not None and wider.clean is not None
    np.testing.assert_array_equal(wider.clean[:4], first.clean[:4])
    np.testing.assert_allclose(wider.clean[4:], other(as_input(wider.batches.pixels[4:])), 1e-5)


def test_two_logits_under_a_softmax_are_one_under_a_sigmoid() -> None:
    """The loss for labels is the binary cross-entropy that the paper names."""
    network = linear("teacher", 1)
    films, targets = next(batches().epoch(0))
    both = np.asarray(network(films), np.float64)
    margin = both[:, LABELS.index("covid")] - both[:, LABELS.index("normal")]
    y = targets[:, LABELS.index("covid")]
    binary = -(y * log_expit(margin) + (1 - y) * log_expit(-margin)).mean()
    model = supervised(network, PRESET, 4)
    found = model.train_on_batch(films, targets, return_dict=True)["loss"]
    assert float(found) == pytest.approx(binary, rel=1e-4)


def test_a_student_comes_nearer_to_its_teacher() -> None:
    teacher, student = linear("teacher", 1), linear("student", 2)
    distil = DistilPreset(0.0, 2.0)
    made = Distilled.of(batches(), teacher, distil, "answers")
    films = next(made.epoch(0))[0]

    def distance() -> float:
        margins = [np.diff(np.asarray(one(films)), axis=1) for one in (teacher, student)]
        return float(np.abs(margins[0] - margins[1]).mean())

    before = distance()
    quick = replace(PRESET, learning_rate=1e-2, schedule="constant")
    model = distilled(student, quick, distil, steps=120)
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
    with pytest.raises(RunError, match=NOT_A_NUMBER):
        fit(network, made, checkpoint, lambda: 0.5, "fold0: teacher")
    assert not checkpoint.path.exists()


class Poisoned:
    """Batches whose second epoch holds pixels that are no numbers."""

    def __init__(self, batches: Batches) -> None:
        self.batches = replace(batches, network=replace(PRESET, epochs=2))
        self.network = self.batches.network
        self.steps, self.names = self.batches.steps, self.batches.names

    def epoch(self, epoch: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        for films, targets in self.batches.epoch(epoch):
            yield films * (np.nan if epoch else 1.0), targets


def test_the_last_good_checkpoint_is_named(tmp_path: Path) -> None:
    """A run that was well for an epoch, and then is not: what it had is kept."""
    network, made = linear("teacher", 1), Poisoned(batches())
    supervised(network, PRESET, made.steps())
    checkpoint = Checkpoint(tmp_path / "fold0-teacher.npz")
    told = r"epoch 2, step 1 \(films (\d\.png, ){3}.*good checkpoint is .*fold0-teacher\.npz"
    with pytest.raises(RunError, match=told):
        fit(network, made, checkpoint, lambda: 0.5, "fold0: teacher")
    assert checkpoint.place().epoch == 1
    with np.load(checkpoint.path) as arrays:
        assert all(np.isfinite(arrays[name]).all() for name in arrays.files)


def test_a_disk_that_refuses_leaves_the_earlier_checkpoint(tmp_path: Path) -> None:
    """A limit on the size of files, which the kernel enforces, stands for the full disk."""
    network = linear("teacher", 1)
    made = replace(batches(), network=replace(PRESET, epochs=2))
    supervised(network, PRESET, made.steps())
    checkpoint = Checkpoint(tmp_path / "fold0-teacher.npz")

    def full_after_the_first_epoch() -> float:
        if checkpoint.path.exists():
            resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))
        return 0.5

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        with pytest.raises(StorageError, match=r"fold0-teacher\.npz"):
            fit(network, made, checkpoint, full_after_the_first_epoch, "fold0: teacher")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert checkpoint.place().epoch == 1
    assert [path.name for path in tmp_path.iterdir()] == ["fold0-teacher.npz"]


def test_a_checkpoint_of_other_networks_is_refused(tmp_path: Path) -> None:
    network = linear("teacher", 1)
    made = batches()
    supervised(network, PRESET, made.steps())
    checkpoint = Checkpoint(tmp_path / "fold0-teacher.npz")
    assert checkpoint.place().epoch == 0
    rows = fit(network, made, checkpoint, lambda: 0.5, "fold0: teacher")
    assert [row["epoch"] for row in rows] == [1] and rows[0]["films_per_second"] > 0
    assert checkpoint.place().epoch == 1 and checkpoint.place().rows == rows
    other = keras.Sequential([keras.Input((4, 4, 3)), keras.layers.Flatten(), keras.layers.Dense(2),
                              keras.layers.Dense(2)])  # fmt: skip
    supervised(other, PRESET, made.steps())
    with pytest.raises(RunError, match="other networks"):
        fit(other, made, checkpoint, lambda: 0.5, "fold0: teacher")
