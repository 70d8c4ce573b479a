"""What the command line names -> the films, one task each, in order.

Files, folders (the film formats in them, sorted, with all folders below), patterns that no
shell has expanded, `-` for standard input, and `scan.tif#2` for one page.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Sequence
from stat import S_ISREG
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
    done: Sequence[int] = ()  # the pages that an earlier run has answered


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
    folders = {path for path in found if os.path.isdir(path)}
    # Beside files a folder is one of several matches, and may hold no film.
    films = _walk if "**" in word and len(folders) < len(found) else _folder
    for path in _once(found, folders) if "**" in word else found:
        if path in folders:
            yield from films(path)
        else:
            yield Task(path, path)


def _once(found: list[str], folders: set[str]) -> list[str]:
    """Matches of `**`, which may be a folder and what is in it, so that each film comes once."""
    below = {path: os.path.join(path, "") for path in found}
    ordered = sorted(found, key=below.__getitem__)  # a folder comes right before what is in it
    kept: list[str] = []
    if len(folders) == len(found):
        for path in ordered:
            if not kept or not path.startswith(below[kept[-1]]):
                kept.append(path)
        return kept
    # What matched in a folder says which of its films are meant.
    for path, after in zip(ordered, [*ordered[1:], ""], strict=True):
        if path not in folders or not after.startswith(below[path]):
            kept.append(path)
    return sorted(kept)


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
        below += [entry.path for entry in reversed(shown) if _is_folder(entry)]
        for entry in shown:
            if _may_be_read(entry) and _is_film(entry.path, entry.name):
                yield Task(entry.path, entry.path)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:  # of a file system that says so only when it is asked again
        return False


def _may_be_read(entry: os.DirEntry[str]) -> bool:
    """A file, or a link that leads nowhere: to read what is called a film then says why."""
    try:
        if not entry.is_symlink():
            return entry.is_file()
        return S_ISREG(entry.stat().st_mode)
    except OSError:
        return True


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
