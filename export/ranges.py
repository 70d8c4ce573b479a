"""Integer ranges that follow from the formula, not from the films that calibration saw.

Calibration gives every tensor the range that familiar films reach. For novelty that is the
wrong one: what is unfamiliar would be clipped to the familiar. Its tensors are bounded by
construction, so their ranges are written here, in place, into the FlatBuffer; the kernels
read scale and zero point when the model is loaded, and no constant depends on them.
"""

from __future__ import annotations

import struct
from collections import Counter
from typing import Any

from edge_runtime.errors import GateError, ModelError
from export.novelty_statistics import NoveltyLayer, NoveltyStatistics

__all__ = ["bound_novelty", "familiar_range", "input_quantization", "operator_names"]

# tanh is 1 to within .01 from there on, and a film's own z / 3 is mostly below 1.
WIDEST = 3.0
REACH = 9.0  # deviations of a channel: what WIDEST is in z


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


def bound_novelty(graph: bytes, statistics: NoveltyStatistics) -> bytes:
    """The same graph, with the ranges of novelty's tensors set to their bounds.

    Walks back from the signature's output: DEQUANTIZE, FULLY_CONNECTED (the mean), MUL
    (the squares), TANH, CONCATENATION where there are several layers, and for each of
    them FULLY_CONNECTED (z / 3) and MEAN. Raises `ModelError` for any other chain.
    """
    data = bytearray(graph)
    walk = _Walk(data)
    mean = walk.back(walk.output("novelty"), "DEQUANTIZE")[0]
    squares = walk.back(mean, "FULLY_CONNECTED")[0]
    squashed = walk.back(squares, "MUL")[0]
    joined = walk.back(squashed, "TANH")[0]
    several = len(statistics.layers) > 1
    scaled = walk.back(joined, "CONCATENATION") if several else [joined]
    if len(scaled) != len(statistics.layers):
        raise ModelError("the int8 novelty joins other layers than its statistics name")
    for tensor, layer in zip(scaled, statistics.layers, strict=True):
        average = walk.back(tensor, "FULLY_CONNECTED")[0]
        walk.back(average, "MEAN")
        if several or not walk.shared(average):
            walk.set(average, *familiar_range(layer))
    for tensor in {joined, *scaled}:
        walk.set(tensor, WIDEST / 127, 0)
    walk.set(squares, 1 / 255, -128)
    walk.set(mean, 1 / 255, -128)
    return bytes(data)


def familiar_range(layer: NoveltyLayer) -> tuple[float, int]:
    """Scale and zero point of a layer's averages: every channel's mean and far beyond.

    As many deviations as a component keeps; 0 is inside and is met exactly.
    """
    reach = REACH * layer.deviation
    low = min(0.0, float((layer.mean - reach).min()))
    high = max(0.0, float((layer.mean + reach).max()))
    scale = max(high - low, 1e-6) / 255
    return scale, max(-128, min(127, round(-128 - low / scale)))


class _Walk:
    """From a tensor to what made it, in a FlatBuffer that can be written into."""

    def __init__(self, data: bytearray) -> None:
        self.data = data
        self.model, self.subgraph = _subgraph(data)
        self.made_by: dict[int, Any] = {}
        self.readers: Counter[int] = Counter()
        for i in range(self.subgraph.OperatorsLength()):
            operator = self.subgraph.Operators(i)
            self.readers.update(set(operator.InputsAsNumpy().tolist()))
            for j in range(operator.OutputsLength()):
                self.made_by[operator.Outputs(j)] = operator

    def output(self, name: str) -> int:
        return _signature_output(self.model, name)

    def back(self, tensor: int, kind: str) -> list[int]:
        """Inputs of the operator that makes `tensor`, which must be of this kind."""
        operator = self.made_by.get(tensor)
        found = _kind(self.model, operator) if operator is not None else "nothing"
        if operator is None or found != kind:
            raise ModelError(f"the int8 novelty is made by {found}, not {kind}: not this graph")
        return [int(operator.Inputs(i)) for i in range(operator.InputsLength())]

    def shared(self, tensor: int) -> bool:
        """Whether more than novelty reads it, as the last layer's average may be."""
        return self.readers[tensor] > 1

    def set(self, tensor: int, scale: float, zero_point: int) -> None:
        _set(self.data, self.subgraph.Tensors(tensor), scale, zero_point)


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
