"""How many cores other processes kept at work while something was measured.

Not the load average: that still remembers what ended a minute ago.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from edge_runtime import machine

__all__ = ["BUSY", "Others"]

BUSY = 0.4  # cores that others may use
WATCHED = 0.5  # seconds: processors are counted in hundredths
PROMPT = 1e-3  # seconds in which clocks that are compared have to be read


class Others:
    """Watches from its making on; `own` gives the seconds that do not count as others'."""

    def __init__(self, own: Callable[[], float] = time.process_time) -> None:
        self._own = own
        self._begun = self._clocks()

    def cores(self) -> float | None:
        """None where the system does not tell. Waits until it has watched long enough."""
        time.sleep(max(0.0, WATCHED - (time.monotonic() - self._begun[0])))
        begun, ended = self._begun, self._clocks()
        if begun[2] is None or ended[2] is None:
            return None
        watched, own, busy = ended[0] - begun[0], ended[1] - begun[1], ended[2] - begun[2]
        return round(max(0.0, (busy - own) / watched), 2)

    def _clocks(self) -> tuple[float, float, float | None]:
        """Time, our share and all processors' work, as of one moment.

        Read again where the process was put aside in between, up to some times.
        """
        for _ in range(20):
            found = time.monotonic(), self._own(), machine.busy_seconds()
            if time.monotonic() - found[0] < PROMPT:
                break
        return found
