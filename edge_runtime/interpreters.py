"""Interpreters of `.tflite` graphs: LiteRT, else the older tflite-runtime."""

import importlib
import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from edge_runtime.errors import InterpreterError, ModelError
from edge_runtime.native_messages import native_messages

__all__ = [
    "MOST_THREADS",
    "OUTPUTS",
    "Interpreter",
    "first_line",
    "installed",
    "open_interpreter",
    "wheel_version",
]

MOST_THREADS = 64  # each takes a stack: libraries end the process where there is no room for it
OUTPUTS = ("probabilities", "heatmap", "novelty")
MODULES = (
    ("ai_edge_litert.interpreter", "ai_edge_litert", "litert"),
    ("tflite_runtime.interpreter", "tflite_runtime", "tflite-runtime"),
)


class Interpreter(NamedTuple):
    """One graph, ready to run. Not safe to share between threads by itself."""

    name: str  # "litert" | "tflite-runtime"
    version: str
    delegate: str  # "xnnpack" | "none"
    threads: int
    input_size: int  # S
    input_dtype: str
    input_scale: float
    input_zero_point: int
    positions: dict[str, int]  # output name -> index in the subgraph's outputs
    native: Any
    tensors: dict[str, int]  # output name -> tensor index
    api: str = "python"  # or "c": how the library is called

    @property
    def family(self) -> str:
        """The key of a golden tolerance: who computes in the same way."""
        return "litert_xnnpack" if self.delegate == "xnnpack" else "other"

    def run(self, pixels: bytes) -> dict[str, tuple[float, ...]]:
        """`pixels` are `S * S` grays; each output as floats, flat."""
        import numpy as np

        size = self.input_size
        gray = np.frombuffer(pixels, np.uint8).reshape(1, size, size, 1)
        film = np.repeat(gray, 3, axis=3).astype(self.input_dtype, copy=False)
        self.native.set_tensor(self.native.get_input_details()[0]["index"], film)
        try:
            self.native.invoke()
        except (ValueError, RuntimeError) as error:
            raise ModelError(f"{self.name} cannot run the model: {first_line(error)}") from error
        return {
            name: tuple(self.native.get_tensor(index).ravel().tolist())
            for name, index in self.tensors.items()
        }

    def close(self) -> None:
        """Give native memory back, where that is not Python's own business."""


def open_interpreter(graph: bytes, threads: int = 1, only: str | None = None) -> Interpreter:
    """Load a graph into the first interpreter that is installed, or into the one named `only`.

    Raises `InterpreterError` where there is none, `ModelError` where the graph is not
    one of this project (one square input of three channels, outputs by name).
    """
    module, name, version = installed(only)
    try:
        with native_messages():
            native = module.Interpreter(model_content=graph, num_threads=threads)
            native.allocate_tensors()
    except SystemError as error:
        # tflite-runtime was built for NumPy 1 and notices NumPy 2 only here.
        raise InterpreterError(
            f"{name} {version} does not work with the NumPy that is installed: "
            "pip install 'numpy<2'"
        ) from error
    except (ValueError, RuntimeError) as error:
        raise ModelError(f"{name} {version} cannot load the model: {first_line(error)}") from error
    details = native.get_input_details()
    shape = square_input([int(n) for n in details[0]["shape"]], len(details))
    scale, zero_point = details[0]["quantization"]
    tensors, positions = _outputs(native)
    return Interpreter(
        name=name,
        version=version,
        delegate=_delegate(native, name),
        threads=threads,
        input_size=shape[1],
        input_dtype=details[0]["dtype"].__name__,
        input_scale=float(scale),
        input_zero_point=int(zero_point),
        positions=positions,
        native=native,
        tensors=tensors,
    )


def square_input(shape: list[int], count: int = 1) -> list[int]:
    """The shape of the input, where it is the only one and as ours; raises `ModelError`."""
    if count != 1 or len(shape) != 4 or shape[1] != shape[2] or shape[3] != 3:
        raise ModelError(f"the model's input is {shape}, not [1, S, S, 3]; it is not one of ours")
    return shape


