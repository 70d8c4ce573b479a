"""The exported files: what they carry, what runs them, what a damaged one does."""

from __future__ import annotations

import json
import os
import struct
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from edge_runtime import container
from edge_runtime.errors import GateError, ModelError
from edge_runtime.interpreters import open_interpreter
from edge_runtime.model import Model
from export.novelty_statistics import read_statistics
from export.onnx_file import append_files, split_files
from export.operators import operator_names
from export.ranges import Walk, bound_novelty, input_quantization
from export.run import FILES, FLOAT, INT8, ONNX
from export.verify import open_model, verify
from tests.environments import ROOT, environment

# What tflite-runtime 2.14 has int8 kernels for and XNNPACK takes.
OPERATORS = {
    "ADD", "CONCATENATION", "CONV_2D", "DEPTHWISE_CONV_2D", "DEQUANTIZE", "FULLY_CONNECTED",
    "LOGISTIC", "MEAN", "MUL", "QUANTIZE", "RESHAPE", "TANH",
}  # fmt: skip


def _schema(graph: bytes | bytearray) -> Any:
    from ai_edge_litert import schema_py_generated as schema

    return schema.Model.GetRootAs(graph, 0)


def _graph(exported: Path, name: str) -> bytes:
    return container.split((exported / name).read_bytes())[0]


@pytest.mark.parametrize("name", FILES)
def test_a_file_describes_itself_and_passes(exported: Path, name: str) -> None:
    contract, results = verify(exported / name)
    assert [one.name for one in results] == ["between", "ordinary", "refused"]
    model = open_model(exported / name)
    first, usual, refused = model.goldens.items
    assert 0.3 <= first.probabilities[1] <= 0.7 and first.answer != "not_recognised"
    assert usual.answer in ("covid", "normal")
    assert (refused.answer, refused.reason is None) == ("not_recognised", False)
    assert len(first.heatmap) == contract.heatmap_grid**2 == 9
    assert sorted(contract.outputs) == ["heatmap", "novelty", "probabilities"]
    assert (contract.threshold * 256) % 1 == pytest.approx(0.5)
    assert (contract.novelty_threshold * 255) % 1 == pytest.approx(0.5)
    assert contract.borderline_width > 0 and contract.temperature == 1.3
    assert contract.made_by["git"] == "unknown" and contract.film_rules


@pytest.mark.parametrize("name", FILES)
def test_associated_files(exported: Path, name: str) -> None:
    data = (exported / name).read_bytes()
    files = split_files(data)[1] if name.endswith(".onnx") else container.split(data)[1]
    assert set(files) == {"contract.json", "golden.json", "labels.txt", "MODEL_CARD.md"}
    assert files["labels.txt"] == b"normal\ncovid\n"
    assert b"not a medical device" in files["MODEL_CARD.md"]


def test_the_pixel_is_the_int8_input(exported: Path) -> None:
    contract = Model.open(exported / INT8).contract
    found = (contract.input_dtype, contract.input_scale, contract.input_zero_point)
    assert found == ("uint8", 1.0, 0)
    assert input_quantization(_graph(exported, INT8)) == (1.0, 0)


def test_another_input_scale_is_refused(exported: Path) -> None:
    from export.ranges import _set

    data = bytearray(_graph(exported, INT8))
    subgraph = _schema(data).Subgraphs(0)
    _set(data, subgraph.Tensors(subgraph.Inputs(0)), 0.78, 0)
    with pytest.raises(GateError, match=r"scale 0\.78.*must contain pixels 0 and 255"):
        input_quantization(bytes(data))


def test_operators_are_old_and_one_delegate_takes_them_all(exported: Path) -> None:
    from ai_edge_litert.interpreter import Interpreter

    graph = _graph(exported, INT8)
    assert set(operator_names(graph)) <= OPERATORS
    interpreter = Interpreter(model_content=graph)
    interpreter.allocate_tensors()
    nodes = interpreter._get_ops_details()
    extra = nodes[len(operator_names(graph)) :]
    assert [node["op_name"] for node in extra] == ["DELEGATE"]
    outputs = {int(detail["index"]) for detail in interpreter.get_output_details()}
    assert {int(index) for index in extra[0]["outputs"]} == outputs


