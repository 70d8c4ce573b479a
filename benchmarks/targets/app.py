"""The phone app as the probe: its benchmark activity writes a record, which is read by adb.

The app measures the model that it carries, in a fresh process each time. There is no lock
file that every phone lets adb write, so that the lock is an own folder beside the record.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from benchmarks.targets.local import LONGEST, me
from benchmarks.targets.options import Options
from edge_runtime import model_file
from edge_runtime.benchmark_record import BenchmarkRecord
from edge_runtime.errors import DataError, DeviceError, UsageError

__all__ = ["App"]

POLL = 1.0  # seconds between two looks for the record
GONE = 5  # looks in a row at which the app does not run; it takes a moment to start
Shell = Callable[..., "subprocess.CompletedProcess[str]"]


class App:
    """Drives `org.cxredge.demo` by `shell`, which runs a command on the phone."""

    PACKAGE = "org.cxredge.demo"
    ACTIVITY = f"{PACKAGE}/.BenchmarkActivity"
    RECORD = f"/sdcard/Android/data/{PACKAGE}/files/benchmark.json"
    LOCK = "/data/local/tmp/cxr-edge-benchmark.lock"

    def __init__(self, shell: Shell, name: str, options: Options) -> None:
        self.shell, self.name, self.options = shell, name, options
        self.left = False
        self.locked = False

    def installed(self) -> bool:
        """Whether the phone has the app; raises `DeviceError` where it cannot be asked."""
        done = self.shell("pm", "path", self.PACKAGE)
        return done.returncode == 0 and "package:" in str(done.stdout)

    def open(self) -> None:
        """Take the phone: a folder that names its holder; raises `DeviceError`."""
        who = f"{self.LOCK}/who"
        end = time.monotonic() + self.options.patience
        while self.shell("mkdir", self.LOCK).returncode:
            said = str(self.shell("cat", who).stdout).strip()
            if said.endswith(self.options.run):  # ours, of a lost connection
                break
            if self.left or time.monotonic() >= end:
                holder = said.rpartition(" ")[0] or "somebody"
                raise DeviceError(
                    f"{self.name} is in use by {holder}; wait for it, or, if that run is gone, "
                    f"remove {self.LOCK} there"
                )
            time.sleep(POLL)
        self.locked = True
        since = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime())
        text = f"{me()} since {since} {self.options.run}"
        self.shell("sh", "-c", f"echo '{text}' > {who}")

    def probe(self, model: str, runs: int, threads: int) -> BenchmarkRecord:
        """The app's record, of the same graph as `model`; raises `EdgeError`."""
        wanted = model_file.read(Path(model)).contract
        assert wanted is not None  # or `read` would have raised
        self.shell("am", "force-stop", self.PACKAGE)  # a fresh process
        self.shell("rm", "-f", self.RECORD)
        started = self.shell(
            "am", "start", "-n", self.ACTIVITY, "--ei", "runs", str(runs),
            "--ei", "threads", str(threads),
        )  # fmt: skip
        said = f"{started.stdout}{started.stderr}"
        if started.returncode or "Error" in said:
            last = (said.strip().splitlines() or ["am said nothing"])[-1]
            raise DeviceError(f"{self.name}: the app does not start: {last}")
        record = self._record()
        self.shell("am", "force-stop", self.PACKAGE)
        if record.model.get("graph_sha256") != wanted.graph_sha256:
            raise UsageError(
                f"{self.name}: the app carries {record.model.get('name')} "
                f"{record.model.get('version')}, which is another model than {model}"
            )
        return replace(record, target=self.name)

    def close(self) -> None:
        """Remove what was written; give the phone back."""
        if self.locked:
            self.locked = False
            with contextlib.suppress(DeviceError):  # a phone that is gone keeps them
                self.shell("am", "force-stop", self.PACKAGE)
                self.shell("rm", "-f", self.RECORD)
                self.shell("rm", "-r", self.LOCK)

    def _record(self) -> BenchmarkRecord:
        """Wait for the whole of it; the app moves it into place."""
        end, gone = time.monotonic() + LONGEST, 0
        while not self.left and time.monotonic() < end:
            gone = gone + 1 if self.shell("pidof", self.PACKAGE).returncode == 1 else 0
            text = str(self.shell("cat", self.RECORD).stdout)
            try:
                json.loads(text)
            except ValueError:  # not there, or not whole
                if gone >= GONE:
                    raise DeviceError(
                        f"{self.name}: the app ended without a record; see `adb logcat`"
                    ) from None
                time.sleep(POLL)
                continue
            try:
                return BenchmarkRecord.from_json(text)
            except DataError as error:
                raise DataError(f"{self.name}: the app's {error}") from error
        raise DeviceError(f"{self.name}: the app wrote no record in {LONGEST / 60:.0f} minutes")