def first_line(error: Exception) -> str:
    """The first line of a native library's message."""
    return (str(error).strip().splitlines() or ["no reason given"])[0]


def installed(only: str | None = None) -> tuple[Any, str, str]:
    """The first interpreter, or that named `only`, that can be imported: module, name, version.

    Raises `InterpreterError` where there is none.
    """
    broken: list[str] = []
    for path, package, name in MODULES:
        if only not in (None, name):
            continue
        try:
            with native_messages():
                module = importlib.import_module(path)
        except ModuleNotFoundError as error:
            if error.name in (path, package):
                continue
            broken.append(f"{name} does not start: {error}")
        except (ImportError, AttributeError, OSError) as error:
            broken.append(f"{name} does not start: {error}")
        else:
            folder = os.path.dirname(os.path.dirname(str(module.__file__)))
            return module, name, wheel_version(folder, package) or _version(package)
    if broken:
        raise InterpreterError(broken[0].splitlines()[0] + "; install it again")
    if only is not None:
        raise InterpreterError(f"{only} is not installed, and no other interpreter was to be taken")
    if sys.maxsize <= 2**32:
        advice = (
            "on 32-bit ARM use Python 3.11 or older with `pip install tflite-runtime 'numpy<2'`"
        )
    else:
        advice = "install one with `pip install ai-edge-litert`"
    raise InterpreterError(f"no interpreter for .tflite models is installed: {advice}")


def wheel_version(folder: str, package: str) -> str | None:
    """The version of a package that a wheel put into a folder, None where none did.

    By the name of its metadata's folder: to parse that takes as long as to infer.
    """
    for name in os.listdir(folder or os.curdir):
        if name.startswith(f"{package}-") and name.endswith(".dist-info"):
            return name.removeprefix(f"{package}-").removesuffix(".dist-info")
    return None


def _version(package: str) -> str:
    from importlib import metadata

    try:
        return metadata.version(package.replace("_", "-"))
    except metadata.PackageNotFoundError:
        return "unknown"


def _delegate(native: Any, name: str) -> str:
    """Whether XNNPACK took any of the graph."""
    if name != "litert":
        return "none"  # tflite-runtime's own build does not take int8 into it (measured)
    try:
        inner = native._interpreter
        last = inner.NodeName(inner.NumNodes() - 1)  # delegates stand behind the operators
    except (AttributeError, ValueError, RuntimeError):
        return "xnnpack"  # a version that does not tell; each until now has taken it
    return "xnnpack" if last == "DELEGATE" else "none"


def _outputs(native: Any) -> tuple[dict[str, int], dict[str, int]]:
    """Tensor index and position of each output, found by the signature's names.

    The converter drops tensor names and reorders outputs; only the signature keeps them.
    """
    order = [int(detail["index"]) for detail in native.get_output_details()]
    try:
        found = native.get_signature_runner().get_output_details()
    except (ValueError, RuntimeError, AttributeError) as error:
        raise ModelError("the model has no signature that names its outputs") from error
    tensors = {name: int(detail["index"]) for name, detail in found.items()}
    positions = output_positions(tensors, order)
    return {name: tensors[name] for name in OUTPUTS}, positions


def output_positions(tensors: Mapping[str, object], order: Sequence[object]) -> dict[str, int]:
    """Where each output stands among the subgraph's, `order`, given the signature's `tensors`.

    Raises `ModelError` where an output of ours is missing, or is none of the subgraph's.
    """
    missing = [name for name in OUTPUTS if name not in tensors]
    if missing:
        raise ModelError(f"the model has no output named {missing[0]!r}; it is not one of ours")
    if not {tensors[name] for name in OUTPUTS} <= set(order):
        raise ModelError("the model's signature names tensors that are not its outputs")
    return {name: order.index(tensors[name]) for name in OUTPUTS}
