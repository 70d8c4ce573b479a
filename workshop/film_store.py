"""Films decoded once to `uint8`, memory-mapped afterwards."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import numpy.typing as npt

from edge_runtime.errors import DataError, FilmError
from edge_runtime.pixels import PIXELS_VERSION, film_pixels
from workshop.progress import track
from workshop.records import Film
from workshop.runs import missing_film, write_with

__all__ = ["load_films", "unreadable_films"]


def load_films(data: Path, films: Sequence[Film], size: int, cache: Path) -> npt.NDArray[np.uint8]:
    """Pixels of all films, `uint8[n, size, size]`, read-only.

    Decoded in parallel (Pillow frees the interpreter lock) and kept in the folder
    `cache` under a name made from the list, its files' sizes and times, and the pixel
    definition; a second call maps the file. All films that cannot be read are named in
    one `DataError`.
    """
    stamps = [_stamp(data, film) for film in films]
    key = json.dumps([PIXELS_VERSION, size, stamps])
    path = cache / f"films-{hashlib.sha256(key.encode()).hexdigest()[:16]}-{size}.npy"
    if not path.is_file():
        pixels, bad = _decode(data, films, size, "decoding films")
        if bad:
            more = f" (and {len(bad) - 1} more)" if len(bad) > 1 else ""
            first = next(iter(bad.values()))
            raise DataError(f"{first}{more}: repair the film or remove its row from the index")
        write_with(path, lambda stream: np.save(stream, pixels))
    return np.load(path, mmap_mode="r")  # type: ignore[no-any-return]


def unreadable_films(data: Path, films: Sequence[Film], size: int) -> dict[int, str]:
    """Which films cannot be read, by index, and why; a missing file is one."""
    return _decode(data, films, size, "checking films")[1]


def _stamp(data: Path, film: Film) -> tuple[str, int, int]:
    try:
        status = (data / film.path).stat()
    except OSError as error:
        raise missing_film(film.path, data) from error
    return film.path, status.st_size, status.st_mtime_ns


def _decode(
    data: Path, films: Sequence[Film], size: int, title: str
) -> tuple[npt.NDArray[np.uint8], dict[int, str]]:
    pixels = np.zeros((len(films), size, size), np.uint8)
    bad: dict[int, str] = {}

    def decode(number: int) -> None:
        try:
            raw = film_pixels(data / films[number].path, size)
        except FilmError as error:
            bad[number] = str(error)
            return
        pixels[number] = np.frombuffer(raw, np.uint8).reshape(size, size)

    with ThreadPoolExecutor(max_workers=2) as pool:
        for _ in track(pool.map(decode, range(len(films))), title, len(films)):
            pass
    return pixels, dict(sorted(bad.items()))
