"""Keras graph -> `.tflite` graph, in any of its precisions."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from edge_runtime.errors import ModelError
from export.backend import tensorflow
from export.graph import INPUT
from workshop.quiet import silenced

__all__ = [
    "as_input",
    "saved",
    "to_dynamic",
    "to_float16",
    "to_float32",
    "to_int8",
    "to_int16",
]

Pixels = npt.NDArray[np.uint8]


def as_input(pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """`[S, S]` grays -> `[1, S, S, 3]` float32 with three equal channels."""
    return np.repeat(pixels[None, :, :, None], 3, axis=3).astype(np.float32)


@contextlib.contextmanager
def saved(graph: Any) -> Iterator[Path]:
    """The graph as a SavedModel in a temporary folder: traced once, converted twice.

    What `from_keras_model` does inside, each time anew. The batch of 1 stays in the
    signature, which Keras' own `Model.export` makes variable.
    """
    tensorflow_module = tensorflow()
    import keras

    with tempfile.TemporaryDirectory() as folder:
        with silenced():
            film = graph.inputs[0]
            signature = tensorflow_module.TensorSpec(film.shape, film.dtype, INPUT)
            archive = keras.export.ExportArchive()
            archive.track(graph)
            archive.add_endpoint("serve", lambda x: graph(x, training=False), [signature])
            archive.write_out(folder, verbose=False)
        yield Path(folder)


def to_float32(folder: Path) -> bytes:
    """A SavedModel as a float32 FlatBuffer."""
    return _convert(folder, lambda converter: None)


def to_float16(folder: Path) -> bytes:
    """A SavedModel with weights in float16, computed in float32."""

    def settings(converter: Any) -> None:
        converter.optimizations = [tensorflow().lite.Optimize.DEFAULT]
        converter.target_spec.supported_types = [tensorflow().float16]

    return _convert(folder, settings)


def to_dynamic(folder: Path) -> bytes:
    """A SavedModel with int8 weights; every film's activations get ranges of their own."""

    def settings(converter: Any) -> None:
        converter.optimizations = [tensorflow().lite.Optimize.DEFAULT]

    return _convert(folder, settings)


def to_int16(folder: Path, representative: Pixels) -> bytes:
    """A SavedModel with int8 weights and int16 activations; float in and out."""

    def settings(converter: Any) -> None:
        lite = tensorflow().lite
        converter.optimizations = [lite.Optimize.DEFAULT]
        converter.representative_dataset = _films(representative)
        converter.target_spec.supported_ops = [
            lite.OpsSet.EXPERIMENTAL_TFLITE_BUILTINS_ACTIVATIONS_INT16_WEIGHTS_INT8
        ]

    return _convert(folder, settings)


def to_int8(folder: Path, representative: Pixels) -> bytes:
    """A SavedModel in integers, per-channel weights; uint8 in, float32 out.

    `representative` `[n, S, S]` are the films that the ranges are taken from.
    """

    def settings(converter: Any) -> None:
        lite = tensorflow().lite
        converter.optimizations = [lite.Optimize.DEFAULT]
        converter.representative_dataset = _films(representative)
        converter.target_spec.supported_ops = [lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = tensorflow().uint8
        converter.inference_output_type = tensorflow().float32

    return _convert(folder, settings)


def _films(representative: Pixels) -> Callable[[], Iterator[list[npt.NDArray[np.float32]]]]:
    return lambda: ([as_input(pixels)] for pixels in representative)


def _convert(folder: Path, settings: Callable[[Any], None]) -> bytes:
    try:
        with silenced():
            converter = tensorflow().lite.TFLiteConverter.from_saved_model(str(folder))
            settings(converter)
            return bytes(converter.convert())
    except Exception as error:  # the converter raises a class of its own, not exported
        line = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise ModelError(f"TensorFlow cannot convert the student: {line}") from error
