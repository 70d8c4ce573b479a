"""Which films and phantoms export looks at, and their pixels."""

from __future__ import annotations

import csv
import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from edge_runtime.contract import LABELS
from edge_runtime.errors import DataError, RunError
from workshop.film_store import load_films
from workshop.phantoms import phantom_pixels
from workshop.records import Film, FilmPrediction, StudentRecord

__all__ = [
    "ParityFilms",
    "evenly",
    "load_representative",
    "parity_films",
    "phantom_films",
    "representative_films",
    "stretched",
]

Pixels = npt.NDArray[np.uint8]
A_CLASS = 300  # films never seen that parity wants of each class
EXCLUDED_A_CLASS = 300  # of films beside the holdout


@dataclass(frozen=True)
class ParityFilms:
    """Films (then phantoms) with their pixels `[n, S, S]`."""

    names: tuple[str, ...]
    labels: tuple[str, ...]
    groups: tuple[str, ...]
    roles: tuple[str, ...]  # "holdout", "excluded", "out_of_fold", "phantom"
    pixels: Pixels
    films: int
    phantoms: int


def representative_films(record: StudentRecord, count: int, seed: int) -> list[Film]:
    """About `count` films that were trained on, even over site and class.

    A cell with fewer films gives all it has, the others share what is left. Raises `RunError`
    where a class is missing: int8 ranges would be those of the other alone.
    """
    cells: dict[tuple[str, str], list[Film]] = defaultdict(list)
    for film in sorted(record.trained_on, key=lambda film: film.path):
        cells[film.label, film.site].append(film)
    if missing := [label for label in LABELS if label not in {label for label, _ in cells}]:
        raise RunError(
            f"the student's record names no {' and no '.join(missing)} film that it was trained "
            "on, and int8 takes its ranges from such films; train again"
        )
    rng = random.Random(seed)
    chosen: list[Film] = []
    left = count
    for number, (_, cell) in enumerate(sorted(cells.items(), key=lambda item: len(item[1]))):
        share = min(len(cell), left // (len(cells) - number))
        chosen += rng.sample(cell, share)
        left -= share
    return sorted(chosen, key=lambda film: film.path)


def parity_films(
    run: Path, record: StudentRecord, data: Path, seed: int, phantoms: int
) -> ParityFilms:
    """Films of the two classes that the student never saw, whole groups, then phantoms.

    All of the holdout and `EXCLUDED_A_CLASS` films a class (or a group more) of the excluded.
    A class that has fewer than `A_CLASS` then is filled up with out-of-fold films, which the
    student did not train on either, though its temperature and threshold come from them;
    one that still has fewer is compared on what there is.
    """
    chosen, roles = _chosen(record, read_roles(run / "predictions.csv"), random.Random(seed))
    if not chosen:
        raise RunError("the student's record names no covid or normal film never seen; train again")
    pixels = load_films(data, chosen, record.input_size, run / "cache")
    drawn = phantom_films(phantoms, seed, record.input_size)
    return ParityFilms(
        names=(*(film.path for film in chosen), *drawn.names),
        labels=(*(film.label for film in chosen), *drawn.labels),
        groups=(*(film.group for film in chosen), *drawn.groups),
        roles=(*roles, *drawn.roles),
        pixels=np.concatenate([np.asarray(pixels), drawn.pixels]),
        films=len(chosen),
        phantoms=phantoms,
    )


def _chosen(
    record: StudentRecord, rows: Sequence[FilmPrediction], rng: random.Random
) -> tuple[list[Film], list[str]]:
    """The films to compare and their roles."""
    trained = {film.group for film in record.trained_on}
    held = {row.path for row in rows if row.role == "holdout"}
    unseen = sorted(
        (one for one in record.never_seen if one.label in LABELS and one.group not in trained),
        key=lambda film: film.path,
    )
    chosen = [film for film in unseen if film.path in held]
    roles = ["holdout"] * len(chosen)
    validated = {
        row.path: Film(row.path, row.label, row.site, "", row.group)
        for row in rows
        if row.role == "out_of_fold" and row.label in LABELS and row.group not in trained
    }
    known = {film.path for film in unseen}
    for label in LABELS:
        outside = [film for film in unseen if film.path not in held and film.label == label]
        added = _whole_groups(outside, EXCLUDED_A_CLASS, rng)
        chosen, roles = chosen + added, roles + ["excluded"] * len(added)
        lacking = A_CLASS - sum(film.label == label for film in chosen)
        spare = [film for path, film in sorted(validated.items()) if path not in known]
        added = _whole_groups([film for film in spare if film.label == label], lacking, rng)
        chosen, roles = chosen + added, roles + ["out_of_fold"] * len(added)
    return chosen, roles


def _whole_groups(films: Sequence[Film], count: int, rng: random.Random) -> list[Film]:
    """Films of groups drawn until there are `count`, or all there are; by path."""
    groups: dict[str, list[Film]] = defaultdict(list)
    for film in films:
        groups[film.group].append(film)
    names = sorted(groups)
    rng.shuffle(names)
    taken: list[Film] = []
    for name in names:
        if len(taken) >= count:
            break
        taken += groups[name]
    return sorted(taken, key=lambda film: film.path)


def read_roles(path: Path) -> list[FilmPrediction]:
    """The student's rows of a run's predictions; raises `RunError` where they are not there."""
    texts = ("path", "label", "site", "group", "role", "network", "fold")
    try:
        with path.open(newline="", encoding="utf-8") as stream:
            return [
                FilmPrediction(
                    **{name: row[name] for name in texts},
                    logit=float(row["logit"]),
                    score=float(row["score"]),
                )
                for row in csv.DictReader(stream)
                if row["network"] == "student"
            ]
    except (OSError, KeyError, TypeError, ValueError, csv.Error) as error:
        raise RunError(f"{path} cannot be read ({error}); train again") from error


def evenly(films: ParityFilms, count: int, seed: int) -> ParityFilms:
    """About `count` of the films, as many of each class, drawn by lot; all of the phantoms."""
    rng = random.Random(seed)
    kept = list(range(films.films, len(films.names)))
    for label in LABELS:
        of_label = [i for i in range(films.films) if films.labels[i] == label]
        kept += rng.sample(of_label, min(count // len(LABELS), len(of_label)))
    order = sorted(kept)
    return ParityFilms(
        names=tuple(films.names[i] for i in order),
        labels=tuple(films.labels[i] for i in order),
        groups=tuple(films.groups[i] for i in order),
        roles=tuple(films.roles[i] for i in order),
        pixels=films.pixels[order],
        films=len(order) - films.phantoms,
        phantoms=films.phantoms,
    )


def phantom_films(count: int, seed: int, size: int) -> ParityFilms:
    """Phantoms alone."""
    pixels, labels = phantom_pixels(count, seed, size)
    names = tuple(f"phantom {seed}/{i}" for i in range(count))
    return ParityFilms(names, labels, names, ("phantom",) * count, pixels, 0, count)


def stretched(pixels: Pixels) -> Pixels:
    """The same picture over the whole range: its darkest pixel 0, its brightest 255."""
    values = pixels.astype(np.float64)
    low, high = values.min(), values.max()
    if high <= low:
        raise DataError("a picture of one gray cannot be stretched")
    wide: Pixels = np.rint((values - low) * (255.0 / (high - low))).astype(np.uint8)
    return wide


def load_representative(
    run: Path, record: StudentRecord, data: Path, films: Sequence[Film], phantoms: Pixels
) -> Pixels:
    """Pixels of the films and phantoms that ranges are taken from, 0 and 255 among them."""
    pixels = np.asarray(load_films(data, films, record.input_size, run / "cache"))
    return np.concatenate([pixels, phantoms, stretched(phantoms[0])[None]])
