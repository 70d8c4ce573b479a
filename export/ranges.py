"""Integer ranges that follow from the formula, not from the films that calibration saw.

Calibration gives every tensor the range that familiar films reach. For novelty that is the
wrong one: what is unfamiliar would be clipped to the familiar. Its tensors are bounded by
construction, so their ranges are written here, in place, into the FlatBuffer; the kernels
read scale and zero point when the model is loaded. The averages that it begins with get the
range of the statistics; the biases behind them, which count in their scale, are counted anew.
"""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from edge_runtime.errors import GateError, ModelError
from export.novelty_statistics import NoveltyLayer, NoveltyStatistics
from export.operators import kind_of, subgraph_of

__all__ = [
    "Walk",
    "bound_novelty",
    "familiar_range",
    "input_quantization",
]

# tanh is 1 to within .01 from there on, and a film's own z / 3 is mostly below 1.
WIDEST = 3.0
REACH = 9.0  # deviations of a channel: what WIDEST is in z


def input_quantization(graph: bytes) -> tuple[float, int]:
    """Scale and zero point of the input; raises `GateError` unless a pixel is the input."""
    _, subgraph = subgraph_of(graph)
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
    walk = Walk(data)
    walk.back(walk.output("novelty"), "DEQUANTIZE")  # or it is no int8 file
    chain = walk.novelty(len(statistics.layers))
    for stage, layer in zip(chain.layers, statistics.layers, strict=True):
        if not walk.shared(stage.average):  # the head's as well, where the last map is looked at
            scale, zero_point = familiar_range(layer)
            walk.rescale_bias(stage.bias, walk.scale(stage.average) / scale)
            walk.set(stage.average, scale, zero_point)
    for tensor in {chain.joined, *(stage.scaled for stage in chain.layers)}:
        walk.set(tensor, WIDEST / 127, 0)
    walk.set(chain.squares, 1 / 255, -128)
    walk.set(chain.mean, 1 / 255, -128)
    return bytes(data)


def familiar_range(layer: NoveltyLayer) -> tuple[float, int]:
    """Scale and zero point of a layer's averages: every channel's mean and far beyond.

    As many deviations as a component keeps; 0 is inside and is met exactly.
    """
    reach = REACH * layer.deviation
    low = min(0.0, float((layer.mean - reach).min()))
    high = max(0.0, float((layer.mean + reach).max()))
    exact = max(high - low, 1e-6) / 255
    scale = float(struct.unpack("<f", struct.pack("<f", exact))[0])  # as the file holds it
    return scale, max(-128, min(127, round(-128 - low / scale)))


@dataclass(frozen=True)
class Stage:
    """Tensors of one layer: its average, the bias and the result (z / 3) of its Dense."""

    average: int
    weights: int
    bias: int
    scaled: int


@dataclass(frozen=True)
class Chain:
    """Novelty's tensors, from the layers on; `joined` is `scaled` where there is one layer."""

    layers: tuple[Stage, ...]
    joined: int
    squares: int
    mean: int


class Walk:
    """From a tensor to what made it, in a FlatBuffer that can be written into."""

    def __init__(self, data: bytearray) -> None:
        self.data = data
        self.model, self.subgraph = subgraph_of(data)
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
        found = kind_of(self.model, operator) if operator is not None else "nothing"
        if operator is None or found != kind:
            raise ModelError(f"the int8 novelty is made by {found}, not {kind}: not this graph")
        return [int(operator.Inputs(i)) for i in range(operator.InputsLength())]

    def novelty(self, layers: int) -> Chain:
        """The chain that the docstring of `bound_novelty` names, int8 or float32."""
        mean = self.output("novelty")
        if kind_of(self.model, self.made_by[mean]) == "DEQUANTIZE":
            mean = self.back(mean, "DEQUANTIZE")[0]
        squares = self.back(mean, "FULLY_CONNECTED")[0]
        joined = self.back(self.back(squares, "MUL")[0], "TANH")[0]
        scaled = self.back(joined, "CONCATENATION") if layers > 1 else [joined]
        if len(scaled) != layers:
            raise ModelError("the int8 novelty joins other layers than its statistics name")
        stages = []
        for tensor in scaled:
            average, weights, bias = self.back(tensor, "FULLY_CONNECTED")
            self.back(average, "MEAN")
            stages.append(Stage(average, weights, bias, tensor))
        return Chain(tuple(stages), joined, squares, mean)

    def shared(self, tensor: int) -> bool:
        """Whether more than novelty reads it, as the last layer's average may be."""
        return self.readers[tensor] > 1

    def scale(self, tensor: int) -> float:
        return float(self.subgraph.Tensors(tensor).Quantization().Scale(0))

    def rescale_bias(self, tensor: int, factor: float) -> None:
        """A bias counts in input scale times weight scale: the same bias for another input.

        `factor` is the old input scale over the new one.
        """
        self._write_bias(tensor, [value * factor for value in self._bias(tensor)])
        found = self.subgraph.Tensors(tensor).Quantization()
        table, count = found._tab, found.ScaleLength()
        place = table.Vector(table.Offset(8))
        old = struct.unpack_from(f"<{count}f", self.data, place)
        struct.pack_into(f"<{count}f", self.data, place, *(one / factor for one in old))

    def add_to_bias(self, tensor: int, values: Sequence[float]) -> None:
        """Add real numbers, one an entry, to an int32 bias."""
        found = self.subgraph.Tensors(tensor).Quantization()
        scales = [float(found.Scale(i if found.ScaleLength() > 1 else 0))
                  for i in range(len(values))]  # fmt: skip
        old = self._bias(tensor)
        pairs = zip(old, values, scales, strict=True)
        self._write_bias(tensor, [one + value / scale for one, value, scale in pairs])

    def _bias(self, tensor: int) -> tuple[int, ...]:
        place, count = self._place(tensor)
        return struct.unpack_from(f"<{count}i", self.data, place)

    def _write_bias(self, tensor: int, values: Sequence[float]) -> None:
        place, count = self._place(tensor)
        limit = 2**31 - 1
        whole = [max(-limit, min(limit, round(value))) for value in values]
        struct.pack_into(f"<{count}i", self.data, place, *whole)

    def _place(self, tensor: int) -> tuple[int, int]:
        bias = self.subgraph.Tensors(tensor)
        table = self.model.Buffers(bias.Buffer())._tab
        return table.Vector(table.Offset(4)), bias.Shape(0)

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
