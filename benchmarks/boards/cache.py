"""Folders that take long to make, kept under .cache/arm: Debian's files, wheels, programs."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from workshop.runs import storage_error
from workshop.tools import run_tool, tool

__all__ = ["CACHE", "RELEASE", "ROOT", "debian", "made", "wheels"]

ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / ".cache" / "arm"
RELEASE = "bookworm"
RECIPE = 2  # to be raised where what is made changes, and nothing that it is made of


def made(name: str, made_of: str, make: Callable[[Path], None]) -> Path:
    """A folder of the cache, made again when what it is made of changes.

    Made beside its place and moved there, so that half of one is never found.
    Raises what `make` does, or `StorageError`.
    """
    digest = hashlib.sha256(f"{RECIPE} {made_of}".encode()).hexdigest()
    folder = CACHE / f"{name}-{digest[:12]}"
    if folder.is_dir():
        return folder
    try:
        CACHE.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{name}-", dir=CACHE) as place:
            fresh = Path(place) / "new"
            make(fresh)
            try:
                fresh.rename(folder)
            except OSError:
                if not folder.is_dir():  # else another process was faster, and made the same
                    raise
    except OSError as error:
        raise storage_error(CACHE, error) from error
    return folder


def debian(folder: Path, architecture: str, packages: str) -> None:
    """Unpack packages of the release as it came out, without later updates.

    Nothing is run: the same files next month. Raises `InterpreterError`.
    """
    run_tool(
        [tool("mmdebstrap", "mmdebstrap", "no board's Debian can be had"), "--quiet",
         f"--arch={architecture}", "--variant=extract", "--skip=check/qemu",
         f"--include={packages}", RELEASE, folder, *_mirror()]
    )  # fmt: skip
    # Debian links these when it configures a package, which extracting leaves out.
    for name in ("blas", "lapack"):
        for library in folder.glob(f"usr/lib/*/{name}/lib{name}.so.3"):
            (library.parents[1] / library.name).symlink_to(f"{name}/{library.name}")


def _mirror() -> list[str]:
    """Where this machine's own apt has the release from; nothing where it has another."""
    told = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages",
         f"Release: {RELEASE}"],
        capture_output=True, text=True, check=False,
    ).stdout.split()  # fmt: skip
    return [f"deb {told[0]} {RELEASE} main"] if told else []


def wheels(folder: Path, platforms: Sequence[str], wanted: Sequence[str]) -> None:
    """Install wheels for other platforms with Python 3.11; raises `InterpreterError`."""
    run_tool(
        [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(folder),
         *(f"--platform={one}" for one in platforms), "--python-version=3.11",
         "--implementation=cp", "--abi=cp311", "--only-binary=:all:", *wanted]
    )  # fmt: skip
