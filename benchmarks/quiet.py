"""Whether a machine was quiet while it was measured, by this process and those it started."""

from __future__ import annotations

import os
import time

from edge_runtime import machine

__all__ = ["BUSY", "Others"]

BUSY = 0.4  # cores that others may use, as the probe has it


class Others:
    """How many cores others kept at work, from its making on."""

    def __init__(self) -> None:
        self._begun, self._busy = time.monotonic(), machine.busy_seconds()
        self._own = _own_seconds()

    def cores(self) -> float | None:
        """None where the system does not tell."""
        busy = machine.busy_seconds()
        if busy is None or self._busy is None:
            return None
        watched = max(time.monotonic() - self._begun, 1e-3)
        return max(0.0, (busy - self._busy - (_own_seconds() - self._own)) / watched)

    def flags(self) -> tuple[str, ...]:
        """("busy",) where others used more than `BUSY`."""
        return ("busy",) if (self.cores() or 0.0) > BUSY else ()


def _own_seconds() -> float:
    """Processor time of this process and of its children that have ended."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system
