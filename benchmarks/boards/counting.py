"""Instructions of a guest between two marks, by a plugin of QEMU's user mode."""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.boards.cache import made
from edge_runtime.errors import EdgeError
from workshop.tools import run_tool, tool

__all__ = ["BEGIN", "END", "MARK", "Counter", "counter", "mark", "qemu_version"]

SOURCE = Path(__file__).with_name("counting.c")
PURPOSE = "no instructions can be counted"
MARK = 0x4D41524B  # as in the plugin
BEGIN, END = 1, 2


def mark(tag: int) -> None:
    """In the guest: note how many instructions have run; outside QEMU nothing happens."""
    with contextlib.suppress(OSError):
        os.getpriority(MARK, tag)


class Counter:
    """A file of marks, and the words that make QEMU write it."""

    def __init__(self, plugin: Path, marks: Path) -> None:
        self.plugin = f"{plugin},marks={marks}"
        self._marks = marks

    def counted(self) -> list[int]:
        """Instructions of each span from a mark BEGIN to its END; raises `EdgeError`."""
        try:
            lines = self._marks.read_text("ascii").splitlines()
        except OSError as error:
            raise EdgeError(f"the instructions were not counted: {error.strerror}") from error
        marks = [(int(tag), int(count)) for tag, count in (line.split() for line in lines)]
        spans = list(zip(marks[::2], marks[1::2], strict=False))
        if not spans or any((one[0], two[0]) != (BEGIN, END) for one, two in spans):
            raise EdgeError("the instructions were not counted: the guest made no pair of marks")
        return [two[1] - one[1] for one, two in spans]


@contextlib.contextmanager
def counter() -> Iterator[Counter]:
    """A counter for one guest; its file is gone afterwards. Raises `InterpreterError`."""
    compiler = tool("gcc", "gcc libc6-dev", PURPOSE)

    def build(folder: Path) -> None:
        folder.mkdir()
        run_tool(
            [compiler, "-O2", "-Wall", "-Wextra", "-Werror", "-fPIC", "-shared",
             "-fvisibility=hidden", "-o", folder / "counting.so", SOURCE]
        )  # fmt: skip

    plugin = made("counting", SOURCE.read_text("utf-8"), build) / "counting.so"
    with tempfile.TemporaryDirectory(prefix="marks-") as place:
        yield Counter(plugin, Path(place) / "marks")


def qemu_version(qemu: str) -> str:
    """As QEMU itself tells it, such as `7.2.22 (Debian 1:7.2+dfsg-7+deb12u18)`."""
    found = re.search(r"version (.+)", run_tool([tool(qemu, "qemu-user", PURPOSE), "--version"]))
    return found[1].strip() if found else "unknown"
