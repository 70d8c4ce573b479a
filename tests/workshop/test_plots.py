"""Plots: real PNG, the same bytes for the same figures, and nothing that was not measured."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from edge_runtime.errors import DataError
from tests.workshop.fake_run import benchmark
from workshop.plotting.plots import (
    latency_plot,
    learning_curves_plot,
    parity_plot,
    roc_band,
    roc_plot,
    roc_png,
    score_plot,
)

RNG = np.random.default_rng(4)
LABELS = [i % 2 for i in range(60)]
SCORES = [float(np.clip(0.3 + 0.4 * label + RNG.normal(0, 0.2), 0, 1)) for label in LABELS]
GROUPS = [f"g{i // 2}" for i in range(60)]
ROWS = [
    {"network": network, "fold": fold, "epoch": str(epoch), "loss": "0.5", "val_auroc": "0.9"}
    for network in ("teacher", "student")
    for fold in ("fold0", "fold1")
    for epoch in (1, 2)
]


def colours(png: bytes) -> set[tuple[int, ...]]:
    with Image.open(io.BytesIO(png)) as picture:
        picture.load()
        assert picture.format == "PNG" and min(picture.size) > 200
        return {colour for _, colour in picture.convert("RGB").getcolors(1 << 24) or []}  # type: ignore[misc]


def test_training_writes_its_plots(tmp_path: Path) -> None:
    curves = {"teacher": (LABELS, SCORES), "student": (LABELS, SCORES[::-1])}
    roc_plot(tmp_path / "plots" / "roc.png", curves)
    learning_curves_plot(tmp_path / "plots" / "learning.png", ROWS)
    score_plot(tmp_path / "plots" / "scores.png", LABELS, SCORES, 0.5)
    for path in (tmp_path / "plots").iterdir():
        assert len(colours(path.read_bytes())) > 10
    assert len(list((tmp_path / "plots").iterdir())) == 3  # and no temporary file


def test_the_same_figures_give_the_same_bytes() -> None:
    curves = {"student": (LABELS, SCORES)}
    band = {"student": roc_band(LABELS, SCORES, GROUPS, seed=3, repeats=40)}
    assert roc_png(curves, band) == roc_png(curves, band) != roc_png(curves)


def test_a_band_holds_its_curve_and_narrows_with_films() -> None:
    from sklearn.metrics import roc_curve

    band = roc_band(LABELS, SCORES, GROUPS, seed=1)
    assert (band.low <= band.high).all() and band.low.min() >= 0 and band.high.max() <= 1
    false, true, _ = roc_curve(LABELS, SCORES)
    curve = np.interp(band.false, false, true)
    assert np.mean((band.low <= curve) & (curve <= band.high)) > 0.9
    many = roc_band(LABELS * 9, SCORES * 9, [f"h{i}" for i in range(540)], seed=1)
    assert np.mean(many.high - many.low) < 0.6 * np.mean(band.high - band.low)


def test_a_group_is_drawn_whole() -> None:
    """All films of a class in one group: every draw that has both is the whole set."""
    band = roc_band(LABELS, SCORES, [f"g{label}" for label in LABELS], seed=2)
    assert np.allclose(band.low, band.high)


def test_a_band_of_one_class_is_no_band() -> None:
    assert np.isnan(roc_band([1, 1], [0.1, 0.2], ["a", "b"], seed=1).low).all()


def test_a_flip_is_marked() -> None:
    orange = (0xD5, 0x5E, 0x00)
    same = parity_plot([0.2, 0.8], {"a": [0.25, 0.75]}, 0.5)
    flipped = parity_plot([0.2, 0.8], {"a": [0.55, 0.75]}, 0.5)
    assert orange not in colours(same) and orange in colours(flipped)


def test_latency_has_a_row_a_model(tmp_path: Path) -> None:
    one = latency_plot([benchmark("int8"), benchmark("int8", seed=1)])
    two = latency_plot([benchmark("int8"), benchmark("float32")])
    with Image.open(io.BytesIO(one)) as small, Image.open(io.BytesIO(two)) as large:
        assert large.height > small.height
    assert colours(latency_plot([benchmark(hwm_kib=None)]))


@pytest.mark.parametrize("emulated", [True, None])
def test_an_emulated_time_is_never_drawn(emulated: bool | None) -> None:
    records = [benchmark(), benchmark(emulated=True)] if emulated else []
    with pytest.raises(DataError, match="none of them emulated"):
        latency_plot(records)
