"""A whole run on phantoms: kill it, resume it, and what it says of bad input.

Real processes and real kills: what counts is what is on the disk.
"""

from __future__ import annotations

import csv
import json
import shutil
import signal
import subprocess
import time
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest

from tests.training.conftest import ROOT, command, run
from training.novelty_command import relearn
from workshop.phantoms import write_set
from workshop.records import EvaluationReport, StudentRecord
from workshop.records_io import load


def epochs_in(checkpoint: Path) -> int:
    """How many epochs a checkpoint holds; 0 where there is none yet."""
    if not checkpoint.exists():
        return 0
    with np.load(checkpoint) as arrays:
        return int(json.loads(arrays["place"].tobytes())["epoch"])


def kill_when(path: Path, epochs: int, arguments: list[str]) -> None:
    """Start a run and SIGKILL it as soon as the checkpoint `path` holds so many epochs."""
    process = subprocess.Popen(
        arguments, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        while epochs_in(path) < epochs:
            assert process.poll() is None, f"the run ended before {path.name} held {epochs}"
            time.sleep(0.02)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()


def weights(run_folder: Path, name: str) -> list[np.ndarray]:
    model = keras.saving.load_model(run_folder / f"{name}.keras", compile=False)
    return [np.asarray(value) for value in model.get_weights()]


def test_killed_and_resumed_ends_in_the_same_weights(
    preset: Path, films: Path, finished: Path, tmp_path: Path
) -> None:
    out = tmp_path / "killed"
    teacher, student = (
        out / "checkpoints" / f"fold0-{name}.npz" for name in ("teacher", "student")
    )
    kill_when(teacher, 1, command(preset, films, out))
    assert not (out / "student.json").exists()
    # The student then begins in a process that never trained its teacher.
    kill_when(teacher, 2, command(preset, films, out, "--resume"))
    kill_when(student, 1, command(preset, films, out, "--resume"))
    done = run(preset, films, out, "--resume")
    assert done.returncode == 0, done.stderr
    for name in ("teacher", "student"):
        for one, other in zip(weights(finished, name), weights(out, name), strict=True):
            np.testing.assert_array_equal(one, other)
    left = [path.name for path in out.rglob("*") if path.name.startswith(".")]
    assert not [name for name in left if name.endswith(".keras")]
    whole, resumed = (load(path / "student.json", StudentRecord) for path in (finished, out))
    assert (whole.temperature, whole.threshold) == (resumed.temperature, resumed.threshold)


def test_the_folder_holds_what_export_needs(finished: Path, films: Path) -> None:
    record = load(finished / "student.json", StudentRecord)
    assert record.input_size == 64 and record.last_conv == "pool"
    counts = record.novelty_films
    assert (counts["phantoms"], counts["films"]) == (12, len(record.trained_on))
    trained = {film.group for film in record.trained_on}
    assert not trained & {film.group for film in record.never_seen}
    assert {film.label for film in record.never_seen} == {"covid", "normal"}
    reports = load(finished / "evaluation.json", list[EvaluationReport])
    assert {(one.network, one.split) for one in reports} == {
        (network, split)
        for network in ("teacher", "student")
        for split in ("out_of_fold", "holdout")
    }
    with (finished / "predictions.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert not {row["group"] for row in rows} & trained
    kept = [row for row in rows if (row["network"], row["role"]) == ("student", "out_of_fold")]
    assert counts["threshold_films"] == len(kept)
    for name in ("roc", "learning-curves", "scores"):
        assert (finished / "plots" / f"{name}.png").read_bytes().startswith(b"\x89PNG")
    assert json.loads((finished / "run.json").read_text())["roles"]["holdout"] > 0
    with np.load(finished / "novelty.npz") as arrays:
        assert (int(arrays["schema"]), float(arrays["threshold"])) == (2, record.novelty_threshold)
        assert 0 < record.novelty_threshold < 1 and len(arrays["layers"]) == 4
        for i in range(4):
            assert arrays[f"components_{i}"].shape == (len(arrays[f"mean_{i}"]), 4)


def test_novelty_is_learnt_anew_from_the_student_alone(
    finished: Path, films: Path, tmp_path: Path
) -> None:
    """An older run is taken up: the same statistics and threshold as training's own."""
    out = shutil.copytree(finished, tmp_path / "again", ignore=shutil.ignore_patterns("c*"))
    (out / "novelty.npz").unlink()
    relearn(out, films)
    was, now = (load(path / "student.json", StudentRecord) for path in (finished, out))
    assert now.novelty_threshold == pytest.approx(was.novelty_threshold, abs=1e-5)
    assert now == replace(was, novelty_threshold=now.novelty_threshold)
    with np.load(finished / "novelty.npz") as one, np.load(out / "novelty.npz") as other:
        assert one.files == other.files
        for name in (f"{part}_{i}" for part in ("mean", "deviation") for i in range(4)):
            np.testing.assert_allclose(one[name], other[name], atol=1e-4)


def test_a_run_is_not_mixed_with_another(
    preset: Path, films: Path, finished: Path, tmp_path: Path
) -> None:
    again = run(preset, films, finished)
    assert again.returncode == 2 and "--resume" in again.stderr
    other = tmp_path / "other.toml"
    other.write_text(preset.read_text().replace("seed = 1", "seed = 2"))
    mixed = run(other, films, finished, "--resume")
    assert mixed.returncode == 2 and "another preset" in mixed.stderr
    foreign = tmp_path / "foreign"
    foreign.mkdir()
    (foreign / "thesis.doc").write_text("x")
    assert "not empty" in run(preset, films, foreign).stderr
    for done in (again, mixed):
        assert len(done.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda films: (films / "films" / "bad.png").write_text("no picture"), "not a picture|bad"),
        (lambda films: next((films / "films").glob("*.png")).unlink(), "is in the index but not"),
        (lambda films: (films / "index.csv").write_text("path,site\na,b\n"), "no column label"),
    ],
)
def test_bad_films_are_told_before_anything_is_trained(
    preset: Path, films: Path, tmp_path: Path, spoil: object, words: str
) -> None:
    data = tmp_path / "films"
    shutil.copytree(films, data)
    if "bad" in words:
        rows = (data / "index.csv").read_text().splitlines()
        fields = rows[1].split(",")
        fields[0] = "films/bad.png"
        (data / "index.csv").write_text("\n".join([*rows, ",".join(fields)]) + "\n")
    spoil(data)  # type: ignore[operator]
    done = run(preset, data, tmp_path / "out")
    assert done.returncode == 2
    assert not (tmp_path / "out" / "checkpoints").exists()
    errors = [line for line in done.stderr.splitlines() if "error:" in line]
    assert len(errors) == 1 and any(word in errors[0] for word in words.split("|"))
    assert "Traceback" not in done.stderr


