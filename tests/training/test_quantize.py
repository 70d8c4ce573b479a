"""Fine-tuning for int8: what is rounded, that files round no more, that it resumes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

keras = pytest.importorskip("keras")

import tensorflow as tf  # noqa: E402

from edge_runtime.errors import RunError  # noqa: E402
from export.convert import to_int8  # noqa: E402
from training import quantize as module  # noqa: E402
from training.checkpoints import Checkpoint  # noqa: E402
from training.fake_quant import RoundedHalf, on_grid, rounded, stored  # noqa: E402
from training.networks import build  # noqa: E402
from training.quantize import LOSSES, fine_tuned  # noqa: E402
from workshop.backbone import backbone_of  # noqa: E402
from workshop.presets import NetworkPreset, QuantizePreset  # noqa: E402

SIZE = 64
PRESET = QuantizePreset(steps=2, batch=4, learning_rate=1e-3)


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
    for layer in backbone_of(network).layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.gamma.assign(rng.uniform(0.05, 1.2, layer.gamma.shape))
            layer.beta.assign(rng.normal(0.2, 0.2, layer.beta.shape))
            layer.momentum = 0.0
    network(_as_input(_films(32, 5)), training=True)
    return network


@pytest.mark.parametrize("ceiling", [6.0, None])
def test_the_second_half_is_rounded_and_the_first_is_not(ceiling: float | None) -> None:
    rng = np.random.default_rng(0)
    values = rng.normal(2, 2, (4, 5, 5, 3)).astype(np.float32)
    values = np.clip(values, 0, 6) if ceiling else values
    layer = RoundedHalf(ceiling)
    assert np.array_equal(layer(values), values)
    found = np.asarray(layer(values, training=True))
    assert np.array_equal(found[:2], values[:2])
    width = (6.0 if ceiling else values.max() - values.min()) / 255
    off = np.abs(found[2:] - values[2:])
    assert off.max() < 0.51 * width
    assert 0.2 * width < off[off > 0].mean() < 0.3 * width
    assert len(np.unique(np.rint(found[2:] / width))) < 256
    assert np.all(found[2:][values[2:] == 0.0] == 0.0)


def test_a_wider_range_is_charged_for_what_it_moves() -> None:
    """The gradient into the range is that of the rounding error, which grows with the step."""
    values = tf.constant(np.random.default_rng(1).normal(0, 1, (2, 40)).astype(np.float32))
    layer, target = RoundedHalf(), tf.zeros((1, 40))
    with tf.GradientTape() as tape:
        tape.watch(values)
        _, other = tf.split(layer(values, training=True), 2)
        loss = tf.reduce_sum(tf.square(other - target))
    gradient = np.asarray(tape.gradient(loss, values))
    with_all = np.asarray(layer(values, training=True))
    through = np.concatenate([np.zeros((1, 40)), 2 * with_all[1:]])
    most = np.unravel_index(np.argmax(values), values.shape)
    least = np.unravel_index(np.argmin(values), values.shape)
    moved = with_all[1] - np.asarray(values)[1]
    wider = float(np.sum(2 * with_all[1] * moved)) / float(np.ptp(values))
    through[most] += wider
    through[least] -= wider
    np.testing.assert_allclose(gradient, through, rtol=1e-3, atol=1e-5)


def test_the_copy_is_the_backbone_with_rounded_kernels(student: Any) -> None:
    body = backbone_of(student)
    copy = rounded(body)
    films = student.layers[1](_as_input(_films()))
    exact = keras.models.clone_model(body)
    exact.set_weights(body.get_weights())
    off = np.abs(copy.predict_on_batch(films) - exact.predict_on_batch(films)).max()
    for layer in exact.layers:
        if "conv" in type(layer).__name__.lower():
            layer.set_weights([on_grid(layer), *layer.get_weights()[1:]])
    same = np.abs(copy.predict_on_batch(films) - exact.predict_on_batch(films)).max()
    assert same < 1e-3 < off
    names = {layer.name for layer in copy.layers if isinstance(layer, RoundedHalf)}
    assert names == {f"{layer.name}_int8" for layer in body.layers if stored(layer)}
    assert {"Conv1_relu_int8", "block_2_add_int8", "block_1_project_BN_int8"} <= names
    assert "block_2_expand_BN_int8" not in names  # one operation with its relu6


def test_a_kernel_on_the_grid_is_held_exactly(student: Any, tmp_path: Path) -> None:
    """What int8 stores of a fine-tuned student is what it computed with in float."""
    from ai_edge_litert.interpreter import Interpreter

    copy, _ = fine_tuned(student, _films(), PRESET, 1, Checkpoint(tmp_path / "c.npz"))

    def off(network: Any, folder: Path) -> float:
        """The largest part of a step by which a stored weight is off the folded one."""
        film = keras.Input(batch_shape=(1, SIZE, SIZE, 3))
        keras.Model(film, network(film)).export(folder, verbose=False)
        interpreter = Interpreter(model_content=to_int8(folder, _films()))
        named = {one["name"]: one for one in interpreter.get_tensor_details()}
        body = backbone_of(network)
        kernel = body.get_layer("block_1_expand").get_weights()[0]
        norm = body.get_layer("block_1_expand_BN")
        factor = np.asarray(norm.gamma) / np.sqrt(np.asarray(norm.moving_variance) + norm.epsilon)
        wanted = (kernel * factor)[0, 0].T
        for one in named.values():
            scales = one["quantization_parameters"]["scales"]
            if tuple(one["shape"]) == (len(wanted), 1, 1, wanted.shape[1]) and len(scales) > 1:
                found = interpreter.get_tensor(one["index"])[:, 0, 0, :]
                steps = np.abs(found * scales[:, None] - wanted) / scales[:, None]
                if np.corrcoef((found * scales[:, None]).ravel(), wanted.ravel())[0, 1] > 0.99:
                    return float(steps.max())
        raise AssertionError("no such kernel in the file")

    assert off(copy, tmp_path / "copy") < 0.01
    assert off(student, tmp_path / "student") > 0.3  # the check can fail


def test_rounding_costs_less_afterwards(student: Any, tmp_path: Path) -> None:
    preset = replace(PRESET, steps=50)
    copy, rows = fine_tuned(student, _films(), preset, 1, Checkpoint(tmp_path / "c.npz"))
    assert [row["step"] for row in rows] == [25, 50] and set(rows[0]) == {"step", *LOSSES}
    assert rows[1]["maps"] < 0.85 * rows[0]["maps"]
    assert copy.layers[1].offset == -128.0  # an int8 pixel is shifted by a whole number


def test_it_goes_on_to_the_same_weights(
    student: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    films = _films(24, 2)
    monkeypatch.setattr(module, "EVERY", 1)
    before = student.get_weights()

    def run(folder: str, stop: int | None = None) -> Any:
        checkpoint = Checkpoint(tmp_path / folder / "c.npz")
        checkpoint.path.parent.mkdir(exist_ok=True)
        if stop is not None:
            with monkeypatch.context() as patch:
                patch.setattr(module, "_films", _stopping(module._films, stop))
                with pytest.raises(KeyboardInterrupt):
                    fine_tuned(student, films, PRESET, 1, checkpoint)
        return fine_tuned(student, films, PRESET, 1, checkpoint)

    whole, rows = run("whole")
    parts, again = run("parts", stop=1)
    assert [row["step"] for row in rows] == [row["step"] for row in again] == [1, 2]
    moved = False
    for one, other, first in zip(whole.weights, parts.weights, student.weights, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-3, atol=1e-4)
        moved |= not np.allclose(one, first, atol=1e-5)
    assert moved
    assert all(map(np.array_equal, before, student.get_weights()))  # that one is as it was


def _stopping(make: Any, after: int) -> Any:
    def films(*words: Any) -> Any:
        for number, batch in make(*words):
            if number >= after:
                raise KeyboardInterrupt
            yield number, batch

    return films


def test_a_loss_that_is_no_number_is_told(student: Any, tmp_path: Path) -> None:
    preset = replace(PRESET, steps=4, learning_rate=1e30)
    with pytest.raises(RunError, match="not a number at step"):
        fine_tuned(student, _films(), preset, 1, Checkpoint(tmp_path / "c.npz"))


def test_a_student_without_a_backbone_inside_is_refused(tmp_path: Path) -> None:
    film = keras.Input((8, 8, 3))
    flat = keras.layers.Flatten()(keras.layers.Rescaling(1.0)(film))
    network = keras.Model(film, keras.layers.Dense(2)(flat))
    with pytest.raises(RunError, match="no backbone inside"):
        fine_tuned(network, _films(), PRESET, 1, Checkpoint(tmp_path / "c.npz"))
