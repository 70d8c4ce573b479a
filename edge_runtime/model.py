"""A model file, opened: film in, prediction out."""

from __future__ import annotations

import math
import os
import threading
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from edge_runtime import container, golden
from edge_runtime.contract import LABELS, Contract
from edge_runtime.errors import ModelError
from edge_runtime.film_rules import RULES, FilmInfo, refusal
from edge_runtime.interpreters import Interpreter, open_interpreter
from edge_runtime.pixels import PIXELS_VERSION, open_film_info, resize
from edge_runtime.prediction import Prediction

if TYPE_CHECKING:
    from edge_runtime.golden import Golden, GoldenResult

__all__ = ["BUNDLED", "Model", "model_path"]

BUNDLED = "cxr-mobilenetv2-int8"
FOLDER = Path(__file__).parent / "models"
UNFAMILIAR = "unfamiliar"


def model_path(path_or_name: str | os.PathLike[str] | None = None) -> Path:
    """The file of a bundled model's name, or the path itself; raises `ModelError`."""
    wanted = os.fspath(path_or_name) if path_or_name is not None else BUNDLED
    bundled = FOLDER / f"{wanted}.tflite"
    if os.sep not in wanted and os.path.isfile(bundled):
        return bundled
    if os.path.isfile(wanted):  # unlike Path's, it holds where the folder may not be read
        return Path(wanted)
    names = sorted(path.stem for path in FOLDER.glob("*.tflite"))
    known = f"bundled: {', '.join(names)}" if names else "none is bundled"
    raise ModelError(f"no model {wanted!r}: give the path of a .tflite file or a name ({known})")


