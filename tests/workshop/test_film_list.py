"""The list names every film and shows none."""

from __future__ import annotations

import csv
import hashlib
from pathlib import Path

import pytest

from edge_runtime.errors import DataError
from workshop.film_list import COLUMNS, write_film_list
from workshop.films import read_index
from workshop.phantoms import write_set


def test_a_row_a_film(tmp_path: Path) -> None:
    data, out = tmp_path / "films", tmp_path / "films.csv"
    write_set(data, 6, 1)
    assert write_film_list(data, out) == 6
    with out.open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert tuple(rows[0]) == COLUMNS
    for row, film in zip(rows, read_index(data), strict=True):
        assert (row["label"], row["site"], row["group"]) == (film.label, film.site, film.group)
        whole = hashlib.sha256((data / film.path).read_bytes()).hexdigest()
        assert row["origin"] == film.origin and whole.startswith(row["sha256"])
        assert len(row["sha256"]) == 12


def test_a_missing_film_is_named_and_nothing_written(tmp_path: Path) -> None:
    data, out = tmp_path / "films", tmp_path / "films.csv"
    write_set(data, 3, 1)
    gone = read_index(data)[1].path
    (data / gone).unlink()
    with pytest.raises(DataError, match=gone):
        write_film_list(data, out)
    assert not out.exists()
