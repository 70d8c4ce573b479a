"""A model file opened for scoring: `.keras`, `.tflite` or `.onnx`."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

from edge_runtime.errors import ModelError, RunError
from training.evaluate.opened import OpenedModel
from training.evaluate.runs import RunKnown
from workshop.quiet import import_keras_quietly

__all__ = ["KINDS", "open_scorer"]

KINDS = (".keras", ".tflite", ".onnx")


def open_scorer(path: Path, run: RunKnown | None) -> OpenedModel:
    """Open a model file; `run` is the run that it comes from, where that is known.

    A file of this project brings threshold and calibration; any other one is taken as it is.
    Raises `ModelError` (missing, no model, not `[n, S, S, 3]`), `InterpreterError`, and
    `RunError` where the file is not of that run.
    """
    kind = path.suffix.lower()
    if kind not in KINDS:
        raise ModelError(f"{path} is no model file: give one that ends in {' or '.join(KINDS)}")
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror}") from error
    digest = hashlib.sha256(data).hexdigest()
    if kind == ".keras":
        import_keras_quietly()
        from training.evaluate.keras_scorer import open_keras

        opened = open_keras(path, digest, run.record if run is not None else None)
    elif kind == ".tflite":
        from training.evaluate.tflite_scorer import open_tflite

        opened = open_tflite(path, data)
    else:
        from training.evaluate.onnx_scorer import open_onnx

        opened = open_onnx(path, data)
    if run is not None and opened.contract is not None:
        said = (opened.contract.made_by.get("data_fingerprint"), opened.contract.temperature)
        if said != (run.record.data_fingerprint, run.record.temperature):
            raise RunError(
                f"{path} was not exported from {run.folder}: its contract names other films or "
                "another temperature; name its own run with --run"
            )
    return replace(opened, file=path.name, sha256=digest)
