"""The arm64 library inside the APK, run as it is: what the app would answer on a phone."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge_runtime.errors import InterpreterError
from edge_runtime.model import Model, model_path
from edge_runtime.pixels import film_pixels
from export.android.check import check_file, outputs
from export.android.library import Library, build
from tests.environments import ROOT
from workshop.phantoms import write_set

ABI = "arm64-v8a"
# One for each kind of answer; the screens show the same ones.
CHOSEN = sorted((ROOT / "android_demo/app/src/test").glob("**/films/*.png"))


@pytest.fixture(scope="module")
def library() -> Library:
    try:
        return build(ABI)
    except InterpreterError as error:
        pytest.skip(str(error))


def test_phantoms_come_out_to_the_bit(library: Library, tmp_path: Path) -> None:
    write_set(tmp_path, 6, 5)
    films = [*CHOSEN, *sorted(tmp_path.glob("films/*.png"))]
    assert len(CHOSEN) == 4
    with Model.open() as model:
        size = model.contract.input_size
        pixels = [film_pixels(path, size) for path in films]
        found, taken, nodes = outputs(model_path(), model.contract, pixels, "xnnpack", library)
        assert taken > 0.9 * nodes > 0
        for one, gray in zip(found, pixels, strict=True):
            assert (one["probabilities"], one["heatmap"], one["novelty"][0]) == model.run(gray)


def test_golden_inputs_come_out_to_the_bit(library: Library) -> None:
    (xnnpack,) = check_file(model_path(), library, ("xnnpack",))
    assert len(xnnpack.golden) == 3
    assert all(one.passed and one.difference == 0 for one in xnnpack.golden)
