"""The search trains every pair on every fold, and goes on where it was."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from training.search import Trial, search_table
from workshop.phantoms import write_set
from workshop.records_io import load

ROOT = Path(__file__).resolve().parents[2]


def test_the_best_is_first_and_said_to_be_too_good() -> None:
    trials = [Trial(0.5, 4.0, {"fold0": 0.9, "fold1": 0.8}), Trial(0.1, 2.0, {"fold0": 0.7,
              "fold1": 0.6})]  # fmt: skip
    text = search_table(trials)
    assert "| 0.5 | 4 | 0.850 | 0.900 | 0.800 |" in text.splitlines()[2]
    assert "Best of 2 pairs" in text


@pytest.fixture(scope="module")
def preset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    text = (ROOT / "presets" / "demo.toml").read_text()
    for old, new in (("input_size = 128", "input_size = 64"), ("folds = 4", "folds = 2"),
                     ("epochs = 8", "epochs = 1"), ("epochs = 12", "epochs = 1"),
                     ('"MobileNetV2:0.35", "MobileNet:0.25"', '"MobileNet:0.25"')):  # fmt: skip
        assert old in text
        text = text.replace(old, new)
    path = tmp_path_factory.mktemp("preset") / "small.toml"
    path.write_text(text)
    return path


def test_a_small_search(preset: Path, tmp_path: Path) -> None:
    films, out = tmp_path / "films", tmp_path / "search"
    write_set(films, 60, 5)
    words = ("search", preset, "--data", films, "--out", out, "--alpha", 0.2, "--alpha", 0.8,
             "--temperature", 3)  # fmt: skip
    command = [sys.executable, "-m", "training", *map(str, words)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    trials = load(out / "search.json", list[Trial])
    assert {(one.alpha, one.temperature) for one in trials} == {(0.2, 3.0), (0.8, 3.0)}
    assert all(set(one.by_fold) == {"fold0", "fold1"} for one in trials)
    assert trials[0].mean >= trials[1].mean
    kept = {path.name for path in (out / "checkpoints").iterdir()}
    assert {"fold0-student-alpha0.2-T3.npz", "fold1-student-alpha0.8-T3.npz"} <= kept
    first = (out / "search.json").read_bytes()
    again = subprocess.run([*command, "--resume"], cwd=ROOT, capture_output=True, text=True)
    assert again.returncode == 0, again.stderr
    assert (out / "search.json").read_bytes() == first and again.stdout == done.stdout
