"""One run folder becomes its files, or one clear error and nothing."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import pytest

from edge_runtime import container
from edge_runtime.errors import DataError, EdgeError, GateError, ModelError, RunError, StorageError
from export import run as exporting
from export.bundle import bundle
from export.recipes import RECIPES
from export.record import ExportRecord
from export.run import FILES, FLOAT, INT8, ONNX, export_run
from tests.environments import ROOT
from workshop.records import ParityReport
from workshop.records_io import load

Copy = Callable[[], Path]


def _graphs_of(exported: Path) -> Any:
    """The graphs of an earlier export, so that a test need not convert again."""
    from edge_runtime.interpreters import open_interpreter
    from export.onnx_file import open_onnx, split_files
    from export.package import Graph

    made = []
    for recipe in RECIPES:
        data = (exported / recipe.file).read_bytes()
        onnx = recipe.file.endswith(".onnx")
        graph = split_files(data)[0] if onnx else container.split(data)[0]
        opened = open_onnx(graph) if onnx else open_interpreter(graph)
        made.append(Graph(recipe.file, recipe.precision, graph, opened))
    return lambda *_: made


def test_parity_and_record_stand_beside_the_files(exported: Path) -> None:
    reports = load(exported / "parity.json", list[ParityReport])
    record = load(exported / "export.json", ExportRecord)
    assert [one.file for one in reports] == list(FILES) == [one.file for one in record.files]
    for report, file in zip(reports, record.files, strict=True):
        data = (exported / file.file).read_bytes()
        assert file.file_sha256 == container.sha256(data) and file.bytes == len(data)
        assert file.graph_sha256 == report.graph_sha256
        assert (report.passed, report.films, report.phantoms) == (True, 23, 40)
    by_file = {one.file: one for one in reports}
    for name in (FLOAT, ONNX):
        assert by_file[name].max_dp <= 1e-3 and by_file[name].flips == 0
        assert by_file[name].heatmap_rank_correlation > 0.99
    assert len(record.representative) == 40 and len(record.golden) == 3
    rows = (exported / "parity-films.csv").read_text().splitlines()
    assert len(rows) == 1 + 23 + 40  # one film is of a group that was trained on


def test_two_exports_are_the_same_bytes(
    exported: Path, copy_of_run: Copy, phantom_data: Path
) -> None:
    """In another process, with another order of sets and another folder."""
    run = copy_of_run()
    done = subprocess.run(
        [sys.executable, "-m", "export", "run", str(run), "--data", str(phantom_data), "--json"],
        capture_output=True, text=True, env={**os.environ, "PYTHONHASHSEED": "5"}, cwd=ROOT,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert [one["file"] for one in json.loads(done.stdout)] == list(FILES)
    for name in (*FILES, "export.json"):
        assert (run / "export" / name).read_bytes() == (exported / name).read_bytes(), name
    assert not [path for path in run.iterdir() if path.name.startswith(".")]


def test_a_file_that_fails_the_gate_is_not_written_and_the_others_are(
    exported: Path, copy_of_run: Copy, phantom_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = copy_of_run()
    shutil.copytree(exported, run / "export")  # an earlier export that passed
    record = json.loads((run / "student.json").read_text())
    record["preset"]["export"]["gate"].update(int8_mean_dp=0.0)
    (run / "student.json").write_text(json.dumps(record))
    monkeypatch.setattr(exporting, "_convert", _graphs_of(exported))
    with pytest.raises(
        GateError, match=r"student-int8\.tflite is not at parity.*not written.*mean_dp"
    ) as caught:
        export_run(run, phantom_data)
    assert caught.value.exit_code == 1
    left = sorted(path.name for path in (run / "export").iterdir())
    kept = [one.file for one in RECIPES if one.precision in ("float32", "float16")]
    records = ["MODEL_CARD.md", "export.json", "parity-films.csv", "parity.json"]
    assert left == sorted([*records, *kept]) and len(kept) == 3
    files = json.loads((run / "export" / "export.json").read_text())["files"]
    assert [one["file"] for one in files] == kept
    reports = load(run / "export" / "parity.json", list[ParityReport])
    assert [one.passed for one in reports] == [one.file in kept for one in reports]


def test_a_full_disk_leaves_nothing(
    exported: Path, copy_of_run: Copy, phantom_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: Path, data: bytes) -> NoReturn:
        raise OSError(errno.ENOSPC, "No space left on device")

    run = copy_of_run()
    monkeypatch.setattr(exporting, "_convert", _graphs_of(exported))
    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(StorageError, match="disk is full"):
        export_run(run, phantom_data)
    names = {path.name for path in run.iterdir()}
    assert not (run / "export").exists() and not any(n.startswith(".export") for n in names)


def _no_folder(run: Path) -> None:
    shutil.rmtree(run)


def _foreign(run: Path) -> None:
    (run / "run.json").unlink()


def _unfinished(run: Path) -> None:
    (run / "student.json").unlink()


def _no_network(run: Path) -> None:
    (run / "student.keras").unlink()


def _other_network(run: Path) -> None:
    (run / "student.keras").write_bytes(b"PK nothing of the kind")


def _broken_network(run: Path) -> None:
    record = json.loads((run / "student.json").read_text())
    (run / "student.keras").write_bytes(b"PK nothing of the kind")
    record["model_sha256"] = container.sha256(b"PK nothing of the kind")
    (run / "student.json").write_text(json.dumps(record))


def _broken_record(run: Path) -> None:
    (run / "student.json").write_text('{"name": 3}')


def _no_statistics(run: Path) -> None:
    (run / "novelty.npz").write_bytes(b"")


def _no_predictions(run: Path) -> None:
    (run / "predictions.csv").unlink()


def _lost_film(run: Path) -> None:
    record = json.loads((run / "student.json").read_text())
    record["never_seen"][-1]["path"] = "films/lost.png"
    (run / "student.json").write_text(json.dumps(record))


def _one_class(run: Path) -> None:
    record = json.loads((run / "student.json").read_text())
    record["trained_on"] = [one for one in record["trained_on"] if one["label"] == "normal"]
    (run / "student.json").write_text(json.dumps(record))


@pytest.mark.parametrize(
    ("spoil", "error", "text"),
    [
        (_one_class, RunError, "no covid film"),
        (_no_folder, RunError, "not a folder"),
        (_foreign, RunError, "not a run folder"),
        (_unfinished, RunError, "unfinished"),
        (_no_network, RunError, "missing"),
        (_other_network, ModelError, "digest differs"),
        (_broken_network, ModelError, "cannot be loaded"),
        (_broken_record, DataError, "not as expected"),
        (_no_statistics, ModelError, "novelty statistics"),
        (_no_predictions, RunError, "predictions.csv"),
        (_lost_film, DataError, "lost.png"),
    ],
)
def test_a_bad_run_is_one_clear_line(
    spoil: Callable[[Path], None],
    error: type[EdgeError],
    text: str,
    copy_of_run: Copy,
    phantom_data: Path,
) -> None:
    run = copy_of_run()
    spoil(run)
    with pytest.raises(error, match=text) as caught:
        export_run(run, phantom_data)
    assert caught.value.exit_code in (2, 3) and "\n" not in str(caught.value)
    assert not (run / "export").exists()


def test_films_come_from_the_option_the_environment_or_the_run(
    fake_run: Path, phantom_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from workshop.films import run_data

    monkeypatch.delenv("CXR_DATA", raising=False)
    assert run_data(fake_run, None) == phantom_data
    assert run_data(fake_run, tmp_path) == tmp_path
    with pytest.raises(DataError, match="--data"):
        run_data(fake_run, tmp_path / "nowhere")
    monkeypatch.setenv("CXR_DATA", str(tmp_path))
    assert run_data(fake_run, None) == tmp_path


def test_bundling_copies_the_int8_file_with_its_record(
    exported: Path, fake_run: Path, tmp_path: Path
) -> None:
    target = bundle(fake_run, tmp_path)
    assert target.read_bytes() == (exported / INT8).read_bytes()
    facts = json.loads(target.with_suffix(".json").read_text())
    assert facts["parity"][0]["file"] == INT8
    assert facts["export"]["files"][0]["file_sha256"] == container.sha256(target.read_bytes())
    assert (tmp_path / "MODEL_CARD.md").read_text().startswith("# fake")


@pytest.mark.parametrize(
    ("arguments", "status", "text"),
    [
        (["run", "nowhere"], 2, "not a folder"),
        (["verify", "nowhere.tflite"], 3, "nowhere.tflite"),
        (["verify", "nowhere.onnx"], 3, "nowhere.onnx"),
        (["run"], 2, "RUN"),
    ],
)
def test_the_command_line_says_one_line(
    arguments: list[str], status: int, text: str, tmp_path: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "export", *arguments],
        capture_output=True, text=True, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == status
    assert done.stdout == "" and text in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
