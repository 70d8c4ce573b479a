"""An `.onnx` file in ONNX Runtime; its contract, where it has one, is in `metadata_props`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from edge_runtime import container
from edge_runtime.contract import Contract
from edge_runtime.errors import InterpreterError, ModelError
from edge_runtime.interpreters import first_line
from edge_runtime.pixels import PIXELS_VERSION
from training.evaluate.heads import head_of, pick, probes, square_size
from training.evaluate.opened import OpenedModel
from training.evaluate.tflite_scorer import THREADS, FileScorer

__all__ = ["open_onnx"]

TYPES = {"tensor(float)": np.float32, "tensor(uint8)": np.uint8}


def open_onnx(path: Path, data: bytes) -> OpenedModel:
    """Open an `.onnx` file; raises `ModelError` or `InterpreterError`.

    A contract's digest is compared before the graph runs.
    """
    contract = _contract(path, data)
    session = _session(path)
    taken = session.get_inputs()
    if len(taken) != 1:
        raise ModelError(f"{path} has {len(taken)} inputs; a film is one")
    size, kind = square_size(str(path), taken[0].shape), TYPES.get(taken[0].type)
    if kind is None:
        raise ModelError(f"{path} takes {taken[0].type}, not raw pixels 0-255 as float or uint8")
    widths = {
        one.name: int(one.shape[-1])
        for one in session.get_outputs()
        if len(one.shape) == 2 and isinstance(one.shape[-1], int)
    }
    chosen = pick(widths)

    def run(film: npt.NDArray[np.uint8]) -> npt.NDArray[Any]:
        batch = np.repeat(film[None, ..., None], 3, -1).astype(kind)
        return np.asarray(session.run([chosen], {taken[0].name: batch})[0], np.float64)

    if contract is not None:
        if (contract.input_size, contract.pixels) != (size, PIXELS_VERSION):
            raise ModelError(f"{path} is not what its contract says of its input; export it again")
        scorer = FileScorer(size, lambda film: float(run(film)[0, 1]))
        return OpenedModel(scorer, contract.name, "onnx", "calibrated probabilities",
                           contract.threshold, contract)  # fmt: skip
    head, told = head_of(np.concatenate([run(one) for one in probes(size)]))
    scorer = FileScorer(size, lambda film: float(head(run(film))[0]))
    return OpenedModel(scorer, path.stem, "onnx", told)


def _contract(path: Path, data: bytes) -> Contract | None:
    try:
        import onnx
    except ImportError as error:
        raise InterpreterError("onnx is not installed: run scripts/setup") from error
    try:
        model = onnx.load_from_string(data)
    except Exception as error:  # protobuf's DecodeError is a class of its C++ part
        raise ModelError(f"{path} is no ONNX model: {error}") from error
    texts = {entry.key: entry.value for entry in model.metadata_props}
    if container.CONTRACT not in texts:
        return None
    contract = Contract.from_json(texts[container.CONTRACT])
    del model.metadata_props[:]
    if container.sha256(model.SerializeToString(deterministic=True)) != contract.graph_sha256:
        raise ModelError(f"{path} is damaged: its graph is not the one of its contract")
    return contract


def _session(path: Path) -> Any:
    # Read when the library is loaded: without it a device id is written under HOME.
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    try:
        import onnxruntime
    except ImportError as error:
        raise InterpreterError("onnxruntime is not installed: run scripts/setup") from error
    onnxruntime.disable_telemetry_events()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = THREADS
    options.log_severity_level = 3
    try:  # by its path, so that weights in a file beside it are found
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime raises classes of its C++ part
        raise ModelError(f"onnxruntime cannot load {path}: {first_line(error)}") from error
