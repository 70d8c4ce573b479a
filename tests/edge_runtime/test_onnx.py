"""The `.onnx` form of a model, read and run by the runtime alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from edge_runtime import container, golden
from edge_runtime.contract import Contract
from edge_runtime.errors import InterpreterError, ModelError, UsageError
from edge_runtime.model import Model
from edge_runtime.onnx_props import split_props
from tests.environments import ROOT
from tests.tiny import film, png


@pytest.fixture(scope="module")
def onnx_model(tiny_float_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small float model with the same contract and golden inputs, as ONNX."""
    from export.onnx_file import append_files, to_onnx

    lite, files = container.split(tiny_float_model.read_bytes())
    graph = to_onnx(lite)
    with Model.open(tiny_float_model) as model:
        tolerance = {"other": golden.Tolerance(1e-4, 1e-3, 1e-4)}
        goldens = model.goldens._replace(tolerance=tolerance)
        places = {"probabilities": 0, "heatmap": 1, "novelty": 2}
        by_place = sorted(model.interpreter.positions.items(), key=lambda pair: pair[1])
        places = {name: place for place, (name, _) in enumerate(by_place)}
        contract = model.contract._replace(
            graph_sha256=container.sha256(graph), outputs=places
        ).to_json()
    files |= {
        container.CONTRACT: contract.encode(),
        container.GOLDEN: golden.to_json(goldens).encode(),
    }
    path = tmp_path_factory.mktemp("onnx") / "tiny.onnx"
    path.write_bytes(append_files(graph, files))
    return path


def test_its_properties_are_read_as_onnx_reads_them(onnx_model: Path) -> None:
    from export.onnx_file import split_files

    data = onnx_model.read_bytes()
    graph, props = split_props(data)
    theirs, files = split_files(data)
    assert graph == theirs
    assert {name: props[name] for name in files} == files
    assert props["Image.BitmapPixelFormat"] == b"Rgb8"


def test_it_answers_as_the_tflite_file(onnx_model: Path, tiny_float_model: Path) -> None:
    with Model.open(onnx_model) as one, Model.open(tiny_float_model) as other:
        assert one.runtime()["name"] == "onnxruntime" and one.runtime()["api"] == "python"
        assert all(result.passed for result in one.self_test())
        for level in range(20, 250, 23):
            said, expected = one.predict(film(level)), other.predict(film(level))
            assert said.answer == expected.answer
            assert said.score == pytest.approx(expected.score, abs=1e-5)


def test_a_flipped_bit_is_damage(onnx_model: Path, tmp_path: Path) -> None:
    data = bytearray(onnx_model.read_bytes())
    data[len(split_props(bytes(data))[0]) // 2] ^= 1  # among the weights
    path = tmp_path / "damaged.onnx"
    path.write_bytes(data)
    with pytest.raises(ModelError, match="is damaged"):
        Model.open(path)


@pytest.mark.parametrize("share", [0.0, 0.2, 0.5, 0.9, 0.999])
def test_a_file_cut_short_is_refused(onnx_model: Path, tmp_path: Path, share: float) -> None:
    data = onnx_model.read_bytes()
    path = tmp_path / "short.onnx"
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(ModelError, match=r"carries no contract|not an ONNX model"):
        Model.open(path)


@pytest.mark.parametrize("data", [b"text", b"\xff" * 40, b"\x00\x00", b"\x0a\xff\xff\xff\xff\x0f"])
def test_what_is_no_protobuf(data: bytes) -> None:
    with pytest.raises(ModelError, match="not an ONNX model"):
        split_props(data)


def test_nothing_is_written_under_home(onnx_model: Path, tmp_path: Path) -> None:
    home, picture = tmp_path / "home", tmp_path / "film.png"
    home.mkdir()
    picture.write_bytes(png(film(170, seed=1, size=200)))
    clean = {key: value for key, value in os.environ.items() if key != "ORT_DISABLE_TELEMETRY"}
    done = subprocess.run(
        [sys.executable, "-m", "edge_runtime", "--json", "--model", onnx_model, picture],
        capture_output=True, text=True, cwd=ROOT, env={**clean, "HOME": str(home)},
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["runtime"]["name"] == "onnxruntime"
    assert list(home.rglob("*")) == []


def test_without_onnxruntime_it_says_what_to_install(
    onnx_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(InterpreterError, match="`pip install onnxruntime`"):
        Model.open(onnx_model)


def test_interpreters_of_the_other_kind_of_file(onnx_model: Path, tiny_model: Path) -> None:
    with pytest.raises(UsageError, match=r"'litert' does not run \.onnx files"):
        Model.open(onnx_model, interpreter="litert")
    with pytest.raises(UsageError, match=r"'onnxruntime' does not run \.tflite files"):
        Model.open(tiny_model, interpreter="onnxruntime")


def test_its_contract_is_the_one_of_the_graph(onnx_model: Path) -> None:
    graph, props = split_props(onnx_model.read_bytes())
    contract = Contract.from_json(props[container.CONTRACT])
    assert contract.graph_sha256 == container.sha256(graph)
