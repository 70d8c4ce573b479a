"""The COVID-19 Radiography Database of Qatar University and the University of Dhaka.

A folder a class (COVID, Normal, Lung_Opacity, Viral Pneumonia) with the pictures in
`images/` beside `masks/`, or, in older releases, straight in the class folder.
Chowdhury et al., 2020, doi:10.1109/ACCESS.2020.3010287. By the database's own README:

- COVID: BIMCV (Valencia), Hannover, SIRM, COVID-CXNet and ieee8023, not told apart by name.
- Normal: 8,851 films of the RSNA challenge and 1,341 of the children's chest-xray-pneumonia
  set. Releases before RSNA's films came in name theirs `NORMAL (1).png`: all of children.
- Lung_Opacity: RSNA. Viral Pneumonia: the children's set.

There are no patients in it, so that each film is a group of its own.
"""

from __future__ import annotations

import re
from pathlib import Path

from workshop.films import FILM_SUFFIXES
from workshop.readers.reading import Reading
from workshop.records import Film

__all__ = ["read", "recognised"]

SOURCE = "radiography"
# Folder in lower case -> label, site, note.
CLASSES = {
    "covid": ("covid", "mixed", "the database does not say which film is whose"),
    "normal": ("normal", "nih", "RSNA's; 1,341 of 10,192 are children's of another hospital"),
    "lung_opacity": ("pneumonia_other", "unknown", "Lung_Opacity: not covid, RSNA's"),
    "viral pneumonia": ("pneumonia_other", "unknown", "Viral Pneumonia: of children"),
}
SPELLINGS = {
    "covid-19": "covid",
    "lung opacity": "lung_opacity",
    "viral_pneumonia": "viral pneumonia",
}
BEFORE_RSNA = ("normal", "unknown", "a release without RSNA's films: of children")
_NAME = re.compile(r"COVID(-19)?[ -]?\(?\d+\)?")
_OLD_NAME = re.compile(r".*\(\d+\)")


def recognised(folder: Path) -> bool:
    """Whether a class folder COVID holds pictures named as the database names them.

    The folder alone says nothing: anybody's films may lie in one called "covid".
    """
    return any(
        _NAME.fullmatch(picture.stem)
        for name, place in _class_folders(folder)
        if name == "covid"
        for picture in _pictures(place)
    )


def read(folder: Path) -> Reading:
    """Its films; Lung_Opacity and Viral Pneumonia are both pneumonia_other, and noted.

    Covid films are of the site "mixed", normal ones of "nih", others of "unknown".
    """
    films: list[Film] = []
    for name, place in _class_folders(folder):
        for picture in _pictures(place):
            old = name == "normal" and _OLD_NAME.fullmatch(picture.stem)
            label, site, note = BEFORE_RSNA if old else CLASSES[name]
            path = picture.relative_to(folder).as_posix()
            films.append(
                Film(
                    path=path,
                    label=label,
                    site=site,
                    source=SOURCE,
                    group=f"{SOURCE}-{path}",
                    origin="COVID-19 Radiography Database",
                    note=note,
                )
            )
    return Reading(films)


def _class_folders(folder: Path) -> list[tuple[str, Path]]:
    """The class folders there are, by the name they have in `CLASSES`."""
    found = []
    for path in sorted(folder.iterdir()):
        lower = path.name.lower()
        name = SPELLINGS.get(lower, lower)
        if name in CLASSES and path.is_dir():
            found.append((name, path))
    return found


def _pictures(place: Path) -> list[Path]:
    """The films of a class; masks lie in a folder beside `images` and are never among them."""
    within = place / "images" if (place / "images").is_dir() else place
    return sorted(
        path
        for path in within.iterdir()
        if path.suffix.lower() in FILM_SUFFIXES and not path.name.startswith(".")
    )
