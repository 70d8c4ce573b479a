"""What heat map and novelty cost: two int8 graphs of one student, timed in turn."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edge_runtime.interpreters import installed
from edge_runtime.native_messages import native_messages
from export.convert import saved, to_float32, to_int8
from export.films import stretched
from export.graph import shipped_graph
from export.novelty_int8 import fit_novelty
from export.operators import operator_names
from export.student import load_student
from workshop.phantoms import phantom_pixels

__all__ = ["Cost", "cost_line", "measure_cost"]

SEED = 36_000
CALIBRATION = 8  # phantoms; the ranges do not matter for the time
BURST = 8  # inferences of one graph before it is the other's turn
WARM_UP = 20


@dataclass(frozen=True)
class Cost:
    """Milliseconds of processor time here, one thread; the ratio is what travels."""

    plain_ms: float  # median over rounds
    shipped_ms: float
    ratio: float  # median over rounds of shipped / plain of the same round
    ratio_low: float  # quartiles of the rounds
    ratio_high: float
    rounds: int
    operators: int
    outside_delegate: int  # operators that XNNPACK left to the plain kernels
    interpreter: str


def measure_cost(run: Path, rounds: int) -> Cost:
    """Convert both graphs with phantoms as calibration and run them in turn, in bursts.

    The order changes every round, so that what else the machine does hits both alike.
    """
    import keras
    import numpy as np

    student = load_student(run)
    graph = shipped_graph(student)
    drawn, _ = phantom_pixels(CALIBRATION, SEED, student.record.input_size)
    pixels = np.concatenate([drawn, stretched(drawn[0])[None]])
    plain = keras.Model(graph.input, {"probabilities": graph.output["probabilities"]})
    with saved(graph) as folder:
        quantized, exact = to_int8(folder, pixels), to_float32(folder)
    shipped_file = fit_novelty(quantized, exact, student.novelty, pixels)
    with saved(plain) as folder:
        plain_file = to_int8(folder, pixels)
    one, two = _open(plain_file), _open(shipped_file)
    film = np.repeat(pixels[:1, :, :, None], 3, axis=3)
    for interpreter in (one, two):
        interpreter.set_tensor(interpreter.get_input_details()[0]["index"], film)
        _burst(interpreter, WARM_UP)
    times: list[tuple[float, float]] = []
    for number in range(rounds):
        if number % 2:
            second = _burst(two, BURST)
            times.append((_burst(one, BURST), second))
        else:
            first = _burst(one, BURST)
            times.append((first, _burst(two, BURST)))
    ratios = sorted(second / first for first, second in times)
    names = operator_names(shipped_file)
    _, name, version = installed()
    return Cost(
        plain_ms=statistics.median(first for first, _ in times),
        shipped_ms=statistics.median(second for _, second in times),
        ratio=statistics.median(ratios),
        ratio_low=ratios[len(ratios) // 4],
        ratio_high=ratios[(3 * len(ratios)) // 4],
        rounds=rounds,
        operators=len(names),
        outside_delegate=_outside(two, len(names)),
        interpreter=f"{name} {version}",
    )


def cost_line(cost: Cost) -> str:
    """For a terminal."""
    return (
        f"plain {cost.plain_ms:.3f} ms, with heat map and novelty {cost.shipped_ms:.3f} ms: "
        f"{cost.ratio:.3f} times (quartiles {cost.ratio_low:.3f} to {cost.ratio_high:.3f}, "
        f"{cost.rounds} rounds, {cost.interpreter}); {cost.outside_delegate} of {cost.operators} "
        "operators outside the delegate\n"
    )


def _open(graph: bytes) -> Any:
    module, _, _ = installed()
    with native_messages():
        native = module.Interpreter(model_content=graph, num_threads=1)
        native.allocate_tensors()
    return native


def _burst(native: Any, times: int) -> float:
    """Fastest of some inferences, in milliseconds: the least disturbed one.

    Processor time of this thread, which does all the work: what waits for its turn on a busy
    machine does not count.
    """
    best = float("inf")
    for _ in range(times):
        begun = time.thread_time()
        native.invoke()
        best = min(best, time.thread_time() - begun)
    return best * 1e3


def _outside(native: Any, operators: int) -> int:
    """Operators that are none of a delegate's: those of the plan that it did not replace."""
    plan = native._get_ops_details()
    if len(plan) == operators:
        return operators
    replaced = {int(i) for node in plan[operators:] for i in node["outputs"]}
    outputs = {int(detail["index"]) for detail in native.get_output_details()}
    return 0 if len(plan) == operators + 1 and outputs <= replaced else len(plan) - operators - 1
