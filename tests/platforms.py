"""The platforms of docs/devices.md, and the wheels that each of them takes.

`python -m tests.platforms` asks the package index which files the pins mean on each platform and
writes requirements/wheels.txt (scripts/lock does); the tests read that file and need no network.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

__all__ = ["PLATFORMS", "WHEELS", "Platform", "wheel_files"]

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs/devices.md"
WHEELS = ROOT / "requirements/wheels.txt"
ROW = re.compile(r"^\| (x86_64|aarch64|armv7l) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
# The oldest C library that a platform must have: Debian 11's, and Bookworm's on 32-bit ARM.
GLIBC = {"x86_64": 31, "aarch64": 31, "armv7l": 36}
OF_DEBIAN = {"armv7l": {"numpy", "pillow"}}  # no wheels there: docs/devices.md takes Debian's


@dataclass(frozen=True)
class Platform:
    """One machine with one Python: a row of the table may stand for several."""

    machine: str
    minor: int  # of Python 3
    interpreter: str | None  # "ai-edge-litert" | "tflite-runtime"
    shown: str  # "run" | "emulation" | "wheels" | "message"

    @property
    def pins(self) -> Path:
        """The file of pinned versions."""
        suffix = "-armv7l" if self.machine == "armv7l" else ""
        return ROOT / f"requirements/wheel-3.{self.minor}{suffix}.txt"

    @property
    def tags(self) -> list[str]:
        """Platform tags of the wheels that run there."""
        versions = range(GLIBC[self.machine], 16, -1)
        many = [f"manylinux_2_{minor}_{self.machine}" for minor in versions]
        return [*many, f"manylinux2014_{self.machine}", f"linux_{self.machine}"]

    def __str__(self) -> str:
        return f"{self.machine} 3.{self.minor}"


def _platforms() -> list[Platform]:
    found = []
    for machine, pythons, interpreter, shown in ROW.findall(PAGE.read_text("utf-8")):
        package = re.search(r"ai-edge-litert|tflite-runtime", interpreter)
        (how,) = re.findall(r"emulat|^run|^wheels|message", shown)
        for minor in _minors(pythons):
            kind = "emulation" if how == "emulat" else how
            found.append(Platform(machine, minor, package and package[0], kind))
    return found


def _minors(words: str) -> list[int]:
    """`3.10, 3.12 to 3.14` -> 10, 12, 13, 14."""
    found: list[int] = []
    for part in words.split(","):
        first, *last = [int(number) for number in re.findall(r"3\.(\d+)", part)]
        found += range(first, (last[0] if last else first) + 1)
    return found


PLATFORMS = _platforms()


def wheel_files(platform: Platform) -> list[str]:
    """The names of the wheels, as requirements/wheels.txt has them."""
    lines = WHEELS.read_text("utf-8").splitlines()
    start = lines.index(f"# {platform}") + 1
    names = []
    for line in lines[start:]:
        if line.startswith("#"):
            break
        names.append(line)
    return names


def _asked(platform: Platform) -> list[str]:
    """What pip would install; raises `CalledProcessError`."""
    lines = platform.pins.read_text("utf-8").splitlines()
    pins = [line.split()[0] for line in lines if "==" in line.split("#")[0]]
    left_out = OF_DEBIAN.get(platform.machine, set())
    wanted = [pin for pin in pins if pin.partition("==")[0] not in left_out]
    with tempfile.TemporaryDirectory() as nowhere:
        done = subprocess.run(
            [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--dry-run",
             "--quiet", "--report", "-", "--target", nowhere, "--no-deps", "--ignore-installed",
             "--ignore-requires-python", "--only-binary=:all:", "--implementation=cp",
             f"--python-version=3.{platform.minor}", f"--abi=cp3{platform.minor}", "--abi=abi3",
             "--abi=none", *(f"--platform={tag}" for tag in platform.tags), *wanted],
            stdout=subprocess.PIPE, text=True, check=True,
        )  # fmt: skip
    report = json.loads(done.stdout)
    return sorted(os.path.basename(one["download_info"]["url"]) for one in report["install"])


def main() -> None:
    """Write requirements/wheels.txt anew."""
    parts = []
    for platform in PLATFORMS:
        if platform.interpreter is not None:
            print(platform, file=sys.stderr)
            parts += [f"# {platform}", *_asked(platform)]
    WHEELS.write_text("\n".join(parts) + "\n", "utf-8")


if __name__ == "__main__":
    main()
