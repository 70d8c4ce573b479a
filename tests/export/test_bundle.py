"""`export bundle`: the bundled model is the same in every place, and is one that passed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from edge_runtime import container
from edge_runtime.errors import EdgeError, GateError, ModelError, RunError, StorageError
from export import bundle as module
from export.bundle import CARD, MODEL, PLACES, RECORD, bundle, differing, refresh_documents
from export.run import INT8
from tests.environments import ROOT

Change = Callable[[Path], None]


@pytest.fixture(scope="module")
def exported_run(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run folder that was exported, as far as bundling reads it."""
    from tests.workshop.fake_run import write_run

    folder = write_run(tmp_path_factory.mktemp("runs") / "fake", tiny_model)
    data = tiny_model.read_bytes()
    graph = container.sha256(container.split(data)[0])
    parity = json.loads((folder / "export/parity.json").read_text())
    for report in parity:
        if report["file"] == INT8:
            report["graph_sha256"] = graph
    (folder / "export/parity.json").write_text(json.dumps(parity))
    entry = {
        "file": INT8, "precision": "int8", "graph_sha256": graph, "bytes": len(data),
        "file_sha256": container.sha256(data), "graph_bytes": 1, "operators": {},
    }  # fmt: skip
    record = {
        "name": "fake", "version": "1", "model_sha256": "cd" * 32, "threshold": 0.5,
        "novelty_threshold": 0.6, "student_threshold": 0.5, "student_novelty_threshold": 0.6,
        "files": [entry], "representative": [], "representative_phantoms": 0, "golden": [],
        "made_by": {}, "schema": 1,
    }  # fmt: skip
    (folder / "export/export.json").write_text(json.dumps(record))
    return folder


@pytest.fixture
def run(exported_run: Path, tmp_path: Path) -> Path:
    """A copy to break."""
    return shutil.copytree(exported_run, tmp_path / "runs" / "fake")


def test_the_places_of_this_checkout_are_equal() -> None:
    assert set(PLACES) >= {"runtime"}
    assert differing() == []


def test_every_place_gets_model_record_and_card(run: Path, tmp_path: Path) -> None:
    places = {"runtime": tmp_path / "a", "page": tmp_path / "b/c"}
    assert bundle(run, *places.values()) == tmp_path / "a" / MODEL
    assert differing(places) == []
    for folder in places.values():
        assert sorted(path.name for path in folder.iterdir()) == sorted([MODEL, RECORD, CARD])
        assert (folder / MODEL).read_bytes() == (run / "export" / INT8).read_bytes()
        assert (folder / CARD).read_bytes() == b"# A model for tests\n"
        assert json.loads((folder / RECORD).read_text())["parity"][0]["file"] == INT8
        assert (folder / MODEL).stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize("name", [MODEL, RECORD, CARD])
@pytest.mark.parametrize("place", ["runtime", "page"])
def test_a_place_that_differs_is_named(run: Path, tmp_path: Path, name: str, place: str) -> None:
    places = {"runtime": tmp_path / "a", "page": tmp_path / "b"}
    bundle(run, *places.values())
    path = places[place] / name
    old = path.read_bytes()
    path.write_bytes(old.replace(b"fake", b"FAKE") + b" ")
    assert any(f"page: {name} is not that of runtime" in line for line in differing(places))
    path.unlink()
    assert any(f"{place}: {name} is missing" in line for line in differing(places))


def test_a_record_or_a_card_of_another_model_is_named(run: Path, tmp_path: Path) -> None:
    places = {"runtime": tmp_path / "a"}
    bundle(run, places["runtime"])
    record = json.loads((tmp_path / "a" / RECORD).read_text())
    record["export"]["files"][0]["file_sha256"] = "0" * 64
    (tmp_path / "a" / RECORD).write_text(json.dumps(record))
    (tmp_path / "a" / CARD).write_text("# Another")
    assert differing(places) == [
        f"runtime: {RECORD} is the record of another {MODEL}",
        f"runtime: {CARD} is the card of another {MODEL}",
    ]


def edited(name: str, change: Callable[[Any], object]) -> Change:
    def apply(run: Path) -> None:
        path = run / "export" / name
        data = json.loads(path.read_text())
        change(data)
        path.write_text(json.dumps(data))

    return apply


def missed(parity: Any) -> None:
    next(one for one in parity if one["file"] == INT8).update(passed=False, why=["flips 3 > 1"])


def missed_and_unwritten(run: Path) -> None:
    """As `export run` leaves it."""
    edited("parity.json", missed)(run)
    (run / "export" / INT8).unlink()
    (run / "export/export.json").unlink()


