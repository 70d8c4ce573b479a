"""This machine: the probe in a fresh process of the same Python."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import edge_runtime
from edge_runtime.benchmark_record import BenchmarkRecord
from edge_runtime.errors import EdgeError, ModelError, UsageError

__all__ = ["Local"]

LONGEST = 900.0  # seconds; a probe that takes longer hangs
_FAILED: dict[int, type[EdgeError]] = {2: UsageError, 3: ModelError}


class Local:
    """Starts `python -m edge_runtime.probe` and reads its one line."""

    name = "local"

    def __init__(self, text: str = "local") -> None:
        if text != "local":
            raise UsageError(f"unknown target {text!r}: this machine is called local")

    def probe(self, model: str, runs: int, threads: int) -> BenchmarkRecord:
        """Measure one model once; raises an `EdgeError` with the probe's own words."""
        command = [
            sys.executable, "-m", "edge_runtime.probe", model,
            "--runs", str(runs), "--threads", str(threads),
        ]  # fmt: skip
        # The runtime that is imported here, wherever the command was called from.
        home = str(Path(edge_runtime.__file__).resolve().parent.parent)
        path = os.pathsep.join(part for part in (home, os.environ.get("PYTHONPATH")) if part)
        try:
            done = subprocess.run(
                command, env={**os.environ, "PYTHONPATH": path}, timeout=LONGEST,
                capture_output=True, encoding="utf-8", errors="replace",
            )  # fmt: skip
        except subprocess.TimeoutExpired as error:
            raise EdgeError(
                f"measuring {model} took over {LONGEST / 60:.0f} minutes; try fewer --runs"
            ) from error
        if done.returncode:
            said = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
            kind = _FAILED.get(done.returncode, EdgeError)
            how = f" (the probe's exit status: {done.returncode})" if kind is EdgeError else ""
            raise kind(f"{said.removeprefix('probe: error: ')}{how}")
        return BenchmarkRecord.from_json(done.stdout)
