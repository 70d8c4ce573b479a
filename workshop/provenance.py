"""What made a record: the commit, the packages, the data."""

from __future__ import annotations

import hashlib
import platform
import subprocess
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

from workshop.records import Film

__all__ = ["data_fingerprint", "git_describe", "made_by"]

PACKAGES = ("keras", "tensorflow-cpu", "tensorflow", "jax", "torch", "numpy", "pillow",
            "ai-edge-litert", "onnx")  # fmt: skip


def git_describe() -> str:
    """`git describe` of the checkout that this code runs from, or "unknown"."""
    try:
        done = subprocess.run(
            ["git", "describe", "--always", "--dirty", "--tags"],
            cwd=Path(__file__).parent,
            capture_output=True,
            text=True,
            timeout=20,
        )
    except (OSError, subprocess.TimeoutExpired):
        return "unknown"
    return done.stdout.strip() or "unknown"


def made_by() -> dict[str, str]:
    """Commit, Python, platform and the versions of the packages that matter."""
    made = {
        "git": git_describe(),
        "python": platform.python_version(),
        "machine": platform.machine(),
    }
    for name in PACKAGES:
        try:
            made[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return made


def data_fingerprint(films: Iterable[Film]) -> str:
    """A digest of which films there are and what is said of them (not of their bytes)."""
    digest = hashlib.sha256()
    for film in sorted(films, key=lambda film: film.path):
        line = "\t".join((film.path, film.label, film.site, film.group))
        digest.update(line.encode() + b"\n")
    return digest.hexdigest()
