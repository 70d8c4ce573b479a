"""What a process has inherited by forking: other threads and their locks stayed behind."""

from __future__ import annotations

import os
import weakref
from collections.abc import Callable
from typing import Protocol

__all__ = ["abandon", "follow", "in_child"]


class Followed(Protocol):
    """What wants to know that it is now in a forked child."""

    def forked(self) -> None:
        """Called in the child, before anything else of it runs."""


_followed: weakref.WeakSet[Followed] = weakref.WeakSet()


def follow(model: Followed) -> None:
    """Tell `model` in each child that this process forks from now on."""
    _followed.add(model)


def abandon(native: object) -> None:
    """Never end a native thing in a child: that would wait for threads that are not there."""
    import ctypes

    ctypes.pythonapi.Py_IncRef(ctypes.py_object(native))


def in_child(work: Callable[[], None]) -> None:
    """Do `work` in each child that this process forks from now on."""
    if hasattr(os, "register_at_fork"):  # Windows has none, and does not fork
        os.register_at_fork(after_in_child=work)


def _forked() -> None:
    for model in list(_followed):
        model.forked()


in_child(_forked)
