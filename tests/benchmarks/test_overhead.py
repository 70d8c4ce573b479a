"""What the runtime adds: really measured on a small scale; memory does not grow with films."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.overhead import growth
from benchmarks.overhead.measure import Plan, installed_size, measure
from benchmarks.overhead.page import MOST_BYTES, MOST_GROWTH, MOST_RATIO, overhead_page
from benchmarks.overhead.processes import said
from benchmarks.overhead.record import Archive, Beside, Overhead
from edge_runtime.errors import EdgeError
from edge_runtime.model import Model
from tests.environments import ROOT
from tests.tiny import film, png
from workshop.records_io import load
from workshop.refresh import bundled_digest

EVIDENCE = ROOT / "docs/evidence"


def test_the_committed_page_is_of_its_record_and_of_the_bundled_model() -> None:
    found = load(EVIDENCE / "runtime.json", Overhead)
    assert overhead_page(found) == (EVIDENCE / "runtime.md").read_text("utf-8")
    assert found.model["graph_sha256"] == bundled_digest()
    assert {one.late_films for one in found.growth} >= {10_000}
    assert all(one.kib < MOST_GROWTH for one in found.growth) and found.size.all <= MOST_BYTES


def test_a_whole_run(tiny_model: Path) -> None:
    plan = Plan(str(tiny_model), samples=5, archive=6, rounds=2, early=10, films=30, loops=1000)
    found = measure(plan)
    assert [row.threads for row in found.beside] == [1, 2]
    assert all(len(row.bare_ms) == len(row.predict_ms) == 5 for row in found.beside)
    assert len(found.archive.one_s) == len(found.archive.loop_two_s) == 2
    assert [one.how for one in found.growth] == ["Model.predict", "edge-infer"]
    assert all((one.early_films, one.early_peak > 0) == (10, True) for one in found.growth)
    page = overhead_page(found)
    assert all(row.steps_ms["invoke"] < row.steps_ms["total"] for row in found.beside)
    assert "the rules on pixels and the record 0." in page
    assert "tiny-int8 1, int8, litert" in page and "| 2 | `Model.predict` |" in page


def picture(folder: Path) -> Path:
    path = folder / "film.png"
    path.write_bytes(png(film(170, seed=1, size=150)))
    return path


def test_memory_does_not_grow_with_films(tiny_model: Path, tmp_path: Path) -> None:
    one = said("growth", tiny_model, picture(tmp_path), 200, 1200)
    assert max(one["late_rss"] - one["early_rss"], one["late_peak"] - one["early_peak"]) < 512


def test_memory_of_the_command_does_not_grow(tiny_model: Path, tmp_path: Path) -> None:
    words = ["--model", str(tiny_model)]
    found = growth.of_command(words, str(picture(tmp_path)), 200, 1200)
    assert found.late_films > 1000 and found.kib < 512


def test_growth_would_be_seen(tiny_model: Path, tmp_path: Path) -> None:
    """A model that keeps what it answered: 4 KiB a film."""
    program = (
        "import sys, json, dataclasses; from edge_runtime.model import Model\n"
        "from benchmarks.overhead.growth import of_library\n"
        "kept, real = [], Model.predict\n"
        "def predict(self, film):\n"
        "    kept.append(bytearray(4096)); return real(self, film)\n"
        "Model.predict = predict\n"
        "with Model.open(sys.argv[1]) as model:\n"
        "    print(of_library(model, sys.argv[2], 200, 600).kib)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, tiny_model, picture(tmp_path)],
        capture_output=True, text=True, cwd=ROOT,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 1024


def test_a_film_that_is_none_is_told(tiny_model: Path, tmp_path: Path) -> None:
    path = tmp_path / "none.png"
    path.write_bytes(b"none")
    with pytest.raises(EdgeError, match="did not answer"):
        growth.of_command(["--model", str(tiny_model)], str(path), 2, 5)


def test_targets_that_are_missed_are_said(tiny_model: Path) -> None:
    found = load(EVIDENCE / "runtime.json", Overhead)
    slow = Beside(1, (1.0,) * 9, (1.2,) * 9, (MOST_RATIO,) * 9)
    ways = Archive(8, (2.0,) * 3, (1.6,) * 3, (1.5,) * 3, (2.0,) * 3, (1.5,) * 3)
    grown = replace(found.growth[0], late_rss=found.growth[0].early_rss + 2000)
    page = overhead_page(replace(found, beside=(slow,), archive=ways, growth=(grown,)))
    assert "| 1 | `Model.run` | 1.200 | 1.200 (1.200–1.200) | **missed** |" in page
    assert "1.050 (1.050–1.050) | met |" in page and "2000 KiB | **missed** |" in page
    assert "This machine itself does not run two processes 1.8 times as fast" in page
    pool = replace(ways, loop_two_s=(1.0,) * 3, halves_s=(1.05,) * 3)
    assert "lost in the pool" in overhead_page(replace(found, archive=pool))


def test_the_size_counts_all_that_is_installed() -> None:
    size = installed_size()
    bundled = ROOT / "edge_runtime/models/cxr-mobilenetv2-int8.tflite"
    assert size.model == bundled.stat().st_size and size.all <= MOST_BYTES
    assert size.code > 100_000 and size.bytecode > 100_000


def test_the_command_says_what_it_is_at(tiny_model: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "overhead", "--model", tmp_path / "none"],
        capture_output=True, text=True, cwd=ROOT,
    )  # fmt: skip
    assert done.returncode == 3 and done.stderr.splitlines()[-1].startswith("error: ")
    with Model.open(tiny_model) as model:
        assert json.loads(model.contract.to_json())["name"] == "tiny-int8"
