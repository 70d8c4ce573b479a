"""A device at the other end of a connection: checked, furnished, measured, left as it was."""

from __future__ import annotations

import errno
import hashlib
import urllib.parse
from abc import ABC, abstractmethod
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.targets.channel import Channel
from benchmarks.targets.device_lock import identity
from benchmarks.targets.local import LONGEST, me, record_of
from benchmarks.targets.options import Options
from benchmarks.targets.wheels import runtime, wheels
from edge_runtime.benchmark_record import BenchmarkRecord
from edge_runtime.errors import DeviceError, EdgeError, StorageError, UsageError

__all__ = ["Remote", "parameters"]

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)
WORDS = ("python", "folder")
HERE = " (this machine)"
LOCKING = 30.0  # seconds to answer once the lock is had, or is not


def parameters(text: str) -> tuple[str, dict[str, str]]:
    """What stands before `?`, and the words behind it; raises `UsageError` for unknown ones."""
    name, asked, query = text.partition("?")
    given = dict(urllib.parse.parse_qsl(query, keep_blank_values=True))
    unknown = [f"{word!r}" for word in given if word not in WORDS]
    if unknown or (asked and not given):
        raise UsageError(f"target {text!r}: behind ? may stand python=PATH and folder=PATH")
    return name, given


class Remote(ABC):
    """The keeper on the device does the work: see `benchmarks.targets.keeper`."""

    name: str
    lock: str | None = None  # a path there; None: the one that all runs on a machine share

    def __init__(self, name: str, given: dict[str, str], options: Options) -> None:
        self.name, self.options = name, options
        self.python = given.get("python", "python3")
        self.folder = given.get("folder")
        self.facts: dict[str, Any] = {}
        self._channel: Channel | None = None
        self._sent: set[str] = set()

    @abstractmethod
    def connect(self) -> Channel:
        """A client process that has started the keeper's Python."""

    @abstractmethod
    def explain(self, status: int, said: str) -> DeviceError:
        """Why no keeper answered: the client's exit status and its last line."""

    def machine(self) -> str:
        """The identity of the machine, after connecting; raises `DeviceError`."""
        if self._channel is None:
            self._channel = channel = self.connect()
            try:
                self.facts = channel.hello()
            except DeviceError:
                status, said = channel.ended()
                self.close()
                if status:
                    raise self.explain(status, said) from None
                raise
            if self.facts["identity"] == identity():
                self.name = channel.name = f"{self.name.removesuffix(HERE)}{HERE}"
        return str(self.facts["identity"] or self.name)

    def open(self) -> None:
        """Connect, take the lock and upload what the probe needs; raises `EdgeError`."""
        self.machine()
        assert self._channel is not None
        # Wheels first: nobody need wait for the device meanwhile.
        archives = self.archives()
        patience = self.options.patience
        self._checked(self._channel.ask(
            patience + LOCKING, do="lock", who=me(),
            run=self.options.run, patience=patience, folder=self.folder, lock=self.lock,
        ))  # fmt: skip
        for name, data in archives:
            self._checked(self._channel.put(name, data, unpack=True))

    def archives(self) -> list[tuple[str, bytes | Path]]:
        """Names and contents of what is unpacked there."""
        found = wheels(self.facts, self.name)
        return [("runtime.zip", runtime()), *((one.name, one) for one in found)]

    def probe(self, model: str, runs: int, threads: int) -> BenchmarkRecord:
        """One record from a fresh process on the device; raises `EdgeError`."""
        if self._channel is None:
            self.open()
        assert self._channel is not None
        data = Path(model).read_bytes()
        name = f"{hashlib.sha256(data).hexdigest()[:16]}{Path(model).suffix}"
        if name not in self._sent:
            self._checked(self._channel.put(name, data))
            self._sent.add(name)
        arguments = ["-m", "edge_runtime.probe", name, "--runs", str(runs)]
        answer = self._channel.ask(
            LONGEST + self.options.patience, do="run", longest=LONGEST,
            arguments=[*arguments, "--threads", str(threads)],
        )  # fmt: skip
        self._checked(answer)
        if "timeout" in answer:
            raise DeviceError(
                f"{self.name}: measuring {model} took over {LONGEST / 60:.0f} minutes; "
                "try fewer --runs"
            )
        try:
            record = record_of(answer["status"], answer["out"], answer["err"])
        except EdgeError as error:
            raise type(error)(f"{self.name}: {error}") from error
        return replace(record, target=self.name)

    def leave(self) -> None:
        """From another thread: end whatever waits for the device."""
        channel = self._channel
        if channel is not None:
            channel.leave()

    def close(self) -> None:
        """Let the keeper clean up."""
        channel, self._channel = self._channel, None
        self._sent.clear()
        if channel is not None:
            channel.close()

    def _checked(self, answer: dict[str, Any]) -> None:
        """Raise what the keeper complains of."""
        if "busy" in answer:
            raise DeviceError(
                f"{self.name} is in use by {answer['busy']}; wait for it, or give more --patience"
            )
        if answer.get("errno") in FULL:
            raise StorageError(
                f"{self.name}: {answer['error']}; make room, or name another folder: "
                f"{self.name.removesuffix(HERE)}?folder=PATH"
            )
        if "error" in answer:
            raise DeviceError(f"{self.name}: {answer['error']}")
