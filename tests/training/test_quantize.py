"""A student that bears int8: folding and equalisation change nothing, fine-tuning resumes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

keras = pytest.importorskip("keras")

from edge_runtime.errors import RunError  # noqa: E402
from training import folding  # noqa: E402
from training import quantize as module  # noqa: E402
from training.checkpoints import Checkpoint  # noqa: E402
from training.fake_quant import RoundedActivation, is_float, rounded  # noqa: E402
from training.folding import body_of, equalise, folded, is_convolution  # noqa: E402
from training.networks import build  # noqa: E402
from training.quantize import Settings, fine_tuned, quantizable  # noqa: E402
from workshop.presets import NetworkPreset  # noqa: E402

SIZE = 64
SETTINGS = Settings(steps=2, batch=4, learning_rate=1e-3)


def _films(count: int = 16, seed: int = 0) -> Any:
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 256, (count, 8, 8), np.uint8)
    return np.kron(coarse, np.ones((1, SIZE // 8, SIZE // 8), np.uint8))


def _as_input(films: Any) -> Any:
    return np.repeat(films[..., None], 3, axis=-1).astype(np.float32)


@pytest.fixture(scope="module")
def student() -> Any:
    """Random weights, but statistics of the films and scales that differ by channel."""
    keras.utils.set_random_seed(3)
    preset = NetworkPreset(("MobileNetV2:0.35",), weights="random", batch_norm_momentum=0.0)
    network, _ = build(preset, SIZE, "student", None)
    rng = np.random.default_rng(1)
    for layer in body_of(network).layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.gamma.assign(rng.uniform(0.05, 1.2, layer.gamma.shape))
            layer.beta.assign(rng.normal(0.2, 0.2, layer.beta.shape))
    network(_as_input(_films(32, 5)), training=True)
    return network


def test_folding_changes_nothing(student: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    films = _as_input(_films())
    copy = folded(student)
    kinds = {type(layer).__name__ for layer in body_of(copy).layers}
    assert "BatchNormalization" not in kinds
    assert all(one.use_bias for one in body_of(copy).layers if is_convolution(one))
    assert copy.layers[1].offset == -128.0  # an int8 pixel is shifted by a whole number
    exact = student.predict_on_batch(films)
    # The padding's half a gray, which a network of random weights makes much of.
    np.testing.assert_allclose(copy.predict_on_batch(films), exact, atol=0.05)
    monkeypatch.setattr(folding, "_whole_offset", lambda network: None)
    np.testing.assert_allclose(folded(student).predict_on_batch(films), exact, atol=1e-4)


def test_equalisation_changes_nothing_and_fills_the_range(student: Any) -> None:
    films = _films()
    plain, copy = folded(student), folded(student)
    equalise(copy, lambda tensors: module._peaks(copy, tensors, films))
    np.testing.assert_allclose(
        copy.predict_on_batch(_as_input(films)), plain.predict_on_batch(_as_input(films)), atol=1e-4
    )

    def peaks(network: Any) -> Any:
        return module._peaks(network, [body_of(network).get_layer("Conv1_relu").output], films)[0]

    before, after = peaks(plain), peaks(copy)
    assert before.min() < 3.0
    live = before > 6.0 / 64  # not scaled by the most there may be
    np.testing.assert_allclose(after[live & (before < 5.4)], 6.0 / 1.1, rtol=1e-3)


def test_a_factor_that_is_not_taken_back_is_seen(student: Any) -> None:
    """The check above can fail: a channel scaled where it is written alone."""
    films = _as_input(_films())
    copy = folded(student)
    layer = body_of(copy).get_layer("block_3_expand")
    kernel, bias = layer.get_weights()
    layer.set_weights([kernel * 2, bias * 2])
    exact = folded(student).predict_on_batch(films)
    assert np.abs(copy.predict_on_batch(films) - exact).max() > 1e-3


def test_rounding_is_coarse_where_it_should_be(student: Any) -> None:
    network, ranges = quantizable(student, _films())
    copy = rounded(network, ranges)
    logits, maps = copy.predict_on_batch(_as_input(_films()))
    exact = network.predict_on_batch(_as_input(_films()))
    assert 1e-4 < np.abs(logits - exact).max() < 1.0
    low, high = ranges["out_relu"]
    steps = maps / ((high - min(low, 0.0)) / 255)
    np.testing.assert_allclose(steps, np.rint(steps), atol=1e-2)
    names = [one.name for one in body_of(copy).layers if isinstance(one, RoundedActivation)]
    assert "block_2_add_int8" in names and "Conv1_relu_int8" not in names
    assert is_float("block_2_expand") and not is_float("block_2_add")


def test_fine_tuning_goes_on_to_the_same_weights(
    student: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    films = _films(24, 2)
    monkeypatch.setattr(module, "EVERY", 1)

    def run(folder: str, stop: int | None = None) -> Any:
        checkpoint = Checkpoint(tmp_path / folder / "c.npz")
        checkpoint.path.parent.mkdir(exist_ok=True)
        if stop is not None:
            monkeypatch.setattr(module, "_films", _stopping(module._films, stop))
            with pytest.raises(KeyboardInterrupt):
                fine_tuned(student, films, films, SETTINGS, checkpoint)
            monkeypatch.undo()
            monkeypatch.setattr(module, "EVERY", 1)
        return fine_tuned(student, films, films, SETTINGS, checkpoint)

    whole, rows = run("whole")
    parts, again = run("parts", stop=1)
    assert [row["step"] for row in rows] == [row["step"] for row in again] == [1, 2]
    start = quantizable(student, films)[0]
    moved = False
    for one, other, first in zip(whole.weights, parts.weights, start.weights, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)
        moved |= not np.allclose(one, first, atol=1e-5)
    assert moved


def _stopping(make: Any, after: int) -> Any:
    def films(*words: Any) -> Any:
        for number, batch in make(*words):
            if number >= after:
                raise KeyboardInterrupt
            yield number, batch

    return films


def test_a_loss_that_is_no_number_is_told(student: Any, tmp_path: Path) -> None:
    settings = Settings(steps=3, batch=4, learning_rate=1e12)
    with pytest.raises(RunError, match="not a number at step"):
        fine_tuned(student, _films(), _films(), settings, Checkpoint(tmp_path / "c.npz"))


def test_a_student_without_a_backbone_inside_is_refused() -> None:
    film = keras.Input((8, 8, 3))
    with pytest.raises(RunError, match="no backbone inside"):
        folded(keras.Model(film, keras.layers.Dense(2)(keras.layers.Flatten()(film))))
