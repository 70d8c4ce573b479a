"""What training handed over: the student, its record, its novelty statistics."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edge_runtime.contract import LABELS
from edge_runtime.errors import ModelError
from export.backend import tensorflow
from export.novelty_statistics import AGAIN, NoveltyStatistics, read_statistics
from workshop.backbone import backbone_of
from workshop.records import StudentRecord
from workshop.records_io import load
from workshop.runs import existing_run
from workshop.student_file import student_file

__all__ = ["HIDDEN", "LOGITS", "Student", "load_network", "load_student"]

HIDDEN = "hidden"
LOGITS = "logits"


@dataclass(frozen=True)
class Student:
    """A finished run's student, checked against its record.

    `network` maps `[n, S, S, 3]` raw 0-255 to `[n, 2]` uncalibrated logits.
    """

    run: Path
    record: StudentRecord
    network: Any
    novelty: NoveltyStatistics


def load_student(run: Path) -> Student:
    """Read a run folder; raises `RunError` (not one, unfinished) or `ModelError` (broken)."""
    record = load(existing_run(run) / "student.json", StudentRecord)
    path = student_file(run, record)
    network = load_network(path, record)
    novelty = read_statistics(run / record.novelty_file)
    if [len(layer.mean) for layer in novelty.layers] != _widths(network, record, novelty):
        raise ModelError(f"{run / record.novelty_file} does not fit {path}: {AGAIN}")
    if novelty.threshold != record.novelty_threshold:
        raise ModelError(
            f"{run / record.novelty_file} and {run / 'student.json'} name different novelty "
            f"thresholds: {AGAIN}"
        )
    return Student(run, record, network, novelty)


def _widths(network: Any, record: StudentRecord, novelty: NoveltyStatistics) -> list[int]:
    """Channels of the layers that the statistics name, 0 for one that is not there."""
    names = [layer.name for layer in novelty.layers]
    if names == [record.last_conv]:
        return [int(network.get_layer(record.last_conv).output.shape[-1])]
    body = backbone_of(network)
    there = {layer.name: layer for layer in body.layers} if body is not None else {}
    shapes: list[tuple[Any, ...]] = [
        tuple(there[name].output.shape) if name in there else () for name in names
    ]
    return [int(shape[3]) if len(shape) == 4 else 0 for shape in shapes]


def load_network(path: Path, record: StudentRecord) -> Any:
    """A `.keras` file with the head that export reads; raises `ModelError` for any other."""
    network = _network(path)
    _check_head(network, record, path)
    return network


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
