"""ONNX Runtime, for the `.onnx` form of a model."""

from __future__ import annotations

import os
from typing import Any

from edge_runtime.errors import InterpreterError, ModelError
from edge_runtime.interpreters import OUTPUTS, Interpreter, first_line, square_input

__all__ = ["INPUT", "OnnxInterpreter", "open_onnx"]

INPUT = "film"


class OnnxInterpreter(Interpreter):
    """ONNX Runtime in the place of a `.tflite` interpreter."""

    def run(self, pixels: bytes) -> dict[str, tuple[float, ...]]:
        """`pixels` are `S * S` grays; each output as floats, flat."""
        import numpy as np

        gray = np.frombuffer(pixels, np.uint8).reshape(1, self.input_size, self.input_size, 1)
        film = np.repeat(gray, 3, axis=3).astype(self.input_dtype)
        outputs = self.native.run(list(OUTPUTS), {INPUT: film})
        return {
            name: tuple(output.ravel().tolist())
            for name, output in zip(OUTPUTS, outputs, strict=True)
        }


def open_onnx(graph: bytes, threads: int = 1) -> OnnxInterpreter:
    """An ONNX graph in ONNX Runtime; raises `InterpreterError` or `ModelError`."""
    # Read when the library is loaded: without it a device id is written under HOME.
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    try:
        import onnxruntime
    except ImportError as error:
        raise InterpreterError(
            "no interpreter for .onnx models is installed: install one with "
            "`pip install onnxruntime`"
        ) from error
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    try:
        session: Any = onnxruntime.InferenceSession(
            graph, options, providers=["CPUExecutionProvider"]
        )
    except Exception as error:  # onnxruntime raises classes of its C++ part
        raise ModelError(f"onnxruntime cannot load the model: {first_line(error)}") from error
    outputs = [output.name for output in session.get_outputs()]
    inputs = session.get_inputs()
    if set(outputs) != set(OUTPUTS) or inputs[0].name != INPUT:
        raise ModelError(f"the ONNX model has outputs {', '.join(outputs)}; it is not one of ours")
    shape = square_input([int(side) for side in inputs[0].shape], len(inputs))
    # A graph made from an int8 `.tflite` takes the pixels as they are.
    whole = inputs[0].type == "tensor(uint8)"
    return OnnxInterpreter(
        name="onnxruntime",
        version=onnxruntime.__version__,
        delegate="none",
        threads=threads,
        input_size=shape[1],
        input_dtype="uint8" if whole else "float32",
        input_scale=1.0 if whole else 0.0,
        input_zero_point=0,
        positions={name: outputs.index(name) for name in OUTPUTS},
        native=session,
        tensors={},
    )
