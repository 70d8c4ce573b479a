"""A runtime, a file and a number of threads, ready to be asked."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from benchmarks.peers import files
from benchmarks.peers.known import INT8, PEERS, Peer
from benchmarks.peers.record import OURS, Row
from edge_runtime.errors import EdgeError, UsageError
from edge_runtime.model import Model, model_path
from workshop.environments import ROOT, environment

__all__ = ["Entry", "Plan", "entries"]

WORKER = Path(__file__).with_name("worker.py")
LONGEST = 120.0  # seconds; a process that takes longer hangs
MISSING = "its file is one of a run's exported ones, and no --export was given"


@dataclass(frozen=True)
class Plan:
    """What to compare. Without `export` there is the int8 `.tflite` alone."""

    rounds: int = 7
    samples: int = 50  # a process, after its warm-up
    threads: Sequence[int] = (1, 2)
    seed: int = 0
    model: str | None = None  # the int8 `.tflite`: file or bundled name
    export: Path | None = None  # folder of a run's exported files
    only: Sequence[str] = ()


@dataclass
class Entry:
    """One row to be, and how to ask for its figures."""

    row: Row
    python: Path
    job: dict[str, Any]
    against: Model  # whose golden inputs tell whether it is right
    peer: Peer

    def ask(self, samples: int, home: Path) -> tuple[float, dict[str, Any]]:
        """Milliseconds of the whole process and what it said; raises `EdgeError`."""
        command: list[str | Path] = [
            self.python,
            WORKER,
            json.dumps({**self.job, "samples": samples}),
        ]
        environ = files.tidy_environment(home)
        if self.peer.name == OURS:
            environ["PYTHONPATH"] = str(ROOT)
        begun = time.perf_counter()
        try:
            done = subprocess.run(
                command, env=environ, capture_output=True, timeout=LONGEST, cwd=home
            )
        except subprocess.TimeoutExpired as error:
            raise EdgeError(f"it gave no answer within {LONGEST:.0f} seconds") from error
        taken = (time.perf_counter() - begun) * 1e3
        if done.returncode:
            said = done.stderr.decode("utf-8", "replace").strip().splitlines()
            raise EdgeError(said[-1][:160] if said else f"it ended with status {done.returncode}")
        return taken, json.loads(done.stdout)


def entries(plan: Plan, models: dict[str, Model], home: Path) -> Iterator[Entry]:
    """All that the plan names, in the order of the page; `models` by precision.

    What cannot be had has an entry that says so. Raises `UsageError` for an unknown runtime.
    """
    known = [peer.name for peer in PEERS]
    for name in plan.only:
        if name not in known:
            raise UsageError(f"no runtime is called {name!r}; there are {', '.join(known)}")
    for peer in PEERS:
        if not plan.only or peer.name in (OURS, *plan.only):
            for precision in ("int8", "float32"):
                yield from _of(peer, precision, plan, models, home)


def _of(
    peer: Peer, precision: str, plan: Plan, models: dict[str, Model], home: Path
) -> Iterator[Entry]:
    """One for each number of threads; where something is missing, one that says what."""
    row = Row(peer.name, precision, 1, peer.settings.get(precision, ""))
    why = peer.lacks.get(precision)
    if why is None and precision not in models:
        why = MISSING
    found: tuple[Path, dict[str, int]] | None = None
    python = Path()
    if why is None:
        try:
            found = _file(peer.files[precision], plan, models[precision])
            python = environment(peer.environment, peer.requirements, peer.newest, alone=peer.alone)
        except EdgeError as error:
            why = str(error)
    if found is None or why is not None:
        yield Entry(replace(row, missing=why), python, {}, models["int8"], peer)
        return
    path, positions = found
    model = models[precision]
    job: dict[str, Any] = {
        "kind": peer.kind, "file": str(path), "size": model.contract.input_size,
        "positions": positions, "pixels": _pixels(model, home / precision),
    }  # fmt: skip
    row = replace(row, file=peer.files[precision], file_bytes=_bytes(path))
    for threads in plan.threads:
        with_threads = {**job, "threads": threads}
        yield Entry(replace(row, threads=threads), python, with_threads, model, peer)


def _file(name: str, plan: Plan, model: Model) -> tuple[Path, dict[str, int]]:
    """Where a peer's file is, and the places of its outputs; raises `EdgeError`."""
    if name == INT8:
        return model_path(plan.model).resolve(), model.contract.outputs
    if plan.export is None:
        raise EdgeError(MISSING)
    folder = plan.export.resolve()
    if name.endswith((".ncnn", ".pte")):
        onnx, size = folder / "student-float32.onnx", model.contract.input_size
        with Model.open(onnx) as source:
            positions = source.interpreter.positions
        if name.endswith(".pte"):
            return files.as_pte(onnx, size, "int8" if "int8" in name else "float32"), positions
        return files.as_ncnn(onnx, size) / "student.ncnn", positions
    with Model.open(folder / name) as exported:
        return folder / name, exported.interpreter.positions


def _bytes(path: Path) -> int:
    """Of the file, or of the two files that are one network."""
    parts = [path] if path.is_file() else [Path(f"{path}.param"), Path(f"{path}.bin")]
    return sum(part.stat().st_size for part in parts)


def _pixels(model: Model, folder: Path) -> list[str]:
    """The golden inputs as files of grays."""
    folder.mkdir(exist_ok=True)
    paths = []
    for number, item in enumerate(model.goldens.items):
        path = folder / f"{number}.gray"
        path.write_bytes(item.pixels())
        paths.append(str(path))
    return paths
