"""How long a training step takes on this machine: the faster precision, and the time left."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from itertools import islice, repeat
from statistics import median

import keras
import numpy as np

from edge_runtime.contract import LABELS
from training.fitting import losses, supervised
from training.networks import build
from workshop.presets import PRECISIONS, NetworkPreset, Preset
from workshop.progress import clock

__all__ = ["announce", "faster_precision", "step_seconds", "timed"]

TIMED = 2  # steps after the first, which compiles
FEW = 8  # films a step that tell which precision is faster, sooner than a whole batch does
LONG = 100  # fewer steps than these are over before their forecast would be


@lru_cache
def step_seconds(preset: NetworkPreset, size: int) -> float:
    """Seconds of one training step of `preset.batch` films `[size, size]`, compiling left out.

    Measured on a network of its own with random weights, which cost what others cost;
    whatever is trained afterwards is not touched. Remembered within the process.
    """
    network, _ = build(replace(preset, weights="random"), size, "pace", None)
    supervised(network, preset, 1)
    films = np.full((preset.batch, size, size, 3), 127, np.float32)
    targets = np.eye(len(LABELS), dtype=np.float32)[np.arange(preset.batch) % len(LABELS)]
    taken = timed(losses(network, repeat((films, targets))), 1, TIMED)
    del network
    keras.backend.clear_session()
    return median(taken)


def timed(done: Iterator[float], uncounted: int, steps: int) -> list[float]:
    """Seconds of each of `steps` steps, after those that are not counted."""
    taken = []
    begun = time.perf_counter()
    for _ in islice(done, uncounted + steps):
        now = time.perf_counter()
        taken.append(now - begun)
        begun = now
    return taken[uncounted:]


def faster_precision(preset: NetworkPreset, size: int, title: str) -> NetworkPreset:
    """`preset` with `precision = "auto"` replaced by the one whose step is shorter here.

    mixed_bfloat16 is several times faster where the processor multiplies it and slower
    where it does not: no preset can know. Anything else than "auto" is returned as it is.
    """
    if preset.precision != "auto":
        return preset
    sys.stderr.write(f"{title}: measuring a training step in {' and in '.join(PRECISIONS)}\n")
    few = replace(preset, batch=min(preset.batch, FEW))
    taken = {one: step_seconds(replace(few, precision=one), size) for one in PRECISIONS}
    chosen = min(PRECISIONS, key=lambda one: taken[one])
    told = ", ".join(f"{name} {seconds:.2f} s" for name, seconds in taken.items())
    sys.stderr.write(f"{title}: {chosen} ({told} a step of {few.batch} films)\n")
    return replace(preset, precision=chosen)


def announce(preset: Preset, left: Mapping[str, int]) -> None:
    """Say on stderr how long the steps that are left will take, before the first of them.

    `left` counts steps by network: "teacher", "student", "plain", and those of fine-tuning for
    int8, "rounding". Validation and the
    teacher's answers come on top: "about". Nothing is said of what is over at once.
    """
    if sum(left.values()) < LONG:
        return
    total, parts = 0.0, []
    for role, steps in left.items():
        if not steps:
            continue
        network = preset.teacher if role == "teacher" else preset.student
        if role == "rounding":  # every film twice, and once through the finished student
            network = replace(network, batch=2 * preset.quantize.batch)
        seconds = step_seconds(network, preset.input_size)
        if role == "student" and preset.distil.views == "augmented":
            # The teacher answers for every batch: a forward pass, a third of its step.
            seconds += step_seconds(preset.teacher, preset.input_size) / 3
        total += steps * seconds
        parts.append(f"{role} {steps} steps of {seconds:.2f} s")
    sys.stderr.write(f"about {clock(total)} on this machine: {', '.join(parts)}\n")
