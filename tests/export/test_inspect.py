"""`export inspect`: what it tells of our files and of others', and of damaged ones."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from edge_runtime import container
from edge_runtime.errors import ModelError
from edge_runtime.model import BUNDLED, model_path
from export.inspect_delegate import ask, taken_by
from export.inspect_file import inspect_file
from export.inspect_table import WIDTH, inspection_lines
from export.run import FILES, FLOAT, INT8, ONNX
from tests.environments import ROOT

FILE = model_path()


def test_the_bundled_file() -> None:
    data = FILE.read_bytes()
    found = inspect_file(FILE)
    assert found.contract is not None and found.format == "tflite"
    assert found.graph_sha256 == found.contract["graph_sha256"] != found.file_sha256
    assert found.file_sha256 == container.sha256(data) and found.file_bytes == len(data)
    assert found.files == {n: len(b) for n, b in container.split(data)[1].items()}
    (film,) = found.graph.inputs
    assert (film.dtype, film.shape, film.scale, film.zero_point) == (
        "uint8", (1, 224, 224, 3), 1.0, 0,
    )  # fmt: skip
    places = found.contract["outputs"]
    assert {one.name: i for i, one in enumerate(found.graph.outputs)} == places
    assert {one.dtype for one in found.graph.outputs} == {"float32"}
    # The body, less the two channels that a gray film saves, and the heads.
    assert found.macs == pytest.approx(300e6, rel=0.03) and found.macs_missing == ()
    assert found.delegation is not None and found.delegation.partitions == 1
    assert found.delegation.nodes - found.delegation.taken == sum(found.delegation.left.values())
    assert found.delegation.left.keys() <= {"QUANTIZE"}


def test_weights_by_type_and_layer() -> None:
    found = inspect_file(FILE)
    kinds = {one.dtype: one for one in found.graph.weights}
    assert kinds["int8"].bytes > 0.9 * found.weight_bytes
    assert kinds["int8"].per_channel > 50
    assert kinds["int8"].per_channel + kinds["int8"].per_tensor == kinds["int8"].tensors
    assert sum(layer.weight_bytes for layer in found.graph.layers) == found.weight_bytes
    assert sum(one.weight_bytes for one in found.operators) == found.weight_bytes
    assert sum(one.count for one in found.operators) == len(found.graph.layers)
    assert sum(one.macs for one in found.operators) == found.macs
    # The widest convolution: 320 x 1280 weights of one byte, 1280 biases of four.
    largest = max(found.graph.layers, key=lambda layer: layer.weight_bytes)
    assert (largest.operator, largest.weight_bytes) == ("CONV_2D", 320 * 1280 + 4 * 1280)
    assert largest.macs == 7 * 7 * 320 * 1280


def test_mobilenet_costs_what_training_counts(tmp_path: Path) -> None:
    """Sandler et al. 2018, table 4: 300 million at 224 pixels with the top of 1000 classes."""
    import keras
    import tensorflow as tf

    from training.macs import multiply_adds

    film = keras.Input(batch_shape=(1, 224, 224, 3))
    network = keras.applications.MobileNetV2(weights=None, input_tensor=film)
    path = tmp_path / "mobilenet.tflite"
    path.write_bytes(tf.lite.TFLiteConverter.from_keras_model(network).convert())
    found = inspect_file(path)
    assert found.macs == multiply_adds(network) and found.macs_missing == ()
    assert found.macs == pytest.approx(300e6, rel=0.01)
    assert found.contract is None and found.graph.inputs[0].scale is None
    by_kind = {one.operator: one.count for one in found.operators}
    assert (by_kind["CONV_2D"], by_kind["DEPTHWISE_CONV_2D"]) == (35, 17)


def test_formats_of_one_student_cost_the_same(exported: Path) -> None:
    found = {name: inspect_file(exported / name) for name in FILES}
    assert len({one.macs for one in found.values()}) == 1 and found[INT8].macs > 1e6
    assert found[FLOAT].weight_bytes > 3 * found[INT8].weight_bytes
    # What two operators share is stored once in the .tflite, twice in the ONNX: 1280 x 60 floats.
    more = found[ONNX].weight_bytes - found[FLOAT].weight_bytes
    assert more == pytest.approx(1280 * 60 * 4, abs=200)
    for name, one in found.items():
        assert one.contract is not None and one.contract["precision"] in name
        assert one.format == name.rpartition(".")[2]
        assert one.graph_sha256 == one.contract["graph_sha256"]
        assert {tensor.name for tensor in one.graph.outputs} == set(one.contract["outputs"])
        assert one.files.keys() >= {"contract.json", "golden.json"}
    onnx = found[ONNX]
    assert onnx.graph.inputs[0].shape == found[FLOAT].graph.inputs[0].shape
    assert onnx.delegation is None and onnx.delegation_missing is not None
    assert onnx.operators[0].operator == "Conv"
    assert {one.version for one in onnx.operators} == {17}


def test_a_file_of_other_people(tiny_graphs: dict[str, bytes], tmp_path: Path) -> None:
    path = tmp_path / "theirs.tflite"
    path.write_bytes(tiny_graphs["int8"])
    found = inspect_file(path)
    assert found.contract is None and found.files == {}
    assert found.graph_bytes == found.file_bytes and found.macs > 0
    text = "\n".join(inspection_lines(found))
    assert "contract    none" in text and "uint8 [1, 64, 64, 3]  scale 1, zero point 0" in text
    assert "CONV_2D" in text


def test_the_table_keeps_to_its_width(exported: Path, tiny_model: Path) -> None:
    for path in (FILE, tiny_model, *(exported / name for name in FILES)):
        lines = inspection_lines(inspect_file(path))
        assert max(map(len, lines)) <= WIDTH == 100
        assert not any(line != line.rstrip() for line in lines)
    text = "\n".join(inspection_lines(inspect_file(FILE)))
    for word in ("contract", "metadata", "input", "XNNPACK", "million MACs", "largest layers"):
        assert word in text


def test_metadata_of_a_reader_that_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    class Reader:
        def __init__(self, found: dict[str, Any] | None) -> None:
            self.found = found

        def read(self, data: bytes) -> Reader:
            if self.found is None:
                raise ModelError("the graph carries no TFLite metadata")
            return self

        def to_dict(self) -> dict[str, Any]:
            return self.found or {}

    told = {"name": "a name", "heads": [{"name": "probabilities", "labels": ["normal", "covid"]}]}
    monkeypatch.setattr(importlib, "import_module", lambda name: Reader(told))
    lines = "\n".join(inspection_lines(inspect_file(FILE)))
    assert "name: a name" in lines and "labels normal, covid" in lines
    monkeypatch.setattr(importlib, "import_module", lambda name: Reader(None))
    assert "none: the graph carries no TFLite metadata" in "\n".join(
        inspection_lines(inspect_file(FILE))
    )


def test_the_delegate_is_asked_in_a_process_of_its_own() -> None:
    assert isinstance(ask(b"no graph"), str)
    told = ask(container.split(FILE.read_bytes())[0])
    assert isinstance(told, dict) and told["runtime"].startswith("litert ")


def test_stretches_are_walked_back_to_what_comes_from_outside() -> None:
    """Two stretches with an operator between them that no delegate takes, and one after."""

    def node(index: int, inputs: list[int], outputs: list[int], name: str = "X") -> dict[str, Any]:
        return {"index": index, "op_name": name, "inputs": inputs, "outputs": outputs}

    nodes = [
        node(0, [0, 10], [1]), node(1, [1], [2]), node(2, [2], [3]), node(3, [3, -1, 1], [4]),
        node(4, [4], [5]),
        node(5, [0, 10], [1, 2], "DELEGATE"), node(6, [3, 1], [4], "DELEGATE"),
    ]  # fmt: skip
    assert taken_by(nodes) == ([0, 1, 3], 2)
    assert taken_by(nodes[:5]) == ([], 0)


def command(*words: str | Path, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "export", *words],
        capture_output=True, text=True, cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip


def test_json_is_one_object_with_all_of_it(tmp_path: Path) -> None:
    done = command("inspect", BUNDLED, "--json", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["schema"] == 1 and told["contract"]["labels"] == ["normal", "covid"]
    assert len(told["graph"]["layers"]) == sum(one["count"] for one in told["operators"])
    assert list(tmp_path.iterdir()) == []


NO_TENSORFLOW = """
import importlib.abc, sys
class Refuse(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("tensorflow", "keras", "tf2onnx", "jax", "torch"):
            raise ImportError(f"{name} is imported")
sys.meta_path.insert(0, Refuse())
from export.cli import app
from workshop.command import command_line
command_line(app, "export")
"""


def test_only_what_converts_imports_tensorflow(exported: Path, fake_run: Path) -> None:
    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", NO_TENSORFLOW, *words], capture_output=True, text=True, cwd=ROOT
        )

    for name in FILES:
        for word in ("inspect", "verify"):
            done = run(word, str(exported / name))
            assert done.returncode == 0, done.stderr
    assert run("--help").returncode == run("inspect", "--help").returncode == 0
    # And the finder does refuse: a conversion ends at it.
    assert "is imported" in run("run", str(fake_run)).stderr
