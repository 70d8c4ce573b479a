"""The copy of a student that `training quantize` fine-tuned to bear int8, where a run has one.

RUN/quantized.json: `schema` 1, `model_file` and its `model_sha256`, `student_sha256` of the
student that it was made of, `float_layers` (beginnings of the names of the layers that stay in
float), and how it was trained.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

from edge_runtime.errors import ModelError
from export.student import Student, load_network

__all__ = ["quantizable_student"]

RECORD = "quantized.json"


def quantizable_student(student: Student) -> tuple[Student, tuple[str, ...]]:
    """The student whose weights int8 takes, and the layers to leave in float.

    The student itself, wholly in integers, where the run has no such copy. Raises
    `ModelError` for a copy that is broken or was made of another student.
    """
    path = student.run / RECORD
    if not path.is_file():
        return student, ()
    again = f"run `python -m training quantize {student.run}` again"
    try:
        record = json.loads(path.read_text("utf-8"))
        known = (record["schema"], record["student_sha256"])
        model, digest = student.run / record["model_file"], record["model_sha256"]
        layers = tuple(str(name) for name in record["float_layers"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(f"{path} cannot be read ({error}); {again}") from error
    if known != (1, student.record.model_sha256):
        raise ModelError(f"{path} belongs to another student than {student.run} holds; {again}")
    if not model.is_file() or hashlib.sha256(model.read_bytes()).hexdigest() != digest:
        raise ModelError(f"{model} is not the file that {path.name} names; {again}")
    return replace(student, network=load_network(model, student.record)), layers
