"""Python environments of their own under .venvs/, for what must not stand beside the rest."""

from __future__ import annotations

import contextlib
import fcntl
import functools
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from edge_runtime.errors import EdgeError

__all__ = ["ROOT", "environment", "python_of", "uv"]

ROOT = Path(__file__).resolve().parent.parent


def environment(
    name: str,
    pins: Path,
    newest: tuple[int, int] | None = None,
    *,
    alone: bool = False,
    python: str | None = None,
) -> Path:
    """The Python of `.venvs/NAME`, which has what `pins` lists; made once, then kept.

    `newest` is the last Python that will do, `python` the one to take. With `alone` nothing is
    installed but the packages that are listed, whatever they say they need. Raises `EdgeError`
    where there is no such Python, or where the packages cannot be had.
    """
    python = python or _python(newest)
    folder = ROOT / ".venvs" / name
    wanted = f"{python}\n{pins.read_text('utf-8')}"
    stamp = folder / "made-of.txt"
    with _locked(name):
        if not stamp.is_file() or stamp.read_text("utf-8") != wanted:
            # Made beside its place and moved there, so that half of one is never found.
            with tempfile.TemporaryDirectory(prefix=f".{name}-", dir=folder.parent) as place:
                fresh = Path(place) / "new"
                _uv("venv", "--no-python-downloads", "--relocatable", "--python", python, fresh)
                only = ["--no-deps"] if alone else []
                _uv("pip", "install", *only, "--python", fresh / "bin/python", "-r", pins)
                (fresh / stamp.name).write_text(wanted, "utf-8")
                if folder.exists():
                    folder.rename(Path(place) / "old")
                fresh.rename(folder)
    return folder / "bin/python"


def uv() -> str:
    """The command uv; raises `EdgeError` where there is none."""
    beside = Path(sys.executable).with_name("uv")
    found = str(beside) if beside.exists() else shutil.which("uv")
    if found is None:
        raise EdgeError("uv is not installed: run scripts/setup")
    return found


@contextlib.contextmanager
def _locked(name: str) -> Iterator[None]:
    """Two that want an environment at once make it once."""
    folder = ROOT / ".venvs"
    folder.mkdir(exist_ok=True)
    with open(folder / f"{name}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@functools.cache
def python_of(minor: int) -> str | None:
    """A Python 3.`minor` of this machine; None where there is none that starts."""
    if sys.version_info[1] == minor:
        return sys.executable
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    found = [shutil.which(f"python3.{minor}"), *pyenv.glob(f"versions/3.{minor}.*/bin/python")]
    for one in found:
        # pyenv's stand-ins are on the PATH whether or not they lead anywhere.
        if one and subprocess.run([one, "-c", ""], capture_output=True).returncode == 0:
            return str(one)
    return None


def _python(newest: tuple[int, int] | None) -> str:
    if newest is None or sys.version_info[:2] <= newest:
        return sys.executable
    for minor in range(newest[1], 9, -1):
        if found := python_of(minor):
            return found
    raise EdgeError(f"no Python 3.10 to 3.{newest[1]} is installed")


def _uv(*words: str | Path) -> None:
    clean = {key: value for key, value in os.environ.items() if key != "VIRTUAL_ENV"}
    done = subprocess.run([uv(), "-q", *words], capture_output=True, text=True, env=clean)
    if done.returncode:
        said = " ".join(done.stderr.split())[-300:]
        raise EdgeError(f"uv {words[0]} failed: {said}")
