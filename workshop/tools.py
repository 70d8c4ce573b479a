"""Programs that other projects make: found, or asked for by package; run, or told why not."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from edge_runtime.errors import InterpreterError

__all__ = ["check_digest", "run_tool", "tool"]

MOST_LINES = 3  # of a program's complaints, in an error


def tool(name: str, packages: str, purpose: str) -> str:
    """The path of a program.

    `purpose` goes on after "without which"; raises `InterpreterError` with it and with the
    Debian `packages` to install where there is no such program.
    """
    # Debian keeps what makes disks out of the way of ordinary users.
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin")
    if found is None:
        raise InterpreterError(
            f"{name} is not installed, without which {purpose}: on Debian or Ubuntu, apt-get "
            f"install {packages}"
        )
    return found


def run_tool(command: Sequence[str | os.PathLike[str]], cwd: Path | None = None) -> str:
    """What a program prints; its first complaints in an `InterpreterError` if it fails."""
    done = subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, errors="replace", check=False
    )  # "replace": some print what they find in a file as it lies there
    if done.returncode:
        lines = [line.strip() for line in (done.stderr + done.stdout).splitlines() if line.strip()]
        said = [line for line in lines if "error" in line.lower() or line.startswith("E:")]
        why = "; ".join((said or lines[-1:])[:MOST_LINES]) or f"exit status {done.returncode}"
        raise InterpreterError(f"{Path(command[0]).name} failed: {why}")
    return done.stdout


def check_digest(path: Path, sha256: str) -> None:
    """A fetched file is the one that it should be, or is removed with an `InterpreterError`."""
    with path.open("rb") as stream:
        found = hashlib.file_digest(stream, "sha256").hexdigest()
    if found != sha256:
        path.unlink()
        raise InterpreterError(
            f"{path.name} is not the file that it should be (SHA-256 {found[:12]}..., not "
            f"{sha256[:12]}...) and was removed; run it again to fetch it anew"
        )
