"""Golden inputs notice one wrong weight, and are themselves not trusted."""

from __future__ import annotations

import base64
import contextlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_runtime import container, golden
from edge_runtime.errors import ModelError
from edge_runtime.interpreters import open_interpreter
from edge_runtime.model import Model
from tests.tiny import film, png, repacked

FILES = ["tiny_model", "tiny_float_model"]
LAX = golden.Tolerance(0.1, 1e6, 0.1)
OUTPUTS = ("probabilities", "heatmap", "novelty")
BOMB = base64.b64encode(png(np.zeros((64, 5000), np.uint8))).decode()  # no graph takes as much
KERNELS = {"first", "second", "probabilities", "cam", "bent", "novelty"}


def kernels(graph: bytes) -> dict[str, tuple[int, Any]]:
    """The network's weights by layer: where their bytes stand in the graph, and the values."""
    native = open_interpreter(graph).native
    found = {}
    for detail in native.get_tensor_details():
        try:
            values = native.get_tensor(detail["index"])
        except ValueError:
            continue  # not computed yet, so no constant
        (layer,) = [one for one in KERNELS if f"/{one}_1" in detail["name"]][:1] or [""]
        if layer and values.ndim > 1 and values.dtype in (np.int8, np.float32):
            assert graph.count(values.tobytes()) == 1
            found[layer] = graph.index(values.tobytes()), values
    return found


def with_one_weight_wrong(data: bytes, place: int, values: Any) -> bytes:
    """The largest weight of a kernel has one bit flipped; the digest is that of the new graph."""
    graph, files = container.split(data)
    other = bytearray(graph)
    largest = place + int(np.abs(values.astype(np.float64)).argmax()) * values.itemsize
    if values.dtype == np.int8:
        other[largest] ^= 0x40
    else:
        other[largest + 2] ^= 0x40  # a high bit of the mantissa: up to a third of the weight
    changed = bytes(other)
    return repacked(
        container.append(changed, files), {"graph_sha256": container.sha256(changed)}, {}
    )


@pytest.mark.parametrize("fixture", FILES)
def test_one_wrong_weight_fails(
    request: pytest.FixtureRequest, fixture: str, tmp_path: Path
) -> None:
    data = request.getfixturevalue(fixture).read_bytes()
    found = kernels(container.split(data)[0])
    assert found.keys() == KERNELS
    path = tmp_path / "wrong.tflite"
    opened = set()
    for layer, (place, values) in found.items():
        path.write_bytes(with_one_weight_wrong(data, place, values))
        with Model.open(path, check=False) as model:
            assert not all(one.passed for one in model.self_test()), layer
        with contextlib.suppress(ModelError):
            Model.open(path)
            opened.add(layer)
    # Opening runs the first input alone, and in int8 one weight of 128 may round away in it.
    assert not opened & {"first", "probabilities", "cam"}


@pytest.mark.parametrize("fixture", FILES)
def test_a_sound_file_passes_all(request: pytest.FixtureRequest, fixture: str) -> None:
    with Model.open(request.getfixturevalue(fixture), check=False) as model:
        results = model.self_test()
    assert [one.name for one in results] == ["undecided", "ordinary", "refused"]
    assert all(one.passed for one in results)


def test_the_wrong_answer_fails_whatever_the_outputs(tiny_model: Path) -> None:
    with Model.open(tiny_model) as model:
        for item in model.goldens.items[1:]:
            turned = item._replace(answer="covid")
            assert not golden.check(model, turned, LAX).passed


def test_a_borderline_item_may_tip_over_elsewhere(tiny_model: Path) -> None:
    with Model.open(tiny_model) as model:
        item = model.goldens.items[0]
        score = item.probabilities[1]
        assert abs(score - model.contract.threshold) <= model.contract.borderline_width
        other = {"covid": "normal", "normal": "covid"}[item.answer]
        assert golden.check(model, item._replace(answer=other), LAX).passed
        refused = item._replace(answer="not_recognised", reason="unfamiliar")
        assert not golden.check(model, refused, LAX).passed


@given(
    place=st.integers(0, 18),
    off=st.floats(-0.5, 0.5),
    allowed=st.lists(st.sampled_from([0.0, 1e-3, 0.1]), min_size=3, max_size=3),
)
def test_each_output_has_its_own_tolerance(
    opened: Model, place: int, off: float, allowed: list[float]
) -> None:
    item = opened.goldens.items[1]
    values = [*item.probabilities, *item.heatmap, item.novelty]
    values[place] += off
    moved = item._replace(
        probabilities=tuple(values[:2]), heatmap=tuple(values[2:18]), novelty=values[18],
    )  # fmt: skip
    output = "probabilities" if place < 2 else "heatmap" if place < 18 else "novelty"
    tolerance = golden.Tolerance(*allowed)
    result = golden.check(opened, moved, tolerance)
    change = abs(values[place] - [*item.probabilities, *item.heatmap, item.novelty][place])
    assert result.passed == (change <= getattr(tolerance, output))
    if change:
        assert result.output == output and result.difference == pytest.approx(change)
        assert result.tolerance == getattr(tolerance, output)


@pytest.fixture(scope="module")
def opened(tiny_model: Path) -> Model:
    return Model.open(tiny_model)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"schema": 2}, "schema 2"),
        ({"items": []}, "cannot be checked"),
        ({"tolerance": None}, "cannot be read"),
        ({"tolerance": {"litert_xnnpack": 0.0}}, "cannot be read"),
        ({"tolerance": {"litert_xnnpack": {"probabilities": 0.0}}}, "cannot be read"),
        ({"items": [{"name": "x"}]}, "cannot be read"),
        ({"png_base64": "not base64!"}, "is no picture"),
        ({"png_base64": base64.b64encode(b"no PNG").decode()}, "is no picture"),
        ({"png_base64": 7}, "cannot be read"),
        ({"png_base64": base64.b64encode(png(film(90, size=32))).decode()}, "takes 64x64"),
        ({"heatmap": [0.0]}, "golden inputs' size"),
        ({"novelty": "high"}, "cannot be read"),
        ({"novelty": "0.5"}, "cannot be read"),
        ({"novelty": float("nan")}, "cannot be read"),
        ({"name": ["two\nlines"]}, "cannot be read"),
        ({"probabilities": [0.5]}, "cannot be read"),
        ({"tolerance": {"litert_xnnpack": dict.fromkeys(OUTPUTS, float("inf"))}}, "cannot be read"),
        ({"png_base64": BOMB, "name": "two\nlines"}, r"input 'two\\nlines' is no picture"),
    ],
)
def test_damaged_golden_inputs_are_refused(
    tiny_model: Path, tmp_path: Path, change: dict[str, Any], says: str
) -> None:
    data = tiny_model.read_bytes()
    written = json.loads(container.split(data)[1][container.GOLDEN])
    top = change.keys() <= written.keys()
    (written if top else written["items"][0]).update(change)
    path = tmp_path / "damaged.tflite"
    path.write_bytes(repacked(data, {}, {container.GOLDEN: json.dumps(written).encode()}))
    with pytest.raises(ModelError, match=says):
        Model.open(path)
