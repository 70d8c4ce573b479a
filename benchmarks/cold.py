"""How long `edge-infer FILM` takes from nothing, beside a Python that only imports NumPy.

All commands in one run, in turns: a machine that gets busy slows all alike, so that ratios say
more than milliseconds do.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import edge_runtime
from edge_runtime.errors import EdgeError
from edge_runtime.resolver import VARIABLE

__all__ = ["Cold", "ColdRow", "measure", "ratio_interval", "table"]

HERE = Path(__file__).parent
NUMPY = "import numpy, PIL.Image"
# Without the current folder, which may be the checkout: -c puts it first.
COMMAND = (
    "import sys; sys.path[:] = [one for one in sys.path if one]; "
    "from edge_runtime.__main__ import command; command()"
)
REFERENCE = "numpy and Pillow"
PATHS = {"edge-infer, C API": "litert-c", "edge-infer, Interpreter": "litert"}
TARGETS = {"edge-infer, C API": (0.55, 38.0), "edge-infer, Interpreter": (1.25, 55.0)}
RESAMPLES = 2000


@dataclass(frozen=True)
class ColdRow:
    """One command: milliseconds, ratio to the reference with its 95 % interval, peak memory."""

    name: str
    median_ms: float
    ratio: float
    ratio_low: float
    ratio_high: float
    peak_mib: float
    target_ratio: float | None
    target_mib: float | None


@dataclass(frozen=True)
class Cold:
    """The rows, and by path the median milliseconds of each step of an answer."""

    rounds: int
    python: str
    rows: tuple[ColdRow, ...]
    steps: dict[str, dict[str, float]]


def measure(
    film: Path, rounds: int, model: str | None = None, seed: int = 0, python: str | None = None
) -> Cold:
    """Run every command `rounds` times, after one that is not counted; raises `EdgeError`.

    `python` is of an environment in which the wheel is installed; without it the checkout is
    measured in this one, whose other packages may make every start of Python longer.
    """
    home = None if python else str(Path(edge_runtime.__file__).resolve().parent.parent)
    python = python or sys.executable
    words = [*(["--model", model] if model else []), str(film)]
    steps = [python, str(HERE / "cold_steps.py"), str(film), *([model] if model else [])]
    commands: dict[str, tuple[list[str], dict[str, str]]] = {
        REFERENCE: ([python, "-c", NUMPY], {}),
        "bare Python": ([python, "-c", "pass"], {}),
    }
    for name, interpreter in PATHS.items():
        only = {VARIABLE: interpreter}
        commands[name] = ([python, "-c", COMMAND, *words], only)
        commands[f"steps of {name}"] = (steps, only)
    with tempfile.TemporaryDirectory() as cache:
        done = subprocess.run(
            [python, "-S", str(HERE / "cold_worker.py")],
            input=json.dumps({"rounds": rounds + 1, "commands": commands}),
            env=_environment(home, cache), stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
    if done.returncode:
        raise EdgeError("a command of the benchmark failed: what it said stands above")
    found = json.loads(done.stdout)
    return Cold(
        rounds=rounds,
        python=found.pop("python"),
        rows=tuple(
            _row(name, found, seed) for name in commands if not name.startswith("steps of ")
        ),
        steps={name: _steps(found[f"steps of {name}"]["said"]) for name in PATHS},
    )


def _environment(home: str | None, cache: str) -> dict[str, str]:
    """Compiled modules are there, as after an installation: the first round writes them."""
    kept = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    given = kept.pop("PYTHONPATH", None)
    # The runtime that is imported here, wherever the command was called from.
    path = os.pathsep.join(part for part in (home, given if home else None) if part)
    return kept | {"PYTHONPYCACHEPREFIX": cache} | ({"PYTHONPATH": path} if path else {})


def ratio_interval(
    times: list[float], reference: list[float], seed: int = 0
) -> tuple[float, float, float]:
    """Ratio of the medians, and a 95 % bootstrap interval over rounds, kept as pairs."""
    pairs = list(zip(times, reference, strict=True))
    draw = random.Random(seed)
    ratios = []
    for _ in range(RESAMPLES):
        chosen = draw.choices(pairs, k=len(pairs))
        ratios.append(median(one for one, _ in chosen) / median(other for _, other in chosen))
    ratios.sort()
    low, high = ratios[int(0.025 * RESAMPLES)], ratios[int(0.975 * RESAMPLES) - 1]
    return median(times) / median(reference), low, high


def table(cold: Cold) -> str:
    """As text of at most 100 columns."""
    lines = [
        f"{cold.rounds} rounds, Python {cold.python}; ratio of medians to `{NUMPY}`, 95 % interval",
        f"{'':26}{'ms':>8}{'ratio':>8}{'interval':>16}{'target':>9}{'peak MiB':>10}{'target':>9}",
    ]
    for row in cold.rows:
        interval = f"{row.ratio_low:.3f}-{row.ratio_high:.3f}"
        targets = ["-" if one is None else f"{one:g}" for one in (row.target_ratio, row.target_mib)]
        lines.append(
            f"{row.name:26}{row.median_ms:8.1f}{row.ratio:8.3f}{interval:>16}{targets[0]:>9}"
            f"{row.peak_mib:10.1f}{targets[1]:>9}"
        )
    first, second = cold.steps.values()
    lines += ["", f"{'milliseconds by step':30}" + "".join(f"{name:>26}" for name in cold.steps)]
    lines += [f"{step:30}{first[step]:26.2f}{second[step]:26.2f}" for step in first]
    return "\n".join(lines) + "\n"


def _row(name: str, found: dict[str, dict[str, list[float]]], seed: int) -> ColdRow:
    times, reference = found[name]["ms"], found[REFERENCE]["ms"]
    ratio, low, high = ratio_interval(times, reference, seed)
    peak = max(found[name]["peak_kib"]) / 1024
    return ColdRow(name, median(times), ratio, low, high, peak, *TARGETS.get(name, (None, None)))


def _steps(lines: list[str]) -> dict[str, float]:
    """The median of each step."""
    samples = [json.loads(line) for line in lines]
    return {step: median(one[step] for one in samples) for step in samples[0]}
