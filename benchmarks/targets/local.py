"""This machine: the probe in a fresh process of the same Python."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from edge_runtime.benchmark_record import BenchmarkRecord
from edge_runtime.errors import EdgeError, ModelError

__all__ = ["Local"]

ROOT = Path(__file__).resolve().parents[2]
LONGEST = 900.0  # seconds; a probe that takes longer hangs


class Local:
    """Starts `python -m edge_runtime.probe` and reads its one line."""

    name = "local"

    def probe(self, model: str, runs: int, threads: int) -> BenchmarkRecord:
        """Measure one model once; raises `ModelError` with the probe's own words."""
        command = [
            sys.executable, "-m", "edge_runtime.probe", model,
            "--runs", str(runs), "--threads", str(threads),
        ]  # fmt: skip
        path = Path(model)
        if path.exists():
            command[3] = str(path.resolve())  # the probe starts in the checkout's folder
        try:
            done = subprocess.run(
                command, cwd=ROOT, capture_output=True, text=True, timeout=LONGEST
            )
        except subprocess.TimeoutExpired as error:
            raise EdgeError(f"the probe of {model} did not end in {LONGEST:.0f} s") from error
        if done.returncode:
            said = done.stderr.strip().splitlines() or [f"exit status {done.returncode}"]
            raise ModelError(said[-1].removeprefix("probe: error: "))
        return BenchmarkRecord.from_json(done.stdout.strip().splitlines()[-1])
