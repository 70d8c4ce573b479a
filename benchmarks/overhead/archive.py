"""A folder of films by one process and by two, and what two processes can gain here at all."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from benchmarks.overhead.processes import INFER, together
from benchmarks.overhead.record import Archive
from workshop.phantoms import draw_set
from workshop.progress import Progress

__all__ = ["archive", "drawn", "linked"]

LOOP = "for _ in range({}): pass"


def drawn(folder: Path, count: int) -> list[Path]:
    """`count` phantoms as PNG files of a new folder."""
    folder.mkdir()
    paths = []
    for number, phantom in enumerate(draw_set(count, seed=8)):
        paths.append(folder / f"{number:03}.png")
        Image.fromarray(phantom.image).save(paths[-1])
    return paths


def linked(paths: Sequence[Path], folder: Path, count: int) -> Path:
    """A folder of `count` films, with its halves beside it."""
    for number in range(count):
        for name in (folder.name, f"half{number % 2}"):
            place = folder.with_name(name)
            place.mkdir(exist_ok=True)
            os.link(paths[number % len(paths)], place / f"{number:05}.png")
    return folder


def archive(
    path: str, folder: Path, films: int, rounds: int, loops: int, progress: Progress
) -> Archive:
    """Take the rounds, each way once in each; `folder` is of `linked`. Raises `EdgeError`."""
    infer = [*INFER, "--model", path]
    loop = [sys.executable, "-c", LOOP.format(loops)]
    halves = [[*infer, str(folder.with_name(f"half{number}"))] for number in (0, 1)]
    ways = {
        "one_s": lambda: together([*infer, str(folder)]),
        "two_s": lambda: together([*infer, "--workers", "2", str(folder)]),
        "halves_s": lambda: together(*halves),
        "loop_one_s": lambda: together(loop) + together(loop),
        "loop_two_s": lambda: together(loop, loop),
    }
    found: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(rounds):
        names = list(ways)
        for name in names[number % len(names) :] + names[: number % len(names)]:
            found[name].append(round(ways[name](), 4))
        progress.advance("one process and two")
    return Archive(films, **{name: tuple(times) for name, times in found.items()})
