"""A connection to the keeper on a device: requests out, answers back, nobody waits for ever."""

from __future__ import annotations

import contextlib
import io
import json
import os
import queue
import select
import subprocess
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.targets.keeper import MARK
from edge_runtime.errors import DeviceError

__all__ = ["BOOT", "Channel", "DeviceLost"]

# No quote but these, no newline: every login shell passes it on as it is.
BOOT = "import sys;exec(sys.stdin.buffer.read(int(sys.stdin.buffer.readline())))"
HERE = Path(__file__).parent
SENT = ("device_lock", "keeper")
LOADER = """import types
for name, text in {sources!r}:
    module = types.ModuleType(name)
    sys.modules[name] = module
    exec(compile(text, name, "exec"), module.__dict__)
module.main()
"""
CHUNK = 1 << 16
ENDING = 5.0  # seconds for a client that has closed its output to end
GOODBYE = 30.0  # seconds for the keeper to clean up


class DeviceLost(DeviceError):
    """The connection broke; another attempt may succeed."""


class Channel:
    """One client process (ssh, adb) whose stdin and stdout are the keeper's."""

    def __init__(self, command: Sequence[str], name: str, patience: float) -> None:
        self.name, self.patience = name, patience
        self._left = False
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - closed by close()
        try:
            # In a session of its own: Ctrl-C is for us, who then let the keeper clean up.
            self._client = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._said,
                bufsize=0, start_new_session=True,
            )  # fmt: skip
        except FileNotFoundError as error:
            self._said.close()
            raise DeviceError(f"{name}: the command {command[0]} is not installed here") from error
        assert self._client.stdin is not None
        self._in = self._client.stdin.fileno()
        os.set_blocking(self._in, False)
        self._answers: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def hello(self) -> dict[str, Any]:
        """Start the keeper; its facts. Raises `DeviceError`, or `DeviceLost` as `answer`."""
        names = [f"benchmarks.targets.{one}" for one in SENT]
        texts = [(HERE / f"{one}.py").read_text("utf-8") for one in SENT]
        loader = LOADER.format(sources=list(zip(names, texts, strict=True))).encode()
        with contextlib.suppress(DeviceLost):  # what the client said of it tells more
            self._write(f"{len(loader)}\n".encode() + loader)
        return self.answer(self.patience)

    def ask(self, seconds: float | None = None, **request: Any) -> dict[str, Any]:
        """One request and its answer, within `patience` seconds or as many as given."""
        self._write(json.dumps(request).encode() + b"\n")
        return self.answer(self.patience if seconds is None else seconds)

    def put(self, name: str, data: bytes | Path, unpack: bool = False) -> dict[str, Any]:
        """Send what a file holds; the answer says whether it was kept."""
        size = data.stat().st_size if isinstance(data, Path) else len(data)
        header = {"do": "put", "name": name, "size": size, "unpack": unpack}
        self._write(json.dumps(header).encode() + b"\n")
        if isinstance(data, bytes):
            self._write(data)
        else:  # piece by piece: fifty devices at once would fill the memory
            with data.open("rb") as stream:
                while piece := stream.read(CHUNK):
                    self._write(piece)
        return self.answer(self.patience)

    def answer(self, seconds: float) -> dict[str, Any]:
        """The next answer; raises `DeviceLost` where the connection ended or nothing came."""
        try:
            found = self._answers.get(timeout=seconds)
        except queue.Empty:
            raise DeviceLost(
                f"{self.name} did not answer within {seconds:g} seconds; "
                "give a slow device more --patience"
            ) from None
        if found is None:
            self._answers.put(None)  # for whoever asks again
            raise DeviceLost(f"{self.name}: the connection was lost{self._why()}")
        return found

    def leave(self) -> None:
        """From another thread: whoever waits here gets `DeviceLost` now."""
        self._left = True
        self._answers.put(None)

    def ended(self) -> tuple[int, str]:
        """Exit status and last words of the client; 0 and none where it still runs."""
        try:
            status = self._client.wait(0.0 if self._left else ENDING)
        except subprocess.TimeoutExpired:
            return 0, ""
        self._said.seek(0)
        lines = self._said.read().decode("utf-8", "replace").strip().splitlines()
        return status, lines[-1].strip() if lines else ""

    def close(self) -> None:
        """End the keeper's stdin, which makes it clean up, and wait for it a while."""
        assert self._client.stdin is not None and self._client.stdout is not None
        with contextlib.suppress(OSError):
            self._client.stdin.close()
        try:
            self._client.wait(GOODBYE)
        except subprocess.TimeoutExpired:
            self._client.kill()
            self._client.wait()
        self._reader.join(1.0)
        self._said.close()

    def _why(self) -> str:
        _, last = self.ended()
        return f" ({last})" if last else ""

    def _read(self) -> None:
        assert self._client.stdout is not None
        stream = io.TextIOWrapper(self._client.stdout, "utf-8", "replace")
        with stream, contextlib.suppress(ValueError):
            for line in stream:
                if line.startswith(MARK):
                    self._answers.put(json.loads(line[len(MARK) :]))
        self._answers.put(None)

    def _write(self, data: bytes) -> None:
        """All of it, as fast as the device takes it; raises `DeviceLost`."""
        view = memoryview(data)
        end = time.monotonic() + self.patience
        try:
            while view and not self._left:
                if not select.select([], [self._in], [], max(0.0, end - time.monotonic()))[1]:
                    raise DeviceLost(f"{self.name} took nothing for {self.patience:g} seconds")
                view = view[os.write(self._in, view[:CHUNK]) :]
                end = time.monotonic() + self.patience
        except (BrokenPipeError, ValueError) as error:
            raise DeviceLost(f"{self.name}: the connection was lost{self._why()}") from error
