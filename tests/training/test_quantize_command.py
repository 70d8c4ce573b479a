"""`python -m training quantize`: a finished run's student made to bear int8, in its own run."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from export.student import load_student
from tests.training.conftest import ROOT, run

STEPS = 3


@pytest.fixture(autouse=True)
def _films_of_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """No other folder of films is named: those that training read are meant."""
    monkeypatch.delenv("CXR_DATA", raising=False)


def quantize(folder: Path, *more: str) -> subprocess.CompletedProcess[str]:
    arguments = [sys.executable, "-m", "training", "quantize", str(folder), *more]
    return subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True)


def test_the_new_run_is_a_run_of_its_own(finished: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(finished, tmp_path / "run")
    done = quantize(folder, "--steps", str(STEPS))
    assert done.returncode == 0, done.stderr
    made = tmp_path / "run-int8"
    assert done.stdout.count("AUROC") == 4 and str(made) in done.stdout
    first, other = load_student(folder), load_student(made)
    assert other.record.preset["quantize"]["steps"] == STEPS
    assert first.record.preset["quantize"]["steps"] == 0
    assert other.record.never_seen == first.record.never_seen
    assert not np.array_equal(first.network.get_weights()[0], other.network.get_weights()[0])
    with (made / "rounding.csv").open(newline="") as stream:
        assert [row["step"] for row in csv.DictReader(stream)] == [str(STEPS)]
    # What was trained was taken over, not trained again.
    assert (made / "history.csv").read_text() == (folder / "history.csv").read_text()
    evaluations = [json.loads((one / "evaluation.json").read_text()) for one in (folder, made)]
    teachers = [[one for one in part if one["network"] == "teacher"] for part in evaluations]
    assert teachers[0] == teachers[1] and evaluations[0] != evaluations[1]

    (made / "student.json").unlink()  # as if it had been stopped before its end
    again = quantize(folder, "--steps", str(STEPS))
    assert again.returncode == 0, again.stderr
    assert load_student(made).record.threshold == other.record.threshold
    wrong = quantize(folder, "--steps", str(STEPS + 1))
    assert wrong.returncode == 2 and "another preset" in wrong.stderr


def _unfinished(folder: Path) -> None:
    (folder / "student.json").unlink()


def _without_checkpoints(folder: Path) -> None:
    shutil.rmtree(folder / "checkpoints")


def _broken(folder: Path) -> None:
    (folder / "run.json").write_text("{}")


def _in_the_way(folder: Path) -> None:
    (folder.parent / "run-int8").mkdir()
    (folder.parent / "run-int8" / "thesis.doc").write_text("x")


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (_unfinished, "--resume"),
        (_without_checkpoints, "nothing to go on from"),
        (_broken, "train the run again"),
        (_in_the_way, "choose another --out"),
    ],
)
def test_a_run_that_will_not_do(finished: Path, tmp_path: Path, spoil: object, words: str) -> None:
    folder = shutil.copytree(finished, tmp_path / "run")
    spoil(folder)  # type: ignore[operator]
    done = quantize(folder)
    assert done.returncode == 2 and words in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert not (tmp_path / "run-int8" / "run.json").exists()


def test_a_preset_with_steps_does_the_same_in_one_go(
    preset: Path, films: Path, tmp_path: Path
) -> None:
    wanted = tmp_path / "steps.toml"
    wanted.write_text(preset.read_text() + f"\n[quantize]\nsteps = {STEPS}\nphantoms = 4\n")
    done = run(wanted, films, tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out" / "rounding.csv").is_file()
    assert (tmp_path / "out" / "checkpoints" / "fold0-student-int8.npz").is_file()
