"""NIH ChestX-ray14, as the NIH or Kaggle serves it.

`Data_Entry_2017.csv`, or its correction `Data_Entry_2017_v2020.csv`, names pictures in
`images/` or in `images_001/images/` to `images_012/images/`. Wang et al., 2017,
arXiv:1705.02315. The labels were mined from reports and are known to err. The RSNA
challenge re-read 30,000 of these films under new ids: without the mapping file that RSNA
publishes, a patient who is in both collections cannot be put into one group.
"""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

from workshop.readers.patients import age_years, frontal_view, sex_letter
from workshop.readers.reading import MISSING, Reading
from workshop.readers.tables import read_rows
from workshop.records import Film

__all__ = ["read", "recognised"]

SOURCE = "nih"
LISTS = ("Data_Entry_2017_v2020.csv", "Data_Entry_2017.csv")  # the correction first
REQUIRED = ("image index", "finding labels", "patient id")


def recognised(folder: Path) -> bool:
    """Whether one of the two lists is there."""
    return any((folder / name).is_file() for name in LISTS)


def read(folder: Path) -> Reading:
    """Its films: "No Finding" is normal, any finding of Pneumonia is pneumonia_other.

    Films with other findings alone are skipped. Films of one patient are a group; ages
    are in years. Raises `DataError`.
    """
    places = _places(folder)
    films: list[Film] = []
    skipped: Counter[str] = Counter()
    seen: set[str] = set()
    listed = next(folder / name for name in LISTS if (folder / name).is_file())
    for row in read_rows(listed, *REQUIRED):
        label = _label(row["finding labels"])
        path = places.get(row["image index"], "")
        if not label or not path or path in seen:
            reason = "other findings" if not label else "listed twice" if path else MISSING
            skipped[reason] += 1
            continue
        seen.add(path)
        patient = f"{SOURCE}-{row['patient id'].zfill(8)}"  # one edition has lost the zeros
        films.append(
            Film(
                path=path,
                label=label,
                site="nih",
                source=SOURCE,
                group=patient,
                patient=patient,
                view=frontal_view(row.get("view position", "")),
                age=age_years(row.get("patient age", "")),
                sex=sex_letter(row.get("patient sex") or row.get("patient gender", "")),
                origin="NIH ChestX-ray14",
                note=row["finding labels"],
            )
        )
    return Reading(films, skipped)


def _label(findings: str) -> str:
    """The label of findings separated by "|", empty where it is none that is indexed."""
    named = {finding.strip().lower() for finding in findings.split("|")}
    if named == {"no finding"}:
        return "normal"
    return "pneumonia_other" if "pneumonia" in named else ""


def _places(folder: Path) -> dict[str, str]:
    """Where each picture lies, by file name: one look into each folder, not one a row."""
    places: dict[str, str] = {}
    for top in sorted(folder.glob("images*")):
        for place in (top, top / "images"):
            if place.is_dir():
                within = place.relative_to(folder).as_posix()
                places.update(
                    (entry.name, f"{within}/{entry.name}")
                    for entry in os.scandir(place)
                    if entry.is_file()
                )
    return places
