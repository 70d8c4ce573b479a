"""A `.tflite` file: with a contract through the device's own code, else as it is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from edge_runtime import container
from edge_runtime.errors import ModelError
from edge_runtime.interpreters import first_line, installed
from edge_runtime.model import Model
from edge_runtime.native_messages import native_messages
from training.evaluate.heads import finite, head_of, pick, probes, square_size
from training.evaluate.opened import OpenedModel
from workshop.evidence.scorer import Floats, Pixels
from workshop.progress import track

__all__ = ["FileScorer", "open_tflite"]

THREADS = 2
One = Callable[[npt.NDArray[np.uint8]], float]  # a film [S, S] -> p(covid)


class FileScorer:
    """A file that takes one film at a time and gives no features."""

    def __init__(self, size: int, score: One) -> None:
        self._size, self._score = size, score

    @property
    def size(self) -> int:
        """S."""
        return self._size

    def scores(self, pixels: Pixels, title: str = "") -> Floats:
        """p(covid) `[n]` of `uint8[n, S, S]`; raises `ModelError` for what is not finite."""
        films = track(pixels, title) if title else pixels
        return finite(np.array([self._score(film) for film in films], np.float64))

    def features(self, pixels: Pixels, title: str = "") -> Floats | None:
        """None: a file holds its outputs alone."""
        return None


def open_tflite(path: Path, data: bytes) -> OpenedModel:
    """Open a `.tflite` file; raises `ModelError` or `InterpreterError`."""
    graph, files = container.split(data)
    if container.CONTRACT not in files:
        return _bare(path, graph)
    model = Model.open(path, threads=THREADS)

    def score(film: npt.NDArray[np.uint8]) -> float:
        return model.run(film.tobytes())[0][1]

    return OpenedModel(
        FileScorer(model.contract.input_size, score), model.contract.name, "tflite",
        "calibrated probabilities", model.threshold, model.contract,
    )  # fmt: skip


def _bare(path: Path, graph: bytes) -> OpenedModel:
    module, name, version = installed()
    try:
        with native_messages():
            native = module.Interpreter(model_content=graph, num_threads=THREADS)
            native.allocate_tensors()
    except (ValueError, RuntimeError) as error:
        raise ModelError(f"{name} {version} cannot load {path}: {first_line(error)}") from error
    taken = native.get_input_details()
    if len(taken) != 1:
        raise ModelError(f"{path} has {len(taken)} inputs; a film is one")
    size = square_size(str(path), [int(one) for one in taken[0]["shape"]])
    kind = np.dtype(taken[0]["dtype"]).name
    if kind != "float32" and (kind, *taken[0]["quantization"]) != ("uint8", 1.0, 0):
        raise ModelError(f"{path} takes {kind} of scale and zero point {taken[0]['quantization']}, "
                         "not raw pixels 0-255")  # fmt: skip
    chosen = _output(native)

    def run(film: npt.NDArray[np.uint8]) -> npt.NDArray[Any]:
        native.set_tensor(taken[0]["index"], np.repeat(film[None, ..., None], 3, -1).astype(kind))
        native.invoke()
        values = np.asarray(native.get_tensor(chosen["index"]), np.float64).reshape(1, -1)
        scale, zero = chosen["quantization"]
        return (values - zero) * scale if scale else values

    head, told = head_of(np.concatenate([run(one) for one in probes(size)]))
    scorer = FileScorer(size, lambda film: float(head(run(film))[0]))
    return OpenedModel(scorer, path.stem, "tflite", told)


def _output(native: Any) -> dict[str, Any]:
    """Details of the output that is the score; only a signature keeps names."""
    details: dict[str, Any] = {str(one["index"]): one for one in native.get_output_details()}
    try:
        named = native.get_signature_runner().get_output_details()
    except (ValueError, RuntimeError, AttributeError):
        named = details
    widths = {name: int(np.prod(one["shape"])) for name, one in named.items()}
    chosen: dict[str, Any] = details[str(named[pick(widths)]["index"])]
    return chosen
