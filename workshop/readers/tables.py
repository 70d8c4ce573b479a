"""The CSV lists of downloads, read without minding the case of column names."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from edge_runtime.errors import DataError

__all__ = ["read_rows"]


def read_rows(path: Path, *required: str) -> Iterator[dict[str, str]]:
    """The rows of a CSV file in UTF-8, by column name in lower case, values stripped.

    Editions of one list differ in the case and the spacing of their column names. A
    column that is not `required` may be absent: use `row.get`. Raises `DataError`.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as stream:
            reader = csv.reader(stream)
            columns = [" ".join(name.split()).lower() for name in next(reader, [])]
            missing = [name for name in required if name not in columns]
            if missing:
                raise DataError(
                    f"{path} has no column {', '.join(missing)}; get the file again, unchanged"
                )
            for values in reader:
                if any(values):
                    row = dict.fromkeys(columns, "")
                    # Lists end their header in a comma that some of their rows lack.
                    row.update(zip(columns, (value.strip() for value in values), strict=False))
                    yield row
    except (UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{path} is not a CSV file in UTF-8: {error}") from error
