"""One file in several interpreters: differences, and what is not at hand is said."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from edge_runtime.errors import UsageError
from export.films import ParityFilms
from export.interpreters_parity import PLAIN, Elsewhere, differences, interpreter_parity
from export.parity_figures import Outputs
from export.run import FLOAT, ONNX
from tests import tiny
from tests.environments import ROOT, environment
from workshop.parity_records import InterpreterParity, LayerProfile
from workshop.records_io import load
from workshop.summary import interpreter_lines


def _films(size: int = tiny.SIZE, count: int = 6) -> ParityFilms:
    pixels = np.stack([tiny.film(60 + 20 * i, seed=i, size=size) for i in range(count)])
    names = tuple(f"film{i}" for i in range(count))
    return ParityFilms(names, ("covid",) * count, names, ("phantom",) * count, pixels, 0, count)


def _fake_python(folder: Path, text: str) -> Path:
    path = folder / "python"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def test_differences_are_what_a_loop_finds() -> None:
    rng = np.random.default_rng(2)
    one, other = (
        Outputs(rng.uniform(0, 1, 30), rng.uniform(0, 2, (30, 4)), rng.uniform(0, 1, 30))
        for _ in range(2)
    )
    found = differences(one, other, 0.5, tuple(map(str, range(30))))
    pairs = list(zip(one.scores, other.scores, strict=True))
    assert found["max_dp"] == max(abs(a - b) for a, b in pairs)
    flipped = tuple(str(i) for i, (a, b) in enumerate(pairs) if (a >= 0.5) != (b >= 0.5))
    assert found["flipped"] == flipped and found["flips"] == len(flipped) > 0
    largest = max(float(v) for v in one.heatmaps.ravel())
    gap = max(
        abs(float(a - b)) for a, b in zip(one.heatmaps.ravel(), other.heatmaps.ravel(), strict=True)
    )
    assert found["heatmap_difference"] == pytest.approx(gap / largest)
    assert found["novelty_difference"] == float(np.abs(one.novelty - other.novelty).max())


def test_what_is_not_at_hand_or_fails_is_not_measured(tiny_model: Path, tmp_path: Path) -> None:
    broken = _fake_python(
        tmp_path, "cat > /dev/null; echo 'a first line' >&2; echo 'no kernel' >&2; exit 3"
    )
    rows = interpreter_parity(tiny_model, _films(), Elsewhere(tflite_runtime=broken))
    by_name = {row.interpreter: row for row in rows}
    assert list(by_name) == [PLAIN, "tflite-runtime", "openvino"]
    assert by_name[PLAIN].missing == "" and by_name[PLAIN].max_dp < 0.05
    assert by_name["tflite-runtime"].missing == "no kernel"
    lines = interpreter_lines(rows)
    assert "not measured: no kernel" in lines[1] and "decisions change" in lines[0]
    with pytest.raises(UsageError, match="is no Python"):
        interpreter_parity(tiny_model, _films(), Elsewhere(openvino=tmp_path / "nowhere"))


def test_too_few_answers_are_none(tiny_model: Path, tmp_path: Path) -> None:
    short = _fake_python(tmp_path, """cat > /dev/null; echo '["x", "1"]'""")
    rows = interpreter_parity(tiny_model, _films(), Elsewhere(tflite_runtime=short))
    assert "ended with status 0" in rows[1].missing


def test_the_wrong_interpreter_is_told(tiny_model: Path) -> None:
    """This Python has LiteRT, whatever it is called."""
    rows = interpreter_parity(tiny_model, _films(), Elsewhere(Path(sys.executable)))
    assert rows[1].missing == "that Python opens litert, not tflite-runtime"


def test_tflite_runtime_in_an_environment_of_its_own(exported: Path) -> None:
    pins = ROOT / "requirements" / "wheel-3.11-armv7l.txt"
    python = environment("tflite-runtime", pins, newest=(3, 11))
    rows = interpreter_parity(exported / FLOAT, _films(96), Elsewhere(tflite_runtime=python))
    (row,) = [one for one in rows if one.interpreter == "tflite-runtime"]
    assert (row.missing, row.version) == ("", "2.14.0")
    assert 0 <= row.max_dp < 1e-4 and row.flips == 0 and row.films + row.phantoms == 6


def test_the_commands_write_their_records(fake_run: Path, exported: Path) -> None:
    # The films of that run are meant, whatever folder the environment names.
    clean = {key: value for key, value in os.environ.items() if key != "CXR_DATA"}
    clean["PYTHONPATH"] = str(ROOT)
    for command in (["interpreters", str(fake_run), "--films", "4"],
                    ["profile", str(fake_run), "--films", "2"]):  # fmt: skip
        done = subprocess.run(
            [sys.executable, "-m", "export", *command, "--json"],
            capture_output=True, text=True, env=clean, cwd=ROOT,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)
    rows = load(exported / "interpreters.json", list[InterpreterParity])
    assert {row.file for row in rows} >= {FLOAT, ONNX}
    assert all(row.films == 4 and row.phantoms == 40 for row in rows)
    (profile,) = load(exported / "profile.json", list[LayerProfile])
    assert profile.films == 2 and len(profile.layers) > 50 and profile.matched_by == "name"
    for name in ("interpreters.json", "profile.json"):  # others compare the folder's files
        (exported / name).unlink()


@pytest.mark.parametrize(
    ("arguments", "status", "text"),
    [
        (["interpreters", "nowhere.tflite"], 3, "nowhere.tflite"),
        (["interpreters", "."], 2, "no exported file"),
        (["profile", "."], 2, "no exported file"),
    ],
)
def test_bad_input_is_one_line(
    arguments: list[str], status: int, text: str, tmp_path: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "export", *arguments],
        capture_output=True, text=True, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (status, "") and text in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
