"""One index of several downloads: their films, under names that cannot collide."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from edge_runtime.errors import DataError
from workshop.film_links import link_pictures
from workshop.films import write_index
from workshop.readers import OVERLAPS, READERS, Reader, Reading, read_download
from workshop.records import Film

__all__ = ["Indexed", "IndexedCount", "Skipped", "count_table", "index_downloads"]


@dataclass(frozen=True)
class IndexedCount:
    """How many films of one source, site and label an index holds."""

    source: str
    site: str
    label: str
    films: int


@dataclass(frozen=True)
class Skipped:
    """How many films that a download lists were left out, and why."""

    download: str
    reason: str
    films: int


@dataclass(frozen=True)
class Indexed:
    """What `index_downloads` wrote."""

    index: str
    films: int
    counts: tuple[IndexedCount, ...]
    skipped: tuple[Skipped, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class _Download:
    name: str  # of its folder of links, and before its groups
    folder: Path
    films: list[Film]
    skipped: Counter[str]


def index_downloads(
    downloads: Sequence[Path], out: Path, *, link: bool = True, force: bool = False
) -> Indexed:
    """Write `out/index.csv` of all films of the downloads; nothing is copied.

    With `link` the pictures get links `out/NAME/...`, NAME being the collection's, and the
    index names those; without, it names the pictures where they are, from `out`. Links
    come first and the index last, so that an interrupted run leaves no index of it.
    Raises `DataError`, also where there is an index already and no `force`, and
    `StorageError`.
    """
    if (out / "index.csv").exists() and not force:
        raise DataError(
            f"{out / 'index.csv'} exists; replace it with --force or name another --out"
        )
    _check_apart(downloads, out)
    read = _read_all(downloads)
    films: list[Film] = []
    for one in read:
        if link:
            link_pictures(one.folder, out / one.name, [film.path for film in one.films])
        films += [replace(film, path=_path(film.path, one, out, link)) for film in one.films]
    index = write_index(out, films)
    counts = Counter((film.source, film.site, film.label) for film in films)
    return Indexed(
        index=str(index),
        films=len(films),
        counts=tuple(IndexedCount(*key, number) for key, number in sorted(counts.items())),
        skipped=tuple(
            Skipped(one.name, reason, number)
            for one in read
            for reason, number in one.skipped.most_common()
        ),
        warnings=_overlaps({film.source for film in films}),
    )


def _check_apart(downloads: Sequence[Path], out: Path) -> None:
    seen: set[Path] = set()
    for folder in downloads:
        real = folder.resolve()
        if real in seen:
            raise DataError(f"{folder} is given twice; give it once")
        if out.resolve().is_relative_to(real):
            raise DataError(f"{out} is in the download {folder}; name a folder beside it for --out")
        seen.add(real)


def _read_all(downloads: Sequence[Path]) -> list[_Download]:
    taken: set[str] = set()
    read: list[_Download] = []
    for folder in downloads:
        reader, reading = read_download(folder)
        if reader.one_collection and reader.name in taken:
            raise DataError(f"{folder} is a second download of {reader.name}; give one of them")
        one = _named(reader, reading, folder, taken)
        taken.add(one.name)
        read.append(one)
    return read


def _named(reader: Reader, reading: Reading, folder: Path, taken: set[str]) -> _Download:
    """A download under its name: the collection's, or else made from its folder's.

    Films that somebody arranged get the name before their groups, for "patient 1" of two
    such folders are two people. Where they say no source, it is their source too.
    """
    if reader.one_collection:
        return _Download(reader.name, folder, reading.films, reading.skipped)
    plain = re.sub(r"[^\w.-]+", "_", folder.resolve().name).strip("._") or "films"
    name, number = plain, 1
    while name in taken | {known.name for known in READERS}:
        number += 1
        name = f"{plain}-{number}"
    films = [
        replace(
            film,
            group=f"{name}-{film.group}",
            source=name if film.source == "unknown" else film.source,
        )
        for film in reading.films
    ]
    return _Download(name, folder, films, reading.skipped)


def _path(path: str, one: _Download, out: Path, link: bool) -> str:
    if link:
        return f"{one.name}/{path}"
    return Path(os.path.relpath(one.folder.resolve() / path, out.resolve())).as_posix()


def _overlaps(sources: set[str]) -> tuple[str, ...]:
    return tuple(
        f"{one} and {other} are indexed together: {why}, and no group ties them; "
        "keep both on one side of a split"
        for one, other, why in OVERLAPS
        if {one, other} <= sources
    )


def count_table(counts: Sequence[IndexedCount]) -> str:
    """Films by source, site and label, a line each, and their sum."""
    rows = [("source", "site", "label", "films")]
    rows += [(one.source, one.site, one.label, str(one.films)) for one in counts]
    rows.append(("all", "", "", str(sum(one.films for one in counts))))
    widths = [max(len(row[place]) for row in rows) for place in range(4)]
    return "".join(
        f"{row[0]:{widths[0]}}  {row[1]:{widths[1]}}  {row[2]:{widths[2]}}  {row[3]:>{widths[3]}}\n"
        for row in rows
    )
