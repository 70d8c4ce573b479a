"""int8 ONNX whose activations are unsigned: the same numbers, in the form that x86 is fast at."""

from __future__ import annotations

import numpy as np

from edge_runtime.errors import ModelError

__all__ = ["unsigned"]

HALF = 128
MOVES = {"Concat", "Flatten", "Identity", "Reshape", "Squeeze", "Transpose", "Unsqueeze"}


def unsigned(graph: bytes) -> bytes:
    """A model with int8 QuantizeLinear and DequantizeLinear pairs, in uint8 instead.

    Zero points move up by 128, and with them what is stored: every dequantized value stays as
    it is. Weights, which no QuantizeLinear writes, stay int8. Raises `ModelError` for a model
    that quantizes no activation.
    """
    import onnx
    from onnx import numpy_helper

    model = onnx.load_from_string(graph)
    weights = {tensor.name: tensor for tensor in model.graph.initializer}
    moved: dict[str, str] = {}

    def up(name: str) -> str:
        """The name of the zero point `name`, 128 higher and unsigned."""
        if name not in moved:
            values = numpy_helper.to_array(weights[name])
            if values.dtype != np.int8:
                return name
            moved[name] = f"{name}_unsigned"
            raised = (values.astype(np.int16) + HALF).astype(np.uint8)
            model.graph.initializer.append(numpy_helper.from_array(raised, moved[name]))
        return moved[name]

    written: set[str] = set()
    for node in model.graph.node:
        if node.op_type == "QuantizeLinear" and len(node.input) == 3:
            node.input[2] = up(node.input[2])
            written.update(node.output)
        elif node.op_type == "DequantizeLinear" and node.input[0] in written:
            node.input[2] = up(node.input[2])
        elif node.op_type in MOVES and node.input[0] in written:
            written.update(node.output)
    if not moved:
        raise ModelError("the ONNX model quantizes no activation to int8: nothing to make unsigned")
    read = {name for node in model.graph.node for name in node.input}
    kept = [tensor for tensor in model.graph.initializer if tensor.name in read]
    copies = [type(tensor).FromString(tensor.SerializeToString()) for tensor in kept]
    del model.graph.initializer[:]
    model.graph.initializer.extend(copies)
    try:
        onnx.checker.check_model(model, full_check=True)
    except Exception as error:  # onnx raises classes of its C++ part
        raise ModelError(f"the unsigned model is one that onnx refuses: {error}") from error
    return bytes(model.SerializeToString(deterministic=True))
