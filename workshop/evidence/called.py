"""What else is called covid: other labels by site, view, sex and age.

Share by share, since a model that calls every bedside film or every old patient covid hides
that in one number over all films.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from edge_runtime.errors import DataError
from workshop.evidence.records import CalledShare
from workshop.evidence.shares import share_of
from workshop.records import Film

__all__ = ["AGE_BANDS", "FEW", "NOT_STATED", "age_band", "called_shares", "unstated"]

FEW = 20  # films, below which a share says little
NOT_STATED = "not stated"
AGE_BANDS = ((16, "0-15"), (40, "16-39"), (60, "40-59"), (80, "60-79"), (121, "80+"))
_AGE = re.compile(r"(\d{1,3}(?:\.\d*)?)\s*\+?\s*([YMWD]?)", re.IGNORECASE)
_YEARS = {"": 1.0, "Y": 1.0, "M": 1 / 12, "W": 1 / 52.18, "D": 1 / 365.25}
_SEXES = {"m": "M", "male": "M", "f": "F", "female": "F"}


def age_band(age: str) -> str:
    """The band of an age as indexes write it: "45", "45.0", DICOM's "045Y" or "006M".

    "not stated" for an empty one, and for what is no age of a person (over 120, negative).
    """
    found = _AGE.fullmatch(age.strip())
    if found is None:
        return NOT_STATED
    years = float(found[1]) * _YEARS[found[2].upper()]
    return next((name for end, name in AGE_BANDS if years < end), NOT_STATED)


def _sex(sex: str) -> str:
    return _SEXES.get(sex.strip().lower(), sex.strip() or NOT_STATED)


STRATA: dict[str, Callable[[Film], str]] = {
    "site": lambda film: film.site or NOT_STATED,
    "view": lambda film: film.view.strip() or NOT_STATED,
    "sex": lambda film: _sex(film.sex),
    "age": lambda film: age_band(film.age),
}


def unstated(films: Sequence[Film]) -> list[str]:
    """Which of view, sex and age no film states: such a table would have one row."""
    return [by for by, of in STRATA.items() if all(of(film) == NOT_STATED for film in films)]


def called_shares(
    films: Sequence[Film], scores: npt.ArrayLike, threshold: float, seed: int
) -> tuple[CalledShare, ...]:
    """Share of films of every label but covid whose score `[n]` reaches the threshold.

    For each label over all its films first, then by site, view, sex and age band, where any
    film states it; 95 % intervals over groups. Empty where every film is covid. Raises
    `DataError` where the lengths differ.
    """
    called = np.asarray(scores, np.float64) >= threshold
    if called.shape != (len(films),):
        raise DataError("the table of who is called covid needs a score for every film")
    others = [film for film in films if film.label != "covid"]
    absent = unstated(others)
    cells: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for place, film in enumerate(films):
        if film.label != "covid":
            cells[film.label, "all", "all"].append(place)
            for by, of in STRATA.items():
                if by not in absent:
                    cells[film.label, by, of(film)].append(place)
    order = ["all", *STRATA]
    return tuple(
        _row(films, called, *key, places, seed)
        for key, places in sorted(
            cells.items(), key=lambda item: (order.index(item[0][1]), item[0][0], item[0][2])
        )
    )


def _row(
    films: Sequence[Film], called: npt.NDArray[np.bool_], label: str, by: str, stratum: str,
    places: list[int], seed: int,
) -> CalledShare:  # fmt: skip
    groups = [films[i].group for i in places]
    return CalledShare(
        label=label,
        by=by,
        stratum=stratum,
        films=len(places),
        groups=len(set(groups)),
        called=int(called[places].sum()),
        share=share_of(called[places], groups, seed),
        few=len(places) < FEW,
    )
