"""A run begins with everything chosen, and goes on with what was chosen then."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from edge_runtime.errors import DataError, RunError
from training import begin as begin_module
from training.begin import Run, begin, films_and_folds, index_of
from workshop.phantoms import write_set
from workshop.presets import NetworkPreset, PaperPreset, Preset, SplitPreset

SMALL = NetworkPreset(backbones=("MobileNet:0.25",), weights="random", precision="auto")
PRESET = Preset("p", "1", teacher=SMALL, student=SMALL, input_size=64,
                split=SplitPreset(folds=2, trained=1))  # fmt: skip


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data") / "films"
    write_set(folder, 40, 3)
    return folder


@pytest.fixture
def faster(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Which precision the clock would choose."""
    now = {"is": "mixed_bfloat16"}
    monkeypatch.setattr(
        begin_module, "faster_precision", lambda preset, *_: replace(preset, precision=now["is"])
    )
    return now


def test_a_resumed_run_keeps_its_precision(
    data: Path, tmp_path: Path, faster: dict[str, str]
) -> None:
    run = Run(PRESET, data, tmp_path / "run")
    films = index_of(run)
    preset, pixels = begin(run, films, {"fold0": 3})
    assert preset.teacher.precision == preset.student.precision == "mixed_bfloat16"
    assert pixels.shape == (40, 64, 64)
    told = json.loads((run.out / "run.json").read_text())
    assert told["preset"]["teacher"]["precision"] == "mixed_bfloat16" and told["films"] == 40
    faster["is"] = "float32"
    again, _ = begin(replace(run, resume=True), films, {"fold0": 3})
    assert again == preset
    told["preset"]["split"].pop("refit")  # as if that key were younger than the run
    (run.out / "run.json").write_text(json.dumps(told))
    assert begin(replace(run, resume=True), films, {"fold0": 3})[0] == preset
    named = replace(SMALL, precision="float32")
    with pytest.raises(RunError, match="another preset"):
        begin(replace(run, resume=True, preset=replace(PRESET, teacher=named)), films, {})
    with pytest.raises(RunError, match="other films"):
        begin(replace(run, resume=True), films[1:], {})


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"preset": {}, "data_fingerprint": ""}'])
def test_a_damaged_record_is_one_line(
    text: str, data: Path, tmp_path: Path, faster: dict[str, str]
) -> None:
    run = Run(PRESET, data, tmp_path / "run", resume=True)
    run.out.mkdir()
    (run.out / "run.json").write_text(text)
    with pytest.raises(RunError, match="cannot be read; start in a new folder"):
        begin(run, index_of(run), {})


def test_a_bad_film_leaves_no_run_behind(
    data: Path, tmp_path: Path, faster: dict[str, str]
) -> None:
    films = index_of(Run(PRESET, data, tmp_path))
    gone = [replace(films[0], path="gone.png"), *films[1:]]
    run = Run(PRESET, data, tmp_path / "run")
    with pytest.raises(DataError, match="gone.png"):
        begin(run, gone, {})
    assert not (run.out / "run.json").exists()


def test_folds_are_those_of_the_preset(data: Path, tmp_path: Path) -> None:
    films, folds = films_and_folds(Run(PRESET, data, tmp_path))
    assert len(films) == 40 and len(folds) == 2
    paper = PaperPreset(("phantom",), ("phantom",), positives=6, normals=8)
    films, folds = films_and_folds(Run(replace(PRESET, paper=paper), data, tmp_path))
    assert len(films) == 14 and {i for fold in folds for i in fold.validation} == set(range(14))
