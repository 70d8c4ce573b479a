"""Arrays of any library are films, by the buffer protocol."""

from __future__ import annotations

import array
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from edge_runtime.arrays import film_of
from edge_runtime.errors import FilmError
from edge_runtime.model import Model
from tests.environments import ROOT
from tests.tiny import film, png

GRAY = film(120, seed=3, size=150)[:, :130]
WIDE = GRAY.astype(np.uint16) * 200
RGB = np.stack([GRAY, GRAY // 2, GRAY // 3], axis=2)


@pytest.fixture(scope="module")
def model(tiny_model: Path) -> Model:
    return Model.open(tiny_model)


@pytest.mark.parametrize("pixels", [GRAY, WIDE, RGB], ids=["uint8", "uint16", "rgb"])
def test_an_array_is_the_film_that_its_file_is(model: Model, pixels: Any, tmp_path: Path) -> None:
    path = tmp_path / "film.png"
    Image.fromarray(pixels).save(path)
    said, filed = model.predict(pixels), model.predict(path)
    for name in ("answer", "reason", "score", "novelty", "heatmap"):
        assert getattr(said, name) == getattr(filed, name), name
    assert said.file == "<film>"


@pytest.mark.parametrize(
    "same",
    [
        np.asfortranarray(WIDE),
        np.repeat(WIDE, 2, axis=0)[::2],
        WIDE.astype(">u2"),
        WIDE.astype("<u2"),
        WIDE.data,
        memoryview(WIDE.tobytes()).cast("H", WIDE.shape),
    ],
    ids=["columns", "strided", "big-endian", "little-endian", "view", "cast"],
)
def test_strides_and_byte_order_change_nothing(same: Any) -> None:
    assert np.array_equal(np.asarray(film_of(same)), WIDE)


def test_flat_bytes_are_a_file(model: Model) -> None:
    data = png(GRAY)
    score = model.predict(data).score
    for same in (
        bytearray(data),
        memoryview(data),
        array.array("B", data),
        np.array([*data], "u1"),
    ):
        assert model.predict(same).score == score


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (np.zeros((9, 9, 4), np.uint8), "9 x 9 x 4 in format 'B', not uint8 or uint16"),
        (np.zeros((9, 9), np.float32), "9 x 9 in format 'f'"),
        (np.zeros((9, 9, 3), np.uint16), "9 x 9 x 3 in format 'H'"),
        (np.zeros((2, 2, 2, 3), np.uint8), "2 x 2 x 2 x 3"),
        (np.uint8(3), "an array of no dimension"),
        (np.zeros((0, 9), np.uint8), "9 x 0 pixels: it is empty"),
        (np.zeros(9, np.uint16), "array of 9 in format 'H'"),
        (np.array(["a"]), "film"),
        (np.array([object()]), "film"),
        (7, "of type int: give a path"),
        (None, "of type NoneType"),
        ([[1, 2], [3, 4]], "of type list"),
    ],
)
def test_what_is_no_film_is_said(model: Model, wrong: Any, says: str) -> None:
    with pytest.raises(FilmError, match=says):
        model.predict(wrong)


def test_an_array_needs_no_numpy(tiny_model: Path) -> None:
    program = (
        "import sys; from edge_runtime import Model\n"
        "pixels = memoryview(bytes(range(256)) * 256).cast('B', (256, 256))\n"
        "with Model.open(sys.argv[1]) as model: print(model.predict(pixels).answer)\n"
        "print('numpy' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, tiny_model], capture_output=True, text=True, cwd=ROOT
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[1] == "False"
