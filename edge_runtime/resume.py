"""The JSON Lines of a run that was killed: what is done in them, and the place to go on from."""

from __future__ import annotations

import contextlib
import json
import os
from collections import Counter
from collections.abc import Iterator
from typing import Any, BinaryIO

from edge_runtime.contract import PREDICTION_SCHEMA
from edge_runtime.errors import StorageError, UsageError
from edge_runtime.inputs import Task

__all__ = ["Resumed"]

BEGINS = b'{"schema": '  # every line of ours


class Resumed:
    """A file of records, open to be appended to. Raises `UsageError`, `StorageError`.

    A last line that was cut off is taken away: its film is answered again. Nothing else of
    the file is changed, and a file that holds anything but records is refused untouched.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.kinds: Counter[str] = Counter()  # how the films in it ended
        self._done: Counter[str] = Counter()
        self._pages: Counter[str] = Counter()  # of a file whose pages are films
        self._first: dict[str, Any] | None = None
        if os.path.exists(path) and not os.path.isfile(path):
            raise UsageError(f"{path} is no ordinary file; records cannot be read from it")
        try:
            self._stream: BinaryIO = open(path, "a+b")  # noqa: SIM115 - closed in __exit__
        except OSError as error:
            raise StorageError(f"{path} cannot be written: {error.strerror}") from error
        try:
            self._lock()
            self._mend(self._read())
        except BaseException:
            self._stream.close()
            raise

    def _lock(self) -> None:
        with contextlib.suppress(ImportError):  # not everywhere
            import fcntl

            try:
                fcntl.flock(self._stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise UsageError(f"{self.path} is being written by another run") from error
            except OSError:
                pass  # a file system without locks

    def _read(self) -> int:
        """Take in every whole line; returns how many bytes they are."""
        self._stream.seek(0)
        whole = 0
        for number, line in enumerate(self._stream, 1):
            if not line.endswith(b"\n"):
                # After a power cut a file may end in zeros.
                start = line.rstrip(b"\0")[: len(BEGINS)]
                if not BEGINS.startswith(start):
                    raise self._foreign(number)
                break
            self._take(line, number)
            whole += len(line)
        return whole

    def _take(self, line: bytes, number: int) -> None:
        try:
            data = json.loads(line)
            name = data["file"]
            if data["schema"] != PREDICTION_SCHEMA or not isinstance(name, str):
                raise ValueError("not a record of this schema")
            kind = "failed"
            if "error" not in data:
                kind = "refused" if data["answer"] == "not_recognised" else "answered"
                made = {"model": data["model"], "threshold": data["threshold"]}
                self._first = self._first or made
                if made != self._first:
                    raise ValueError("records of two models")
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise self._foreign(number) from error
        self.kinds[kind] += 1
        self._done[name] += 1
        base, page = _split(name)
        self._pages[base] += page

    def _foreign(self, number: int) -> UsageError:
        return UsageError(
            f"line {number} of {self.path} is no record of edge-infer --json; "
            "give the file of an earlier run, or one that is not there yet"
        )

    def _mend(self, whole: int) -> None:
        self._stream.truncate(whole)
        self._stream.seek(0, os.SEEK_END)

    def agree(self, model: dict[str, str], threshold: float) -> None:
        """Answers of two models or thresholds do not belong in one file."""
        now = {"model": model, "threshold": threshold}
        if self._first is not None and self._first != now:
            raise UsageError(
                f"{self.path} was made with another model or threshold; "
                "use the same again, or another file"
            )

    def left(self, tasks: Iterator[Task]) -> Iterator[Task]:
        """The tasks that are not done yet. A name that comes twice is done twice."""
        for task in tasks:
            if self._done[task.name]:
                self._done[task.name] -= 1
                base, page = _split(task.name)
                self._pages[base] -= page
            elif task.page is None and self._pages[task.name] > 0:
                yield task._replace(skip=self._pages.pop(task.name))
            else:
                yield task

    def write(self, line: str) -> None:
        """Append one record; it is in the system's hands when this returns."""
        self._stream.write(line.encode("ascii") + b"\n")
        self._stream.flush()

    def __enter__(self) -> Resumed:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):  # what could not be written was said before
            self._stream.close()


def _split(name: str) -> tuple[str, bool]:
    """The file of a page's name, and whether it is one."""
    base, mark, page = name.rpartition("#")
    return base, bool(mark) and page.isdecimal()
