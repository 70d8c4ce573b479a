"""Places, and how other programs are started."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from edge_runtime.errors import InterpreterError
from workshop import tools

__all__ = ["APP", "CACHE", "HERE", "OUT", "PACKAGES", "ROOT", "run", "tool"]

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
APP = HERE.parent / "app" / "src"
OUT = ROOT / "build" / "android"
CACHE = ROOT / ".cache" / "android"
# By Debian's names: what brings which command.
PACKAGES = {
    "aapt2": "aapt",
    "apksigner": "apksigner",
    "dexdump": "dexdump",
    "jar": "openjdk-17-jdk-headless",
    "java": "openjdk-17-jdk-headless",
    "javac": "openjdk-17-jdk-headless",
    "keytool": "openjdk-17-jdk-headless",
    "mvn": "maven",
    "zipalign": "zipalign",
}

Word = str | os.PathLike[str]


def tool(name: str) -> str:
    """The command's path; raises `InterpreterError` with the package that brings it."""
    packages = " ".join(sorted(set(PACKAGES.values())))
    return tools.tool(name, packages, "the app cannot be built")


def run(*command: Word) -> str:
    """What a command prints; its complaints in an `InterpreterError` where it fails."""
    done = subprocess.run(
        [tool(str(command[0])), *command[1:]],
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )  # "replace": dexdump prints strings as they lie in the dex
    if done.returncode:
        lines = [line.strip() for line in (done.stderr + done.stdout).splitlines()]
        named = [line for line in lines if "error" in line.lower()] or lines[-3:]
        why = "; ".join(named[:3]) or f"exit status {done.returncode}"
        raise InterpreterError(f"{command[0]} failed: {why}")
    return done.stdout
