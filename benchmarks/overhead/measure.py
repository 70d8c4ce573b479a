"""All that `python -m benchmarks overhead` measures, each part in processes of its own."""

from __future__ import annotations

import py_compile
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import edge_runtime
from benchmarks.overhead import growth
from benchmarks.overhead.archive import archive, drawn, linked
from benchmarks.overhead.processes import said
from benchmarks.overhead.record import Beside, Growth, Overhead, Size
from benchmarks.quiet import Others
from edge_runtime import machine
from edge_runtime.model import Model, model_path
from workshop.progress import Progress

__all__ = ["Plan", "installed_size", "measure"]

LOOPS = 25_000_000
DRAWN = 40  # phantoms; the archive holds each of them several times
RUNTIME = Path(edge_runtime.__file__).resolve().parent


@dataclass(frozen=True)
class Plan:
    """How much of each."""

    model: str | None = None  # file or bundled name
    threads: Sequence[int] = (1, 2)
    samples: int = 400
    archive: int = 2400  # films in the folder: to start the processes is a small part of it
    rounds: int = 7
    early: int = 1000  # films after which memory is looked at first
    films: int = 10_000  # and last
    loops: int = LOOPS


def measure(plan: Plan) -> Overhead:
    """Take every part in turn, saying on stderr how far it is. Raises `EdgeError`."""
    others, started = Others(), time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    path = str(model_path(plan.model).resolve())
    steps = len(plan.threads) + plan.rounds + 2
    progress = Progress("what the runtime adds", steps, every=10.0)
    with Model.open(path) as model, tempfile.TemporaryDirectory() as place:
        rows = []
        for threads in plan.threads:
            rows.append(_beside(path, threads, plan.samples))
            progress.advance("beside the bare call")
        folder = Path(place)
        films = drawn(folder / "drawn", min(DRAWN, plan.archive))
        place_of = linked(films, folder / "archive", plan.archive)
        several = archive(path, place_of, plan.archive, plan.rounds, plan.loops, progress)
        growths = []
        for how in (_library, _command):
            growths.append(how(path, films[0], plan))
            progress.advance("many films")
        progress.close()
        return Overhead(
            model=model.identity(), runtime=model.runtime(), machine=machine.describe(),
            started=started, flags=others.flags(), beside=tuple(rows), archive=several,
            growth=tuple(growths), size=installed_size(),
        )  # fmt: skip


def _beside(path: str, threads: int, samples: int) -> Beside:
    return Beside(**said("beside", path, threads, samples))


def _library(path: str, film: Path, plan: Plan) -> Growth:
    return Growth(**said("growth", path, film, plan.early, plan.films))


def _command(path: str, film: Path, plan: Plan) -> Growth:
    return growth.of_command(["--model", path], str(film), plan.early, plan.films)


def installed_size() -> Size:
    """Of the package as a wheel has it, and the bytecode that its installation makes."""
    files = [
        path for path in RUNTIME.rglob("*") if path.is_file() and "__pycache__" not in path.parts
    ]
    models = sum(path.stat().st_size for path in files if path.suffix == ".tflite")
    with tempfile.TemporaryDirectory() as place:
        compiled = Path(place) / "one.pyc"
        bytecode = 0
        for path in files:
            if path.suffix == ".py":
                py_compile.compile(str(path), str(compiled), doraise=True)
                bytecode += compiled.stat().st_size
    return Size(models, sum(path.stat().st_size for path in files) - models, bytecode)
