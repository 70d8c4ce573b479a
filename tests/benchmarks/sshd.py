"""A real sshd on this machine, for one user with one key, and stand-ins for what a device has."""

from __future__ import annotations

import contextlib
import getpass
import io
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from benchmarks.targets import Options
from benchmarks.targets.ssh import Ssh

__all__ = ["PYTHON", "Sshd", "Waiting", "children", "emptied", "parent", "serve", "wrapper"]

# That of the system or of pyenv, without a package of ours.
PYTHON = str(Path(sys.base_prefix, "bin", "python3"))


@dataclass(frozen=True)
class Sshd:
    """A running server; `options` are what a client needs to reach it."""

    pid: int
    port: int
    folder: Path

    @property
    def options(self) -> tuple[str, ...]:
        known = self.folder / "known_hosts"
        return (
            f"IdentityFile={self.folder / 'key'}", f"UserKnownHostsFile={known}",
            "IdentitiesOnly=yes",
        )  # fmt: skip

    def address(self, python: str | Path = PYTHON, folder: Path | None = None) -> str:
        """A target's text."""
        place = f"&folder={folder}" if folder else ""
        return f"ssh://{getpass.getuser()}@127.0.0.1:{self.port}?python={python}{place}"

    def words(self) -> list[str]:
        """The options on a command line."""
        return [word for one in self.options for word in ("--ssh-option", one)]


@contextlib.contextmanager
def serve(folder: Path) -> Iterator[Sshd]:
    """Start it on a free port of 127.0.0.1; skips the test where there is no sshd."""
    binary = shutil.which("sshd", path=f"{os.environ['PATH']}:/usr/sbin")
    if binary is None or shutil.which("ssh") is None:
        pytest.skip("openssh-server or openssh-client is not installed (.ci/run lists them)")
    for name in ("host", "key"):
        subprocess.run(
            ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / name], check=True
        )
    shutil.copy(folder / "key.pub", folder / "authorized")
    if os.getuid() == 0:  # where Debian's own start script would make it
        Path("/run/sshd").mkdir(exist_ok=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    host = " ".join((folder / "host.pub").read_text().split()[:2])
    (folder / "known_hosts").write_text(f"[127.0.0.1]:{port} {host}\n")
    (folder / "config").write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {folder}/host\nPidFile none\n"
        f"AuthorizedKeysFile {folder}/authorized\nStrictModes no\nUsePAM no\n"
        "PasswordAuthentication no\nPermitRootLogin yes\nMaxStartups 200:30:300\n"
    )
    with (folder / "log").open("w") as log:
        server = subprocess.Popen([binary, "-D", "-e", "-f", folder / "config"], stderr=log)
    try:
        while "listening" not in (folder / "log").read_text().lower():
            assert server.poll() is None, (folder / "log").read_text()
            time.sleep(0.05)
        yield Sshd(server.pid, port, folder)
    finally:
        for child in children(server.pid):
            os.kill(child, signal.SIGTERM)
        server.terminate()
        server.wait()


def children(pid: int) -> list[int]:
    """Processes that this one started."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, ValueError):
            child = int(status.parent.name)
            if parent(child) == pid:
                found.append(child)
    return found


def parent(pid: int) -> int:
    """Who started it."""
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def emptied(folder: Path) -> bool:
    """Whether the keeper has cleaned up; it may do so after we have been told."""
    for _ in range(300):
        if not any(folder.iterdir()):
            return True
        time.sleep(0.1)
    return False


def wrapper(path: Path, shell: str = "", patch: str = "") -> Path:
    """A stand-in for a device's Python: shell commands first, then Python with a patch."""
    site = path.parent / f"{path.name}-site"
    site.mkdir()
    (site / "sitecustomize.py").write_text(patch)
    path.write_text(f'#!/bin/sh\n{shell}\nPYTHONPATH={site} exec {PYTHON} "$@"\n')
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


class Waiting(Ssh):
    """A device of its own, whatever machine it is on, with a probe that only waits.

    The stand-in runs `code` and then prints the record that is the text of `record`.
    """

    def __init__(self, text: str, options: Options, number: int, folder: Path, code: str) -> None:
        super().__init__(text, options)
        self.number, self.code, self.record = number, code, folder / "record.json"
        self.lock = str(folder / f"lock-{number}")

    def machine(self) -> str:
        super().machine()
        self.name = f"ssh://device-{self.number}"
        assert self._channel is not None
        self._channel.name = self.name
        return self.name

    def archives(self) -> list[tuple[str, bytes | Path]]:
        data = io.BytesIO()
        show = f"print(open({str(self.record)!r}).read())"
        probe = f"NUMBER = {self.number}\n{self.code}\n{show}"
        with zipfile.ZipFile(data, "w") as archive:
            archive.writestr("edge_runtime/__init__.py", "")
            archive.writestr("edge_runtime/probe.py", probe)
        return [("runtime.zip", data.getvalue())]
