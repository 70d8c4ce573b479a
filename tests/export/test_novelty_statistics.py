"""What export says of novelty statistics that it cannot use: what to run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edge_runtime.errors import ModelError
from export.novelty_statistics import read_statistics
from export.student import load_student


def _older_statistics(run: Path) -> None:
    np.savez(run / "novelty.npz", mean=np.zeros(5), components=np.zeros((5, 2)))


def _change_statistics(run: Path, **changes: Any) -> None:
    with np.load(run / "novelty.npz") as stored:
        arrays = dict(stored)
    np.savez(run / "novelty.npz", **{**arrays, **changes})


def _foreign_statistics(run: Path) -> None:
    _change_statistics(
        run, mean_1=np.zeros(5), deviation_1=np.ones(5), components_1=np.zeros((5, 2))
    )


def _unknown_layer(run: Path) -> None:
    _change_statistics(run, layers=np.array(["block_2_add", "a", "b", "c"]))


def _ragged_statistics(run: Path) -> None:
    _change_statistics(run, deviation_2=np.ones(3))


def _other_threshold(run: Path) -> None:
    _change_statistics(run, threshold=0.9)


def _no_scale(run: Path) -> None:
    with np.load(run / "novelty.npz") as stored:
        arrays = {name: stored[name] for name in stored.files if name != "scale"}
    np.savez(run / "novelty.npz", **arrays)


@pytest.mark.parametrize(
    ("spoil", "text"),
    [
        (_older_statistics, "another release; run `python -m training novelty RUN`"),
        (lambda run: _change_statistics(run, schema=3), "another release"),
        (_no_scale, "no novelty statistics.*scale.*training novelty"),
        (lambda run: _change_statistics(run, scale=0.0), "shapes do not fit"),
        (_foreign_statistics, "does not fit.*training novelty"),
        (_unknown_layer, "does not fit"),
        (_ragged_statistics, "shapes do not fit"),
        (_other_threshold, "different novelty thresholds.*training novelty"),
        (lambda run: (run / "novelty.npz").unlink(), "no novelty statistics"),
    ],
)
def test_statistics_that_will_not_do_say_what_to_run(
    spoil: Callable[[Path], object], text: str, copy_of_run: Callable[[], Path]
) -> None:
    run = copy_of_run()
    spoil(run)
    with pytest.raises(ModelError, match=text) as caught:
        load_student(run)
    assert "\n" not in str(caught.value)


def test_layers_are_read_in_their_order(fake_run: Path) -> None:
    found = read_statistics(fake_run / "novelty.npz")
    assert [one.name for one in found.layers] == [
        "block_2_add", "block_5_add", "block_12_add", "block_15_add",
    ]  # fmt: skip
    assert found.scale == 3.0 and 0 < found.threshold < 1
