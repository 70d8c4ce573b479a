"""The JSON Lines of a run that was killed: what is done in them, and the place to go on from."""

from __future__ import annotations

import contextlib
import json
import os
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, BinaryIO

from edge_runtime.answers import pages_of
from edge_runtime.contract import PREDICTION_SCHEMA
from edge_runtime.errors import StorageError, UsageError
from edge_runtime.inputs import Task

__all__ = ["Resumed"]

BEGINS = b'{"schema": '  # every line of ours
# A first line that was cut off must show more: our keys in our order, as far as it goes.
NAMED = rb'\{"schema": %d, "file": "(?:[^"\\]|\\.)*' % PREDICTION_SCHEMA
NEXT = b'", "answer": "', b'", "error": "'


class Resumed:
    """A file of records, open to be appended to. Raises `UsageError`, `StorageError`.

    A last line that was cut off is taken away: its film is answered again. Nothing else of
    the file is changed, and a file that holds anything but records is refused untouched, as is
    one that does not `agree`, which must be asked before the first `write`.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.kinds: Counter[str] = Counter()  # how the films in it ended
        self._done: Counter[str] = Counter()
        self._pages: dict[str, set[int]] = {}  # of a file whose pages are films
        self._whole = 0  # bytes that are whole lines
        self._unended = False  # whether the last of them lacks its end of line
        self._first: dict[str, Any] | None = None
        if os.path.exists(path) and not os.path.isfile(path):
            raise UsageError(f"{path} is no ordinary file; records cannot be read from it")
        try:
            self._stream: BinaryIO = open(path, "a+b")  # noqa: SIM115 - closed in __exit__
        except OSError as error:
            raise self._unwritable(error) from error
        try:
            self._lock()
            self._read()
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

    def _read(self) -> None:
        """Take in every whole line."""
        self._stream.seek(0)
        for number, line in enumerate(self._stream, 1):
            if not line.endswith(b"\n"):
                line = line.rstrip(b"\0")  # a file may end so after a power cut
                self._unended = _holds_a_value(line)
                if not self._unended:
                    if not (_begun(line) if self._whole else _ours(line)):
                        raise self._foreign(number)
                    break
            self._take(line, number)
            self._whole += len(line)

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
        base, mark, page = name.rpartition("#")
        if mark and page.isdecimal() and page.isascii() and not os.path.lexists(name):
            self._pages.setdefault(base, set()).add(int(page[:9]))

    def _foreign(self, number: int) -> UsageError:
        return UsageError(
            f"line {number} of {self.path} is no record of edge-infer --json; "
            "give the file of an earlier run, or one that is not there yet"
        )

    def agree(self, model: dict[str, str], threshold: float) -> None:
        """Make the file ready for answers of this model, or refuse it: it holds those of one."""
        now = {"model": model, "threshold": threshold}
        if self._first is not None and self._first != now:
            raise UsageError(
                f"{self.path} was made with another model or threshold; "
                "use the same again, or another file"
            )
        try:
            self._stream.truncate(self._whole)
            self._stream.seek(0, os.SEEK_END)
            if self._unended:
                self._stream.write(b"\n")
        except OSError as error:
            raise self._unwritable(error) from error

    def left(self, tasks: Iterator[Task]) -> Iterator[Task]:
        """The tasks that are not done yet. A name that comes twice is done twice."""
        for task in tasks:
            if self._done[task.name]:
                self._done[task.name] -= 1
                continue
            known = self._pages.get(task.name)
            # What can be read only once keeps its pages to itself.
            if task.page is None and known and (task.data is not None or os.path.isfile(task.path)):
                task = self._rest(task, known)
            yield task

    def _rest(self, task: Task, known: set[int]) -> Task:
        """The task without the pages that are done."""
        pages = pages_of(task)
        if pages == [1]:  # a film without pages; what is done is its "#1"
            return task
        names = {page: f"{task.name}#{page}" for page in pages if page in known}
        done = [page for page, name in names.items() if self._done[name]]
        self._done.subtract(names[page] for page in done)
        return task._replace(done=done)

    def write(self, line: str) -> None:
        """Append one record; it is in the system's hands when this returns."""
        try:
            self._stream.write(line.encode("ascii") + b"\n")
            self._stream.flush()
        except OSError as error:
            raise self._unwritable(error) from error

    def _unwritable(self, error: OSError) -> StorageError:
        return StorageError(f"{self.path} cannot be written: {error.strerror or error}")

    def __enter__(self) -> Resumed:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):  # what could not be written was said before
            self._stream.close()


def _holds_a_value(line: bytes) -> bool:
    """Whether there is a whole JSON value in a line, which one that was cut off lacks."""
    try:
        json.JSONDecoder().raw_decode(line.decode(errors="replace"))
    except (ValueError, RecursionError):
        return False
    return True


def _begun(line: bytes) -> bool:
    """Whether a line, after records, may be one that was cut off."""
    return BEGINS.startswith(line[: len(BEGINS)])


def _ours(line: bytes) -> bool:
    """Whether a line, alone in its file, is one of our records that was cut off."""
    named = re.match(NAMED, line)
    if named is None:
        return False
    rest = line[named.end() :]
    return rest == b"\\" or any(one.startswith(rest[: len(one)]) for one in NEXT)
