"""Places, and how other programs are started."""

from __future__ import annotations

import os
from pathlib import Path

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
    return tools.run_tool([tool(str(command[0])), *command[1:]])
