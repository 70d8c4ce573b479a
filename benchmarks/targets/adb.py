"""`adb:SERIAL`: a device by the adb client: its Python where it has one, else the phone app.

Android has no Python of its own; a board that runs adbd, or a phone with one installed, has.
"""

from __future__ import annotations

import re
import shlex
import subprocess

from benchmarks.targets.app import App
from benchmarks.targets.channel import BOOT, Channel, DeviceLost
from benchmarks.targets.device_lock import BOOT_ID
from benchmarks.targets.options import Options
from benchmarks.targets.remote import Remote, parameters
from edge_runtime.benchmark_record import BenchmarkRecord
from edge_runtime.errors import DeviceError, UsageError

__all__ = ["Adb"]

SERIAL = re.compile(r"adb:([^\s?-][^\s?]*)")
ADDRESS = re.compile(r".+:\d+")  # a device by network, which must be connected first
ABSENT = (126, 127)
LOST = re.compile(r"not found|offline|closed|no devices|protocol fault|reset by", re.IGNORECASE)


class Adb(Remote):
    """`adb:SERIAL`, as `adb devices` shows it, with `?python=PATH` where wanted."""

    def __init__(self, text: str, options: Options) -> None:
        name, given = parameters(text)
        found = SERIAL.fullmatch(name)
        if found is None:
            raise UsageError(f"target {text!r} is not like adb:SERIAL; see `adb devices`")
        self.serial = found[1]
        super().__init__(name, given, options)
        self._app: App | None = None
        self._identity = name

    def machine(self) -> str:
        """By its kernel; where Android does not tell that, by its serial number."""
        if self._app is not None:
            return self._identity
        self._ready()
        try:
            return super().machine()
        except _NoPython as absent:
            app = App(self._shell, self.name, self.options)
            if not app.installed():
                raise DeviceError(
                    f"{absent}, nor is the app {app.PACKAGE}: install one of them"
                ) from None
            self._app = app
            self._identity = self._shell("cat", BOOT_ID).stdout.strip() or self.name
            return self._identity

    def open(self) -> None:
        """Take the lock; with Python, bring the runtime. Raises `EdgeError`."""
        self.machine()
        if self._app is not None:
            self._app.open()
        else:
            super().open()

    def probe(self, model: str, runs: int, threads: int) -> BenchmarkRecord:
        """One record of a fresh process; raises `EdgeError`."""
        if self._app is None and self._channel is None:
            self.open()
        if self._app is not None:
            if not self._app.locked:  # closed after a lost connection
                self._ready()
                self._app.open()  # knows what this run itself left behind
            return self._app.probe(model, runs, threads)
        return super().probe(model, runs, threads)

    def leave(self) -> None:
        """From another thread: end whatever waits for the device."""
        super().leave()
        if self._app is not None:
            self._app.left = True

    def close(self) -> None:
        """Let the keeper clean up, or the app."""
        super().close()
        if self._app is not None:
            self._app.close()

    def connect(self) -> Channel:
        """Python in a shell without a terminal, which passes every byte as it is."""
        start = f"exec {shlex.quote(self.python)} -uc {shlex.quote(BOOT)}"
        return Channel([*self._client(), "shell", "-T", start], self.name, self.options.patience)

    def explain(self, status: int, said: str) -> DeviceError:
        """That there is no Python, or the words of adb."""
        if status in ABSENT or ("not found" in said and self.python in said):
            return _NoPython(f"{self.name} has no {self.python}")
        kind = DeviceLost if LOST.search(said) else DeviceError
        return kind(f"{self.name} cannot be reached by adb: {said or status}")

    def _client(self) -> list[str]:
        return ["adb", "-s", self.serial]

    def _ready(self) -> None:
        """Connect to an address; raises `DeviceError` unless the device takes commands."""
        if ADDRESS.fullmatch(self.serial):
            self._adb("connect", self.serial)
        done = self._adb("-s", self.serial, "get-state")
        said = (done.stderr.strip().splitlines() or [done.stdout.strip()])[-1]
        if done.returncode or done.stdout.strip() != "device":
            if "unauthorized" in said:
                said = "it has not allowed this computer: answer the question on its screen"
            said = said.removeprefix("error: ").removeprefix("adb: ")
            raise DeviceError(f"{self.name} cannot be reached by adb: {said}; see `adb devices`")

    def _shell(self, *words: str) -> subprocess.CompletedProcess[str]:
        """A command on the device; raises `DeviceLost` where adb itself fails."""
        done = self._adb("-s", self.serial, "shell", "-T", shlex.join(words))
        last = (done.stderr.strip().splitlines() or [""])[-1]
        if done.returncode == 1 and re.match(r"(adb|error): ", last):
            raise DeviceLost(f"{self.name}: the connection was lost ({last})")
        return done

    def _adb(self, *words: str) -> subprocess.CompletedProcess[str]:
        try:
            return subprocess.run(
                ["adb", *words], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                timeout=max(1.0, self.options.patience), errors="replace", start_new_session=True,
            )  # fmt: skip
        except FileNotFoundError as error:
            raise DeviceError(f"{self.name}: the command adb is not installed here") from error
        except subprocess.TimeoutExpired as error:
            raise DeviceLost(
                f"{self.name} did not answer within {self.options.patience:g} seconds; "
                "give a slow device more --patience"
            ) from error


class _NoPython(DeviceError):
    """The device may have the app instead."""
