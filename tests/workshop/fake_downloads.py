"""Small folders of the same shape as the downloads that the readers know, with real pictures."""

from __future__ import annotations

import csv
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path

import pydicom
from PIL import Image
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian

__all__ = [
    "HANNOVER", "ieee8023", "nih", "picture", "plain", "radiography", "rsna", "rsna_film", "table",
]  # fmt: skip

# The header of the repository's metadata.csv, with the empty column at its end.
IEEE = (
    "patientid", "offset", "sex", "age", "finding", "RT_PCR_positive", "survival", "view",
    "modality", "date", "location", "folder", "filename", "doi", "url", "license",
    "clinical_notes", "other_notes", "",
)  # fmt: skip
# The header of Data_Entry_2017.csv: names with a comma within, unquoted, are two columns each.
NIH = (
    "Image Index", "Finding Labels", "Follow-up #", "Patient ID", "Patient Age", "Patient Gender",
    "View Position", "OriginalImage[Width", "Height]", "OriginalImagePixelSpacing[x", "y]", "",
)  # fmt: skip
HANNOVER = {
    "location": "Hannover Medical School, Hannover, Germany",
    "url": "https://github.com/ml-workgroup/covid-19-image-repository",
}


def picture(path: Path, gray: int = 90) -> None:
    """A real 8 x 8 picture in the format of the name's ending."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("L", (8, 8), gray).save(path)


def table(path: Path, columns: Sequence[str], rows: Sequence[Mapping[str, str]]) -> None:
    """A CSV file; values that a row lacks are empty."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)


def ieee8023(folder: Path, *rows: Mapping[str, str], columns: Sequence[str] = IEEE) -> Path:
    """A checkout whose rows are PA X-rays of COVID-19 where they do not say otherwise."""
    usual = {
        "patientid": "2", "sex": "M", "age": "65", "finding": "Pneumonia/Viral/COVID-19",
        "view": "PA", "modality": "X-ray", "folder": "images", "url": "https://doi.org/x",
        "license": "CC BY", "clinical_notes": "one, two\nand \"three\"",
    }  # fmt: skip
    filled = [{**usual, **row} for row in rows]
    (folder / "images").mkdir(parents=True, exist_ok=True)
    table(
        folder / "metadata.csv",
        columns,
        [{name: value for name, value in row.items() if name in columns} for row in filled],
    )
    for row in filled:
        if row.get("filename", "").endswith((".jpg", ".png")):
            picture(folder / row["folder"] / row["filename"])
    return folder


def rsna_film(path: Path, **header: str) -> None:
    """A DICOM film as the challenge has them: its ages lack the unit the standard wants."""
    path.parent.mkdir(parents=True, exist_ok=True)
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = pydicom.uid.SecondaryCaptureImageStorage
    meta.MediaStorageSOPInstanceUID = pydicom.uid.UID("1.2.3.4")
    data = FileDataset("", {}, file_meta=meta, preamble=bytes(128))
    data.Rows = data.Columns = 8
    data.SamplesPerPixel, data.PhotometricInterpretation = 1, "MONOCHROME2"
    data.BitsAllocated, data.BitsStored, data.HighBit, data.PixelRepresentation = 8, 8, 7, 0
    data.PixelData = bytes(range(64))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, value in header.items():
            setattr(data, name, value)
        data.save_as(path, enforce_file_format=True)


def rsna(folder: Path, classes: Mapping[str, str], boxes: int = 2) -> Path:
    """The challenge: a film a patient, `boxes` rows for each one with Lung Opacity."""
    targets, kinds = [], []
    for patient, kind in classes.items():
        sick = kind == "Lung Opacity"
        for number in range(boxes if sick else 1):
            box = {"x": f"{number}.0", "y": "1.0", "width": "2.0", "height": "2.0"} if sick else {}
            targets.append({"patientId": patient, "Target": str(int(sick)), **box})
            kinds.append({"patientId": patient, "class": kind})
        rsna_film(
            folder / "stage_2_train_images" / f"{patient}.dcm",
            PatientAge="58", PatientSex="F", ViewPosition="AP",
        )  # fmt: skip
    boxed = ("patientId", "x", "y", "width", "height", "Target")
    table(folder / "stage_2_train_labels.csv", boxed, targets)
    table(folder / "stage_2_detailed_class_info.csv", ("patientId", "class"), kinds)
    return folder


def radiography(folder: Path, *names: str) -> Path:
    """The database: pictures by their path below the folder, and a sheet for each class."""
    for name in names:
        picture(folder / name)
    for kind in ("COVID", "Normal"):
        (folder / f"{kind}.metadata.xlsx").write_bytes(b"PK")
    return folder


def nih(
    folder: Path, *rows: Sequence[str], listed: str = "Data_Entry_2017.csv", sex: str = "Gender"
) -> Path:
    """ChestX-ray14 from (path of the picture, findings, patient) for each film."""
    columns = [name.replace("Gender", sex) for name in NIH]
    filled = []
    for path, findings, patient in rows:
        picture(folder / path)
        filled.append({
            "Image Index": Path(path).name, "Finding Labels": findings, "Patient ID": patient,
            "Patient Age": "058Y", f"Patient {sex}": "F", "View Position": "AP",
        })  # fmt: skip
    table(folder / listed, columns, filled)
    return folder


def plain(folder: Path, *names: str) -> Path:
    """A folder a class."""
    for name in names:
        picture(folder / name)
    return folder
