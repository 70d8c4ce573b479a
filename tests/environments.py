"""Environments of their own under .venvs/, for tests of what is installed elsewhere."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from edge_runtime.errors import EdgeError
from workshop import environments
from workshop.environments import python_of

__all__ = ["ROOT", "build_wheel", "environment", "python_of", "uv"]

ROOT = environments.ROOT


def environment(
    name: str,
    pins: Path,
    newest: tuple[int, int] | None = None,
    *,
    alone: bool = False,
    python: str | None = None,
) -> Path:
    """As `workshop.environments.environment`; skips the test where that cannot be had."""
    try:
        return environments.environment(name, pins, newest, alone=alone, python=python)
    except EdgeError as error:
        pytest.skip(str(error))


def uv() -> str:
    """The command uv; skips the test where there is none."""
    try:
        return environments.uv()
    except EdgeError as error:
        pytest.skip(str(error))


def build_wheel(folder: Path) -> Path:
    """The project's wheel, built from a copy so that the checkout stays as it is."""
    source = folder / "source"
    ignored = shutil.ignore_patterns("__pycache__", "*.egg-info")
    shutil.copytree(ROOT / "edge_runtime", source / "edge_runtime", ignore=ignored)
    for name in ("setup.cfg", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy2(ROOT / name, source)
    backend = source / "workshop" / "build_backend.py"
    backend.parent.mkdir()
    shutil.copy2(ROOT / "workshop" / backend.name, backend)
    command: list[str | Path] = [
        sys.executable, "-m", "pip", "wheel", "--disable-pip-version-check", "-q",
        "--no-deps", "--no-build-isolation", "--no-index", "-w", folder, source,
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    (wheel,) = folder.glob("*.whl")
    return wheel
