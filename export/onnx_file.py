"""FlatBuffer -> ONNX, with the contract in `metadata_props`."""

from __future__ import annotations

import math
import os
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx

from edge_runtime.container import sha256
from edge_runtime.errors import ModelError
from edge_runtime.interpreters import OUTPUTS

__all__ = ["OnnxSession", "digest", "from_tflite", "with_metadata"]

OPSET = 17


def from_tflite(graph: bytes, positions: dict[str, int], folder: str) -> onnx.ModelProto:
    """Convert a float32 graph; the outputs get their names back by `positions`.

    From the `.tflite` rather than from Keras: there batch normalization is folded
    already. `folder` takes a temporary file.
    """
    import tf2onnx

    path = os.path.join(folder, "graph.tflite")
    with open(path, "wb") as stream:
        stream.write(graph)
    model: onnx.ModelProto = tf2onnx.convert.from_tflite(path, opset=OPSET)[0]
    os.unlink(path)
    model.producer_version = ""  # carries a build that two equal exports need not share
    names = {model.graph.output[place].name: name for name, place in positions.items()}
    names[model.graph.input[0].name] = "film"
    _rename(model.graph, names)
    onnx.checker.check_model(model)
    return model


def _rename(graph: Any, names: dict[str, str]) -> None:
    for value in (*graph.input, *graph.output, *graph.value_info):
        value.name = names.get(value.name, value.name)
    for node in graph.node:
        node.input[:] = [names.get(name, name) for name in node.input]
        node.output[:] = [names.get(name, name) for name in node.output]


def digest(model: onnx.ModelProto) -> str:
    """SHA-256 of the serialised model without `metadata_props`."""
    bare = onnx.ModelProto()
    bare.CopyFrom(model)
    del bare.metadata_props[:]
    return sha256(bare.SerializeToString(deterministic=True))


def with_metadata(model: onnx.ModelProto, files: dict[str, bytes]) -> bytes:
    """The model as a file, the texts of `files` beside the graph."""
    whole = onnx.ModelProto()
    whole.CopyFrom(model)
    del whole.metadata_props[:]
    for name in sorted(files):
        entry = whole.metadata_props.add()
        entry.key, entry.value = name, files[name].decode()
    onnx.checker.check_model(whole)
    return bytes(whole.SerializeToString(deterministic=True))


class OnnxSession:
    """ONNX Runtime over one model, one thread, its telemetry off."""

    def __init__(self, data: bytes) -> None:
        import onnxruntime

        onnxruntime.disable_telemetry_events()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        try:
            self.session = onnxruntime.InferenceSession(
                data, options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # its errors share no public base
            raise ModelError(f"ONNX Runtime refuses the model: {error}") from error

    def run(self, pixels: bytes) -> dict[str, npt.NDArray[np.float32]]:
        """`S * S` grays -> each output by name."""
        size = math.isqrt(len(pixels))
        gray = np.frombuffer(pixels, np.uint8).reshape(1, size, size, 1)
        film = np.repeat(gray, 3, axis=3).astype(np.float32)
        values = self.session.run(list(OUTPUTS), {"film": film})
        return dict(zip(OUTPUTS, values, strict=True))