def test_bad_films_are_left_out_by_name_when_asked(
    preset: Path, films: Path, tmp_path: Path
) -> None:
    data, out = tmp_path / "films", tmp_path / "out"
    shutil.copytree(films, data)
    pictures = sorted((data / "films").glob("*.png"))
    pictures[0].write_text("no picture")
    pictures[1].unlink()
    short = tmp_path / "short.toml"
    short.write_text(preset.read_text().replace("epochs = 2", "epochs = 1"))
    done = run(short, data, out, "--skip-bad")
    assert done.returncode == 0, done.stderr
    told = [line for line in done.stderr.splitlines() if line.startswith("left out: ")]
    assert len(told) == 2
    assert all(any(p.name in line for line in told) for p in pictures[:2])
    facts = json.loads((out / "run.json").read_text())
    assert facts["films"] == len(pictures) - 2


def test_a_student_that_does_not_exist_is_told_before_its_teacher_learns(
    preset: Path, films: Path, tmp_path: Path
) -> None:
    text = preset.read_text()
    wrong = tmp_path / "wrong.toml"
    before, found, after = text.rpartition('"MobileNetV2:0.35"')
    assert found and "[student]" in before
    wrong.write_text(f'{before}"NoSuchNet"{after}')
    done = run(wrong, films, tmp_path / "out")
    assert done.returncode == 2 and "no network 'NoSuchNet'" in done.stderr
    assert not (tmp_path / "out").exists()


def test_too_few_groups_for_the_folds(preset: Path, tmp_path: Path) -> None:
    data = tmp_path / "films"
    write_set(data, 12, 1)
    many = tmp_path / "many.toml"
    many.write_text(preset.read_text().replace("folds = 2", "folds = 9"))
    done = run(many, data, tmp_path / "out")
    assert done.returncode == 2 and "lower split.folds" in done.stderr
    assert not (tmp_path / "out").exists()