class Model:
    """One model file. Safe to share between threads: runs take turns."""

    def __init__(
        self,
        contract: Contract,
        interpreter: Interpreter,
        goldens: Golden,
        threshold: float | None = None,
    ) -> None:
        self.contract = contract
        self.interpreter = interpreter
        self.goldens = goldens
        self.threshold = contract.threshold if threshold is None else threshold
        self._lock = threading.Lock()

    @classmethod
    def open(
        cls,
        path_or_name: str | os.PathLike[str] | None = None,
        *,
        threads: int = 1,
        threshold: float | None = None,
        check: bool = True,
    ) -> Model:
        """Open a bundled model by name (the default one without) or a file by path.

        The graph's digest is compared before native code sees it, the outputs' places
        with the contract, and the first golden input, which is the warm-up, with its
        expected outputs. Raises `ModelError` or `InterpreterError`.
        """
        path = model_path(path_or_name)
        try:
            graph, files = container.split(path.read_bytes())
        except OSError as error:
            raise ModelError(f"{path} cannot be read: {error.strerror}") from error
        if container.CONTRACT not in files or container.GOLDEN not in files:
            raise ModelError(
                f"{path} carries no contract: it was cut short, or never went through "
                "`python -m export run`"
            )
        contract = Contract.from_json(files[container.CONTRACT])
        if container.sha256(graph) != contract.graph_sha256:
            raise ModelError(f"{path} is damaged: its graph is not the one of its contract")
        interpreter = open_interpreter(graph, threads)
        _agree(contract, interpreter)
        model = cls(contract, interpreter, golden.from_json(files[container.GOLDEN]), threshold)
        if check:
            first = model.self_test(first_only=True)[0]
            if not first.passed:
                raise ModelError(
                    f"{interpreter.name} {interpreter.version} does not give this model's golden "
                    f"output ({first.output} {first.difference:.2g} off, "
                    f"{first.tolerance:.2g} allowed)"
                )
        return model

    def self_test(self, *, first_only: bool = False) -> list[GoldenResult]:
        """Run the golden inputs with the contract's own threshold."""
        tolerance = self.goldens.tolerance.get(self.interpreter.family, golden.EXACT)
        items = self.goldens.items[:1] if first_only else self.goldens.items
        return [golden.check(self, item, tolerance) for item in items]

    def run(self, pixels: bytes) -> tuple[tuple[float, ...], tuple[float, ...], float]:
        """`S * S` grays -> probabilities `(normal, covid)`, heat map `g * g`, novelty."""
        if len(pixels) != self.contract.input_size**2:
            raise ModelError(
                f"the model takes {self.contract.input_size}x{self.contract.input_size} pixels, "
                f"not {len(pixels)} in all"
            )
        with self._lock:
            outputs = self.interpreter.run(pixels)
        sizes = {"probabilities": 2, "heatmap": self.contract.heatmap_grid**2, "novelty": 1}
        for name, size in sizes.items():
            values = outputs[name]
            # A NaN is below every threshold: unchecked, it would be answered with "normal".
            if len(values) != size or not all(map(math.isfinite, values)):
                raise ModelError(
                    f"the model's output {name!r} is not {size} finite numbers; get it again"
                )
        return outputs["probabilities"], outputs["heatmap"], outputs["novelty"][0]

    def decide(
        self,
        pixels: bytes,
        probabilities: tuple[float, ...],
        novelty: float,
        info: FilmInfo | None = None,
        threshold: float | None = None,
    ) -> tuple[str, str | None]:
        """Answer and reason; without `info` the pixels themselves are the film."""
        from PIL import Image

        size = self.contract.input_size
        small = Image.frombytes("L", (size, size), pixels)
        info = info if info is not None else FilmInfo.of(small)
        reason = refusal(info, small, self.contract.film_rules)
        if reason is None and novelty > self.contract.novelty_threshold:
            reason = UNFAMILIAR
        if reason is not None:
            return "not_recognised", reason
        limit = self.contract.threshold if threshold is None else threshold
        return ("covid" if probabilities[1] >= limit else "normal"), None

    def predict(self, film: Any) -> Prediction:
        """One film: a path, bytes, a binary file or a `PIL.Image`. Raises `FilmError`."""
        begun = time.perf_counter()
        image, info = open_film_info(film)
        decoded = time.perf_counter()
        pixels = resize(image, self.contract.input_size).tobytes()
        resized = time.perf_counter()
        probabilities, heatmap, novelty = self.run(pixels)
        invoked = time.perf_counter()
        score = probabilities[1]
        answer, reason = self.decide(pixels, probabilities, novelty, info, self.threshold)
        grid = self.contract.heatmap_grid
        margin = abs(score - self.threshold)
        return Prediction(
            file=_name(film),
            answer=answer,
            reason=reason,
            score=score,
            threshold=self.threshold,
            borderline=reason is None and margin <= self.contract.borderline_width,
            probabilities=dict(zip(LABELS, probabilities, strict=True)),
            novelty=novelty,
            heatmap=tuple(heatmap[row * grid : (row + 1) * grid] for row in range(grid)),
            timing_ms={
                "decode": _ms(begun, decoded),
                "resize": _ms(decoded, resized),
                "invoke": _ms(resized, invoked),
                "total": _ms(begun, time.perf_counter()),
            },
            model=self.identity(),
            runtime=self.runtime(),
            notice=self.contract.notice,
        )

    def predict_many(self, films: Iterable[Any]) -> Iterator[Prediction]:
        """Predictions of several films, in order, as they are asked for."""
        return (self.predict(film) for film in films)

    def identity(self) -> dict[str, str]:
        """Which model this is."""
        one = self.contract
        return {
            "name": one.name,
            "version": one.version,
            "graph_sha256": one.graph_sha256,
            "precision": one.precision,
        }

    def runtime(self) -> dict[str, Any]:
        """What runs it."""
        one = self.interpreter
        return {
            "name": one.name,
            "version": one.version,
            "delegate": one.delegate,
            "threads": one.threads,
        }

    def __enter__(self) -> Model:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        return None


def _agree(contract: Contract, interpreter: Interpreter) -> None:
    """The contract is what the graph says of itself, or the file is not to be trusted."""
    pairs = {
        "outputs": (contract.outputs, interpreter.positions),
        "input size": (contract.input_size, interpreter.input_size),
        "input type": (contract.input_dtype, interpreter.input_dtype),
        "input scale": (
            (contract.input_scale, contract.input_zero_point),
            (interpreter.input_scale, interpreter.input_zero_point),
        ),
        "labels": (contract.labels, LABELS),
        "pixel definition": (contract.pixels, PIXELS_VERSION),
    }
    unknown = sorted(contract.film_rules.keys() - RULES.keys())
    if unknown:
        raise ModelError(f"the model has a film rule {unknown[0]!r} unknown here; update cxr-edge")
    for what, (said, found) in pairs.items():
        if said != found:
            raise ModelError(
                f"the model's contract says {what} {said}, here it is {found}; "
                "update cxr-edge or export the model again"
            )


def _ms(start: float, end: float) -> float:
    return round((end - start) * 1e3, 3)


def _name(film: Any) -> str:
    if isinstance(film, str | os.PathLike):
        return os.fspath(film)
    return str(getattr(film, "name", "") or getattr(film, "filename", "") or "<film>")
