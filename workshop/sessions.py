"""Terminal sessions that the documents show: the commands, and what they really print.

`workshop.refresh` writes them into the documents, and a test replays them.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

from edge_runtime.errors import GateError
from workshop.films import read_index

__all__ = ["SESSIONS", "console", "draw", "session"]

ROOT = Path(__file__).resolve().parent.parent
DRAW = "python -m workshop phantom phantoms --films 8 --seed 2"
# What a reader would type, in a folder where DRAW has drawn; FILM is a film of them, MODEL the
# bundled model's file.
SESSIONS: dict[str, tuple[str, ...]] = {
    "film": (DRAW, "edge-infer FILM"),
    "json": ("edge-infer --json FILM | python -m json.tool",),
    "help": ("edge-infer --help",),
    "folder": ("edge-infer phantoms/films",),
    "pipe": ("edge-infer - < FILM",),
    "explain": ("edge-infer --explain pictures FILM",),
    "archive": (
        "edge-infer --workers 2 --resume answers.jsonl phantoms/films",
        "wc -l < answers.jsonl",
        "edge-infer --workers 2 --resume answers.jsonl phantoms/films",
        "wc -l < answers.jsonl",
    ),
    "self-test": ("edge-infer --self-test",),
    "benchmark": ("python -m benchmarks run --target local MODEL",),
}


def draw(folder: Path) -> None:
    """Draw the films that the sessions read."""
    _run(DRAW, folder)


def session(name: str, folder: Path, model: Path) -> str:
    """A console block: the commands of a session, run in `folder`, and what they printed.

    Raises `GateError` where a command fails.
    """
    lines = []
    for template in SESSIONS[name]:
        command = template
        if "FILM" in template:
            films = read_index(folder / "phantoms")
            film = next(one.path for one in films if one.label == "covid")
            command = template.replace("FILM", shlex.quote(f"phantoms/{film}"))
        shown = command.replace("MODEL", model.relative_to(model.parents[2]).as_posix())
        printed = _run(command.replace("MODEL", shlex.quote(str(model))), folder)
        lines += [f"$ {shown}", printed] if printed else [f"$ {shown}"]
    return console(lines)


def console(lines: list[str]) -> str:
    """Lines of a terminal as a block of Markdown."""
    return "```console\n" + "\n".join(lines) + "\n```\n"


def _run(command: str, folder: Path) -> str:
    """What a command prints on stdout; raises `GateError` where it fails."""
    tools = str(Path(sys.executable).parent)
    environment = {
        **os.environ,
        "PATH": tools + os.pathsep + os.environ.get("PATH", ""),
        "PYTHONPATH": str(ROOT),
        "COLUMNS": "100",
    }
    done = subprocess.run(
        ["sh", "-c", command], cwd=folder, env=environment, capture_output=True, text=True
    )
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise GateError(f"{command}: exit status {done.returncode}: {reason}")
    return "\n".join(line.rstrip() for line in done.stdout.splitlines())
