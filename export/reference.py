"""The same graph without XNNPACK: how far other interpreters may come out."""

from __future__ import annotations

from dataclasses import replace

from edge_runtime.interpreters import Interpreter, open_interpreter

__all__ = ["open_reference"]


def open_reference(graph: bytes) -> Interpreter:
    """LiteRT with its plain kernels, which round as tflite-runtime's do."""
    from ai_edge_litert.interpreter import Interpreter as Native
    from ai_edge_litert.interpreter import OpResolverType

    native = Native(
        model_content=graph,
        experimental_op_resolver_type=OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
    )
    native.allocate_tensors()
    return replace(open_interpreter(graph), native=native, delegate="none")
