"""Ratios are of one run, and a goal that is missed is said to be missed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from training.benchmark import StepTimes, faster, step_table
from workshop.phantoms import write_set
from workshop.records import Interval

ROOT = Path(__file__).resolve().parents[2]
PRESET = """
name = "small"
version = "1"
input_size = 64
[split]
folds = 2
[augment]
strength = "rotation"
[teacher]
backbones = ["MobileNet:0.25"]
weights = "random"
batch = 16
[student]
backbones = ["MobileNet:0.25"]
weights = "random"
batch = 16
"""


def times(network: str, precision: str, step: float, constant: float, fit: float) -> StepTimes:
    ratios = {"constant": Interval(constant, constant - 0.1, constant + 0.1),
              "keras_fit": Interval(fit, fit - 0.1, fit + 0.1)}  # fmt: skip
    return StepTimes(network, precision, 32, {"ours": [[step, step], [step]]}, ratios)


def test_the_table_names_the_worst_ratio_and_the_choice() -> None:
    found = [times("student", "float32", 2.0, 1.01, 0.97),
             times("student", "mixed_bfloat16", 1.0, 1.04, 1.02)]  # fmt: skip
    text = step_table(found)
    assert "| student | float32 | 32 | 2.000 | 16.0 | 1.010 (0.910 to 1.110) | 0.970" in text
    assert (
        "goal 1.05 against the constant batch: cannot tell in 2 of 2; the largest ratio is 1.040"
        in text
    )
    assert (
        "goal 1 against the bare Keras fit: cannot tell in 2 of 2; the largest ratio is 1.020"
        in text
    )
    assert "faster here for the student: mixed_bfloat16" in text
    assert "batch: met in 1 of 1" in step_table([times("student", "float32", 1.0, 0.9, 0.8)])
    assert "fit: not met in 1 of 1" in step_table([times("student", "float32", 1.0, 0.9, 1.2)])
    assert faster(found, "student") is found[1]


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small benchmark by the command itself: an epoch is shorter than what is asked for."""
    folder = tmp_path_factory.mktemp("benchmark")
    write_set(folder / "films", 40, 3)
    (folder / "small.toml").write_text(PRESET)
    words = ("benchmark", folder / "small.toml", "--data", folder / "films", "--out",
             folder / "out", "--rounds", 2, "--steps", 3, "--batch", 8)  # fmt: skip
    done = subprocess.run([sys.executable, "-m", "training", *map(str, words)], cwd=ROOT,
                          capture_output=True, text=True)  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout == (folder / "out" / "benchmark.md").read_text()
    return folder / "out"


def test_the_record_holds_every_step(out: Path) -> None:
    record = json.loads((out / "benchmark.json").read_text())
    seen = [(one["network"], one["precision"]) for one in record["networks"]]
    assert seen == [(network, precision) for network in ("student", "teacher")
                    for precision in ("float32", "mixed_bfloat16")]  # fmt: skip
    for one in record["networks"]:
        assert one["batch"] == 8
        assert set(one["seconds"]) == {"ours", "constant", "keras_fit"}
        for rounds in one["seconds"].values():
            assert [len(part) for part in rounds] == [3, 3] and np.min(rounds) > 0
        for name, ratio in one["ratios"].items():
            means = [np.mean(one["seconds"][kind], axis=1) for kind in ("ours", name)]
            medians = [np.median(one) for one in means]
            assert ratio["value"] == pytest.approx(medians[0] / medians[1])
            assert ratio["low"] <= ratio["value"] <= ratio["high"]