def flipped(run: Path) -> None:
    path = run / "export" / INT8
    data = bytearray(path.read_bytes())
    data[2000] ^= 1
    path.write_bytes(data)


def another_golden(run: Path) -> None:
    path = run / "export" / INT8
    graph, files = container.split(path.read_bytes())
    golden = json.loads(files["golden.json"])
    golden["items"][0]["probabilities"][1] += 0.2
    files["golden.json"] = json.dumps(golden).encode()
    path.write_bytes(container.append(graph, files))


BAD: list[tuple[Change, type[EdgeError], str]] = [
    (edited("parity.json", missed), GateError, "missed its gate.*flips 3 > 1"),
    (missed_and_unwritten, GateError, "missed its gate"),
    (flipped, GateError, "damaged.*not bundled"),
    (another_golden, GateError, "golden input 'undecided'.*not bundled"),
    (
        edited("parity.json", lambda parity: parity[0].update(graph_sha256="0" * 64)),
        GateError, "not the file of export.json and parity.json",
    ),
    (
        edited("export.json", lambda record: record["files"][0].update(file_sha256="0" * 64)),
        GateError, "not the file of export.json and parity.json",
    ),
    (
        edited("export.json", lambda record: record.update(files=[])),
        GateError, "not the file of export.json and parity.json",
    ),
    (lambda run: (run / "export" / INT8).unlink(), RunError, "has no student-int8"),
    (lambda run: shutil.rmtree(run / "export"), RunError, "no exported files"),
    (lambda run: (run / "student.json").unlink(), RunError, "unfinished"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "kind", "text"), BAD)
def test_what_did_not_pass_changes_nothing(
    run: Path, tmp_path: Path, change: Change, kind: type[EdgeError], text: str
) -> None:
    change(run)
    folder = tmp_path / "models"
    with pytest.raises(kind, match=text) as caught:
        bundle(run, folder)
    assert "\n" not in str(caught.value) and not folder.exists()
    assert caught.value.exit_code == (1 if kind is GateError else 2)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("at", range(6))
def test_all_files_are_replaced_or_none(
    run: Path, tmp_path: Path, at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever rename fails, what was there before is there again."""
    first, second = tmp_path / "a", tmp_path / "b"
    for folder in (first, second):
        folder.mkdir()
        (folder / MODEL).write_bytes(b"old model")
    (first / CARD).write_bytes(b"old card")
    before = contents(first), contents(second)
    calls = iter(range(9))
    real = os.replace

    def failing(source: Any, target: Any) -> None:
        if next(calls) == at:
            raise OSError(28, "No space left on device")
        real(source, target)

    monkeypatch.setattr("os.replace", failing)
    with pytest.raises(StorageError, match="disk is full"):
        bundle(run, first, second)
    assert (contents(first), contents(second)) == before


def test_a_place_that_cannot_be_written(run: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("a file")
    with pytest.raises(StorageError):
        bundle(run, tmp_path / "a", tmp_path / "file/b")
    assert not (tmp_path / "a").exists() or list((tmp_path / "a").iterdir()) == []


def test_a_refresh_that_fails_says_that_the_model_is_in_place(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fails() -> list[Path]:
        raise ModelError("edge-infer FILM: exit status 3")

    monkeypatch.setattr(module, "refresh", fails)
    with pytest.raises(ModelError, match=r"exit status 3; the model is bundled: run scripts/refr"):
        refresh_documents()


def test_the_command_bundles_then_refreshes(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from export.cli import app

    order = []

    def refreshed() -> list[Path]:
        order.append((tmp_path / "a" / MODEL).is_file())
        return [Path("README.md")]

    monkeypatch.setattr(module, "PLACES", {"runtime": tmp_path / "a"})
    monkeypatch.setattr(module, "refresh", refreshed)
    app(["bundle", str(run)], standalone_mode=False)
    assert order == [True]
    told = capsys.readouterr().out
    assert told == f"bundled: {tmp_path / 'a' / MODEL}\nrefreshed: README.md\n"
    app(["bundle", str(run), "--no-refresh"], standalone_mode=False)
    assert order == [True]


@pytest.mark.parametrize(("words", "status", "text"), [(["no"], 2, "not a folder"), ([], 2, "RUN")])
def test_bad_commands_are_one_line(words: list[str], status: int, text: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "export", "bundle", *words],
        capture_output=True, text=True, cwd=ROOT,
    )  # fmt: skip
    assert done.returncode == status and text in done.stderr and done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
