"""Novelty in the int8 file: ranges by formula, the shift of quantization taken out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from edge_runtime import container
from edge_runtime.interpreters import open_interpreter
from export.novelty_int8 import averages, fit_novelty
from export.novelty_statistics import NoveltyLayer, NoveltyStatistics, read_statistics
from export.ranges import Walk, familiar_range
from export.run import FLOAT, INT8
from workshop.phantoms import phantom_pixels


@pytest.fixture(scope="module")
def files(exported: Path) -> tuple[bytes, bytes]:
    """The graphs, int8 and float32."""
    one, other = (container.split((exported / name).read_bytes())[0] for name in (INT8, FLOAT))
    return one, other


@pytest.fixture(scope="module")
def statistics(fake_run: Path) -> NoveltyStatistics:
    return read_statistics(fake_run / "novelty.npz")


@pytest.fixture(scope="module")
def pictures() -> np.ndarray:
    return phantom_pixels(24, 91, 96)[0]


def _novelty(graph: bytes, pictures: np.ndarray) -> np.ndarray:
    run = open_interpreter(graph).run
    return np.array([run(one.tobytes())["novelty"][0] for one in pictures])


def test_int8_is_within_a_few_steps_of_float(
    files: tuple[bytes, bytes], pictures: np.ndarray
) -> None:
    int8, float32 = (_novelty(graph, pictures) for graph in files)
    assert np.ptp(float32) > 0.02  # the pictures differ, or nothing was tested
    assert np.abs(int8 - float32).mean() < 6 / 255
    assert abs((int8 - float32).mean()) < 4 / 255


def test_a_shift_of_int8_is_taken_out(
    files: tuple[bytes, bytes], statistics: NoveltyStatistics, pictures: np.ndarray
) -> None:
    """A channel that int8 shifts on every picture: here by a bias of a convolution."""
    int8, float32 = files
    data = bytearray(int8)
    walk = Walk(data)
    average = walk.novelty(4).layers[1].average
    summed = walk.back(walk.back(average, "MEAN")[0], "ADD")
    bias = walk.back(summed[1], "CONV_2D")[2]
    layer = statistics.layers[1]
    walk.add_to_bias(bias, (4.0 * layer.deviation).tolist())
    exact = _novelty(float32, pictures)
    off = np.abs(_novelty(bytes(data), pictures) - exact).mean()
    settled = fit_novelty(bytes(data), float32, statistics, pictures)
    near = np.abs(_novelty(settled, pictures) - exact).mean()
    assert off > 8 / 255 > 4 / 255 > near


def test_the_bias_is_moved_by_the_mean_gap(
    files: tuple[bytes, bytes], statistics: NoveltyStatistics, pictures: np.ndarray
) -> None:
    int8, float32 = files
    exact, rounded = (averages(graph, 4, pictures) for graph in (float32, int8))
    before = Walk(bytearray(int8))
    after = Walk(bytearray(fit_novelty(int8, float32, statistics, pictures)))
    for i, stage in enumerate(before.novelty(4).layers):
        layer = statistics.layers[i]
        gap = (rounded[i] - exact[i]).mean(axis=0) @ layer.components / statistics.scale
        found = before.subgraph.Tensors(stage.bias).Quantization()
        scales = np.array([found.Scale(j if found.ScaleLength() > 1 else 0)
                           for j in range(len(gap))])  # fmt: skip
        moved = np.array(after._bias(stage.bias)) - np.array(before._bias(stage.bias))
        np.testing.assert_allclose(moved * scales, -gap, atol=float(scales.max()))


def test_ranges_hold_what_familiar_films_never_reach(
    files: tuple[bytes, bytes], statistics: NoveltyStatistics
) -> None:
    walk = Walk(bytearray(files[0]))
    for stage, layer in zip(walk.novelty(4).layers, statistics.layers, strict=True):
        quantization = walk.subgraph.Tensors(stage.average).Quantization()
        scale, zero_point = float(quantization.Scale(0)), int(quantization.ZeroPoint(0))
        low, high = (-128 - zero_point) * scale, (127 - zero_point) * scale
        assert low <= (layer.mean - 8.9 * layer.deviation).min()
        assert high >= (layer.mean + 8.9 * layer.deviation).max()


def test_a_range_of_one_sign_keeps_zero() -> None:
    layer = NoveltyLayer("x", np.array([50.0]), np.array([0.1]), np.ones((1, 1)))
    scale, zero_point = familiar_range(layer)
    assert zero_point == -128 and 255 * scale == pytest.approx(50.9)
    scale, zero_point = familiar_range(replace(layer, mean=-layer.mean))
    assert zero_point == 127 and 255 * scale == pytest.approx(50.9)
