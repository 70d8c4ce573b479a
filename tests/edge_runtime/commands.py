"""`edge-infer` as a process of its own, for tests of what only a process shows."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.environments import ROOT
from tests.tiny import film, png

__all__ = ["draw", "named", "run", "start", "timeless"]


def start(*words: str | Path, **options: Any) -> subprocess.Popen[bytes]:
    """A started command, stdout and stderr as pipes unless `options` say otherwise."""
    command = [sys.executable, "-m", "edge_runtime", *map(str, words)]
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "cwd": ROOT}
    return subprocess.Popen(command, **{**streams, **options})


def run(*words: str | Path, stdin: bytes = b"", **options: Any) -> tuple[int, bytes, bytes]:
    """Exit status, stdout and stderr of a command that ends by itself."""
    with start(*words, stdin=subprocess.PIPE, **options) as process:
        out, err = process.communicate(stdin)
    return process.returncode, out, err


def timeless(out: bytes) -> list[dict[str, Any]]:
    """The records of JSON Lines without what no two runs share."""
    records = [json.loads(line) for line in out.splitlines()]
    for one in records:
        one.pop("timing_ms", None)
    return records


def named(out: bytes) -> list[str]:
    """The names of the films in JSON Lines."""
    return [one["file"] for one in timeless(out)]


def draw(folder: Path, count: int) -> list[Path]:
    """Films 000.png, 001.png, ... of growing brightness, each with an answer of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{number:03}.png" for number in range(count)]
    for number, path in enumerate(paths):
        path.write_bytes(png(film(60 + 140 * number // count, seed=number, size=96)))
    return paths
