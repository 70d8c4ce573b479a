"""The command on real files: what it writes, what it prints, what it says of bad input."""

from __future__ import annotations

import csv
import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from edge_runtime.errors import DataError, EdgeError
from tests.tiny import SIZE, repacked
from tests.training.evaluate.cases import TEMPERATURE, THRESHOLD, films_of, write_films, write_run
from training.cli import app
from training.evaluate.command import evaluate_model
from training.evaluate.request import Request
from workshop.evidence.records import Evidence
from workshop.evidence.statistics import auroc
from workshop.films import write_index
from workshop.provenance import data_fingerprint
from workshop.records import Film
from workshop.records_io import load

CELLS = [
    ("a", "covid", 24), ("a", "normal", 12), ("a", "pneumonia_other", 14), ("b", "normal", 22),
]  # fmt: skip


@pytest.fixture(scope="module")
def films() -> list[Film]:
    return films_of(CELLS, films_a_group=2)


@pytest.fixture(scope="module")
def data(films: list[Film], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_films(tmp_path_factory.mktemp("data") / "hospital", films)


def looked(model: Path, data: Path, out: Path | None, **more: Any) -> tuple[Evidence, Path]:
    return evaluate_model(Request(model, data, out, **{"audits": False, **more}))


def missing(evidence: Evidence) -> dict[str, str]:
    return {one.part: one.why for one in evidence.not_computed}


def test_a_model_file_on_a_hospital_s_films(
    tiny_model: Path, data: Path, films: list[Film], tmp_path: Path
) -> None:
    evidence, out = looked(tiny_model, data, tmp_path / "out")
    assert load(out / "evidence.json", Evidence).called == evidence.called
    with (out / "films.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["path"] for row in rows] == [film.path for film in films]
    scores = np.array([float(row["score"]) for row in rows])
    assert [row["called"] for row in rows] == [str(int(score >= 0.501)) for score in scores]
    two = [n for n, film in enumerate(films) if film.label in ("covid", "normal")]
    expected = auroc([films[n].label == "covid" for n in two], scores[two])
    assert evidence.metrics[0].auroc.value == pytest.approx(expected) and expected > 0.7
    assert [one.split for one in evidence.metrics] == [
        "all films", "site a", "a: covid against pneumonia_other"
    ]  # fmt: skip
    assert evidence.counts == tuple(sorted(CELLS))
    assert evidence.data == {
        "name": "hospital", "fingerprint": evidence.data["fingerprint"], "films": 72,
        "groups": 36, "seen": 0,
    }  # fmt: skip
    assert evidence.model["threshold"] == 0.501 and evidence.model["file"] == tiny_model.name
    assert evidence.split.startswith("unknown")
    assert evidence.calibration is not None and evidence.calibration.films == 58
    (point,) = evidence.operating_points
    assert point.threshold == 0.501 and point.films == 58
    assert "name the run" in missing(evidence)["a threshold for sensitivity 0.9"]
    assert sorted(path.name for path in (out / "plots").iterdir()) == ["reliability.png", "roc.png"]
    assert str(tmp_path) not in (out / "evidence.json").read_text()


def test_a_run_s_own_films_are_left_out(data: Path, films: list[Film], tmp_path: Path) -> None:
    mixed = [films[n] for n in np.random.default_rng(2).permutation(len(films))]
    grouped = sorted(mixed, key=lambda film: int(film.group.split("-")[-1]) % 6)
    run = write_run(tmp_path / "run", grouped, 24, 24)
    evidence, out = looked(run / "student.keras", data, None, sensitivities=(0.8, 0.95))
    assert out == run / "evidence"
    with (out / "films.csv").open(newline="") as stream:
        kept = {row["path"] for row in csv.DictReader(stream)}
    assert kept == {film.path for film in grouped[-24:]}
    assert evidence.data["seen"] == 48
    assert evidence.split == "never seen: holdout and excluded films of the run"
    own, loose, tight = evidence.operating_points
    assert own.threshold == THRESHOLD and own.chosen_on == "out-of-fold films of the run"
    assert tight.threshold <= loose.threshold and "out-of-fold predictions" in loose.chosen_on
    kept_all, _ = looked(run / "student.keras", data, tmp_path / "all", keep_seen=True)
    assert kept_all.data["films"] == 72 and "48 of 72" in kept_all.split
    assert "among these" in missing(kept_all)["a threshold for sensitivity 0.9"]
    (run / "predictions.csv").unlink()
    without, _ = looked(run / "student.keras", data, tmp_path / "b")
    assert without.data["seen"] == 48  # the same index: whatever is not never seen was seen
    assert "no predictions.csv" in missing(without)["a threshold for sensitivity 0.9"]
    trained = write_films(tmp_path / "trained", grouped[:4])
    with pytest.raises(DataError, match="--keep-seen"):
        looked(run / "student.keras", trained, tmp_path / "c")


def test_an_exported_file_knows_its_run(
    tiny_model: Path, data: Path, films: list[Film], tmp_path: Path
) -> None:
    grouped = sorted(films, key=lambda film: int(film.group.split("-")[-1]) % 6)
    run = write_run(tmp_path / "run", grouped, 24, 24)
    said = {"temperature": TEMPERATURE, "made_by": {"data_fingerprint": data_fingerprint(films)}}
    (run / "export").mkdir()
    file = run / "export" / "student-int8.tflite"
    file.write_bytes(repacked(tiny_model.read_bytes(), said, {}))
    evidence, out = looked(file, data, None)
    assert out == run / "evidence-student-int8"  # the student's own evidence stays
    assert evidence.data["seen"] == 48 and "holdout and excluded" in evidence.split
    assert evidence.operating_points[0].threshold == 0.501
    assert len(evidence.operating_points) == 2
    elsewhere = tmp_path / "copy.tflite"
    elsewhere.write_bytes(file.read_bytes())
    alone, _ = looked(elsewhere, data, tmp_path / "a")
    assert alone.data["seen"] == 0 and "many of these films were" in alone.split
    named, _ = looked(elsewhere, data, tmp_path / "b", run=run)
    assert named.data == evidence.data


def test_a_model_without_a_threshold_says_so_and_does_the_rest(
    tiny_graphs: dict[str, bytes], data: Path, tmp_path: Path
) -> None:
    bare = tmp_path / "bare.tflite"
    bare.write_bytes(tiny_graphs["int8"])
    evidence, out = looked(bare, data, tmp_path / "out", audits=True)
    assert (
        not evidence.called and not evidence.operating_points and "threshold" not in evidence.model
    )
    assert evidence.metrics[0].auroc.value > 0.7
    assert math.isnan(evidence.metrics[0].sensitivity.value)
    assert evidence.calibration is not None
    for part in ("decisions: called covid, sensitivity, specificity", "audits", "robustness"):
        assert "--threshold" in missing(evidence)[part]
    assert (out / "films.csv").read_text().splitlines()[1].endswith(",")
    given, _ = looked(bare, data, tmp_path / "out", threshold=0.4)
    assert given.called and given.operating_points[0].chosen_on == "whoever gave it"


def test_no_covid_at_all_still_tells_who_is_called_so(tiny_model: Path, tmp_path: Path) -> None:
    films = [
        replace(one, group=one.path) for one in films_of([("a", "normal", 8), ("a", "nodule", 2)])
    ]
    data = write_films(tmp_path / "d", films)
    (data / films[1].path).write_bytes((data / films[0].path).read_bytes())  # one film twice
    first, out = looked(tiny_model, data, tmp_path / "out")
    assert not first.metrics and not (out / "plots").exists()
    assert [(one.label, one.films) for one in first.called if one.by == "all"] == [
        ("nodule", 2), ("normal", 8)
    ]  # fmt: skip
    said = missing(first)
    assert first.data["groups"] == 9
    assert (
        "label covid (here: nodule, normal)" in said["metrics"]
        and "too narrow" in said["intervals over patients"]
    )
    assert (
        "0 covid and 8 normal" in said["a firm figure"]
        and "one site" in said["a comparison of sites"]
    )
    assert first.calibration is not None and first.calibration.sites[0].films == 8


def test_plots_of_an_earlier_evaluation_do_not_stay(
    tiny_model: Path, data: Path, tmp_path: Path
) -> None:
    _, out = looked(tiny_model, data, tmp_path / "out")
    assert (out / "plots" / "roc.png").is_file()
    only = write_films(tmp_path / "d", films_of([("a", "normal", 3)]))
    looked(tiny_model, only, tmp_path / "out")
    assert not list((out / "plots").iterdir())


def test_unreadable_films_are_named_and_may_be_left_out(
    tiny_model: Path, films: list[Film], data: Path, tmp_path: Path, capsys: Any
) -> None:
    copy = write_films(tmp_path / "d", films[:30])
    (copy / films[3].path).write_bytes(b"no film")
    with pytest.raises(DataError, match=r"a-covid-3.*--skip-bad"):
        looked(tiny_model, copy, tmp_path / "out")
    assert not (tmp_path / "out" / "evidence.json").exists()
    evidence, _ = looked(tiny_model, copy, tmp_path / "out", skip_bad=True)
    assert evidence.data["films"] == 29 and "a-covid-3" in capsys.readouterr().err


def test_a_quick_look_says_so(tiny_model: Path, data: Path, tmp_path: Path) -> None:
    evidence, _ = looked(tiny_model, data, tmp_path / "out", films=16)
    assert evidence.data["films"] == 16 and "quick look at 16 of 72" in evidence.split
    assert {n for _, _, n in evidence.counts} == {4}


def test_lung_masks_go_with_their_films(data: Path, films: list[Film], tmp_path: Path) -> None:
    from training.evaluate.loading import load_set

    copy = write_films(tmp_path / "d", films[:2])
    assert load_set(copy, films[:2], SIZE, tmp_path / "c").lungs is None
    (copy / "masks").mkdir()
    for number, film in enumerate(films[:2]):
        mask = np.zeros((96, 96), np.uint8)
        mask[:, : 48 if number else 24] = 255
        Image.fromarray(mask).save(copy / "masks" / Path(film.path).name)
    lungs = load_set(copy, films[:2], SIZE, tmp_path / "c").lungs
    assert lungs is not None and lungs.shape == (2, SIZE, SIZE)
    assert lungs.mean(axis=(1, 2)) == pytest.approx([0.25, 0.5], abs=0.02)


def test_the_command_line(tiny_model: Path, data: Path, tmp_path: Path) -> None:
    base = ["evaluate", str(tiny_model), "--data", str(data), "--no-audits"]
    done = CliRunner().invoke(app, [*base, "--out", str(tmp_path / "out"), "--films", "40"])
    assert done.exit_code == 0, done.output
    out = done.stdout
    assert "AUROC" in out and "shortcut audit: not audited" in out
    assert "called covid at threshold 0.501" in out and "pneumonia_other, all sites" in out
    assert f"python -m training report {tmp_path / 'out'}" in out
    assert "not computed: audits and robustness" in out and "scoring films" in done.stderr
    done = CliRunner().invoke(app, [*base, "--out", str(tmp_path / "out"), "--json"])
    assert done.stdout == (tmp_path / "out" / "evidence.json").read_text()
    assert json.loads(done.stdout)["data"]["films"] == 72
    done = CliRunner().invoke(app, ["evaluate", str(tmp_path / "no.tflite"), "--data", str(data)])
    assert isinstance(done.exception, EdgeError) and "no.tflite" in str(done.exception)


def test_an_index_of_a_missing_film_is_one_line(
    tiny_model: Path, films: list[Film], tmp_path: Path
) -> None:
    copy = write_films(tmp_path / "d", films[:3])
    write_index(copy, films[:4])
    with pytest.raises(DataError, match="in the index but not in"):
        looked(tiny_model, copy, tmp_path / "out")
