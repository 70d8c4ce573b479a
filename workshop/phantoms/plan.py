"""Who is on which film: label, site and patient of every index of a set.

Twelve films make a block of six patients: of each label one with one film, one with two
and one with three. The sites rotate over the blocks alike for both labels, so that neither
a site nor a patient's number of films tells anything about the label.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from edge_runtime.contract import LABELS
from edge_runtime.errors import UsageError

__all__ = ["Place", "place", "stream"]

# What each stream of random numbers decides: a film without its opacities is else the same.
ORDER, PATIENT, FILM, OPACITIES = range(4)
_STAYS = (1, 2, 3)  # films of a patient
_BLOCK = len(LABELS) * sum(_STAYS)


@dataclass(frozen=True)
class Place:
    """Where an index stands in its set."""

    label: str
    patient: int
    site: int  # turns without end; the remainder by the number of sites is the site
    visit: int  # 0 for a patient's first film


def stream(seed: int, purpose: int, number: int) -> np.random.Generator:
    """Random numbers of their own for each purpose and number."""
    return np.random.default_rng([seed, purpose, number])


def place(seed: int, index: int) -> Place:
    """The place of film `index` (from 0) in the set of `seed`; raises `UsageError`."""
    if seed < 0 or index < 0:
        raise UsageError("seed and index of a phantom start at 0")
    block, rest = divmod(index, _BLOCK)
    patients = [(label, turn) for turn in range(len(_STAYS)) for label in LABELS]
    order = stream(seed, ORDER, block).permutation(len(patients))
    for position, which in enumerate(order):
        label, turn = patients[which]
        if rest < _STAYS[turn]:
            number = block * len(patients) + position
            return Place(label, number, block * len(_STAYS) + turn, rest)
        rest -= _STAYS[turn]
    raise AssertionError("a block holds exactly its patients' films")
