"""Programs that other projects make: found, or asked for by package; run, or told why not."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from edge_runtime.errors import InterpreterError

__all__ = ["run_tool", "tool"]


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
    """What a program prints; the first line of complaint in an `InterpreterError` if it fails."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode:
        lines = [line.strip() for line in (done.stderr + done.stdout).splitlines() if line.strip()]
        said = [line for line in lines if "error" in line.lower() or line.startswith("E:")]
        why = (said or lines[-1:] or [f"exit status {done.returncode}"])[0]
        raise InterpreterError(f"{Path(command[0]).name} failed: {why}")
    return done.stdout
