"""What the operating system says of itself, in files and by small commands; None where it does not.

Commands are started without `subprocess`: its import would be memory of the process measured.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import time
from collections.abc import Iterator
from pathlib import Path

__all__ = ["ROOT", "said", "text", "texts", "whole", "wholes"]

ROOT = Path("/")
LONGEST = 5.0  # seconds; a command that takes longer says nothing
MOST = 1 << 20


def text(path: str, root: Path = ROOT) -> str | None:
    """The content of a file below `root`, without its end of line."""
    try:
        return (root / path).read_text(encoding="utf-8", errors="replace").rstrip("\0\n")
    except OSError:
        return None


def whole(path: str, root: Path = ROOT) -> int | None:
    """The whole number that a file holds, 0x... too."""
    try:
        return int(text(path, root) or "", 0)
    except ValueError:
        return None


def texts(folder: str, pattern: str, root: Path = ROOT) -> Iterator[tuple[str, str]]:
    """(name, content) of the files that match, a number in a name by its value."""
    with contextlib.suppress(OSError):
        for path in sorted((root / folder).glob(pattern), key=_order):
            found = text(str(path.relative_to(root)), root)
            if found is not None:
                yield path.relative_to(root / folder).as_posix(), found


def wholes(folder: str, pattern: str, root: Path = ROOT) -> list[int] | None:
    """The numbers of all files that match; None where there is none."""
    found = (whole(f"{folder}/{name}", root) for name, _ in texts(folder, pattern, root))
    return [number for number in found if number is not None] or None


def said(*command: str) -> str | None:
    """What a command prints; None where it is not there, fails, or takes too long."""
    places = (Path(part) / command[0] for part in os.get_exec_path())
    program = next((one for one in places if os.access(one, os.X_OK)), None)
    if program is None or not hasattr(os, "posix_spawn"):
        return None
    read, write = os.pipe()
    with open(read, "rb", buffering=0) as stream:
        try:
            child = os.posix_spawn(
                program, command, os.environ,
                file_actions=[(os.POSIX_SPAWN_DUP2, write, 1),
                              (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0)],
            )  # fmt: skip
        except OSError:
            return None
        finally:
            os.close(write)
        content, end = b"", time.monotonic() + LONGEST
        while len(content) < MOST and select.select([stream], [], [], _left(end))[0]:
            part = stream.read(1 << 16)
            if not part:
                break
            content += part
        else:
            os.kill(child, signal.SIGKILL)
    status = os.waitpid(child, 0)[1]
    return content.decode("utf-8", "replace").strip() if status == 0 else None


def _left(end: float) -> float:
    return max(0.0, end - time.monotonic())


def _order(path: Path) -> list[tuple[int, str]]:
    """cpu10 after cpu9."""
    marked = "".join(one if one.isdigit() else f"\0{one}\0" for one in str(path))
    return [
        (int(part), "") if part.isdigit() else (-1, part) for part in marked.split("\0") if part
    ]
