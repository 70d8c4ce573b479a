"""Ours beside the bare call of the same library, in turns in this process.

Run as `python -m benchmarks.overhead.beside MODEL THREADS ROUNDS`, it prints a `Beside` as JSON:
a process of its own, so that nothing else has its memory or its threads.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Callable
from ctypes import c_size_t
from dataclasses import asdict
from statistics import median

from PIL import Image

from benchmarks.overhead.record import Beside
from edge_runtime.litert_c import Compiled
from edge_runtime.model import Model

__all__ = ["beside"]

WARM = 20


def beside(path: str | None, threads: int, rounds: int, seed: int = 0) -> Beside:
    """Take the rounds, each way once in each, in an order that is drawn. Raises `ModelError`."""
    with Model.open(path, threads=threads, interpreter="litert-c") as model:
        pixels, size = model.goldens.items[0].pixels(), model.contract.input_size
        picture = Image.frombytes("L", (size, size), pixels)
        compiled: Compiled = model.interpreter.native
        invoke = compiled.handles.library.LiteRtRunCompiledModel
        given = (
            compiled.model, c_size_t(0), c_size_t(1), compiled.input_array,
            c_size_t(len(compiled.outputs)), compiled.output_array,
        )  # fmt: skip
        ways: dict[str, Callable[[], object]] = {
            "bare_ms": lambda: invoke(*given),
            "run_ms": lambda: model.run(pixels),
            "predict_ms": lambda: clocks.append(model.predict(picture).timing_ms),
        }
        clocks: list[dict[str, float]] = []
        found: dict[str, list[float]] = {name: [] for name in ways}
        order, draw = list(ways), random.Random(seed)
        for number in range(WARM + rounds):
            draw.shuffle(order)
            for name in order:
                begun = time.perf_counter()
                ways[name]()
                taken = (time.perf_counter() - begun) * 1e3
                if number >= WARM:
                    found[name].append(round(taken, 4))
    steps = {step: round(median(one[step] for one in clocks[WARM:]), 3) for step in clocks[0]}
    bare, run, predict = (tuple(found[name]) for name in ways)
    return Beside(threads, bare, run, predict, steps)


if __name__ == "__main__":
    made = beside(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
    sys.stdout.write(json.dumps(asdict(made)) + "\n")
