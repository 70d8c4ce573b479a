"""Multiply-adds of each kind of operator, by hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from export.inspect_macs import onnx_macs, tflite_macs

Shape = tuple[int, ...]
CASES: list[tuple[Callable[..., int | None], str, Sequence[Shape], Shape, int | None]] = [
    (tflite_macs, "CONV_2D", [(1, 8, 8, 4), (5, 3, 3, 4), (5,)], (1, 4, 4, 5), 16 * 9 * 4 * 5),
    (tflite_macs, "CONV_2D", [(1, 8, 8, 4), (6, 3, 3, 2)], (1, 8, 8, 6), 64 * 9 * 2 * 6),  # groups
    (tflite_macs, "DEPTHWISE_CONV_2D", [(1, 8, 8, 4), (1, 3, 3, 8)], (1, 8, 8, 8), 64 * 9 * 8),
    (tflite_macs, "CONV_3D", [(1, 4, 4, 4, 2), (3, 3, 3, 2, 5)], (1, 4, 4, 4, 5), 64 * 27 * 2 * 5),
    (
        tflite_macs, "TRANSPOSE_CONV", [(4,), (5, 3, 3, 4), (1, 4, 4, 4)], (1, 8, 8, 5),
        16 * 4 * 9 * 5,
    ),
    (
        tflite_macs, "CONV_3D_TRANSPOSE", [(5,), (3, 3, 3, 5, 2), (1, 4, 4, 4, 2)],
        (1, 8, 8, 8, 5), 64 * 2 * 27 * 5,
    ),
    (tflite_macs, "FULLY_CONNECTED", [(1, 10), (7, 10), (7,)], (1, 7), 70),
    (tflite_macs, "FULLY_CONNECTED", [(1, 4, 4, 10), (7, 10)], (1, 4, 4, 7), 16 * 70),
    (tflite_macs, "BATCH_MATMUL", [(2, 3, 4), (2, 4, 5)], (2, 3, 5), 2 * 3 * 4 * 5),
    (tflite_macs, "ADD", [(1, 8), (1, 8)], (1, 8), 0),
    (tflite_macs, "MEAN", [(1, 7, 7, 8), (2,)], (1, 8), 0),
    (tflite_macs, "CONV_2D", [(1, -1, 8, 4), (5, 3, 3, 4)], (1, -1, 4, 5), None),
    (tflite_macs, "CONV_2D", [(), ()], (), None),
    (tflite_macs, "UNIDIRECTIONAL_SEQUENCE_LSTM", [(1, 4)], (1, 4), None),
    (tflite_macs, "CUSTOM Mine", [(1, 4)], (1, 4), None),
    (onnx_macs, "Conv", [(1, 4, 8, 8), (6, 2, 3, 3), (6,)], (1, 6, 4, 4), 16 * 6 * 2 * 9),
    (onnx_macs, "Conv", [(1, 4, 8, 8), (4, 1, 3, 3)], (1, 4, 8, 8), 64 * 4 * 9),
    (
        onnx_macs, "QLinearConv", [(1, 4, 8, 8), (), (), (6, 4, 1, 1)], (1, 6, 8, 8), 64 * 6 * 4,
    ),
    (onnx_macs, "ConvTranspose", [(1, 4, 4, 4), (4, 5, 3, 3)], (1, 5, 8, 8), 16 * 4 * 5 * 9),
    (onnx_macs, "Gemm", [(1, 10), (7, 10), (7,)], (1, 7), 70),
    (onnx_macs, "MatMul", [(2, 3, 4), (4, 5)], (2, 3, 5), 2 * 3 * 4 * 5),
    (onnx_macs, "Relu", [(1, 8)], (1, 8), 0),
    (onnx_macs, "GRU", [(1, 8)], (1, 8), None),
    (onnx_macs, "com.microsoft.FusedConv", [(1, 8)], (1, 8), None),
]  # fmt: skip


@pytest.mark.parametrize(("count", "kind", "inputs", "output", "expected"), CASES)
def test_an_operator_by_hand(
    count: Callable[..., int | None],
    kind: str,
    inputs: Sequence[Shape],
    output: Shape,
    expected: int | None,
) -> None:
    assert count(kind, inputs, output) == expected


def test_a_first_matrix_that_is_turned() -> None:
    assert tflite_macs("BATCH_MATMUL", [(2, 4, 3), (2, 4, 5)], (2, 3, 5), True) == 2 * 3 * 4 * 5
    assert onnx_macs("Gemm", [(4, 3), (4, 5)], (3, 5), True) == 3 * 4 * 5
