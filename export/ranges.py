"""Integer ranges that follow from the formula, not from the films that calibration saw.

Calibration gives every tensor the range that familiar films reach. For novelty that is the
wrong one: what is unfamiliar would be clipped to the familiar. Its tensors are bounded by
construction, so their ranges are written here, in place, into the FlatBuffer; the kernels
read scale and zero point when the model is loaded, and no constant depends on them.
"""

from __future__ import annotations

import struct
from typing import Any

from edge_runtime.errors import GateError, ModelError

__all__ = ["bound_novelty", "input_quantization", "operator_names"]

# tanh is 1 to within .01 from there on, and a film's own z / 3 is mostly below 1.
WIDEST = 3.0


def _subgraph(data: bytes | bytearray) -> tuple[Any, Any]:
    from ai_edge_litert import schema_py_generated as schema

    model = schema.Model.GetRootAs(data, 0)
    return model, model.Subgraphs(0)


def _kind(model: Any, operator: Any) -> str:
    from ai_edge_litert import schema_py_generated as schema

    code = model.OperatorCodes(operator.OpcodeIndex())
    number = max(code.BuiltinCode(), code.DeprecatedBuiltinCode())
    names = {value: name for name, value in vars(schema.BuiltinOperator).items()}
    return str(names.get(number, number))


def operator_names(graph: bytes) -> list[str]:
    """The operators of a `.tflite` graph, in order."""
    model, subgraph = _subgraph(graph)
    return [_kind(model, subgraph.Operators(i)) for i in range(subgraph.OperatorsLength())]


def input_quantization(graph: bytes) -> tuple[float, int]:
    """Scale and zero point of the input; raises `GateError` unless a pixel is the input."""
    _, subgraph = _subgraph(graph)
    found = subgraph.Tensors(subgraph.Inputs(0)).Quantization()
    scale = float(found.Scale(0)) if found and found.ScaleLength() else 0.0
    zero_point = int(found.ZeroPoint(0)) if found and found.ZeroPointLength() else 0
    if (scale, zero_point) != (1.0, 0):
        raise GateError(
            f"the int8 input has scale {scale:.4g} and zero point {zero_point}, not 1.0 and 0: "
            "the representative films must contain pixels 0 and 255"
        )
    return scale, zero_point


def bound_novelty(graph: bytes) -> bytes:
    """The same graph, with the ranges of novelty's tensors set to their bounds.

    Walks back from the signature's output: DEQUANTIZE, FULLY_CONNECTED (the mean), MUL
    (the squares), TANH, FULLY_CONNECTED (z / 3). Raises `ModelError` for any other chain.
    """
    data = bytearray(graph)
    model, subgraph = _subgraph(data)
    made_by = {}
    for i in range(subgraph.OperatorsLength()):
        operator = subgraph.Operators(i)
        for j in range(operator.OutputsLength()):
            made_by[operator.Outputs(j)] = operator

    def input_of(tensor: int, kind: str) -> int:
        operator = made_by.get(tensor)
        found = _kind(model, operator) if operator is not None else "nothing"
        if operator is None or found != kind:
            raise ModelError(f"the int8 novelty is made by {found}, not {kind}: not this graph")
        return int(operator.Inputs(0))

    mean = input_of(_signature_output(model, "novelty"), "DEQUANTIZE")
    squares = input_of(mean, "FULLY_CONNECTED")
    squashed = input_of(squares, "MUL")
    scaled = input_of(squashed, "TANH")
    input_of(scaled, "FULLY_CONNECTED")
    _set(data, subgraph.Tensors(scaled), WIDEST / 127, 0)
    _set(data, subgraph.Tensors(squares), 1 / 255, -128)
    _set(data, subgraph.Tensors(mean), 1 / 255, -128)
    return bytes(data)


def _signature_output(model: Any, name: str) -> int:
    signature = model.SignatureDefs(0)
    for i in range(signature.OutputsLength()):
        if signature.Outputs(i).Name().decode() == name:
            return int(signature.Outputs(i).TensorIndex())
    raise ModelError(f"the converter dropped the output {name!r}")


def _set(data: bytearray, tensor: Any, scale: float, zero_point: int) -> None:
    """Overwrite the only scale (float32) and zero point (int64) of a tensor."""
    found = tensor.Quantization()
    if found is None or found.ScaleLength() != 1 or found.ZeroPointLength() != 1:
        raise ModelError("a novelty tensor is not quantized as a whole: not this graph")
    table = found._tab
    for field, form, value in ((8, "<f", scale), (10, "<q", zero_point)):
        place = table.Vector(table.Offset(field))
        struct.pack_into(form, data, place, value)
