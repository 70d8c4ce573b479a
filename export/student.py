"""What training handed over: the student, its record, its novelty statistics."""

from __future__ import annotations

import hashlib
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from edge_runtime.contract import LABELS
from edge_runtime.errors import ModelError, RunError
from export.backend import tensorflow
from workshop.records import StudentRecord
from workshop.records_io import load
from workshop.runs import existing_run

__all__ = ["HIDDEN", "LOGITS", "Student", "load_student"]

HIDDEN = "hidden"
LOGITS = "logits"
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Student:
    """A finished run's student, checked against its record.

    `network` maps `[n, S, S, 3]` raw 0-255 to `[n, 2]` uncalibrated logits; `mean` is
    `[C]` and `components` `[C, K]`, already whitened, of the pooled features.
    """

    run: Path
    record: StudentRecord
    network: Any
    mean: Floats
    components: Floats


def load_student(run: Path) -> Student:
    """Read a run folder; raises `RunError` (not one, unfinished) or `ModelError` (broken)."""
    record = load(existing_run(run) / "student.json", StudentRecord)
    path = run / record.model_file
    if not path.is_file():
        raise RunError(f"{path} is missing; go on with `training run ... --resume`")
    if hashlib.sha256(path.read_bytes()).hexdigest() != record.model_sha256:
        raise ModelError(f"{path} is not the file that training wrote (its digest differs)")
    network = _network(path)
    _check_head(network, record, path)
    mean, components = _statistics(run / record.novelty_file)
    width = int(network.get_layer(record.last_conv).output.shape[-1])
    if mean.shape != (width,) or components.ndim != 2 or components.shape[0] != width:
        raise ModelError(f"{run / record.novelty_file} does not fit {path}: train again")
    return Student(run, record, network, mean, components)


def _network(path: Path) -> Any:
    tensorflow()
    import keras

    try:
        return keras.saving.load_model(path, compile=False)
    except (ValueError, TypeError, OSError, KeyError, zipfile.BadZipFile) as error:
        line = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise ModelError(f"{path} cannot be loaded as a Keras model: {line}") from error


def _check_head(network: Any, record: StudentRecord, path: Path) -> None:
    """The heat map is computed from this head's weights and from no other kind of head."""
    import keras

    size = record.input_size
    if tuple(network.input_shape[1:]) != (size, size, 3):
        raise ModelError(f"{path} takes {network.input_shape}, not films of {size} pixels")
    names = {layer.name: layer for layer in network.layers}
    pool, hidden, logits = (names.get(n) for n in (record.last_conv, HIDDEN, LOGITS))
    fits = (
        isinstance(pool, keras.layers.GlobalAveragePooling2D)
        and isinstance(hidden, keras.layers.Dense)
        and hidden.activation is keras.activations.relu
        and isinstance(logits, keras.layers.Dense)
        and logits.activation is keras.activations.linear
        and logits.units == len(LABELS)
        and network.output is logits.output
    )
    if not fits:
        raise ModelError(
            f"{path} has not the head that export reads (average pooling {record.last_conv!r}, "
            f"Dense relu {HIDDEN!r}, Dense of two {LOGITS!r}); train a student with filters = 0"
        )
    if pool is not None and pool.compute_dtype != "float32":
        raise ModelError(f"{path} computes in {pool.compute_dtype}; train the student in float32")


def _statistics(path: Path) -> tuple[Floats, Floats]:
    try:
        with np.load(path) as stored:
            mean, components = stored["mean"], stored["components"]
    except (OSError, EOFError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise ModelError(f"{path} holds no novelty statistics ({error}); train again") from error
    return mean.astype(np.float32), components.astype(np.float32)
