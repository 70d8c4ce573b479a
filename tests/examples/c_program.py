"""The C program, compiled as its README says, and LiteRT's library for both processors."""

from __future__ import annotations

import hashlib
import importlib.util
import re
import shlex
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.environments import ROOT

__all__ = [
    "SANITIZED",
    "VERSION",
    "Program",
    "arm_library",
    "board",
    "compiled",
    "native_library",
    "netpbm",
    "refused",
]

FOLDER = ROOT / "examples" / "c"
SANITIZED = ("-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover")
STRICT = ("-Wall", "-Wextra", "-Wpedantic", "-Werror")
CACHE = ROOT / ".cache" / "litert"
VERSION = "2.3.0"
SHA256 = "853fc608f96da87bd5f3458465dfb9abbf18d5ae6b94eceacead407146f175ae"  # of the wheel
PLATFORMS = ("manylinux_2_27_aarch64", "manylinux_2_17_aarch64")


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


def arm_library() -> Path:
    """The one out of the wheel for aarch64, by pip into a cache, checked against a digest."""
    name = f"ai_edge_litert-{VERSION}-cp311-cp311-{PLATFORMS[0]}.whl"
    wheel, library = CACHE / name, CACHE / VERSION / "libLiteRt.so"
    if not wheel.is_file():
        CACHE.mkdir(parents=True, exist_ok=True)
        platforms = [word for one in PLATFORMS for word in ("--platform", one)]
        command: list[str | Path] = [
            sys.executable, "-m", "pip", "download", "-q", "--disable-pip-version-check",
            "--no-deps", "--only-binary=:all:", "--python-version", "3.11", "--implementation",
            "cp", "--abi", "cp311", *platforms, "-d", CACHE, f"ai-edge-litert=={VERSION}",
        ]  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            pytest.skip(f"the aarch64 wheel cannot be had: {done.stderr.strip()[-200:]}")
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    if digest != SHA256:
        wheel.unlink()
        pytest.fail(f"{name} is not the file that it should be ({digest}) and was removed")
    with zipfile.ZipFile(wheel) as archive:
        data = archive.read("ai_edge_litert/libLiteRt.so")
    if not library.is_file() or library.read_bytes() != data:
        library.parent.mkdir(exist_ok=True)
        fresh = library.with_suffix(".new")
        fresh.write_bytes(data)
        fresh.rename(library)
    return library


def board(folder: Path) -> Path:
    """A root for QEMU in which the processor looks like a Raspberry Pi 4's.

    LiteRT asks the system which cores there are, and does not bear the answer of a machine
    of another kind.
    """
    cores = folder / "sys/devices/system/cpu"
    cores.mkdir(parents=True)
    (folder / "proc").mkdir()
    (folder / "lib").symlink_to("/usr/aarch64-linux-gnu/lib")
    for name in ("possible", "present", "online"):
        (cores / name).write_text("0-3\n")
    about = (
        "Features\t: fp asimd evtstrm crc32 cpuid\nCPU implementer\t: 0x41\n"
        "CPU architecture: 8\nCPU variant\t: 0x0\nCPU part\t: 0xd08\nCPU revision\t: 3\n\n"
    )
    (folder / "proc/cpuinfo").write_text(
        "".join(f"processor\t: {core}\n{about}" for core in range(4))
    )
    return folder


def netpbm(width: int, height: int, values: bytes, most: int = 255, kind: str = "P5") -> bytes:
    """A PGM (or with "P6" a PPM) file."""
    return f"{kind}\n{width} {height}\n{most}\n".encode() + values


def refused(done: subprocess.CompletedProcess[str], status: int, text: str = "") -> None:
    """It ended so, with one line that holds `text`, and answered nothing."""
    assert done.returncode == status, (done.returncode, done.stderr)
    assert done.stdout == "" and text in done.stderr, done.stderr
    assert done.stderr.startswith("edge_infer: error: ") and done.stderr.count("\n") == 1
