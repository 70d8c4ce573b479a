"""The list of films behind published figures: what they are, and no picture of any."""

from __future__ import annotations

import csv
import hashlib
import io
from pathlib import Path

from workshop.films import read_index
from workshop.progress import track
from workshop.runs import missing_film, write_atomic

__all__ = ["COLUMNS", "write_film_list"]

COLUMNS = ("origin", "label", "site", "group", "sha256")
DIGITS = 12  # of the digest of the file: enough to tell 10^4 files apart, and short


def write_film_list(data: Path, out: Path) -> int:
    """Write `out` as CSV, a row a film in the index's order; how many there are.

    `sha256` is the beginning of the film file's digest. Raises `DataError` for a film that
    the index names and the folder lacks.
    """
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    films = read_index(data)
    for film in track(films, "films"):
        try:
            digest = hashlib.sha256((data / film.path).read_bytes()).hexdigest()[:DIGITS]
        except OSError as error:
            raise missing_film(film.path, data) from error
        origin = film.origin or film.path
        writer.writerow([origin, film.label, film.site, film.group, digest])
    write_atomic(out, stream.getvalue())
    return len(films)
