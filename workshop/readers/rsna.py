"""The RSNA Pneumonia Detection Challenge 2018, as its competition page serves it.

`stage_2_train_labels.csv` has a row a box (patientId, x, y, width, height, Target),
`stage_2_detailed_class_info.csv` the class of each patient, and
`stage_2_train_images/<patientId>.dcm` the one film of each. Shih et al., 2019,
doi:10.1148/ryai.2019180041.

The films were drawn from ChestX-ray14 under new ids: without the mapping file that RSNA
publishes, a patient who is in both collections cannot be put into one group.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from edge_runtime.errors import DataError
from workshop.progress import track
from workshop.readers.patients import age_years, frontal_view, sex_letter
from workshop.readers.reading import MISSING, Reading
from workshop.readers.tables import read_rows
from workshop.records import Film

__all__ = ["read", "recognised"]

SOURCE = "rsna"
TARGETS = "stage_2_train_labels.csv"
CLASSES = "stage_2_detailed_class_info.csv"
PICTURES = "stage_2_train_images"
LABELS = {"normal": "normal", "lung opacity": "pneumonia_other"}
HEADER = ("ViewPosition", "PatientAge", "PatientSex")


def recognised(folder: Path) -> bool:
    """Whether a file or the folder of the challenge's training stage is there."""
    lists = (folder / TARGETS).is_file() or (folder / CLASSES).is_file()
    return lists or (folder / PICTURES).is_dir()


def read(folder: Path) -> Reading:
    """Its films: Normal is normal, Lung Opacity is pneumonia_other, the third class is skipped.

    Age, sex and view come from the DICOM header, and stay empty without pydicom.
    Every patient has one film and is a group. Raises `DataError`, also where the list of
    classes is absent: Target 0 is "normal" and "not normal" alike.
    """
    if not (folder / CLASSES).is_file():
        raise DataError(
            f"{folder} has no {CLASSES}, without which Target 0 may be normal or not; "
            "add that file of the challenge"
        )
    classes, skipped = _classes(folder)
    films: list[Film] = []
    wanted: list[tuple[str, str]] = []
    for patient, kind in classes.items():
        if kind.lower() not in LABELS:
            skipped[f"class {kind or 'not given'}"] += 1
        elif not (folder / PICTURES / f"{patient}.dcm").is_file():
            skipped[MISSING] += 1
        else:
            wanted.append((patient, kind))
    for patient, kind in track(wanted, "reading DICOM headers") if wanted else ():
        path = f"{PICTURES}/{patient}.dcm"
        header = _header(folder / path)
        if header is None:
            skipped["the picture is no DICOM file"] += 1
            continue
        view, age, sex = header
        person = f"{SOURCE}-{patient}"
        films.append(
            Film(
                path=path,
                label=LABELS[kind.lower()],
                site="nih",
                source=SOURCE,
                group=person,
                patient=person,
                view=frontal_view(view),
                age=age_years(age),
                sex=sex_letter(sex),
                origin="RSNA Pneumonia Detection Challenge 2018, stage 2",
                note=kind,
            )
        )
    return Reading(films, skipped)


def _classes(folder: Path) -> tuple[dict[str, str], Counter[str]]:
    """The class of each patient; a patient whose rows contradict each other has none."""
    classes: dict[str, str] = {}
    unclear: set[str] = set()
    for row in read_rows(folder / CLASSES, "patientid", "class"):
        if classes.setdefault(row["patientid"], row["class"]) != row["class"]:
            unclear.add(row["patientid"])
    absent: set[str] = set()
    if (folder / TARGETS).is_file():
        for row in read_rows(folder / TARGETS, "patientid", "target"):
            kind = classes.get(row["patientid"])
            if kind is None:
                absent.add(row["patientid"])
            elif (kind.lower() == "lung opacity") != (row["target"] == "1"):
                unclear.add(row["patientid"])
    skipped = Counter(
        {
            "its rows contradict each other": len(unclear),
            f"not in {CLASSES}": len(absent),
        }
    )
    return {name: kind for name, kind in classes.items() if name not in unclear}, +skipped


def _header(path: Path) -> tuple[str, str, str] | None:
    """View, age and sex as the file has them; empty without pydicom, None where it is no DICOM."""
    try:
        import pydicom
    except ImportError:
        return "", "", ""
    try:
        data = pydicom.dcmread(path, stop_before_pixels=True, specific_tags=list(HEADER))
        view, age, sex = (str(data.get(name) or "") for name in HEADER)
    except Exception:  # pydicom raises whatever its parsing of damaged bytes ran into
        return None
    return view, age, sex
