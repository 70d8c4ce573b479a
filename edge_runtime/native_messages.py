"""What native libraries write past Python to file descriptor 2: kept off the terminal, and read."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections.abc import Iterator

from edge_runtime import forks

__all__ = ["NativeMessages", "native_messages"]

MOST = 1 << 16  # bytes that are kept; a pipe holds as much, and what is more is dropped
# The descriptor is the whole process's: two threads that turn it away at once would leave one's
# pipe behind. Once more in the same thread is in order, as when garbage is collected inside.
_turn = threading.RLock()
_kept: list[int] = []  # where descriptor 2 really leads, while it is turned away


class NativeMessages:
    """What was written; empty until the block has ended."""

    def __init__(self) -> None:
        self.text = ""


@contextlib.contextmanager
def native_messages() -> Iterator[NativeMessages]:
    """Collect what is written to descriptor 2 inside the block; errors come back as exceptions.

    Where there is no stderr the block runs as it is and nothing is collected. What other
    threads write there meanwhile is collected too.
    """
    said = NativeMessages()
    with _turn:
        try:
            sys.stderr.flush()
            saved = os.dup(2)
        except (OSError, ValueError, AttributeError):
            yield said
            return
        _kept.append(saved)
        try:
            # A pipe and no file: nothing is written where nobody asked for it.
            reader, writer = os.pipe()
            # Full, it drops what comes next; it must not stop the library that writes.
            os.set_blocking(reader, False)
            os.set_blocking(writer, False)
            os.dup2(writer, 2)
            os.close(writer)
            try:
                yield said
            finally:
                os.dup2(saved, 2)
                with contextlib.suppress(BlockingIOError):
                    said.text = os.read(reader, MOST).decode(errors="replace")
                os.close(reader)
        finally:
            _kept.remove(saved)
            os.close(saved)


def _forked() -> None:
    """The thread that has turned stderr away is not in the child."""
    global _turn
    _turn = threading.RLock()
    if _kept:
        os.dup2(_kept[0], 2)
    while _kept:
        os.close(_kept.pop())


forks.in_child(_forked)
