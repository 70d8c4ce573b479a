"""The files that peers take, made of the exported ones where no exported one will do."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from benchmarks.peers.known import PEERS, Peer
from edge_runtime.container import sha256
from edge_runtime.errors import EdgeError
from workshop.environments import ROOT, environment
from workshop.phantoms import phantom_pixels

__all__ = ["as_ncnn", "as_pte", "run", "tidy_environment"]

CACHE = ROOT / ".cache" / "peers"
CONVERT = Path(__file__).with_name("to_executorch.py")
FILMS, SEED = 64, 51_000  # phantoms that say in which ranges numbers lie
LONGEST = 600.0  # seconds; a conversion that takes longer hangs


def tidy_environment(home: Path) -> dict[str, str]:
    """For programs that are not ours: a home of their own, and no environment of ours."""
    kept = {"PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "TZ"}
    own = {key: value for key, value in os.environ.items() if key in kept}
    return {**own, "HOME": str(home), "TMPDIR": str(home)}


def as_ncnn(onnx: Path, size: int) -> Path:
    """The folder with what pnnx makes of a float `.onnx`: `student.ncnn.*`, `student_pnnx.py`.

    Kept under .cache/, by the digests of the file and of pnnx's pins. Raises `EdgeError`.
    """
    peer = _peer("ncnn")
    key = sha256(onnx.read_bytes() + peer.requirements.read_bytes())[:16]
    folder = CACHE / f"pnnx-{key}"
    if not folder.is_dir():
        python = environment(peer.environment, peer.requirements, alone=peer.alone)
        (program,) = python.parent.parent.glob("lib/python*/site-packages/pnnx/pnnx")
        with _beside(folder) as fresh:
            shutil.copy2(onnx, fresh / "student.onnx")
            shape = f"inputshape=[1,{size},{size},3]"
            run([program, "student.onnx", shape, "fp16=0"], fresh, "pnnx cannot convert")
            if not (fresh / "student.ncnn.bin").is_file():
                raise EdgeError(f"pnnx made no network of {onnx.name}")
            fresh.rename(folder)
    return folder


def as_pte(onnx: Path, size: int, precision: str) -> Path:
    """ExecuTorch's file of a float `.onnx`, by way of pnnx and torch. Raises `EdgeError`.

    In int8 it is quantized here by ExecuTorch's own tools, with phantoms for its ranges.
    """
    source, peer = as_ncnn(onnx, size), _peer("ExecuTorch")
    key = sha256(peer.requirements.read_bytes() + CONVERT.read_bytes())[:16]
    path = source / f"student-{precision}-{key}.pte"
    if not path.is_file():
        python = environment(peer.environment, peer.requirements, alone=peer.alone)
        with _beside(path) as fresh:
            made = fresh / "student.pte"
            command: list[str | Path] = [python, CONVERT, str(size), made]
            if precision == "int8":
                films = fresh / "films.gray"
                films.write_bytes(phantom_pixels(FILMS, SEED, size)[0].tobytes())
                command.append(films)
            run(command, source, "ExecuTorch cannot convert")
            made.rename(path)
    return path


def run(command: list[str | Path], folder: Path, failure: str) -> None:
    """A converter, without a word but where it fails; raises `EdgeError`."""
    with tempfile.TemporaryDirectory() as home:
        try:
            done = subprocess.run(
                command, cwd=folder, env=tidy_environment(Path(home)), timeout=LONGEST,
                capture_output=True, encoding="utf-8", errors="replace",
            )  # fmt: skip
        except (OSError, subprocess.TimeoutExpired) as error:
            raise EdgeError(f"{failure}: {error}") from error
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["it said nothing"])[-1][:160]
        raise EdgeError(f"{failure}: {said}")


class _beside(tempfile.TemporaryDirectory[str]):
    """A folder beside `place`, for what is moved there once it is whole."""

    def __init__(self, place: Path) -> None:
        place.parent.mkdir(parents=True, exist_ok=True)
        super().__init__(prefix=".new-", dir=place.parent, ignore_cleanup_errors=True)

    def __enter__(self) -> Path:  # type: ignore[override]
        return Path(super().__enter__())


def _peer(name: str) -> Peer:
    return next(one for one in PEERS if one.name == name)
