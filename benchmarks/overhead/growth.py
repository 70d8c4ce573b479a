"""Whether a process that answers many films needs more and more memory.

Run as `python -m benchmarks.overhead.growth MODEL FILM EARLY LATE`, it answers one film again and
again through `Model.predict` and prints a `Growth` as JSON; `of_command` watches `edge-infer`.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from benchmarks.overhead.processes import INFER, environment
from benchmarks.overhead.record import Growth
from edge_runtime.errors import EdgeError
from edge_runtime.model import Model

__all__ = ["of_command", "of_library"]


def memory(process: int | str) -> tuple[int, int] | None:
    """VmRSS and VmHWM in KiB; None where the process has ended."""
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:
        return None
    found = {key: value for key, _, value in (line.partition(":") for line in lines)}
    if "VmHWM" not in found:
        return None
    return int(found["VmRSS"].split()[0]), int(found["VmHWM"].split()[0])


def of_library(model: Model, film: str, early: int, late: int) -> Growth:
    """Answer `film` `late` times in this process. Raises `FilmError`."""
    seen = []
    for number in range(1, late + 1):
        model.predict(film)
        if number in (early, late):
            now = memory("self")
            assert now is not None
            seen.append((number, *now))
    return Growth("Model.predict", *seen[0], *seen[1])


def of_command(words: Sequence[str], film: str, early: int, late: int) -> Growth:
    """Give `edge-infer` the same path `late` times, and look at it as its lines come.

    The last look is at the last line at which it is still there. Raises `EdgeError`.
    """
    command = [*INFER, *words, *[film] * late]
    seen: dict[int, tuple[int, int]] = {}
    with subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        count = 0
        for line in process.stdout:
            if "answer" not in json.loads(line):
                process.kill()
                raise EdgeError(f"edge-infer did not answer: {line.strip()[:160]}")
            count += 1
            if (count == early or count > late - early) and (now := memory(process.pid)):
                seen[count] = now
    if process.returncode or count != late or early not in seen or max(seen) == early:
        raise EdgeError(f"edge-infer ended with status {process.returncode} after {count} films")
    last = max(seen)
    return Growth("edge-infer", early, *seen[early], last, *seen[last])


if __name__ == "__main__":
    with Model.open(sys.argv[1]) as opened:
        made = of_library(opened, sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
    sys.stdout.write(json.dumps(asdict(made)) + "\n")
