"""Keras graph -> FlatBuffer, float32 or int8."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryFile

import keras
import numpy as np
import numpy.typing as npt

from edge_runtime.errors import GateError, ModelError
from edge_runtime.interpreters import open_interpreter

__all__ = ["check_input", "float32", "int8", "load_student"]

Pixels = npt.NDArray[np.uint8]


def load_student(path: Path) -> keras.Model:
    """Read a `.keras` file; raises `ModelError` in one line."""
    try:
        return keras.saving.load_model(path, compile=False)
    except Exception as error:  # Keras raises whatever its parts raise
        line = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise ModelError(f"{path} is no readable .keras model: {line[:120]}") from error


def float32(model: keras.Model) -> bytes:
    """The graph in float32: takes raw pixels as floats."""
    return _convert(model, lambda converter: None)


def int8(model: keras.Model, representative: Pixels) -> bytes:
    """The graph wholly in int8, `uint8` in and `float32` out (dequantized inside).

    Weights per channel, activation ranges from `representative` `uint8[n, S, S]`. Raises
    `GateError` where the input's scale is not 1.0 with zero point 0, for then a pixel
    would not be the input.
    """
    import tensorflow as tf

    def films() -> Iterator[list[npt.NDArray[np.float32]]]:
        for film in representative:
            yield [np.repeat(film[None, ..., None], 3, axis=3).astype(np.float32)]

    def configure(converter: tf.lite.TFLiteConverter) -> None:
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = films
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = tf.uint8
        converter.inference_output_type = tf.float32

    graph = _convert(model, configure)
    check_input(graph)
    return graph


def check_input(graph: bytes) -> None:
    """Refuse an int8 graph whose input is not the pixel itself."""
    one = open_interpreter(graph)
    found = (one.input_dtype, one.input_scale, one.input_zero_point)
    if found != ("uint8", 1.0, 0):
        raise GateError(
            f"the int8 input has type, scale and zero point {found}, not ('uint8', 1.0, 0): the "
            "representative films must hold both 0 and 255"
        )


def _convert(model: keras.Model, configure: Callable[..., None]) -> bytes:
    import tensorflow as tf

    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    configure(converter)
    try:
        with _quiet():
            graph: bytes = converter.convert()
    except Exception as error:  # the converter's own tree is not public
        line = str(error).strip().splitlines()[0][:160]
        raise ModelError(f"the converter refused the model: {line}") from error
    return graph


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """The converter writes its progress to file descriptors 1 and 2; stdout is data."""
    with TemporaryFile() as chatter:
        saved = [os.dup(1), os.dup(2)]
        os.dup2(chatter.fileno(), 1)
        os.dup2(chatter.fileno(), 2)
        try:
            yield
        finally:
            for number, copy in zip((1, 2), saved, strict=True):
                os.dup2(copy, number)
                os.close(copy)
