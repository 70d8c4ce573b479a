"""What a reader gives: the films of one download, and what it left out and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from workshop.records import Film

__all__ = ["MISSING", "Reader", "Reading"]

MISSING = "the picture is missing"


@dataclass(frozen=True)
class Reading:
    """The films of a download, `path` relative to its folder, and what was skipped."""

    films: list[Film]
    skipped: Counter[str] = field(default_factory=Counter)  # reason -> listed films


@dataclass(frozen=True)
class Reader:
    """One form of download: how it is told, what it is made of, how it is read."""

    name: str  # also the `source` of its films, where the form is one collection
    looks_for: str  # for the person whose folder was not recognised
    pictures: str  # where its pictures belong
    recognised: Callable[[Path], bool]
    read: Callable[[Path], Reading]
    one_collection: bool = True  # False: the form says nothing of where the films are from
