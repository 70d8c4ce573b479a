"""A bar with the time left, for long runs that somebody watches."""

from __future__ import annotations

import contextlib
import os
import sys
import time

__all__ = ["Progress", "bar", "clock"]

WIDTH = 24
QUIET = 1.0  # seconds: what is done sooner needs no bar
EVERY = 0.2  # seconds between two drawings
CLEAR = "\r\x1b[K"


class Progress:
    """Counts inputs on stderr, which must be a terminal; taken away at the end."""

    def __init__(self, total: int) -> None:
        self.total, self.done = total, 0
        self._begun = self._drawn = time.monotonic()
        self._there = False
        self._able = os.environ.get("TERM") != "dumb"  # to redraw a line

    def step(self) -> None:
        """One more input is done."""
        self.done += 1
        now = time.monotonic()
        if self._able and now - self._begun >= QUIET and now - self._drawn >= EVERY:
            self._drawn, self._there = now, True
            _write(CLEAR + bar(self.done, self.total, now - self._begun))

    def clear(self) -> None:
        """Take the bar away before something else is printed."""
        if self._there:
            self._there = False
            _write(CLEAR)

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        self.clear()


def _write(text: str) -> None:
    with contextlib.suppress(OSError):  # a terminal that has gone is no reason to stop
        sys.stderr.write(text)
        sys.stderr.flush()


def bar(done: int, total: int, seconds: float) -> str:
    """`[####....] 120/400, 12.3 a second, 0:23 left`."""
    full = WIDTH * done // max(1, total)
    left = clock(seconds / max(1, done) * (total - done))
    speed = done / seconds if seconds > 0 else 0.0
    drawing = "#" * full + "." * (WIDTH - full)
    return f"[{drawing}] {done}/{total}, {speed:.1f} a second, {left} left"


def clock(seconds: float) -> str:
    """`3:07`, or `1:02:03` from an hour on."""
    whole = max(0, round(seconds))
    minutes, second = divmod(whole, 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02d}:{second:02d}" if hours else f"{minute}:{second:02d}"
