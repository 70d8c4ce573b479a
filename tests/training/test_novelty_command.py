"""`python -m training novelty`: an older run is taken up, or told what it lacks."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from edge_runtime.errors import EdgeError, ModelError, RunError
from export.student import load_student
from tests.export.conftest import TRAINED, write_run
from training.novelty_command import relearn
from workshop.films import read_index
from workshop.phantoms import write_set
from workshop.records import StudentRecord
from workshop.records_io import load

ROOT = Path(__file__).resolve().parents[2]
HELD = 10


@pytest.fixture(autouse=True)
def _films_of_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """No other folder of films is named: those that training read are meant."""
    monkeypatch.delenv("CXR_DATA", raising=False)


@pytest.fixture
def older(tmp_path: Path) -> Path:
    """A finished run whose novelty is of an earlier release."""
    films = tmp_path / "films"
    write_set(films, 64, 11)
    run = tmp_path / "run"
    write_run(run, films, {})
    facts = json.loads((run / "student.json").read_text())
    facts["preset"]["novelty"] = {"components": 6, "phantoms": 8, "refused": 0.015}
    (run / "student.json").write_text(json.dumps(facts))
    np.savez(run / "novelty.npz", mean=np.zeros(5), components=np.zeros((5, 2)))
    with (run / "predictions.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    for film in read_index(films)[TRAINED - HELD : TRAINED]:
        rows.append({**rows[0], "path": film.path, "role": "out_of_fold", "fold": "fold0"})
    rows.append({**rows[0], "path": "another/fold.png", "role": "out_of_fold", "fold": "fold1"})
    with (run / "predictions.csv").open("w", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return run


def test_an_older_run_is_taken_up(older: Path) -> None:
    with pytest.raises(ModelError, match="training novelty"):
        load_student(older)
    arguments = [sys.executable, "-m", "training", "novelty", str(older)]
    done = subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "not recognised above" in done.stdout and done.stdout.count("\n") == 1
    student = load_student(older)
    assert student.record.novelty_films == {
        "films": TRAINED - HELD, "phantoms": 8, "threshold_films": HELD, "threshold_phantoms": 8,
    }  # fmt: skip
    # The earlier share was of another definition; what was used instead is in the record.
    assert student.record.preset["novelty"]["refused"] == 0.005
    assert [one.components.shape[1] for one in student.novelty.layers] == [6] * 4
    assert not [path.name for path in older.iterdir() if path.name.startswith(".")]


def _no_predictions(run: Path) -> None:
    (run / "predictions.csv").unlink()


def _no_held_films(run: Path) -> None:
    text = (run / "predictions.csv").read_text()
    (run / "predictions.csv").write_text(text.replace("out_of_fold", "holdout"))


def _other_network(run: Path) -> None:
    (run / "student.keras").write_bytes(b"PK nothing of the kind")


@pytest.mark.parametrize(
    ("spoil", "error", "text"),
    [
        (_no_predictions, RunError, "predictions.csv"),
        (_no_held_films, RunError, "no films to learn novelty from"),
        (_other_network, ModelError, "digest differs"),
        (lambda run: (run / "student.keras").unlink(), RunError, "missing"),
    ],
)
def test_a_run_that_will_not_do_is_left_as_it_was(
    older: Path, spoil: object, error: type[EdgeError], text: str
) -> None:
    spoil(older)  # type: ignore[operator]
    before = [(older / name).read_bytes() for name in ("novelty.npz", "student.json")]
    with pytest.raises(error, match=text):
        relearn(older)
    assert before == [(older / name).read_bytes() for name in ("novelty.npz", "student.json")]


def test_a_kill_between_the_two_files_is_noticed(
    older: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """New statistics with the old threshold would refuse other films than was measured."""
    from workshop import records_io

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(records_io, "save", killed)
    with pytest.raises(KeyboardInterrupt):
        relearn(older)
    assert load(older / "student.json", StudentRecord).novelty_films["phantoms"] == 0
    with pytest.raises(ModelError, match="different novelty thresholds"):
        load_student(older)
