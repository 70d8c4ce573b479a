"""Read a chest film on a small device and give a score: what cxr-edge installs.

    from edge_runtime import Model
    with Model.open() as model:
        print(model.predict("film.png").answer)

Research and demonstration only, not a medical device.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from edge_runtime.benchmark_record import BenchmarkRecord
    from edge_runtime.contract import Contract
    from edge_runtime.errors import EdgeError, FilmError, InterpreterError, ModelError
    from edge_runtime.model import Model
    from edge_runtime.prediction import Prediction

__all__ = [
    "BenchmarkRecord",
    "Contract",
    "EdgeError",
    "FilmError",
    "InterpreterError",
    "Model",
    "ModelError",
    "Prediction",
    "__version__",
]
__version__ = "0.1.0"

_HOMES = {
    "BenchmarkRecord": "benchmark_record",
    "Contract": "contract",
    "EdgeError": "errors",
    "FilmError": "errors",
    "InterpreterError": "errors",
    "Model": "model",
    "ModelError": "errors",
    "Prediction": "prediction",
}


def __getattr__(name: str) -> Any:
    """Import on first use: a command that only says its version should not load Pillow."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
