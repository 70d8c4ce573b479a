"""The table of readers, and which of them a download is for."""

from __future__ import annotations

from pathlib import Path

from edge_runtime.errors import DataError
from workshop.readers import ieee8023, nih, own, radiography, rsna
from workshop.readers.reading import MISSING, Reader, Reading

__all__ = ["OVERLAPS", "READERS", "find_reader", "read_download"]

# A new reader is a module beside these and a row here. Names are taken into paths.
READERS = (
    Reader(
        "ieee8023", "metadata.csv beside images/", "images/",
        ieee8023.recognised, ieee8023.read,
    ),
    Reader(
        "rsna", "stage_2_detailed_class_info.csv beside stage_2_train_images/",
        "stage_2_train_images/", rsna.recognised, rsna.read,
    ),
    Reader(
        "radiography", "COVID/images/COVID-1.png beside Normal/images/", "the class folders",
        radiography.recognised, radiography.read,
    ),
    Reader(
        "nih", "Data_Entry_2017.csv or Data_Entry_2017_v2020.csv beside images/",
        "images/ or images_001/images/ to images_012/images/", nih.recognised, nih.read,
    ),
    Reader(
        "index", "index.csv", "the folders that index.csv names",
        own.has_index, own.read_listed, one_collection=False,
    ),
)  # fmt: skip
# Asked last: a download of a known form may have folders named like classes.
FOLDERS = Reader(
    "folders", "folders covid/, normal/ or pneumonia_other/", "the class folders",
    own.class_folders, own.read_folders, one_collection=False,
)  # fmt: skip
# Collections that share films, which no group ties together: (one, other, what is so).
OVERLAPS = (
    ("rsna", "nih", "RSNA's films are ChestX-ray14's under new ids"),
    ("radiography", "rsna", "the database's normal and Lung_Opacity films are RSNA's"),
    ("radiography", "nih", "the database's normal films are RSNA's, those ChestX-ray14's"),
    ("radiography", "ieee8023", "some of the database's covid films are ieee8023's"),
)


def find_reader(folder: Path) -> Reader:
    """The reader that a download is for; `DataError` where that is none or not one only."""
    if not folder.is_dir():
        what = "is a file; unpack it and give the folder" if folder.exists() else "does not exist"
        raise DataError(f"{folder} {what}")
    fits = [reader for reader in READERS if reader.recognised(folder)]
    if len(fits) > 1:
        forms = " and ".join(f"{reader.name} ({reader.looks_for})" for reader in fits)
        raise DataError(f"{folder} looks like {forms}; put each into a folder of its own")
    if fits:
        return fits[0]
    if FOLDERS.recognised(folder):
        return FOLDERS
    for path in sorted(folder.iterdir()):
        if path.is_dir() and any(reader.recognised(path) for reader in READERS):
            raise DataError(f"{folder} is no download that is known, but {path} is; give that")
    forms = "; ".join(f"{reader.name}: {reader.looks_for}" for reader in (*READERS, FOLDERS))
    raise DataError(f"{folder} is no download that is known; looked for {forms}")


def read_download(folder: Path) -> tuple[Reader, Reading]:
    """The films of a download and by which reader.

    Raises `DataError` where its form is not known, a list is damaged, or no film is left.
    """
    try:
        reader = find_reader(folder)
        reading = reader.read(folder)
    except OSError as error:
        raise DataError(f"{error.filename or folder} cannot be read: {error.strerror}") from error
    if reading.films:
        return reader, reading
    missing = reading.skipped[MISSING]
    if missing:
        raise DataError(
            f"{folder} looks like {reader.name}, but none of its {missing} pictures is there; "
            f"unpack them into {reader.pictures}"
        )
    why = "; ".join(f"{count}: {reason}" for reason, count in reading.skipped.most_common(5))
    raise DataError(
        f"{folder} looks like {reader.name}, but has no film to index ({why or 'empty'})"
    )
