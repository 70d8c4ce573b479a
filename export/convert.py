"""Keras graph -> `.tflite` graph, float32 or int8."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from edge_runtime.errors import ModelError
from export.quiet import converter_silenced, tensorflow

__all__ = ["as_input", "to_float32", "to_int8"]


def as_input(pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """`[S, S]` grays -> `[1, S, S, 3]` float32 with three equal channels."""
    return np.repeat(pixels[None, :, :, None], 3, axis=3).astype(np.float32)


def to_float32(graph: Any) -> bytes:
    """The graph as a float32 FlatBuffer."""
    tensorflow_module = tensorflow()
    with converter_silenced():
        converter = tensorflow_module.lite.TFLiteConverter.from_keras_model(graph)
        return _convert(converter)


def to_int8(graph: Any, representative: npt.NDArray[np.uint8]) -> bytes:
    """The graph in integers, per-channel weights; uint8 in, float32 out.

    `representative` `[n, S, S]` are the films that the ranges are taken from.
    """
    tensorflow_module = tensorflow()

    def films() -> Iterator[list[npt.NDArray[np.float32]]]:
        for pixels in representative:
            yield [as_input(pixels)]

    with converter_silenced():
        converter = tensorflow_module.lite.TFLiteConverter.from_keras_model(graph)
        converter.optimizations = [tensorflow_module.lite.Optimize.DEFAULT]
        converter.representative_dataset = films
        converter.target_spec.supported_ops = [tensorflow_module.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = tensorflow_module.uint8
        converter.inference_output_type = tensorflow_module.float32
        return _convert(converter)


def _convert(converter: Any) -> bytes:
    try:
        return bytes(converter.convert())
    except Exception as error:  # the converter raises a class of its own, not exported
        line = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise ModelError(f"TensorFlow cannot convert the student: {line}") from error
