"""A whole run on phantoms, small enough for a test, made once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from workshop.phantoms import write_set

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def films(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data") / "films"
    write_set(folder, 96, 5)
    return folder


@pytest.fixture(scope="session")
def preset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo preset, made small: fewer epochs, pixels and phantoms, nothing else."""
    text = (ROOT / "presets" / "demo.toml").read_text()
    wanted = {"input_size": 64, "epochs": 2, "batch": 16, "folds": 2, "phantoms": 12,
              "components": 4}  # fmt: skip
    lines = []
    for line in text.splitlines():
        key = line.split("=")[0].strip()
        lines.append(f"{key} = {wanted[key]}" if key in wanted else line)
    path = tmp_path_factory.mktemp("preset") / "small.toml"
    path.write_text("\n".join(lines) + "\n")
    return path


def command(preset: Path, films: Path, out: Path, *more: str) -> list[str]:
    parts = [sys.executable, "-m", "training", "run", str(preset)]
    return [*parts, "--data", str(films), "--out", str(out), *more]


def run(preset: Path, films: Path, out: Path, *more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(preset, films, out, *more), cwd=ROOT, capture_output=True, text=True
    )


@pytest.fixture(scope="session")
def finished(preset: Path, films: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("runs") / "whole"
    done = run(preset, films, out)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("AUROC") == 4 and str(out) in done.stdout
    return out
