"""A finished run's student as a file, checked against its record."""

from __future__ import annotations

import hashlib
from pathlib import Path

from edge_runtime.errors import ModelError, RunError
from workshop.records import StudentRecord

__all__ = ["student_file"]


def student_file(run: Path, record: StudentRecord) -> Path:
    """The student's `.keras` file; raises `RunError` without it, `ModelError` for another."""
    path = run / record.model_file
    if not path.is_file():
        raise RunError(f"{path} is missing; go on with `training run ... --resume`")
    if hashlib.sha256(path.read_bytes()).hexdigest() != record.model_sha256:
        raise ModelError(f"{path} is not the file that training wrote (its digest differs)")
    return path
