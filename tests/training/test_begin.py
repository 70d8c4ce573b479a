"""A run begins with everything chosen, and goes on with what was chosen then."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import keras
import pytest
from PIL import Image

from edge_runtime.errors import DataError, RunError
from training import begin as begin_module
from training.begin import Run, begin, films_and_folds, films_of, index_of
from training.members import Job, Member, Trainer
from workshop.films import read_index
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
    films, folds = films_and_folds(Run(PRESET, data, tmp_path / "one"))
    assert len(films) == 40 and len(folds) == 2
    paper = PaperPreset(("phantom",), ("phantom",), positives=6, normals=8)
    films, folds = films_and_folds(Run(replace(PRESET, paper=paper), data, tmp_path / "two"))
    assert len(films) == 14 and {i for fold in folds for i in fold.validation} == set(range(14))


def test_another_backend_is_another_run(data: Path, tmp_path: Path, faster: dict[str, str]) -> None:
    run = Run(PRESET, data, tmp_path / "run")
    films = index_of(run)
    begin(run, films, {})
    told = json.loads((run.out / "run.json").read_text())
    assert told["backend"] == keras.backend.backend()
    (run.out / "run.json").write_text(json.dumps({**told, "backend": "another"}))
    with pytest.raises(RunError, match="set KERAS_BACKEND=another"):
        begin(replace(run, resume=True), films, {})


def test_a_kill_while_the_record_is_written_leaves_a_folder_that_can_be_used(
    data: Path, tmp_path: Path, faster: dict[str, str]
) -> None:
    run = Run(PRESET, data, tmp_path / "run")
    run.out.mkdir()
    (run.out / ".run.json.abcd").write_text("{")
    begin(run, index_of(run), {})
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "notes.txt").write_text("mine")
    with pytest.raises(RunError, match="holds no run"):
        begin(replace(run, out=tmp_path / "other"), index_of(run), {})


def test_first_weights_are_not_mixed(data: Path, tmp_path: Path, faster: dict[str, str]) -> None:
    """A run that began with a folder of weights does not go on without it."""
    kept = tmp_path / "weights"
    kept.mkdir()
    body = keras.applications.MobileNet(
        weights=None, include_top=False, input_shape=(64, 64, 3), alpha=0.25
    )
    body.save_weights(kept / "mobilenet_0.25_224_notop.weights.h5")
    small = replace(SMALL, precision="float32", batch=8, epochs=1)
    pretrained = replace(small, weights="imagenet")
    first = replace(PRESET, teacher=pretrained, student=small)
    films = index_of(Run(first, data, tmp_path))
    _, pixels = begin(Run(first, data, tmp_path / "run"), films, {})
    job = Job(0, "fold0", range(30), range(30, 40))
    trainer = Trainer(first, films, pixels, tmp_path / "run" / "checkpoints", kept)
    made = Member("fold0", {}, [], {})
    trainer.train(made, "teacher", job)
    began = made.origins["teacher"]
    assert began == {"MobileNet:0.25": "imagenet (mobilenet_0.25_224_notop.weights.h5)"}
    # The same fold without them: random weights stand for a download that fails.
    without = replace(first, teacher=small)
    again = Member("fold0", {}, [], {})
    replace(trainer, preset=without, weights=None).train(again, "teacher", job)
    assert again.origins["teacher"] == began  # it is finished: its weights are what they were
    longer = replace(without, teacher=replace(small, epochs=2))
    with pytest.raises(RunError, match=r"began from MobileNet:0.25: imagenet .*--weights"):
        replace(trainer, preset=longer, weights=None).train(made, "teacher", job)


def test_one_film_twice_stays_on_one_side_and_is_named(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same film under another name, patient and JPEG quality."""
    copy = tmp_path / "films"
    shutil.copytree(data, copy)
    first = read_index(copy)[0]
    Image.open(copy / first.path).convert("L").save(copy / "again.jpg", quality=60)
    with (copy / "index.csv").open("a") as stream:
        stream.write(f"again.jpg,{first.label},phantom,{first.site},,other,,,,,,other,,,\n")
    run = Run(PRESET, copy, tmp_path / "run")
    films = films_of(run)
    assert films[-1].path == "again.jpg" and films[-1].group == films[0].group
    told = capsys.readouterr().err
    assert f"one film twice: {first.path} and again.jpg" in told
    for fold in films_and_folds(run)[1]:
        assert len({0, len(films) - 1} & set(fold.train)) in (0, 2)


def test_a_folder_with_other_files_is_refused_before_pixels_are_kept_there(
    data: Path, tmp_path: Path
) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(RunError, match="holds no run"):
        films_of(Run(PRESET, data, tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]
