"""TensorFlow Lite 2.16.1 for Android on this machine: the AAR's own library, with a C library.

The oldest Android library that a file has to run in. It comes by Maven, is checked against a
digest, and is left as it is; `bionic.c` gives it the functions of Android's C library, and
`run_model.c` is the program on its C API. On another processor it runs in qemu's user mode.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import platform
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from workshop.runs import storage_error
from workshop.tools import check_digest, run_tool, tool

__all__ = ["ABIS", "CACHE", "VERSION", "Library", "build"]

VERSION = "2.16.1"
ARTEFACT = "org.tensorflow:tensorflow-lite"
SHA256 = "34b065817e294e7dd3569504e8b9454938ceae453b6a459da54d5f6e45d3c94e"  # of the AAR
PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1"
SOURCES = Path(__file__).parent
CACHE = SOURCES.parent.parent / ".cache" / "android"
NAME = "libtensorflowlite_jni.so"
HEADER = "headers/tensorflow/lite/core/c/c_api_types.h"
PURPOSE = "TensorFlow Lite's Android library cannot be run here"
ALIASES = ("libm.so", "libdl.so", "liblog.so")  # Android's; here all are one


@dataclass(frozen=True)
class Abi:
    """A processor: who compiles for it, and what runs its programs elsewhere."""

    machine: str
    compiler: str
    emulator: tuple[str, ...]
    packages: str  # of Debian


ABIS = {
    "arm64-v8a": Abi(
        "aarch64",
        "aarch64-linux-gnu-gcc",
        ("qemu-aarch64", "-L", "/usr/aarch64-linux-gnu"),
        "qemu-user gcc-aarch64-linux-gnu libc6-dev-arm64-cross",
    ),
    "x86_64": Abi("x86_64", "gcc", ("qemu-x86_64",), "gcc libc6-dev"),
}


@dataclass(frozen=True)
class Library:
    """What `build` made: the program, and the words that come before it."""

    abi: str
    program: Path
    runner: tuple[str, ...]

    @property
    def command(self) -> tuple[str, ...]:
        """The program, ready for its arguments."""
        return (*self.runner, str(self.program))


def build(abi: str = "arm64-v8a", cache: Path = CACHE) -> Library:
    """Fetch and compile into `cache`, or take what is there; needs no connection then.

    Raises `InterpreterError` where a tool is missing, the library cannot be had or is not the
    one that it should be, or a compiler fails; `StorageError`. No half of one is left behind.
    """
    one = ABIS[abi]
    compiler = tool(one.compiler, one.packages, PURPOSE)
    runner: tuple[str, ...] = ()
    if platform.machine() != one.machine:
        runner = (tool(one.emulator[0], one.packages, PURPOSE), *one.emulator[1:])
    folder = cache / f"{VERSION}-{abi}"
    stamp, wanted = folder / "made-of.txt", _made_of(compiler)
    with _alone(cache, abi):
        if not stamp.is_file() or stamp.read_text("utf-8") != wanted:
            archive = _fetch(cache)
            # Made beside its place and moved there.
            with tempfile.TemporaryDirectory(prefix=".android-", dir=cache) as place:
                fresh = Path(place) / "new"
                _compile(fresh, archive, abi, compiler)
                (fresh / stamp.name).write_text(wanted, "utf-8")
                if folder.exists():
                    folder.rename(Path(place) / "old")
                fresh.rename(folder)
    return Library(abi, folder / "run_model", runner)


@contextlib.contextmanager
def _alone(cache: Path, abi: str) -> Iterator[None]:
    """Two at once build once."""
    try:
        cache.mkdir(parents=True, exist_ok=True)
        lock = open(cache / f"{abi}.lock", "w")  # noqa: SIM115
    except OSError as error:
        raise storage_error(cache, error) from error
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            yield
        except OSError as error:
            raise storage_error(cache, error) from error


def _made_of(compiler: str) -> str:
    """What a build follows from, as text."""
    sources = [SOURCES / name for name in ("bionic.c", "bionic.map", "run_model.c")]
    digests = [hashlib.sha256(path.read_bytes()).hexdigest() for path in sources]
    return "\n".join([SHA256, *digests, run_tool([compiler, "--version"])])


def _fetch(cache: Path) -> Path:
    """The AAR, by the ordinary Maven client into a repository inside the cache."""
    group, name = ARTEFACT.split(":")
    repository = cache / "maven"
    path = repository / group.replace(".", "/") / name / VERSION / f"{name}-{VERSION}.aar"
    if not path.is_file():
        maven = tool("mvn", "maven", PURPOSE)
        run_tool(
            [maven, "-q", "-B", f"-Dmaven.repo.local={repository}", f"{PLUGIN}:get",
             "-Dtransitive=false", f"-Dartifact={ARTEFACT}:{VERSION}:aar"]
        )  # fmt: skip
    check_digest(path, SHA256)
    return path


def _compile(folder: Path, archive: Path, abi: str, compiler: str) -> None:
    """The library out of the AAR, its C library beside it, and the program."""
    headers = folder / "headers"
    (headers / "tensorflow/lite/core/c").mkdir(parents=True)
    with zipfile.ZipFile(archive) as stored:
        (folder / NAME).write_bytes(stored.read(f"jni/{abi}/{NAME}"))
        (folder / HEADER).write_bytes(stored.read(HEADER))
    common = [compiler, "-O2", "-Wall", "-Wextra", "-Werror"]
    run_tool(
        [*common, "-fPIC", "-shared", "-o", folder / "libc.so", SOURCES / "bionic.c",
         "-Wl,-soname,libc.so", f"-Wl,--version-script={SOURCES / 'bionic.map'}", "-lm"]
    )  # fmt: skip
    for alias in ALIASES:
        (folder / alias).symlink_to("libc.so")
    # DT_RPATH, the older kind, also serves the libraries that the library asks for.
    run_tool(
        [*common, "-o", folder / "run_model", SOURCES / "run_model.c", "-I", headers,
         folder / NAME, "-Wl,--allow-shlib-undefined", "-Wl,--disable-new-dtags",
         "-Wl,-rpath,$ORIGIN"]
    )  # fmt: skip
