"""What the command line names -> the films, one task each, in order.

Files, folders (the film formats in them, sorted, with all folders below), patterns that no
shell has expanded, `-` for standard input, and `scan.tif#2` for one page.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Sequence
from typing import NamedTuple

__all__ = ["MOST_BYTES", "STDIN", "SUFFIXES", "Task", "expand"]

SUFFIXES = frozenset((
    ".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".bmp", ".dib", ".pgm", ".ppm", ".pnm", ".pbm",
    ".tif", ".tiff", ".webp", ".dcm", ".dicom", ".dic",
))  # fmt: skip
STDIN = "-"
MOST_BYTES = 1 << 29  # of standard input: a pipe without end must not fill the memory
# As texts: to compile them takes a hundredth of a cold answer, and few commands ask.
MAGIC = r"[*?[]"
PAGE = r"(?s)(.+)#([1-9][0-9]{0,5})"
DICOM_NAME = r"(\.[0-9]*)?"  # of a suffix: "IM0001" and "1.2.840.113" are DICOM's ways


class Task(NamedTuple):
    """One film to be answered, or several where it turns out to have pages."""

    name: str  # what the record calls it
    path: str
    data: bytes | None = None  # standard input's; else the path is read
    error: str | None = None  # why there is nothing to read
    page: int | None = None  # the only page that is asked for, from 1
    skip: int = 0  # how many pages an earlier run has answered


def expand(words: Sequence[str]) -> Iterator[Task]:
    """The tasks of a command line, found as they are asked for. Never raises for bad input."""
    for word in words:
        if word == STDIN:
            yield _stdin()
        elif os.path.isdir(word):
            yield from _folder(word)
        elif os.path.lexists(word):
            yield Task(word, word)
        elif re.search(MAGIC, word):
            yield from _pattern(word)
        elif (split := re.fullmatch(PAGE, word)) and os.path.isfile(split[1]):
            yield Task(word, split[1], page=int(split[2]))
        else:
            yield Task(word, word)


def _stdin() -> Task:
    stream = getattr(sys.stdin, "buffer", None)
    if stream is None or stream.closed:
        return Task(STDIN, STDIN, error="there is no standard input to read")
    if stream.isatty():
        return Task(STDIN, STDIN, error="standard input is a terminal; pipe a film into it")
    try:
        data = stream.read(MOST_BYTES + 1)
    except OSError as error:
        return Task(STDIN, STDIN, error=f"standard input cannot be read: {error.strerror}")
    if len(data) > MOST_BYTES:
        return Task(STDIN, STDIN, error=f"standard input has more than {MOST_BYTES >> 20} MiB")
    return Task(STDIN, STDIN, data)


def _pattern(word: str) -> Iterator[Task]:
    from glob import glob

    found = sorted(glob(word, recursive=True))
    if not found:
        yield Task(word, word, error=f"{_shown(word)} matches no file")
    # `**` matches a folder and what is in it: each film once.
    folders = [path for path in found if os.path.isdir(path)]
    if "**" in word and len(folders) < len(found):
        found = [path for path in found if path not in set(folders)]
    for path in found:
        if os.path.isdir(path):
            yield from _folder(path)
        else:
            yield Task(path, path)


def _folder(folder: str) -> Iterator[Task]:
    empty = True
    for task in _walk(folder):
        empty = False
        yield task
    if empty:
        yield Task(folder, folder, error=f"{_shown(folder)} holds no film")


def _walk(folder: str) -> Iterator[Task]:
    """Films of a folder and those below; hidden names and links to folders are passed over."""
    below = [folder]
    while below:
        place = below.pop()
        try:
            with os.scandir(place) as entries:
                found = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            why = f"{_shown(place)} cannot be listed: {error.strerror}"
            yield Task(place, place, error=why)
            continue
        shown = [entry for entry in found if not entry.name.startswith(".")]
        folders = [entry.path for entry in shown if entry.is_dir(follow_symlinks=False)]
        below += reversed(folders)
        for entry in shown:
            if entry.is_file() and _is_film(entry.path, entry.name):
                yield Task(entry.path, entry.path)


def _is_film(path: str, name: str) -> bool:
    suffix = os.path.splitext(name)[1].lower()
    if suffix in SUFFIXES:
        return True
    if not re.fullmatch(DICOM_NAME, suffix) or name.upper() == "DICOMDIR":
        return False
    try:
        with open(path, "rb") as stream:
            return stream.read(132)[128:] == b"DICM"
    except OSError:
        return False


def _shown(name: str) -> str:
    return name if name.isprintable() else repr(name)
