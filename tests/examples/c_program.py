"""The C program, compiled as its README says, and LiteRT's library for both processors."""

from __future__ import annotations

import importlib.util
import re
import shlex
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from benchmarks.boards import device
from tests.arm.tools import need
from tests.environments import ROOT

__all__ = [
    "SANITIZED",
    "VERSION",
    "Program",
    "compiled",
    "native_library",
    "netpbm",
    "on_a_board",
    "refused",
]

FOLDER = ROOT / "examples" / "c"
SANITIZED = ("-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover")
STRICT = ("-Wall", "-Wextra", "-Wpedantic", "-Werror")
VERSION = "2.3.0"


@dataclass(frozen=True)
class Program:
    """A compiled program, the words before it, and the library it is to load."""

    path: Path
    runner: tuple[str, ...] = ()
    library: Path | None = None

    def __call__(self, *words: str | Path) -> subprocess.CompletedProcess[str]:
        """Run it; nothing that a sanitizer finds may pass for an answer."""
        library = () if self.library is None else ("--library", self.library)
        done = subprocess.run(
            [*self.runner, self.path, *library, *words], capture_output=True, timeout=300,
            env={"PATH": "", "ASAN_OPTIONS": "exitcode=99", "UBSAN_OPTIONS": "halt_on_error=1"},
        )  # fmt: skip
        text = [stream.decode("utf-8", "surrogateescape") for stream in (done.stdout, done.stderr)]
        assert "Sanitizer" not in text[1] and "runtime error" not in text[1], text[1]
        return subprocess.CompletedProcess(done.args, done.returncode, *text)


def compiled(compiler: str, out: Path, *options: str) -> Path:
    """The program by the README's line for this compiler, with every warning an error."""
    lines = re.findall(rf"^ *({compiler} .*)$", (FOLDER / "README.md").read_text("utf-8"), re.M)
    assert len(lines) == 1, "the README compiles with this compiler once"
    words = shlex.split(lines[0])
    words[words.index("-o") + 1] = str(out)
    found = shutil.which(compiler)
    if found is None:
        pytest.skip(f"{compiler} is not installed")
    done = subprocess.run(
        [found, *words[1:], *STRICT, *options], cwd=FOLDER, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return out


def native_library() -> Path:
    """The `libLiteRt.so` of the installed ai-edge-litert."""
    spec = importlib.util.find_spec("ai_edge_litert")
    if spec is None or not spec.submodule_search_locations:
        pytest.skip("ai-edge-litert is not installed: run scripts/setup")
    return Path(spec.submodule_search_locations[0]) / "libLiteRt.so"


def on_a_board(compiled_for_it: Path) -> Program:
    """A program for aarch64 on an emulated Raspberry Pi 4, with its wheels' library."""
    need("mmdebstrap", "qemu-aarch64")
    board = device("pi4")
    return Program(compiled_for_it, board.emulator(), board.site / "ai_edge_litert/libLiteRt.so")


def netpbm(width: int, height: int, values: bytes, most: int = 255, kind: str = "P5") -> bytes:
    """A PGM (or with "P6" a PPM) file."""
    return f"{kind}\n{width} {height}\n{most}\n".encode() + values


def refused(done: subprocess.CompletedProcess[str], status: int, text: str = "") -> None:
    """It ended so, with one line that holds `text`, and answered nothing."""
    assert done.returncode == status, (done.returncode, done.stderr)
    assert done.stdout == "" and text in done.stderr, done.stderr
    assert done.stderr.startswith("edge_infer: error: ") and done.stderr.count("\n") == 1
