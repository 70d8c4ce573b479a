"""Records of emulated boards: golden outputs, counted instructions, memory; never a time."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.boards.cache import RELEASE, ROOT
from benchmarks.boards.counting import counter, qemu_version
from benchmarks.boards.device import SYSTEMS, Device
from benchmarks.boards.identity import CORES
from benchmarks.boards.whole import QEMU, boot
from edge_runtime import model_file
from edge_runtime.benchmark_record import BenchmarkRecord
from edge_runtime.container import sha256
from edge_runtime.errors import EdgeError, ModelError, UsageError

__all__ = ["android_record", "machine_record", "python_record"]

# Of what the probe tells, what is of an emulated machine no more than of the moment.
OF_THE_HOUR = ("before", "after", "others", "throttled", "frequency_warm_khz")
LONGEST = 900.0  # seconds; a guest that takes longer hangs
_FAILED: dict[int, type[EdgeError]] = {2: UsageError, 3: ModelError}


def python_record(board: Device, model: Path) -> BenchmarkRecord:
    """The runtime itself, in Debian's Python."""
    with counter() as counting:
        done = _alive(
            board.run,
            "-m", "benchmarks.boards.guest", str(model),
            plugin=counting.plugin, timeout=LONGEST,
        )  # fmt: skip
        _must(done.returncode, done.stderr, "guest: error: ")
        record = BenchmarkRecord.from_json(done.stdout)
        (invoke,) = counting.counted()
    runtime = record.runtime
    about = {**_machine(board, f"{runtime['name']} {runtime['version']}"), **_own(record.machine)}
    return replace(record, machine=about, instructions={"invoke": invoke})


def _own(told: dict[str, Any]) -> dict[str, Any]:
    """What the guest knows of itself; the rest of what it sees is the host's."""
    return {key: told.get(key) for key in ("libc", "python")}


def android_record(board: Device, model: Path) -> BenchmarkRecord:
    """The app's library; `python -m export android` runs it, and fails where outputs differ."""
    file = model_file.read(model)
    contract = file.contract
    assert contract is not None
    started = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    with counter() as counting:
        command = [
            sys.executable, "-m", "export", "android", str(model), "--json", "--mode", "xnnpack",
            "--emulator", shlex.join(board.emulator(counting.plugin)),
        ]  # fmt: skip
        done = _alive(
            subprocess.run, command, cwd=ROOT, capture_output=True, text=True, timeout=LONGEST
        )
        _must(done.returncode, done.stderr, "export: error: ")
        invoke = counting.counted()[-1]  # the first prepares what the others find
    told = json.loads(done.stdout)
    name = f"tensorflow-lite-android {told['library']}"
    data = model.read_bytes()
    return BenchmarkRecord(
        model={
            "name": contract.name,
            "version": contract.version,
            "graph_sha256": contract.graph_sha256,
            "file_sha256": sha256(data),
            "precision": contract.precision,
        },
        runtime={
            "name": "tensorflow-lite-android",
            "version": told["library"],
            "api": "c",
            "delegate": "xnnpack" if told["modes"][0]["delegated"] else "none",
            "threads": 1,
        },
        machine=_machine(board, name, needs_numpy=False),
        target="local",
        emulated=True,
        started=started,
        file_bytes=len(data),
        golden=True,
        instructions={"invoke": invoke},
    )


def machine_record(model: Path, threads: int) -> BenchmarkRecord:
    """The probe in a whole emulated machine: its memory is a device's, its times are not kept."""
    command = f"python3 -m edge_runtime.probe model{model.suffix} --runs 1 --threads {threads}"
    files = {"edge_runtime": ROOT / "edge_runtime", f"model{model.suffix}": model}
    (done,) = boot(files, [command])
    _must(done.status, done.stderr, "probe: error: ")
    record = BenchmarkRecord.from_json(done.stdout)
    told = {key: value for key, value in record.machine.items() if key not in OF_THE_HOUR}
    emulator = {"emulator": f"{QEMU} {qemu_version(QEMU)}"}
    return replace(
        record, emulated=True, times=None, machine={**told, **emulator},
        flags=tuple(flag for flag in record.flags if flag == "golden_failed"),
    )  # fmt: skip


def _alive(run: Any, *words: Any, **options: Any) -> subprocess.CompletedProcess[str]:
    try:
        done: subprocess.CompletedProcess[str] = run(*words, **options)
    except subprocess.TimeoutExpired as error:
        raise EdgeError(
            f"the emulated board gave no answer in {LONGEST / 60:.0f} minutes"
        ) from error
    return done


def _must(status: int, stderr: str, prefix: str) -> None:
    """Raise what the guest complained of, where it did not end well."""
    if status:
        said = (stderr.strip().splitlines() or ["it said nothing"])[-1].removeprefix(prefix)
        kind = _FAILED.get(status, EdgeError)
        how = f" (the guest's exit status: {status})" if kind is EdgeError else ""
        raise kind(f"{said}{how}")


def _machine(board: Device, runtime: str, *, needs_numpy: bool = True) -> dict[str, Any]:
    """The board's identity, and `pins`: what a count depends on beside the model."""
    one = board.board
    version = qemu_version(SYSTEMS[one.system].qemu)
    return {
        "cpu": one.cpu,
        "board": None,
        "cores": CORES,
        "machine": one.system,
        "midr": f"0x{one.midr:08x}",
        "system": f"Debian {RELEASE}, files alone",
        "emulator": f"{SYSTEMS[one.system].qemu} {version}",
        "pins": {
            "runtime": runtime,
            "numpy": _version(board.site, "numpy") if needs_numpy else None,
            # Its third number changes with Debian's updates, and no count with it.
            "qemu": ".".join(version.split()[0].split(".")[:2]),
            "cpu": one.cpu,
        },
    }


def _version(site: Path, package: str) -> str | None:
    """Of an installed package; None where Debian brings it."""
    for folder in site.glob(f"{package}-*.dist-info"):
        found = re.fullmatch(rf"{package}-(.+)\.dist-info", folder.name)
        return found[1] if found else None
    return None
