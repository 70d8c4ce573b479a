"""The model that the wheel carries: sound, described by its record, at home in old interpreters."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from edge_runtime import container
from edge_runtime.model import BUNDLED, Model
from tests.environments import ROOT, environment
from workshop.phantoms import write_set

MODELS = ROOT / "edge_runtime" / "models"
FILE = MODELS / f"{BUNDLED}.tflite"
OLD = ROOT / "requirements/wheel-3.11-armv7l.txt"


def test_all_golden_inputs_pass() -> None:
    with Model.open(check=False) as model:
        results = model.self_test()
    assert [one.name for one in results] == ["between", "ordinary", "refused"]
    assert all(one.passed for one in results)
    assert results[2].answered == "not_recognised"


def test_the_oldest_interpreter_passes_them_too() -> None:
    """And what it may be off leaves a wrong answer no room."""
    python = environment("tflite-runtime", OLD, newest=(3, 11))
    done = subprocess.run(
        [python, "-m", "edge_runtime", "--self-test", "--json"],
        capture_output=True, text=True, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert [json.loads(line)["passed"] for line in done.stdout.splitlines()] == [True] * 3
    with Model.open() as model:
        allowed = model.goldens.tolerance["other"]
    assert allowed.probabilities < 0.1 and allowed.novelty < 0.05


def test_it_is_verified_by_its_name() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "export", "verify", BUNDLED],
        capture_output=True, text=True, cwd=ROOT,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("golden ") == 3


def test_record_and_card_are_the_file_s_own() -> None:
    data = FILE.read_bytes()
    graph, files = container.split(data)
    record = json.loads((MODELS / f"{BUNDLED}.json").read_text("utf-8"))
    (entry,) = [one for one in record["export"]["files"] if one["file"] == "student-int8.tflite"]
    assert entry["graph_sha256"] == container.sha256(graph)
    assert entry["file_sha256"] == container.sha256(data)
    assert files["MODEL_CARD.md"] == (MODELS / "MODEL_CARD.md").read_bytes()
    (parity,) = [one for one in record["parity"] if one["graph_sha256"] == entry["graph_sha256"]]
    assert parity["passed"] and parity["films"] >= 300
    with Model.open() as model:
        assert model.contract.borderline_width == pytest.approx(parity["p99_dp"], abs=1e-4)


def test_phantoms_are_answered(tmp_path: Path) -> None:
    """Golden inputs, README and screens show phantoms: at most one in ten may be refused."""
    write_set(tmp_path, 40, 11)
    with Model.open() as model:
        answers = [one.answer for one in model.predict_many(sorted(tmp_path.glob("films/*.png")))]
    assert len(answers) == 40 and answers.count("not_recognised") <= 4
