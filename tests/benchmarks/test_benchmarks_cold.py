"""The cold benchmark runs every command in turns and says what the ratio rests on."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.cold import REFERENCE, Cold, ColdRow, ratio_interval, table
from tests.environments import ROOT
from tests.tiny import film, png


def test_the_interval_holds_the_ratio_and_pairs_rounds() -> None:
    reference = [100.0 + number for number in range(40)]
    half = [one / 2 for one in reference]
    assert ratio_interval(half, reference) == pytest.approx((0.5, 0.5, 0.5), abs=0.02)
    uneven = [one * (0.4 if number % 2 else 0.6) for number, one in enumerate(reference)]
    ratio, low, high = ratio_interval(uneven, reference)
    assert low < ratio < high
    assert ratio_interval(uneven, reference) == (ratio, low, high)


def test_a_whole_run(tiny_model: Path, tmp_path: Path) -> None:
    picture = tmp_path / "film.png"
    picture.write_bytes(png(film(170, seed=1, size=200)))
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "cold", picture, "--model", tiny_model,
         "--rounds", "2", "--json"],
        capture_output=True, text=True, cwd=ROOT,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    rows = {row["name"]: row for row in said["rows"]}
    assert rows[REFERENCE]["ratio"] == 1.0 and len(rows) == 4
    assert all(row["peak_mib"] > 4 and row["median_ms"] > 0 for row in rows.values())
    assert rows["bare Python"]["peak_mib"] < rows["edge-infer, C API"]["peak_mib"]
    assert rows["edge-infer, C API"]["peak_mib"] < rows["edge-infer, Interpreter"]["peak_mib"]
    for steps in said["steps"].values():
        assert {"digest", "load the graph", "run"} <= steps.keys()
        assert all(value >= 0 for value in steps.values())


def test_the_table_is_narrow() -> None:
    rows = (
        ColdRow("edge-infer, Interpreter", 1234.5, 10.123, 9.0, 11.0, 100.1, 0.55, 38.0),
        ColdRow(REFERENCE, 1.0, 1.0, 1.0, 1.0, 1.0, None, None),
    )
    steps = {name: {"golden check, the first run": 1234.5} for name in ("edge-infer, C API", "b")}
    text = table(Cold(30, "3.11.7", rows, steps))
    assert max(map(len, text.splitlines())) <= 100
    assert "9.000-11.000" in text and "0.55" in text
