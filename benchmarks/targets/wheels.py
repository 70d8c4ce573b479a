"""What a device needs: the runtime as an archive, and wheels fetched on this side.

The device needs no internet: pip here chooses by the device's Python, processor and C library
from the versions that `requirements/` pins, and what was fetched once is kept.
"""

from __future__ import annotations

import io
import re
import subprocess
import sys
import tempfile
import threading
import zipfile
from pathlib import Path
from typing import Any

import edge_runtime
from edge_runtime.errors import DeviceError, InterpreterError

__all__ = ["CACHE", "processor", "runtime", "wheels"]

ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / ".cache" / "wheels"
# What the runtime imports, by the name of its wheel; the rest of the pins are not needed.
NEEDED = {
    "pillow": "PIL",
    "numpy": "numpy",
    "ai-edge-litert": "ai_edge_litert",
    "tflite-runtime": "tflite_runtime",
}
OLDEST = (3, 10)
_ONE = threading.Lock()  # boards that are alike wait for one download
FIRST_GLIBC = {"x86_64": 5, "aarch64": 17, "armv7l": 17}  # of the manylinux platforms
ALIASES = {"x86_64": "2010", "aarch64": "2014", "armv7l": "2014"}
NARROW = {"aarch64": "armv7l", "armv8l": "armv7l"}  # a system of 32 bits on a 64-bit kernel


def processor(facts: dict[str, Any], name: str) -> str:
    """The processor whose wheels a device takes; raises `DeviceError` where there are none."""
    machine = {"AMD64": "x86_64", "arm64": "aarch64"}.get(facts["machine"], facts["machine"])
    if facts["bits"] == 32:
        machine = NARROW.get(machine, machine)
    version = ".".join(map(str, facts["python"][:2]))
    if tuple(facts["python"][:2]) < OLDEST:
        raise DeviceError(f"{name} has Python {version}; the runtime needs 3.10 or later")
    if machine not in FIRST_GLIBC or (machine == "x86_64" and facts["bits"] == 32):
        raise DeviceError(
            f"{name} is a {facts['machine']} of {facts['bits']} bits: "
            "interpreters have wheels for x86_64, aarch64 and armv7l only"
        )
    if facts["system"] != "Linux" or facts["libc"][0] != "glibc":
        raise DeviceError(
            f"{name} runs {facts['system']} with the C library {facts['libc'][0] or 'unknown'}: "
            "interpreters have wheels for Linux with glibc only"
        )
    return str(machine)


def runtime() -> bytes:
    """The package `edge_runtime` without its models, as an archive; the same bytes each time."""
    folder = Path(edge_runtime.__file__).resolve().parent
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.suffix in (".py", ".json") and path.parent.name != "models":
                entry = zipfile.ZipInfo(f"edge_runtime/{path.relative_to(folder).as_posix()}")
                archive.writestr(entry, path.read_bytes())
    return data.getvalue()


def wheels(facts: dict[str, Any], name: str) -> list[Path]:
    """Wheels that fit the device, fetched the first time.

    A package without one is taken from the device where that has it (Debian's own on 32-bit
    ARM, say). Raises `DeviceError`, or `InterpreterError` where no interpreter can be had.
    """
    machine = processor(facts, name)
    python = "{}.{}".format(*facts["python"])
    pins = _pins(python, machine)
    found = []
    for package, version in pins.items():
        with _ONE:
            wheel = _wheel(package, version, python, machine, facts["libc"][1])
        if wheel is not None:
            found.append(wheel)
        elif NEEDED[package] not in facts["has"]:
            raise _missing(package, version, python, machine, facts, name)
    if not any(package.endswith(("litert", "runtime")) for package in pins):
        raise InterpreterError(f"{name}: no interpreter is pinned for Python {python}, {machine}")
    return found


def _pins(python: str, machine: str) -> dict[str, str]:
    """Package to version. Pins of a Python that has no file yet are those of the newest."""
    suffix = "-armv7l" if machine == "armv7l" else ""
    path = ROOT / "requirements" / f"wheel-{python}{suffix}.txt"
    if not path.is_file():
        return {}
    pinned = re.findall(r"^([a-z-]+)==(\S+)", path.read_text("utf-8"), re.MULTILINE)
    return {package: version for package, version in pinned if package in NEEDED}


def _wheel(package: str, version: str, python: str, machine: str, glibc: str) -> Path | None:
    """The wheel's file; None where pip finds none that fits."""
    place = CACHE / f"{machine}-glibc{glibc}-py{python}"
    pattern = f"{package.replace('-', '_')}-{version}-*.whl"
    kept = sorted(place.glob(pattern))
    if kept:
        return kept[0]
    place.mkdir(parents=True, exist_ok=True)
    minor = int(glibc.split(".")[1])
    platforms = [f"manylinux_2_{one}_{machine}" for one in range(minor, FIRST_GLIBC[machine], -1)]
    platforms += [f"manylinux{ALIASES[machine]}_{machine}", f"manylinux2014_{machine}"]
    platforms += [f"linux_{machine}"]
    with tempfile.TemporaryDirectory(prefix=".fetch-", dir=place) as fresh:
        done = subprocess.run(
            [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", fresh,
             "--disable-pip-version-check", "--only-binary=:all:", f"--python-version={python}",
             "--implementation=cp", f"--abi=cp{python.replace('.', '')}",
             *(f"--platform={one}" for one in platforms), f"{package}=={version}"],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, start_new_session=True,
        )  # fmt: skip
        files = list(Path(fresh).glob("*.whl"))
        if done.returncode or not files:
            if "Retrying" in done.stderr:  # it goes on to say that there is no such version
                raise DeviceError(
                    f"pip cannot reach its index to fetch {package} {version}; wheels are fetched "
                    "on this side, once for each kind of device"
                )
            if "No matching distribution" not in done.stderr:
                last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
                raise DeviceError(f"pip cannot fetch {package} {version}: {last}")
            return None
        return files[0].rename(place / files[0].name)


def _missing(
    package: str, version: str, python: str, machine: str, facts: dict[str, Any], name: str
) -> DeviceError | InterpreterError:
    fits = f"Python {python} on {machine} with glibc {facts['libc'][1]}"
    if package.endswith(("litert", "runtime")):
        return InterpreterError(f"{name}: no interpreter, since {package} {version} has no wheel "
                                f"for {fits}")  # fmt: skip
    return DeviceError(
        f"{name}: {package} {version} has no wheel for {fits}; install it there, "
        f"with the system's packages, say"
    )
