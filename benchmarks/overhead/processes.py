"""Starting the runtime of this checkout in processes of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import Any

from edge_runtime.errors import EdgeError
from workshop.environments import ROOT

__all__ = ["FAILED", "INFER", "environment", "said", "together"]

INFER = [sys.executable, "-c", "from edge_runtime.__main__ import command; command()", "--json"]
FAILED = "a part of the benchmark failed: what it said stands above"


def environment() -> dict[str, str]:
    """The runtime that is imported here, with its bytecode kept as where it is installed."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    return {**kept, "PYTHONPATH": str(ROOT)}


def said(module: str, *words: object) -> dict[str, Any]:
    """What a module of this package prints, run as a program; raises `EdgeError`."""
    command = [sys.executable, "-m", f"benchmarks.overhead.{module}", *map(str, words)]
    done = subprocess.run(command, env=environment(), stdout=subprocess.PIPE, text=True)
    if done.returncode:
        raise EdgeError(FAILED)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def together(*commands: Sequence[str]) -> float:
    """Seconds until all have ended that were started at the same time; raises `EdgeError`."""
    begun = time.perf_counter()
    started = [
        subprocess.Popen(command, env=environment(), stdout=subprocess.DEVNULL)
        for command in commands
    ]
    statuses = [process.wait() for process in started]
    if any(statuses):
        raise EdgeError(FAILED)
    return time.perf_counter() - begun
