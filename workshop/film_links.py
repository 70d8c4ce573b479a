"""Links to pictures that stay where they were downloaded."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from edge_runtime.errors import DataError, StorageError
from workshop.runs import storage_error

__all__ = ["link_pictures"]


def link_pictures(folder: Path, into: Path, paths: Iterable[str]) -> None:
    """Make `into/PATH` a link to `folder/PATH` for every path (POSIX, within `folder`).

    The links are relative, so that films and index can move together. A link that an
    earlier run left is pointed anew; a picture that already lies there stays. Raises
    `DataError` for a path that leaves the folder or a place that something else takes,
    `StorageError` where links cannot be made.
    """
    made: dict[Path, str] = {}  # folder of links -> the way from there to the pictures
    for path in paths:
        pure = PurePosixPath(path)
        if pure.is_absolute() or ".." in pure.parts:
            raise DataError(f"{path} is not within {folder}; index it with --no-link")
        link, picture = into / pure, folder / pure
        try:
            if link.parent not in made:
                link.parent.mkdir(parents=True, exist_ok=True)
                made[link.parent] = os.path.relpath(picture.parent.resolve(), link.parent.resolve())
            _point(link, os.path.join(made[link.parent], picture.name), picture)
        except OSError as error:
            raise _refused(link, error) from error


def _point(link: Path, target: str, picture: Path) -> None:
    if link.is_symlink():
        if os.readlink(link) == target:
            return
        link.unlink()
    elif link.exists():
        if link.samefile(picture):  # the download lies where its links would
            return
        raise DataError(f"{link} is in the way of a link; name another --out")
    link.symlink_to(target)


def _refused(link: Path, error: OSError) -> StorageError:
    refusal = storage_error(link, error)
    return StorageError(f"{refusal}; if this disk has no links, use --no-link")
