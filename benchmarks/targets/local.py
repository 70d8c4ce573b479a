"""This machine: the probe in a fresh process of the same Python."""

from __future__ import annotations

import getpass
import os
import platform
import subprocess
import sys
from pathlib import Path

import edge_runtime
from benchmarks.targets.device_lock import Busy, Lock, identity
from benchmarks.targets.options import Options
from edge_runtime.benchmark_record import BenchmarkRecord
from edge_runtime.errors import DeviceError, EdgeError, ModelError, UsageError

__all__ = ["LONGEST", "Local", "me", "record_of"]

LONGEST = 900.0  # seconds; a probe that takes longer hangs
_FAILED: dict[int, type[EdgeError]] = {2: UsageError, 3: ModelError}


class Local:
    """Starts `python -m edge_runtime.probe` and reads its one line."""

    name = "local"

    def __init__(self, text: str = "local", options: Options | None = None) -> None:
        if text != "local":
            raise UsageError(f"unknown target {text!r}: this machine is called local")
        self.options = options or Options()
        self._lock: Lock | None = None
        self._probe: subprocess.Popen[str] | None = None

    def machine(self) -> str:
        """This machine's identity; one of its own where the system tells none."""
        return identity() or self.name

    def open(self) -> None:
        """Take the lock that every run on this machine takes; raises `DeviceError`."""
        self._lock = lock = Lock()
        try:
            lock.take(me(), patience=self.options.patience)
        except Busy as busy:
            raise DeviceError(
                f"this machine is in use by {busy}; wait for it, or give more --patience"
            ) from busy
        except OSError as error:
            raise DeviceError(f"{lock.path} cannot be locked: {error.strerror}") from error

    def leave(self) -> None:
        """Stop the probe that runs, or the wait for the lock."""
        lock = self._lock
        if lock is not None:
            lock.left = True
        probe = self._probe
        if probe is not None:
            probe.terminate()

    def close(self) -> None:
        """Give the lock back."""
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def probe(self, model: str, runs: int, threads: int) -> BenchmarkRecord:
        """Measure one model once; raises an `EdgeError` with the probe's own words."""
        command = [
            sys.executable, "-m", "edge_runtime.probe", model,
            "--runs", str(runs), "--threads", str(threads),
        ]  # fmt: skip
        # The runtime that is imported here, wherever the command was called from.
        home = str(Path(edge_runtime.__file__).resolve().parent.parent)
        path = os.pathsep.join(part for part in (home, os.environ.get("PYTHONPATH")) if part)
        self._probe = subprocess.Popen(
            command, env={**os.environ, "PYTHONPATH": path}, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", errors="replace",
        )  # fmt: skip
        with self._probe as probe:
            try:
                out, err = probe.communicate(timeout=LONGEST)
            except subprocess.TimeoutExpired as error:
                raise EdgeError(
                    f"measuring {model} took over {LONGEST / 60:.0f} minutes; try fewer --runs"
                ) from error
            finally:
                probe.kill()
        return record_of(probe.returncode, out, err)


def me() -> str:
    """Who measures, for those who find the lock taken."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a container's user without a name
        user = str(os.getuid())
    return f"{user}@{platform.node()}"


def record_of(status: int, out: str, err: str) -> BenchmarkRecord:
    """What a probe that has ended says; raises an `EdgeError` with its own words."""
    if status:
        said = (err.strip().splitlines() or ["it said nothing"])[-1]
        kind = _FAILED.get(status, EdgeError)
        how = f" (the probe's exit status: {status})" if kind is EdgeError else ""
        raise kind(f"{said.removeprefix('probe: error: ')}{how}")
    return BenchmarkRecord.from_json(out)
