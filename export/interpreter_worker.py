"""Runs in another Python, which has an interpreter that this one has not.

`python -m export.interpreter_worker tflite-runtime|openvino`: needs that interpreter and
NumPy. On stdin a line of JSON (`kind`, `graph`: bytes that follow, `size`, `films`,
`positions`), then the graph, then the films, `size * size` grays each. On stdout a line with
name and version, then for every film a line with its three outputs.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from edge_runtime.errors import EdgeError, InterpreterError, ModelError
from edge_runtime.interpreters import OUTPUTS, first_line, open_interpreter

__all__ = ["main"]

Run = Callable[[bytes], Mapping[str, Any]]


def main() -> int:
    """Serve one graph; a failure is one line on stderr and the error's exit status."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # native libraries print where they like
    head = json.loads(sys.stdin.buffer.readline())
    graph = sys.stdin.buffer.read(head["graph"])
    try:
        name, version, run = _opened(sys.argv[1], graph, head)
        answers.write(json.dumps([name, version]) + "\n")
        for _ in range(head["films"]):
            outputs = run(sys.stdin.buffer.read(head["size"] ** 2))
            answers.write(json.dumps([list(outputs[one]) for one in OUTPUTS]) + "\n")
            answers.flush()
    except EdgeError as error:
        sys.stderr.write(f"\n{error}\n")
        return error.exit_code
    return 0


def _opened(kind: str, graph: bytes, head: Mapping[str, Any]) -> tuple[str, str, Run]:
    if kind == "openvino":
        return _openvino(graph, head)
    native = open_interpreter(graph)
    if native.name != kind:
        raise InterpreterError(f"that Python opens {native.name}, not {kind}")
    return native.name, native.version, native.run


def _openvino(graph: bytes, head: Mapping[str, Any]) -> tuple[str, str, Run]:
    """OpenVINO on the processor, in float32 where the graph is float.

    By default it computes float graphs in bfloat16 on processors that have it, which says
    something of the processor and not of the file.
    """
    import numpy as np

    try:
        openvino: Any = importlib.import_module("openvino")
    except ImportError as error:
        raise InterpreterError("that Python has no openvino") from error
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"graph.{head['kind']}"
        path.write_bytes(graph)
        try:
            core = openvino.Core()
            model = core.read_model(path)
            compiled = core.compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
        except RuntimeError as error:
            raise ModelError(f"openvino cannot load the model: {first_line(error)}") from error
    outputs = {name: compiled.outputs[place] for name, place in head["positions"].items()}
    dtype, size = compiled.inputs[0].element_type.to_dtype(), int(head["size"])

    def run(pixels: bytes) -> dict[str, Any]:
        gray = np.frombuffer(pixels, np.uint8).reshape(1, size, size, 1)
        found = compiled([np.repeat(gray, 3, axis=3).astype(dtype)])
        return {name: found[output].ravel().tolist() for name, output in outputs.items()}

    return "openvino", str(openvino.__version__).partition("-")[0], run


if __name__ == "__main__":
    sys.exit(main())
