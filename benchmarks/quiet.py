"""Whether a machine was quiet while it was measured, by this process and those it started."""

from __future__ import annotations

import os

from edge_runtime import others
from edge_runtime.others import BUSY

__all__ = ["Others"]


class Others(others.Others):
    """As the probe's, where what this process has started is no other's."""

    def __init__(self) -> None:
        super().__init__(_own_seconds)

    def flags(self) -> tuple[str, ...]:
        """("busy",) where others used more than `BUSY`."""
        return ("busy",) if (self.cores() or 0.0) > BUSY else ()


def _own_seconds() -> float:
    """Processor time of this process and of its children that have ended."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system
