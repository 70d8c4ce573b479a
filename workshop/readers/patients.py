"""Age, sex and view as downloads write them, in one spelling."""

from __future__ import annotations

import re

__all__ = ["age_years", "frontal_view", "sex_letter"]

OLDEST = 120
_AGE = re.compile(r"(\d+)(?:\.\d*)?\s*([YMWD]?)", re.IGNORECASE)
_IN_A_YEAR = {"": 1, "Y": 1, "M": 12, "W": 52, "D": 365}
_SEXES = {"m": "M", "male": "M", "f": "F", "female": "F", "w": "F"}  # Hannover writes m and w
_FRONTAL = {
    "pa": "PA",
    "ap": "AP",
    "ap supine": "AP Supine",
    "aps": "AP Supine",
    "ap erect": "AP Erect",
    "ap semi erect": "AP Semi Erect",
}


def age_years(text: str) -> str:
    """Whole years as text: "58" of `58`, `58.0` and DICOM's `058Y`, "1" of `020M`.

    Empty where no age is given, and where it is above 120 years: ChestX-ray14 has
    typing errors up to 414.
    """
    found = _AGE.fullmatch(text.strip())
    if found is None:
        return ""
    years = int(found[1]) // _IN_A_YEAR[found[2].upper()]
    return str(years) if years <= OLDEST else ""


def sex_letter(text: str) -> str:
    """ "M", "F", or empty where neither is said."""
    return _SEXES.get(text.strip().lower(), "")


def frontal_view(text: str) -> str:
    """The view in one spelling, empty where it is not a frontal one."""
    return _FRONTAL.get(" ".join(text.lower().replace("-", " ").split()), "")
