"""Progress with time left: a bar on a terminal, now and then a line in a log."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator, Sized
from typing import TextIO, TypeVar

__all__ = ["Progress", "clock", "track"]

T = TypeVar("T")


class Progress:
    """Counts steps and says on stderr how far it is and how long it will take.

    A terminal gets one line redrawn a few times a second; anything else (a log file)
    gets a plain line every `every` seconds, so that it stays readable.
    """

    def __init__(
        self, title: str, total: int, *, stream: TextIO | None = None, every: float = 30.0
    ) -> None:
        self.title, self.total, self.done = title, total, 0
        self.lanes = 1  # steps that are under way at once, and take about as long as each other
        self.stream = stream if stream is not None else sys.stderr
        self.live = self.stream.isatty()
        self.every = 0.2 if self.live else every
        self.begun = self.shown = time.monotonic()

    def advance(self, note: str = "", steps: int = 1) -> None:
        """`steps` more are done; `note` (a loss, say) is shown behind the time left."""
        self.done += steps
        now = time.monotonic()
        if now - self.shown >= self.every and self.done < self.total:
            self.shown = now
            self._show(self.line(now - self.begun, note))

    def line(self, elapsed: float, note: str = "") -> str:
        """The text after `elapsed` seconds."""
        rounds = -(-self.done // self.lanes)
        left = elapsed / max(rounds, 1) * (-(-self.total // self.lanes) - rounds)
        share = f"{self.title}: {self.done}/{self.total}, {clock(left)} left"
        return f"{share}, {note}" if note else share

    def say(self, text: str) -> None:
        """A line of its own, which stays; the progress goes on below it."""
        self.stream.write(f"\r\x1b[2K{text}\n" if self.live else f"{text}\n")
        self.stream.flush()

    def close(self, note: str = "") -> None:
        """Say how long it took."""
        took = f"{self.title}: {self.done} in {clock(time.monotonic() - self.begun)}"
        self._show(f"{took}, {note}" if note else took)
        if self.live:
            self.stream.write("\n")
            self.stream.flush()

    def _show(self, text: str) -> None:
        self.stream.write(f"\r\x1b[2K{text[:110]}" if self.live else f"{text}\n")
        self.stream.flush()


def clock(seconds: float) -> str:
    """`3:07`, or `1:02:03` from an hour on."""
    whole = max(0, round(seconds))
    minutes, second = divmod(whole, 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02d}:{second:02d}" if hours else f"{minute}:{second:02d}"


def track(items: Iterable[T], title: str, total: int | None = None) -> Iterator[T]:
    """Iterate with progress; `total` where `items` has no length."""
    count = total if total is not None else (len(items) if isinstance(items, Sized) else 0)
    progress = Progress(title, count)
    for item in items:
        yield item
        progress.advance()
    progress.close()
