"""ARM boards under qemu-user: a Debian root, the wheels, and the files that name the core."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.boards import identity
from benchmarks.boards.cache import RELEASE, ROOT, debian, made, wheels
from benchmarks.boards.identity import BOARDS, Board, write_identity
from workshop.tools import tool

__all__ = ["PURPOSE", "SYSTEMS", "Device", "System", "debian_root", "device", "site_of"]

PURPOSE = "no emulated board can be run here"


@dataclass(frozen=True)
class System:
    """What boards of one word size share. Debian brings what has no wheel there."""

    qemu: str
    architecture: str  # Debian's
    packages: str
    of_debian: tuple[str, ...]  # pins that have no wheel there
    platforms: tuple[str, ...]  # of wheels
    pins: str


SYSTEMS = {
    "aarch64": System(
        "qemu-aarch64", "arm64", "python3,libstdc++6,zlib1g", (),
        ("manylinux_2_28_aarch64", "manylinux_2_27_aarch64", "manylinux2014_aarch64"),
        "wheel-3.11.txt",
    ),
    "armv7l": System(
        "qemu-arm", "armhf", "python3,python3-numpy,python3-pil,libstdc++6,zlib1g",
        ("numpy", "pillow"),
        ("manylinux_2_34_armv7l", "manylinux2014_armv7l", "linux_armv7l"),
        "wheel-3.11-armv7l.txt",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Device:
    """A board that can run Python and programs compiled for it."""

    board: Board
    root: Path
    site: Path

    def emulator(self, plugin: str | None = None) -> tuple[str, ...]:
        """The words before a program for the board; `plugin` is qemu's, with its arguments.

        Then addresses are not shuffled: how memory is aligned changes what is copied by how
        many instructions.
        """
        qemu = tool(SYSTEMS[self.board.system].qemu, "qemu-user", PURPOSE)
        words = ("-cpu", self.board.cpu, "-L", str(self.root))
        if plugin is None:
            return (qemu, *words)
        steady = (tool("setarch", "util-linux", PURPOSE), "-R")
        return (*steady, qemu, "-plugin", plugin, *words)

    def run(
        self, *arguments: str | Path, plugin: str | None = None, timeout: float | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Python with these arguments; the checkout's packages can be imported."""
        return subprocess.run(
            [*self.emulator(plugin), self.root / "usr/bin/python3", *arguments],
            capture_output=True, text=True, cwd=ROOT, timeout=timeout,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": f"{self.site}:{ROOT}",
                 "PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0"},
        )  # fmt: skip


def device(name: str) -> Device:
    """The board of that name, made the first time; raises `InterpreterError`."""
    board = BOARDS[name]
    base = debian_root(board.system)
    site = site_of(board.system)

    def build(folder: Path) -> None:
        shutil.copytree(base, folder, symlinks=True, copy_function=os.link)
        write_identity(folder, board)

    made_of = f"{RELEASE} {board} {base.name} {Path(identity.__file__).read_text('utf-8')}"
    return Device(board, made(name, made_of, build), site)


def debian_root(system: str) -> Path:
    """The release's files for these boards, none of them running."""
    one = SYSTEMS[system]
    return made(
        f"{system}-root", f"{RELEASE} {one.architecture} {one.packages}",
        lambda folder: debian(folder, one.architecture, one.packages),
    )  # fmt: skip


def site_of(system: str) -> Path:
    """What the runtime needs there, and what its tests do."""
    one = SYSTEMS[system]
    requirements = ROOT / "requirements"
    pins = (requirements / one.pins).read_text("utf-8")
    lines = [line.split()[0] for line in pins.splitlines() if "==" in line.split("#")[0]]
    wanted = [pin for pin in lines if not pin.startswith(one.of_debian)]
    tests = ["-c", str(requirements / "workshop-3.11.txt"), "pytest", "hypothesis", "pydicom"]

    def build(folder: Path) -> None:
        wheels(folder, one.platforms, ["--no-deps", *wanted])
        wheels(folder, one.platforms, ["--upgrade", *tests])

    return made(f"{system}-site", f"{pins} {one.platforms} {_names(tests)}", build)


def _names(words: Sequence[str]) -> str:
    """Without the path of this checkout."""
    return " ".join(Path(word).name for word in words)
