"""Which interpreter is taken, by default, by argument and by the environment."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from edge_runtime.errors import InterpreterError, ModelError, UsageError
from edge_runtime.model import Model
from edge_runtime.model_file import UNKNOWN
from edge_runtime.resolver import CHOICES, VARIABLE, candidates
from tests.environments import ROOT
from tests.tiny import film, png


def test_the_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    assert candidates() == ("litert-c", "python")
    assert candidates(onnx=True) == ("onnxruntime",)
    monkeypatch.setenv(VARIABLE, "litert")
    assert candidates() == ("litert",)
    assert candidates(wanted="litert-c") == ("litert-c",), "an argument comes first"
    monkeypatch.setenv(VARIABLE, "")
    assert candidates() == ("litert-c", "python")


@pytest.mark.parametrize(("wanted", "api"), [("litert-c", "c"), ("litert", "python"), (None, "c")])
def test_the_command_heeds_the_environment(
    tiny_model: Path, tmp_path: Path, wanted: str | None, api: str
) -> None:
    picture = tmp_path / "film.png"
    picture.write_bytes(png(film(170, seed=1, size=200)))
    plain = {key: value for key, value in os.environ.items() if key != VARIABLE}
    if wanted:
        plain[VARIABLE] = wanted
    done = subprocess.run(
        [sys.executable, "-m", "edge_runtime", "--json", "--model", tiny_model, picture],
        capture_output=True, text=True, cwd=ROOT, env=plain,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    said = json.loads(done.stdout)["runtime"]
    assert (said["name"], said["api"], said["delegate"]) == ("litert", api, "xnnpack")


def test_a_name_that_is_none(tiny_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match=f"no interpreter is called 'tpu'.*{CHOICES[0]}"):
        Model.open(tiny_model, interpreter="tpu")
    monkeypatch.setenv(VARIABLE, "gpu")
    with pytest.raises(UsageError, match="no interpreter is called 'gpu'"):
        Model.open(tiny_model)


def test_one_that_is_not_installed_is_named(tiny_model: Path) -> None:
    with pytest.raises(InterpreterError, match="tflite-runtime is not installed"):
        Model.open(tiny_model, interpreter="tflite-runtime")


# Files without contract


def test_a_bare_graph_runs_only_when_that_is_asked_for(
    tiny_graphs: dict[str, bytes], tiny_model: Path, tmp_path: Path
) -> None:
    path = tmp_path / "bare.tflite"
    path.write_bytes(tiny_graphs["int8"])
    with pytest.raises(ModelError, match="carries no contract"):
        Model.open(path)
    flat = film(250)
    with Model.open(path, no_contract=True) as bare, Model.open(tiny_model) as model:
        for level in (60, 100, 150, 200):
            said, known = bare.predict(film(level)), model.predict(film(level))
            assert (said.score, said.novelty) == (known.score, known.novelty)
            assert said.heatmap == known.heatmap
            assert said.answer == ("covid" if said.score >= 0.5 else "normal")
            assert UNKNOWN in said.notice and said.notice.startswith(known.notice)
        assert model.predict(flat).answer == "not_recognised"
        assert bare.predict(flat).answer == "covid", "nothing is known that could refuse it"
        assert bare.identity()["version"] == bare.identity()["precision"] == "unknown"
        assert bare.self_test() == []


def test_a_contract_counts_also_where_none_is_asked_for(tiny_model: Path, tmp_path: Path) -> None:
    with Model.open(tiny_model, no_contract=True) as model:
        assert model.contract.version == "1" and UNKNOWN not in model.contract.notice
    data = bytearray(tiny_model.read_bytes())
    data[len(data) // 4] ^= 1
    path = tmp_path / "damaged.tflite"
    path.write_bytes(data)
    with pytest.raises(ModelError, match="is damaged"):
        Model.open(path, no_contract=True)
