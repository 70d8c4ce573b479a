"""Which interpreter runs a graph: the first that is there, or the one that is asked for.

In this order: LiteRT's C API (without NumPy, half of the time of a cold answer), LiteRT's Python
Interpreter, tflite-runtime; ONNX Runtime for `.onnx` files. `CXR_EDGE_INTERPRETER` or an argument
forces one: for tests, benchmarks and reports of errors.
"""

from __future__ import annotations

import os

from edge_runtime.errors import InterpreterError, UsageError
from edge_runtime.interpreters import MOST_THREADS, Interpreter, installed, open_interpreter

__all__ = ["CHOICES", "VARIABLE", "candidates", "open_graph", "preload"]

VARIABLE = "CXR_EDGE_INTERPRETER"
CHOICES = ("litert-c", "litert", "tflite-runtime", "onnxruntime")


def candidates(*, onnx: bool = False, wanted: str | None = None) -> tuple[str, ...]:
    """The interpreters to try, in order; `wanted` or the environment may leave one.

    "python" stands for LiteRT's Interpreter or else tflite-runtime. Raises `UsageError` for a
    name that is none, or is of the other kind of file.
    """
    wanted = wanted or os.environ.get(VARIABLE) or None
    if wanted is None:
        return ("onnxruntime",) if onnx else ("litert-c", "python")
    if wanted not in CHOICES:
        raise UsageError(f"no interpreter is called {wanted!r}: it is one of {', '.join(CHOICES)}")
    if onnx != (wanted == "onnxruntime"):
        kind = ".onnx" if onnx else ".tflite"
        raise UsageError(f"the interpreter {wanted!r} does not run {kind} files")
    return (wanted,)


def open_graph(name: str, graph: bytes, threads: int) -> Interpreter:
    """A graph, loaded into an interpreter that `candidates` named.

    Raises `InterpreterError` where it is not there, `ModelError` where the graph is at fault,
    `UsageError` for a number of threads that is none.
    """
    if not 1 <= threads <= MOST_THREADS:
        raise UsageError(f"threads is {threads!r}, not a number from 1 to {MOST_THREADS}")
    if name == "litert-c":
        from edge_runtime.litert_c import open_litert_c

        return open_litert_c(graph, threads)
    if name == "onnxruntime":
        from edge_runtime.onnx_runtime import open_onnx

        return open_onnx(graph, threads)
    return open_interpreter(graph, threads, None if name == "python" else name)


def preload(names: tuple[str, ...]) -> None:
    """Import what `open_graph` would, so that a measurement leaves imports out."""
    for name in names:
        if name == "litert-c":
            from edge_runtime import litert_c, litert_library

            try:
                litert_library.find()
            except InterpreterError:
                continue
            _ = litert_c
        elif name != "onnxruntime":
            installed(None if name == "python" else name)
        return
