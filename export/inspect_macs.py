"""Multiply-adds of one run of a graph, from the shapes of its operators.

One multiply and the add behind it count once, as in the papers; biases, pooling, activations
and what works element by element count as nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

__all__ = ["onnx_macs", "tflite_macs"]

Shape = tuple[int, ...]

# These multiply too, but how often does not follow from shapes alone: named, not guessed.
_UNKNOWN_TFLITE = (
    "BIDIRECTIONAL_SEQUENCE_LSTM", "BIDIRECTIONAL_SEQUENCE_RNN", "CALL", "CALL_ONCE", "CUSTOM",
    "DELEGATE", "IF", "LSTM", "RNN", "SVDF", "STABLEHLO_COMPOSITE", "STABLEHLO_CONVOLUTION",
    "STABLEHLO_DOT_GENERAL", "STABLEHLO_WHILE", "UNIDIRECTIONAL_SEQUENCE_LSTM",
    "UNIDIRECTIONAL_SEQUENCE_RNN", "WHILE",
)  # fmt: skip
_UNKNOWN_ONNX = (
    "Attention", "DeformConv", "Einsum", "GRU", "If", "LSTM", "Loop", "RNN", "Scan",
)  # fmt: skip


def tflite_macs(
    kind: str, inputs: Sequence[Shape], output: Shape, transposed: bool = False
) -> int | None:
    """Of one `.tflite` operator; None where that cannot be told.

    `inputs` in the operator's own order; `transposed` is BATCH_MATMUL's `adj_x`.
    """
    if kind.startswith("CUSTOM") or kind in _UNKNOWN_TFLITE:
        return None
    if kind == "BATCH_MATMUL":
        return _known(output, inputs[0], lambda: math.prod(output) * _depth(inputs[0], transposed))
    if kind == "CONV_2D":  # filters [out, height, width, in of its group]
        return _known(output, inputs[1], lambda: math.prod(output) * math.prod(inputs[1][1:]))
    if kind == "DEPTHWISE_CONV_2D":  # [1, height, width, channels]
        return _known(output, inputs[1], lambda: math.prod(output) * math.prod(inputs[1][1:3]))
    if kind == "CONV_3D":  # [depth, height, width, in, out]
        return _known(output, inputs[1], lambda: math.prod(output) * math.prod(inputs[1][:4]))
    if kind == "TRANSPOSE_CONV":  # shape of the output, filters [out, height, width, in], input
        return _known(inputs[2], inputs[1], lambda: math.prod(inputs[2]) * math.prod(inputs[1][:3]))
    if kind == "CONV_3D_TRANSPOSE":  # shape of the output, [depth, height, width, out, in], input
        return _known(inputs[2], inputs[1], lambda: math.prod(inputs[2]) * math.prod(inputs[1][:4]))
    if kind == "FULLY_CONNECTED":  # [out, in]
        return _known(output, inputs[1], lambda: math.prod(output) * inputs[1][-1])
    return 0


def onnx_macs(
    kind: str, inputs: Sequence[Shape], output: Shape, transposed: bool = False
) -> int | None:
    """Of one ONNX operator; None where that cannot be told. `transposed` is Gemm's `transA`."""
    if kind in _UNKNOWN_ONNX or "." in kind:  # a domain of its own
        return None
    weights = {"QLinearConv": 3}.get(kind, 1)
    if kind in ("Conv", "ConvInteger", "QLinearConv"):  # [out, in of its group, ...]
        filters = inputs[weights]
        return _known(output, filters, lambda: math.prod(output) * math.prod(filters[1:]))
    if kind == "ConvTranspose":  # [in, out of its group, ...]
        return _known(inputs[0], inputs[1], lambda: math.prod(inputs[0]) * math.prod(inputs[1][1:]))
    if kind in ("Gemm", "MatMul", "MatMulInteger", "QLinearMatMul"):
        return _known(output, inputs[0], lambda: math.prod(output) * _depth(inputs[0], transposed))
    return 0


def _depth(shape: Shape, transposed: bool) -> int:
    """How many products make one value of a matrix product, by its first matrix."""
    return shape[-2 if transposed else -1]


def _known(first: Shape, second: Shape, count: Callable[[], int]) -> int | None:
    """The count, where all sizes are there."""
    return count() if first and second and min(*first, *second, 1) > 0 else None
