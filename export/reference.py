"""The same graph without XNNPACK: how far other interpreters may come out."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from edge_runtime.errors import DataError, ModelError
from edge_runtime.interpreters import Interpreter, first_line, open_interpreter
from edge_runtime.native_messages import native_messages

__all__ = ["invoke", "open_plain", "open_reference", "real_values"]


def open_plain(graph: bytes, keep: bool = False) -> Any:
    """LiteRT with its plain kernels; with `keep` every tensor can be read afterwards.

    A delegate would keep its tensors to itself. XNNPACK rounds otherwise, so that its errors
    are of the same size and not the same. Raises `ModelError`.
    """
    from ai_edge_litert.interpreter import Interpreter as Native
    from ai_edge_litert.interpreter import OpResolverType

    try:
        with native_messages():
            native = Native(
                model_content=graph,
                experimental_preserve_all_tensors=keep,
                experimental_op_resolver_type=OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
            )
            native.allocate_tensors()
    except (ValueError, RuntimeError) as error:
        raise ModelError(f"litert cannot load the graph: {first_line(error)}") from error
    return native


def invoke(native: Any, film: npt.NDArray[np.uint8]) -> None:
    """The film in the input's own type: what is not uint8 takes raw 0-255 too, as floats."""
    (detail,) = native.get_input_details()
    size = int(detail["shape"][1])
    if film.shape != (size, size):
        raise DataError(f"a film of {film.shape} does not fit a graph of {size} x {size}")
    values = np.repeat(film[None, :, :, None], 3, axis=3).astype(detail["dtype"])
    native.set_tensor(detail["index"], values)
    native.invoke()


def real_values(native: Any, detail: Any) -> npt.NDArray[np.float64]:
    """A tensor as real numbers."""
    raw: npt.NDArray[np.float64] = native.get_tensor(detail["index"]).astype(np.float64)
    scale, zero_point = detail["quantization"]
    return raw if not scale else (raw - zero_point) * scale


def open_reference(graph: bytes) -> Interpreter:
    """LiteRT with its plain kernels, which round as tflite-runtime's do."""
    native = open_plain(graph)
    return open_interpreter(graph)._replace(native=native, delegate="none")
