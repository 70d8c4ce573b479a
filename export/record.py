"""What an export leaves beside its files: how they were made."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["ExportRecord", "ExportedFile"]


@dataclass(frozen=True)
class ExportedFile:
    """One model file. `file_sha256` is for transport only and stands in no model file."""

    file: str
    precision: str
    graph_sha256: str
    file_sha256: str
    bytes: int
    graph_bytes: int
    operators: dict[str, int]  # name -> how many; empty for ONNX


@dataclass(frozen=True)
class ExportRecord:
    """`export.json`."""

    name: str
    version: str
    model_sha256: str  # of student.keras
    threshold: float
    novelty_threshold: float
    student_threshold: float  # before it was moved between two int8 steps
    student_novelty_threshold: float
    files: tuple[ExportedFile, ...]
    representative: tuple[str, ...]  # films that the int8 ranges were taken from
    representative_phantoms: int
    golden: tuple[str, ...]  # one line an item: how it was found
    made_by: dict[str, str]
    schema: int = 1
