"""Other runtimes beside ours: really run, checked first, and the page follows from the record."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.peers import entries, measure
from benchmarks.peers.entries import Plan
from benchmarks.peers.known import PEERS, Peer
from benchmarks.peers.page import peers_page
from benchmarks.peers.record import OURS, Peers
from edge_runtime.errors import ModelError
from edge_runtime.model import Model
from tests.environments import ROOT, environment
from workshop.records_io import load
from workshop.refresh import bundled_digest

EVIDENCE = ROOT / "docs/evidence"
LITERT = next(peer for peer in PEERS if peer.name == "LiteRT")


@pytest.fixture(scope="module", autouse=True)
def made() -> Path:
    """The environment that ours and the bare interpreter share; or the tests are skipped."""
    return environment(LITERT.environment, LITERT.requirements, alone=LITERT.alone)


def test_the_committed_page_is_of_its_record_and_of_the_bundled_model() -> None:
    found = load(EVIDENCE / "peers.json", Peers)
    assert peers_page(found) == (EVIDENCE / "peers.md").read_text("utf-8")
    assert found.graphs["int8"] == bundled_digest()
    assert {row.peer for row in found.rows} == {peer.name for peer in PEERS}
    assert all(row.golden for row in found.rows if row.peer in (OURS, "LiteRT"))


def test_a_whole_run(tiny_model: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "peers", "--model", tiny_model, "--only", "LiteRT",
         "--rounds", "2", "--out", tmp_path],
        capture_output=True, text=True, cwd=ROOT,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "comparing runtimes" in done.stderr
    found = load(tmp_path / "peers.json", Peers)
    assert done.stdout == peers_page(found) == (tmp_path / "peers.md").read_text("utf-8")
    rows = {(row.peer, row.threads): row for row in found.rows if row.precision == "int8"}
    assert set(rows) == {(name, threads) for name in (OURS, "LiteRT") for threads in (1, 2)}
    for (_, threads), row in rows.items():
        assert row.golden and row.missing is None and row.file_bytes == tiny_model.stat().st_size
        assert len(row.p50_ms) == len(row.p90_ms) == len(row.peak_kib) == 2
        assert len(row.cold_ms) == (2 if threads == 1 else 0) and row.samples > 20
        assert min(row.cold_ms, default=99.0) > max(row.p50_ms)
    floats = [row for row in found.rows if row.precision == "float32"]
    assert floats and all("--export" in (row.missing or "") for row in floats)


def test_one_that_fails_costs_its_own_row(
    tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd = (
        replace(LITERT, name="odd", kind="none such"),
        replace(LITERT, name="never", lacks={"int8": "there is none", "float32": "nor here"}),
    )
    monkeypatch.setattr(entries, "PEERS", (PEERS[0], *odd))
    found = measure.measure(Plan(rounds=2, samples=1, threads=(1,), model=str(tiny_model)))
    rows = {row.peer: row for row in found.rows if row.precision == "int8"}
    assert rows[OURS].missing is None and "none such" in str(rows["odd"].missing)
    page = peers_page(found)
    assert "- never: not measured (there is none)" in page and "- odd: not measured" in page


def test_other_outputs_are_told(
    tiny_model: Path, tiny_float_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The float file in the place of the int8 one: near, and not what int8 must give."""

    def other(_name: str, _plan: Plan, model: Model) -> tuple[Path, dict[str, int]]:
        with Model.open(tiny_float_model) as wrong:
            return tiny_float_model, wrong.contract.outputs

    real, calls = entries._file, [False, True]  # ours is the first to ask

    def files(name: str, plan: Plan, model: Model) -> tuple[Path, dict[str, int]]:
        return (real if calls.pop() else other)(name, plan, model)

    monkeypatch.setattr(entries, "PEERS", (PEERS[0], replace(LITERT, name="wrong")))
    monkeypatch.setattr(entries, "_file", files)
    found = measure.measure(Plan(rounds=2, samples=1, threads=(1,), model=str(tiny_model)))
    row = next(row for row in found.rows if row.peer == "wrong")
    assert not row.golden and row.differences["probabilities"] > 1e-4
    assert "beyond its tolerance" in peers_page(found)


def test_an_unknown_runtime_and_a_wrong_model(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "peers", "--only", "MNN", "--out", tmp_path / "out"],
        capture_output=True, text=True, cwd=ROOT,
    )  # fmt: skip
    assert done.returncode == 2 and "no runtime is called 'MNN'; there are cxr-edge" in done.stderr
    with pytest.raises(ModelError):
        measure.measure(Plan(model=str(tmp_path / "none.tflite")))
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.name)
def test_each_runtime_is_pinned_and_says_how_it_is_set(peer: Peer) -> None:
    pins = [line for line in peer.requirements.read_text("utf-8").splitlines() if line]
    assert all(line.startswith("#") or "==" in line for line in pins)
    for precision in ("int8", "float32"):
        assert (precision in peer.lacks) != (precision in peer.files)
        assert precision in peer.lacks or peer.settings[precision]
