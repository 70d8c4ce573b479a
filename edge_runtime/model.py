"""A model file, opened: film in, prediction out."""

from __future__ import annotations

import math
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from PIL import Image

from edge_runtime import forks, golden, model_file, resolver
from edge_runtime.arrays import film_of, name_of
from edge_runtime.contract import LABELS, PREDICTION_SCHEMA, Contract
from edge_runtime.errors import InterpreterError, ModelError, UsageError
from edge_runtime.film_rules import FilmInfo, refusal
from edge_runtime.interpreters import Interpreter
from edge_runtime.model_file import BUNDLED, ModelFile, model_path
from edge_runtime.pixels import open_film_info, resize
from edge_runtime.turned import turned

if TYPE_CHECKING:
    from edge_runtime.golden import Golden, GoldenResult
    from edge_runtime.prediction import Prediction

__all__ = ["BUNDLED", "Model", "model_path"]

UNFAMILIAR = "unfamiliar"


class Model:
    """One model file. Safe to share between threads: runs take turns."""

    def __init__(
        self, contract: Contract, interpreter: Interpreter, goldens: Golden,
        threshold: float | None = None,
    ) -> None:  # fmt: skip
        self.contract = contract
        self.interpreter = interpreter
        self.goldens = goldens
        self.threshold = contract.threshold if threshold is None else threshold
        self._lock = threading.Lock()
        self._closed = False
        self._opener: Callable[[], Interpreter] | None = None  # of a fresh one, after a fork
        self._inherited = False

    @classmethod
    def open(
        cls,
        path_or_name: str | os.PathLike[str] | None = None,
        *,
        threads: int = 1,
        threshold: float | None = None,
        check: bool = True,
        interpreter: str | None = None,
        no_contract: bool = False,
    ) -> Model:
        """Open a bundled model by name (the default one without) or a file by path.

        The graph's digest is compared before native code sees it, the outputs' places
        with the contract, and the first golden input, which is the warm-up, with its
        expected outputs; where LiteRT's C API fails, its Interpreter is tried. `interpreter`
        forces one of `edge_runtime.resolver.CHOICES`. With `no_contract` a file without one is
        opened too: the notice of its predictions says what is unknown then.
        Raises `ModelError`, `InterpreterError` or, for what cannot be asked for, `UsageError`.
        """
        # Every score is below NaN: unchecked, each film would be answered with "normal".
        if threshold is not None and not 0 <= threshold <= 1:
            raise UsageError(f"the threshold is {threshold!r}, not a number from 0 to 1")
        file = model_file.read(model_file.find(path_or_name), no_contract=no_contract)
        failed: ModelError | None = None
        for name in resolver.candidates(onnx=file.onnx, wanted=interpreter):
            opener = partial(resolver.open_graph, name, file.graph, threads)
            try:
                native = opener()
            except ModelError as error:
                # That another one is not installed says less than what this graph did wrong.
                if failed is None or isinstance(failed, InterpreterError):
                    failed = error
                continue
            try:
                model = cls._of(file, native, threshold, check=check)
            except ModelError as error:
                native.close()
                failed = error
                continue
            model._opener = opener
            forks.follow(model)
            return model
        raise failed if failed is not None else InterpreterError("no interpreter was named")

    @classmethod
    def _of(
        cls, file: ModelFile, native: Interpreter, threshold: float | None, *, check: bool
    ) -> Model:
        if file.contract is None:
            return cls(model_file.invented(file, native), native, file.goldens, threshold)
        model_file.agree(file.contract, native)
        model = cls(file.contract, native, file.goldens, threshold)
        if check:
            first = model.self_test(first_only=True)[0]
            if not first.passed:
                raise ModelError(
                    f"{native.name} {native.version} does not give this model's golden "
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
            if self._closed:
                raise ModelError("the model is closed")
            if self._inherited and self._opener is not None:
                self.interpreter, self._inherited = self._opener(), False
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
        pixels: bytes | Image.Image,
        probabilities: tuple[float, ...],
        novelty: float,
        info: FilmInfo | None = None,
        threshold: float | None = None,
    ) -> tuple[str, str | None]:
        """Answer and reason of grays, or of an "L" picture; without `info` that is the film."""
        if isinstance(pixels, Image.Image):
            small = pixels
        else:
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
        """One film: a path, bytes, a binary file, a `PIL.Image` or an array.

        Arrays are what `edge_runtime.arrays` takes. Raises `FilmError`.
        """
        from edge_runtime.prediction import Prediction

        return Prediction(**self.answer(film))

    def answer(self, film: Any) -> dict[str, Any]:
        """As `predict`, the fields of a `Prediction` as a plain dict.

        For the command, which cannot spare the time that the import of dataclasses takes.
        """
        marks = [time.perf_counter()]
        image, info = open_film_info(film_of(film))
        marks.append(time.perf_counter())
        small = resize(image, self.contract.input_size)
        pixels = small.tobytes()
        marks.append(time.perf_counter())
        probabilities, heatmap, novelty = self.run(pixels)
        marks.append(time.perf_counter())
        score = probabilities[1]
        answer, reason = self.decide(small, probabilities, novelty, info, self.threshold)
        grid = self.contract.heatmap_grid
        margin = abs(score - self.threshold)
        return {
            "schema": PREDICTION_SCHEMA,
            "file": name_of(film),
            "answer": answer,
            "reason": reason,
            "score": score,
            "threshold": self.threshold,
            "borderline": reason is None and margin <= self.contract.borderline_width,
            "turned": turned(small) if reason in (None, UNFAMILIAR) else None,
            "probabilities": dict(zip(LABELS, probabilities, strict=True)),
            "novelty": novelty,
            "heatmap": tuple(heatmap[row * grid : (row + 1) * grid] for row in range(grid)),
            "timing_ms": _timing(marks),
            "model": self.identity(),
            "runtime": self.runtime(),
            "notice": self.contract.notice,
        }

    def predict_many(self, films: Iterable[Any]) -> Iterator[Prediction]:
        """Predictions of several films, as they are asked for; a `FilmError` does not end them."""
        return map(self.predict, films)

    def identity(self) -> dict[str, str]:
        """Which model this is."""
        names = ("name", "version", "graph_sha256", "precision")
        return {name: getattr(self.contract, name) for name in names}

    def runtime(self) -> dict[str, Any]:
        """What runs it."""
        names = ("name", "api", "version", "delegate", "threads")
        return {name: getattr(self.interpreter, name) for name in names}

    def __enter__(self) -> Model:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give native memory back; to run the model afterwards is a `ModelError`."""
        with self._lock:
            if not self._closed:
                self._closed = True
                self.interpreter.close()

    def forked(self) -> None:
        """In a forked child: the lock may be another thread's, and native threads are gone."""
        self._lock = threading.Lock()
        self._inherited = True
        forks.abandon(self.interpreter)


def _timing(marks: list[float]) -> dict[str, float]:
    """Milliseconds of each step, and from the first mark until now."""
    steps = dict(zip(("decode", "resize", "invoke"), pairwise(marks), strict=True))
    steps["total"] = marks[0], time.perf_counter()
    return {name: round((end - start) * 1e3, 3) for name, (start, end) in steps.items()}
