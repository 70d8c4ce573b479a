"""One run at a time on a machine: a lock that says who holds it, and what a machine is.

Sent to devices with `benchmarks.targets.keeper`: the standard library of Python 3.7, no more.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import signal
import tempfile
import time
from typing import Any

__all__ = ["BOOT_ID", "Busy", "Lock", "identity"]

HELD = (errno.EAGAIN, errno.EACCES)
BOOT_ID = "/proc/sys/kernel/random/boot_id"
LOCKS = ("/tmp", "/data/local/tmp")


class Busy(Exception):
    """Somebody else measures on this machine; the message says who."""


def identity() -> str | None:
    """What tells this machine from any other: the number of its kernel's start.

    Unlike /etc/machine-id it is not copied with the image of a card, and containers of one
    machine, which disturb each other, share it. None where the system tells neither.
    """
    for path in (BOOT_ID, "/etc/machine-id"):
        try:
            with open(path) as stream:
                return stream.read().strip() or None
        except OSError:
            continue
    return None


class Lock:
    """A file that one process at a time holds; the system gives it back when that one ends."""

    def __init__(self, path: str | None = None) -> None:
        folder = next((one for one in LOCKS if os.path.isdir(one)), tempfile.gettempdir())
        self.path = path or os.path.join(folder, "cxr-edge-benchmark.lock")
        self._file: int | None = None
        self.left = False  # set from another thread: wait no longer

    def take(self, who: str, run: str = "", patience: float = 0.0) -> None:
        """Hold the lock for `who`; raises `Busy` when it is not free within `patience` seconds.

        A holder of the same `run` is what a broken connection left behind: it is stopped.
        """
        self._file = self._opened()
        end = time.monotonic() + patience
        while True:
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError as error:
                if error.errno not in HELD:
                    raise
            holder = self._holder()
            if run and holder.get("run") == run and _is_keeper(holder.get("pid")):
                with contextlib.suppress(OSError):
                    os.kill(holder["pid"], signal.SIGTERM)
                end, run = max(end, time.monotonic() + 10.0), ""
            if self.left or time.monotonic() >= end:
                self.release()
                since = f" since {holder['since']}" if holder.get("since") else ""
                raise Busy(f"{holder.get('who', 'somebody')}{since}")
            time.sleep(0.1)
        since = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime())
        text = json.dumps({"who": who, "run": run, "pid": os.getpid(), "since": since})
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, text.encode(), 0)

    def release(self) -> None:
        """Give it back; the file stays, since another may be waiting for it."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _opened(self) -> int:
        """Writable for every user. Linux refuses O_CREAT for another's file in /tmp."""
        try:
            return os.open(self.path, os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            opened = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
            os.fchmod(opened, 0o666)
            return opened

    def _holder(self) -> dict[str, Any]:
        try:
            assert self._file is not None
            found = json.loads(os.pread(self._file, 4096, 0).decode())
            return found if isinstance(found, dict) else {}
        except ValueError:
            return {}


def _is_keeper(pid: Any) -> bool:
    """Whether that process is one of ours: anybody can write a number into the lock."""
    try:
        with open(f"/proc/{int(pid)}/cmdline", "rb") as stream:
            return b"exec(sys.stdin.buffer" in stream.read()
    except (OSError, TypeError, ValueError):
        return False
