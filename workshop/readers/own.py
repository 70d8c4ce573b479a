"""Films that somebody arranged: a plain folder a class, or a folder with an `index.csv`."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path, PurePosixPath

from workshop.films import read_index
from workshop.readers.reading import MISSING, Reading

__all__ = ["class_folders", "has_index", "read_folders", "read_listed"]

# What training and evaluation know; any other class folder beside one of these keeps its name.
LABELS = frozenset({"covid", "normal", "pneumonia_other"})


def has_index(folder: Path) -> bool:
    """Whether the folder has an `index.csv`."""
    return (folder / "index.csv").is_file()


def class_folders(folder: Path) -> bool:
    """Whether a sub-folder is named after a label.

    Any sub-folder would do for `read_index`; here it would make a class "images" of a
    download that lost its list.
    """
    return any(path.name.lower() in LABELS for path in folder.iterdir() if path.is_dir())


def read_listed(folder: Path) -> Reading:
    """The films of an `index.csv`, as they are; those whose picture is missing are skipped."""
    listed = read_index(folder)
    films = [film for film in listed if (folder / film.path).is_file()]
    return Reading(films, +Counter({MISSING: len(listed) - len(films)}))


def read_folders(folder: Path) -> Reading:
    """The films of a folder a class; known labels in lower case, others as they are.

    Lung masks, which lie in a folder `masks`, are no films, nor is what an archive
    program hides (`._film.png`).
    """
    films = []
    skipped: Counter[str] = Counter()
    for film in read_index(folder):
        path = PurePosixPath(film.path)
        if path.name.startswith("."):
            skipped["a hidden file"] += 1
        elif "masks" in (part.lower() for part in path.parts):
            skipped["a mask, not a film"] += 1
        else:
            label = film.label.strip()
            known = label.lower() in LABELS
            films.append(replace(film, label=label.lower() if known else label))
    return Reading(films, skipped)
