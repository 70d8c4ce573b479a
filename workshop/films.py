"""The film index: an `index.csv`, or a plain folder a class."""

from __future__ import annotations

import csv
import os
from pathlib import Path

from edge_runtime.errors import DataError
from workshop.records import Film

__all__ = ["FILM_SUFFIXES", "data_folder", "read_index"]

FILM_SUFFIXES = frozenset(
    {".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp", ".dcm", ".pgm", ".ppm"}
)
REQUIRED = ("path", "label")
OPTIONAL = {"site": "site", "source": "source", "split_group": "group"}
PLAIN = ("patient", "view", "age", "sex", "origin", "note")


def data_folder(option: Path | None) -> Path:
    """The folder of films: `--data`, else the environment's CXR_DATA."""
    chosen = option if option is not None else os.environ.get("CXR_DATA")
    if not chosen:
        raise DataError("no films given: use --data DIR or set CXR_DATA")
    folder = Path(chosen)
    if not folder.is_dir():
        raise DataError(f"{folder} is not a folder; give the folder of films with --data DIR")
    return folder


def read_index(data: Path) -> list[Film]:
    """All films of a data folder, in the order of the index.

    With an `index.csv` (at least the columns path and label) its rows are the films;
    without one, every sub-folder is a class. A film without a group is a group of its
    own, one without a site belongs to the site "unknown". Raises `DataError`.
    """
    index = data / "index.csv"
    films = _from_csv(index) if index.is_file() else _from_folders(data)
    if not films:
        raise DataError(f"no films in {data}: it holds neither an index.csv nor a folder a class")
    return films


def _from_csv(index: Path) -> list[Film]:
    try:
        with index.open(newline="", encoding="utf-8-sig") as stream:
            reader = csv.DictReader(stream)
            columns = reader.fieldnames or []
            missing = [name for name in REQUIRED if name not in columns]
            if missing:
                raise DataError(f"{index} has no column {', '.join(missing)}; add it")
            films = [_film(row, index, reader.line_num) for row in reader]
    except (UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{index} is not a CSV file in UTF-8: {error}") from error
    seen: set[str] = set()
    for film in films:
        if film.path in seen:
            raise DataError(f"{index} lists {film.path} twice; remove one of the rows")
        seen.add(film.path)
    return films


def _film(row: dict[str, str | None], index: Path, line: int) -> Film:
    path, label = (row.get("path") or "").strip(), (row.get("label") or "").strip()
    if not path or not label:
        raise DataError(f"{index} line {line} has no path or no label; complete the row")
    named = {field: (row.get(column) or "").strip() for column, field in OPTIONAL.items()}
    return Film(
        path=path,
        label=label,
        site=named["site"] or "unknown",
        source=named["source"] or named["site"] or "unknown",
        group=named["group"] or path,
        **{name: (row.get(name) or "").strip() for name in PLAIN},
    )


def _from_folders(data: Path) -> list[Film]:
    films: list[Film] = []
    for folder in sorted(path for path in data.iterdir() if path.is_dir()):
        for path in sorted(folder.rglob("*")):
            if path.suffix.lower() in FILM_SUFFIXES and path.is_file():
                name = path.relative_to(data).as_posix()
                films.append(Film(name, folder.name, "unknown", "unknown", group=name))
    return films
