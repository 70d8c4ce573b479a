"""The film index: an `index.csv`, or a plain folder a class."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Sequence
from pathlib import Path

from edge_runtime.errors import DataError
from workshop.records import Film
from workshop.runs import write_atomic

__all__ = ["COLUMNS", "FILM_SUFFIXES", "data_folder", "read_index", "write_index"]

FILM_SUFFIXES = frozenset(
    {".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp", ".dcm", ".pgm", ".ppm"}
)
REQUIRED = ("path", "label")
OPTIONAL = {"site": "site", "source": "source", "split_group": "group"}
PLAIN = ("patient", "view", "age", "sex", "origin", "note")
# What `write_index` writes; `read_index` asks for less and minds no other column.
COLUMNS = (
    "path", "label", "source", "site", "patient", "view", "age", "sex", "split_group", "origin",
    "note",
)  # fmt: skip


def data_folder(option: Path | None) -> Path:
    """The folder of films: `--data`, else the environment's CXR_DATA."""
    chosen = option if option is not None else os.environ.get("CXR_DATA")
    if not chosen:
        raise DataError("no films given: use --data DIR or set CXR_DATA")
    folder = Path(chosen)
    if not folder.is_dir():
        raise DataError(f"{folder} is not a folder; give the folder of films with --data DIR")
    return folder


def run_data(run: Path, option: Path | None) -> Path:
    """The folder of films: `--data`, CXR_DATA, else the one that training read."""
    try:
        return data_folder(option)
    except DataError:
        trained = json.loads((run / "run.json").read_text(encoding="utf-8")).get("data", "")
        if option is None and trained and Path(trained).is_dir():
            return Path(trained)
        raise


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


def write_index(data: Path, films: Sequence[Film]) -> Path:
    """Write `data/index.csv`, whole or not at all; `read_index` gives the same films back.

    Raises `DataError` for a film of which that would not be so (an empty or padded value,
    a name that is not UTF-8, a path twice), and `StorageError`.
    """
    text = io.StringIO()
    usual = csv.writer(text, lineterminator="\n")
    # Python before 3.13 leaves a lone carriage return unquoted, and reads it as a new row.
    quoting = csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL)
    usual.writerow(COLUMNS)
    seen: set[str] = set()
    for film in films:
        row = {name: getattr(film, OPTIONAL.get(name, name)) for name in COLUMNS}
        empty = [name for name in (*REQUIRED, *OPTIONAL) if not row[name]]
        padded = [name for name in COLUMNS if row[name] != row[name].strip()]
        if empty or padded:
            raise DataError(
                f"{film.path!r} cannot be indexed: {', '.join(empty or padded)} "
                f"{'is empty' if empty else 'begins or ends in a space'}; rename it"
            )
        if film.path in seen:
            raise DataError(f"{film.path} would be indexed twice; give each download once")
        seen.add(film.path)
        (quoting if "\r" in "".join(row.values()) else usual).writerow(row.values())
    try:
        content = text.getvalue().encode()
    except UnicodeEncodeError as error:
        raise DataError(f"a name is not UTF-8 ({error.object[error.start - 40 : error.end]!r}); "
                        "rename that file") from error  # fmt: skip
    index = data / "index.csv"
    write_atomic(index, content)
    return index


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
