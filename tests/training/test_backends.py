"""Training needs no TensorFlow: the same code on JAX, in an environment that has nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.environments import ROOT, environment
from training.paper.tables import PaperResult
from workshop.phantoms import write_set
from workshop.records_io import load

PRESET = """
name = "jax"
version = "1"
input_size = 64
seed = 1
[paper]
positive_sources = ["phantom"]
normal_sources = ["phantom"]
positives = 16
normals = 24
[split]
folds = 2
trained = 1
holdout = 0.0
[augment]
strength = "rotation"
[teacher]
backbones = ["MobileNetV2:0.35"]
weights = "random"
epochs = 1
batch = 8
filters = 8
dropout = 0.5
[student]
backbones = ["MobileNetV2:0.35"]
weights = "random"
epochs = 1
batch = 8
[distil]
views = "augmented"
"""


@pytest.fixture(scope="module")
def jax_python() -> Path:
    return environment("jax", ROOT / "requirements/jax.txt", newest=sys.version_info[:2])


def on_jax(python: Path, *words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [python, "-m", *map(str, words)], cwd=ROOT, capture_output=True, text=True,
        env={**os.environ, "KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu"},
    )  # fmt: skip


def test_the_losses_are_the_same_there(jax_python: Path) -> None:
    done = on_jax(jax_python, "pytest", "-q", "-p", "no:cacheprovider",
                  "tests/training/test_fitting.py")  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:]
    assert "skipped" not in done.stdout


def test_an_experiment_runs_and_resumes_without_tensorflow(
    jax_python: Path, tmp_path: Path
) -> None:
    found = subprocess.run([jax_python, "-c", "import tensorflow"], capture_output=True, text=True)
    assert "ModuleNotFoundError" in found.stderr
    preset, films, out = tmp_path / "jax.toml", tmp_path / "films", tmp_path / "run"
    preset.write_text(PRESET)
    write_set(films, 60, 4)
    words = ("training", "run", preset, "--data", films, "--out", out)
    done = on_jax(jax_python, *words)
    assert done.returncode == 0, done.stderr
    result = load(out / "paper.json", PaperResult)
    assert {row.network for row in result.rows} == {"teacher", "plain", "student"}
    first = (out / "predictions.csv").read_bytes()
    again = on_jax(jax_python, *words, "--resume")
    assert again.returncode == 0, again.stderr
    assert (out / "predictions.csv").read_bytes() == first
