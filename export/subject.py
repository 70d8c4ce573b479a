"""The films that parity looks at: never trained on, whole groups, both classes."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np

from edge_runtime.contract import LABELS
from edge_runtime.errors import DataError
from export.parity import Subject
from export.representative import decode, phantom_pixels
from workshop.records import Film, StudentRecord

__all__ = ["never_seen", "subject_of"]

PER_CLASS, PHANTOMS = 600, 100
PHANTOM_SEED = 40_000


def never_seen(record: StudentRecord, per_class: int, seed: int) -> list[Film]:
    """Up to `per_class` covid and normal films each that the student never saw.

    Raises `DataError` where a class is missing: parity on one class proves nothing.
    """
    rng = random.Random(seed)
    chosen: list[Film] = []
    for label in LABELS:
        films = sorted((f for f in record.never_seen if f.label == label), key=lambda f: f.path)
        if not films:
            raise DataError(f"the run kept no {label} film from training; raise split.holdout")
        chosen += rng.sample(films, min(per_class, len(films)))
    return chosen


def subject_of(record: StudentRecord, data: Path, seed: int) -> Subject:
    """Decoded films and phantoms, with their names and labels."""
    films = never_seen(record, PER_CLASS, seed)
    pixels = decode(data, films, record.input_size)
    phantoms = phantom_pixels(PHANTOMS, seed + PHANTOM_SEED, record.input_size)
    return Subject(
        names=(*(film.path for film in films), *(f"phantom {n}" for n in range(PHANTOMS))),
        labels=(*(film.label for film in films), *("phantom" for _ in range(PHANTOMS))),
        pixels=np.concatenate([pixels, phantoms]),
        films=len(films),
        threshold=record.threshold,
    )
