"""One model file in every interpreter at hand: how far they are from each other."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from edge_runtime import container
from edge_runtime.errors import EdgeError, InterpreterError, UsageError
from edge_runtime.model import Model
from export.films import ParityFilms
from export.onnx_file import split_files
from export.parity import outputs_of
from export.parity_figures import Outputs
from export.reference import open_reference
from export.verify import open_model
from workshop.parity_records import InterpreterParity

__all__ = ["Elsewhere", "differences", "interpreter_parity"]

ROOT = Path(__file__).resolve().parent.parent
PLAIN = "litert, plain kernels"


@dataclass(frozen=True)
class Elsewhere:
    """Pythons with interpreters that this one lacks; None: not measured."""

    tflite_runtime: Path | None = None
    openvino: Path | None = None

    def python(self, kind: str) -> Path | None:
        """Which Python runs an interpreter; raises `UsageError` where that is no file."""
        given = self.tflite_runtime if kind == "tflite-runtime" else self.openvino
        if given is not None and not given.is_file():
            raise UsageError(f"{given} is no Python (--{kind})")
        if given is None and importlib.util.find_spec(kind.replace("-", "_")) is not None:
            return Path(sys.executable)
        return given


def interpreter_parity(
    path: Path, films: ParityFilms, elsewhere: Elsewhere
) -> list[InterpreterParity]:
    """The file in each interpreter against the one that parity with Keras was measured in.

    An interpreter that is not at hand, or that refuses the file, has a row that says so.
    Raises `ModelError` where the file itself is broken.
    """
    model = open_model(path)
    onnx = path.suffix == ".onnx"
    data = path.read_bytes()
    graph = split_files(data)[0] if onnx else container.split(data)[0]
    reference = "onnxruntime" if onnx else f"{model.interpreter.name} {model.interpreter.delegate}"
    usual = outputs_of(model.interpreter.run, films, f"{path.name}: {reference}")
    kinds = ["openvino"] if onnx else [PLAIN, "tflite-runtime", "openvino"]
    rows = []
    for kind in kinds:
        try:
            version, found = _run(kind, graph, model, films, elsewhere, path)
        except EdgeError as error:
            if isinstance(error, UsageError):
                raise
            rows.append(_row(path, model, films, kind, "", reference, missing=str(error)))
            continue
        facts = differences(usual, found, model.contract.threshold, films.names)
        rows.append(_row(path, model, films, kind, version, reference, **facts))
    return rows


def differences(
    reference: Outputs, found: Outputs, threshold: float, names: tuple[str, ...]
) -> dict[str, object]:
    """The figures of an `InterpreterParity`, by field."""
    dp = np.abs(found.scores - reference.scores)
    flips = np.flatnonzero((found.scores >= threshold) != (reference.scores >= threshold))
    largest = float(np.abs(reference.heatmaps).max()) or 1.0
    return {
        "mean_dp": float(dp.mean()),
        "max_dp": float(dp.max()),
        "flips": len(flips),
        "flipped": tuple(names[i] for i in flips),
        "heatmap_difference": float(np.abs(found.heatmaps - reference.heatmaps).max()) / largest,
        "novelty_difference": float(np.abs(found.novelty - reference.novelty).max()),
    }


def _row(
    path: Path, model: Model, films: ParityFilms, kind: str, version: str, reference: str,
    **facts: object,
) -> InterpreterParity:  # fmt: skip
    contract = model.contract
    return InterpreterParity(
        file=path.name,
        precision=contract.precision,
        graph_sha256=contract.graph_sha256,
        interpreter=kind,
        version=version,
        reference=reference,
        films=films.films,
        phantoms=films.phantoms,
        threshold=contract.threshold,
        **facts,  # type: ignore[arg-type]
    )


def _run(
    kind: str, graph: bytes, model: Model, films: ParityFilms, elsewhere: Elsewhere, path: Path
) -> tuple[str, Outputs]:
    """Version and outputs; raises `InterpreterError` or `ModelError` where it cannot be."""
    if kind == PLAIN:
        native = open_reference(graph)
        return native.version, outputs_of(native.run, films, f"{path.name}: {kind}")
    python = elsewhere.python(kind)
    if python is None:
        raise InterpreterError(f"not at hand: name a Python that has it with --{kind}")
    head = {
        "kind": path.suffix.lstrip("."),
        "graph": len(graph),
        "size": model.contract.input_size,
        "films": len(films.names),
        "positions": model.contract.outputs,
    }
    return _served(kind, python, json.dumps(head).encode() + b"\n" + graph, films)


def _served(kind: str, python: Path, head: bytes, films: ParityFilms) -> tuple[str, Outputs]:
    clean = {key: value for key, value in os.environ.items() if key != "VIRTUAL_ENV"}
    done = subprocess.run(
        [python, "-m", "export.interpreter_worker", kind],
        input=head + films.pixels.tobytes(), capture_output=True, cwd=ROOT,
        env={**clean, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    lines = done.stdout.decode("utf-8", "replace").splitlines()
    if done.returncode or len(lines) != 1 + len(films.names):
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        reason = said[-1] if said else f"it ended with status {done.returncode}"
        raise InterpreterError(reason)
    (_, version), *outputs = (json.loads(line) for line in lines)
    return version, Outputs(
        np.array([one[0][1] for one in outputs]),
        np.array([one[1] for one in outputs]),
        np.array([one[2][0] for one in outputs]),
    )
