"""`ssh://user@host[:port]`: a device by the system's own ssh client.

Keys, jump hosts and the like are those of ~/.ssh/config. One connection a target carries all.
"""

from __future__ import annotations

import re
import shlex

from benchmarks.targets.channel import BOOT, Channel, DeviceLost
from benchmarks.targets.options import Options
from benchmarks.targets.remote import Remote, parameters
from edge_runtime.errors import DeviceError, UsageError

__all__ = ["Ssh"]

ADDRESS = re.compile(r"ssh://((?:[^@/:?\s]+@)?(?:\[[0-9A-Fa-f:.%\w]+\]|[^-@/:?\[\]\s][^@/:?\s]*))"
                     r"(?::(\d{1,5}))?/?")  # fmt: skip
OPTIONS = (
    "BatchMode=yes",  # nobody sits there to type a password
    "ConnectTimeout=15", "ServerAliveInterval=5", "ServerAliveCountMax=3",
    "ControlMaster=no", "ControlPath=none", "ClearAllForwardings=yes", "ForwardAgent=no",
    "RequestTTY=no", "LogLevel=ERROR",
)  # fmt: skip
FAILED = 255  # ssh itself, not what it started
ABSENT = (126, 127)
# What a server that is only short of places says.
PASSING = re.compile(r"closed by|reset by|kex_exchange|timed out|Broken pipe", re.IGNORECASE)


class Ssh(Remote):
    """The target's text is an address, with `?python=PATH` and `&folder=PATH` where wanted."""

    def __init__(self, text: str, options: Options) -> None:
        name, given = parameters(text)
        found = ADDRESS.fullmatch(name)
        if found is None:
            raise UsageError(f"target {text!r} is not like ssh://user@host or ssh://user@host:22")
        self.host, self.port = found[1].replace("[", "").replace("]", ""), found[2]
        super().__init__(name.rstrip("/"), given, options)

    def connect(self) -> Channel:
        """Start ssh, and by it Python."""
        options = [f"-o{one}" for one in (*self.options.ssh, *OPTIONS)]  # the first given holds
        port = ["-p", self.port] if self.port else []
        # `exec`: Python instead of the shell, so that it gets the signals of the session.
        start = f"exec {shlex.quote(self.python)} -uc {shlex.quote(BOOT)}"
        command = ["ssh", *options, *port, "--", self.host, start]
        return Channel(command, self.name, self.options.patience)

    def explain(self, status: int, said: str) -> DeviceError:
        """The words of ssh, or that there is no Python."""
        if status in ABSENT:
            return DeviceError(
                f"{self.name} has no {self.python}: install Python 3.10 or later there, "
                f"or name it: {self.name}?python=PATH"
            )
        if status == FAILED:
            kind = DeviceLost if PASSING.search(said) else DeviceError
            return kind(f"{self.name} cannot be reached by ssh: {said or 'it said nothing'}")
        return DeviceError(f"{self.name}: {self.python} does not start: {said or status}")