def test_novelty_reaches_one_whatever_the_films_were(exported: Path) -> None:
    """Every component is driven far out, as no film of the calibration did."""
    data = bytearray(_graph(exported, INT8))
    model = _schema(data)
    subgraph = model.Subgraphs(0)
    for stage in Walk(data).novelty(4).layers:
        tensor = subgraph.Tensors(stage.bias)
        table = model.Buffers(tensor.Buffer())._tab
        start, count = table.Vector(table.Offset(4)), tensor.Shape(0)
        struct.pack_into(f"<{count}i", data, start, *[2**24] * count)
    film = bytes(range(96)) * 96
    familiar = open_interpreter(_graph(exported, INT8)).run(film)["novelty"][0]
    far = open_interpreter(bytes(data)).run(film)["novelty"][0]
    assert familiar < 0.5 < 0.97 < far <= 1.0


def test_bounds_are_written_only_where_they_belong(exported: Path) -> None:
    graph, statistics = _graph(exported, INT8), read_statistics(exported.parent / "novelty.npz")
    assert bound_novelty(graph, statistics) == graph  # already there
    with pytest.raises(ModelError, match="not this graph"):
        bound_novelty(_graph(exported, FLOAT), statistics)
    with pytest.raises(ModelError, match="other layers"):
        bound_novelty(graph, replace(statistics, layers=statistics.layers[1:]))


def test_one_wrong_weight_fails(exported: Path, tmp_path: Path) -> None:
    """In the last layer, with the digest made right again: only the golden check is left."""
    graph, files = container.split((exported / INT8).read_bytes())
    data = bytearray(graph)
    model = _schema(data)
    subgraph = model.Subgraphs(0)
    at = operator_names(graph).index("LOGISTIC") - 1
    tensor = subgraph.Tensors(subgraph.Operators(at).Inputs(1))
    table = model.Buffers(tensor.Buffer())._tab
    data[table.Vector(table.Offset(4)) + 7] ^= 0x40
    contract = json.loads(files["contract.json"])
    broken = tmp_path / "broken.tflite"

    broken.write_bytes(container.append(bytes(data), files))
    with pytest.raises(ModelError, match="damaged"):
        verify(broken)
    contract["graph_sha256"] = container.sha256(bytes(data))
    files["contract.json"] = json.dumps(contract).encode()
    broken.write_bytes(container.append(bytes(data), files))
    with pytest.raises(GateError, match="golden"):
        verify(broken)


def test_onnx_digest_is_of_the_model_alone(exported: Path, tmp_path: Path) -> None:
    import onnx

    data = (exported / ONNX).read_bytes()
    onnx.checker.check_model(onnx.load_from_string(data), full_check=True)
    graph, files = split_files(data)
    assert container.sha256(graph) == json.loads(files["contract.json"])["graph_sha256"]
    assert append_files(graph, files) == data
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(append_files(graph, {**files, "contract.json": b"{}"}))
    with pytest.raises(ModelError, match="contract"):
        verify(broken)
    broken.write_bytes(b"no model")
    with pytest.raises(ModelError):
        verify(broken)


def test_verify_needs_no_tensorflow_and_writes_nothing(exported: Path, tmp_path: Path) -> None:
    code = (
        "import sys, runpy\n"
        "for name in sys.argv[2:]:\n"
        "    from pathlib import Path\n"
        "    from export.verify import verify\n"
        "    verify(Path(sys.argv[1]) / name)\n"
        "print(sorted(m for m in ('tensorflow', 'keras', 'tf2onnx') if m in sys.modules))\n"
    )
    home = tmp_path / "home"
    home.mkdir()
    environment = {**os.environ, "HOME": str(home), "PYTHONPATH": str(ROOT)}
    environment.pop("ORT_DISABLE_TELEMETRY", None)
    done = subprocess.run(
        [sys.executable, "-c", code, str(exported), *FILES],
        capture_output=True, text=True, env=environment, check=True,
    )  # fmt: skip
    assert done.stdout == "[]\n"
    assert [path for path in home.rglob("*") if path.is_file()] == []


def test_the_int8_file_runs_in_tflite_runtime(exported: Path) -> None:
    pins = ROOT / "requirements" / "wheel-3.11-armv7l.txt"
    python = environment("tflite-runtime", pins, newest=(3, 11))
    code = (
        "import json, sys\n"
        "from edge_runtime.model import Model\n"
        "model = Model.open(sys.argv[1])\n"
        "results = [[r.passed, r.difference] for r in model.self_test()]\n"
        "print(json.dumps([model.runtime(), results]))\n"
    )
    done = subprocess.run(
        [str(python), "-c", code, str(exported / INT8)],
        capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    runtime, results = json.loads(done.stdout)
    assert (runtime["name"], runtime["version"]) == ("tflite-runtime", "2.14.0")
    assert [passed for passed, _ in results] == [True, True, True]
