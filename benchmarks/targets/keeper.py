"""What runs on a device while it is measured: keeps its lock and folder, starts the probe.

The source of this file and of `device_lock` is sent to the device's Python, so they need the
standard library of Python 3.7 and nothing else. It reads requests from stdin, a line of JSON
each, and answers with a line that begins with MARK; whatever a login shell prints besides is no
answer. It ends with its stdin: then, or on a signal, it stops the probe, removes its folder and
gives the lock back. So a run that was killed, or whose connection broke, leaves nothing behind.
"""

from __future__ import annotations

import importlib.util
import json
import os
import platform
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import zipfile
from typing import Any

from benchmarks.targets.device_lock import Busy, Lock, identity

__all__ = ["MARK", "facts", "main"]

MARK = "cxr-edge-keeper "
CHUNK = 1 << 16
PACKAGES = ("PIL", "numpy", "ai_edge_litert", "tflite_runtime")
# /tmp comes last: it may be memory, and a board's memory is part of what is measured.
PLACES = ("/var/tmp", "/data/local/tmp", "/tmp")


def facts() -> dict[str, Any]:
    """What decides which wheels fit, and which machine this is."""
    return {
        "machine": platform.machine(),
        "bits": 8 * struct.calcsize("P"),
        "system": platform.system(),
        "python": list(sys.version_info[:3]),
        "libc": list(platform.libc_ver()),
        "identity": identity(),
        "has": [name for name in PACKAGES if importlib.util.find_spec(name)],
    }


class _Keeper:
    """One session: a folder, a lock, and at most one running probe."""

    def __init__(self) -> None:
        self.folder = ""
        self.lock: Lock | None = None
        self._probe: subprocess.Popen[bytes] | None = None
        self._ended = False
        self._waiter: threading.Thread | None = None

    def serve(self) -> None:
        """Answer until stdin ends."""
        say(facts())
        for line in iter(sys.stdin.buffer.readline, b""):
            request = json.loads(line.decode())
            try:
                getattr(self, "do_" + request.pop("do"))(**request)
            except Busy as busy:
                say({"busy": str(busy)})
            except (OSError, zipfile.BadZipFile) as error:
                say({"error": getattr(error, "strerror", None) or str(error),
                     "errno": getattr(error, "errno", None)})  # fmt: skip

    def do_lock(
        self, who: str, run: str, patience: float, folder: str | None, lock: str | None
    ) -> None:
        """Take the lock and make a fresh folder."""
        self.lock = Lock(lock)
        self.lock.take(who, run, patience)
        usable = [one for one in PLACES if os.access(one, os.W_OK | os.X_OK)]
        place = folder or os.environ.get("TMPDIR") or (usable[0] if usable else None)
        self.folder = tempfile.mkdtemp(prefix="cxr-edge-", dir=place)
        say({"folder": self.folder})

    def do_put(self, name: str, size: int, unpack: bool) -> None:
        """Receive `size` bytes as a file; an archive is unpacked into `site` and removed."""
        path = os.path.join(self.folder, os.path.basename(name))
        failure = _receive(path, size)
        if failure is not None:
            raise failure
        if unpack:
            with zipfile.ZipFile(path) as archive:
                archive.extractall(os.path.join(self.folder, "site"))
            os.unlink(path)
        say({"put": name})

    def do_run(self, arguments: list[str], longest: float) -> None:
        """Start Python with these arguments in the folder; the answer comes when it has ended."""
        environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
        environment["PYTHONPATH"] = os.path.join(self.folder, "site")
        self._probe = subprocess.Popen(
            [sys.executable, *arguments], cwd=self.folder, env=environment,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            start_new_session=True,
        )  # fmt: skip
        self._waiter = threading.Thread(target=self._wait, args=(self._probe, longest))
        self._waiter.start()

    def _wait(self, probe: subprocess.Popen[bytes], longest: float) -> None:
        try:
            out, err = probe.communicate(timeout=longest)
        except subprocess.TimeoutExpired:
            kill(probe)
            probe.communicate()
            answer: dict[str, Any] = {"timeout": longest}
        else:
            answer = {
                "status": probe.returncode,
                "out": out.decode("utf-8", "replace"),
                "err": err.decode("utf-8", "replace")[-4000:],
            }
        if not self._ended:
            say(answer)

    def close(self) -> None:
        """Stop what runs, remove what was written, give the lock back."""
        self._ended = True
        if self._probe is not None:
            kill(self._probe)
        if self._waiter is not None:
            self._waiter.join(5.0)
        if self.folder:
            shutil.rmtree(self.folder, ignore_errors=True)
        if self.lock is not None:
            self.lock.release()


def _receive(path: str, size: int) -> OSError | None:
    """Write what comes; what cannot be kept is read all the same: the next request follows it."""
    failure: OSError | None = None
    try:
        sink = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    except OSError as error:
        sink, failure = -1, error
    while size:
        data = sys.stdin.buffer.read(min(size, CHUNK))
        if not data:
            sys.exit(1)
        size -= len(data)
        try:
            while data and failure is None:
                data = data[os.write(sink, data) :]
        except OSError as error:
            failure = error
    if sink >= 0:
        os.close(sink)
    return failure


def kill(probe: subprocess.Popen[bytes]) -> None:
    """End a probe and whatever it started."""
    if probe.poll() is None:
        try:
            os.killpg(probe.pid, signal.SIGKILL)
        except OSError:
            probe.kill()


def say(answer: dict[str, Any]) -> None:
    """One line to whoever asked."""
    sys.stdout.write(MARK + json.dumps(answer) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Serve until stdin ends or a signal comes."""

    def stop(number: int, _: object) -> None:
        sys.exit(128 + number)

    for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    keeper = _Keeper()
    try:
        keeper.serve()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    finally:
        keeper.close()


if __name__ == "__main__":
    main()
