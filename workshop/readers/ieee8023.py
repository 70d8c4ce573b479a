"""The COVID-19 Image Data Collection: the repository ieee8023/covid-chestxray-dataset.

`metadata.csv` names pictures in `images/`; its CT volumes and lateral films are left out.
Columns by the repository's SCHEMA.md. Cohen et al., 2020, arXiv:2006.11988.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from workshop.readers.patients import age_years, frontal_view, sex_letter
from workshop.readers.reading import MISSING, Reading
from workshop.readers.tables import read_rows
from workshop.records import Film

__all__ = ["read", "recognised"]

SOURCE = "ieee8023"
LIST = "metadata.csv"
REQUIRED = ("patientid", "finding", "view", "filename")
# Films of Hannover Medical School, a site of its own, are in this collection too.
HANNOVER = ("hannover", "ml-workgroup/covid-19-image-repository")
SAYS_WHERE = ("location", "url", "clinical_notes", "other_notes", "notes")


def recognised(folder: Path) -> bool:
    """Whether the folder is a checkout: `metadata.csv` beside `images/`."""
    return (folder / LIST).is_file() and (folder / "images").is_dir()


def read(folder: Path) -> Reading:
    """Its frontal X-ray films: covid, normal, and pneumonia_other for other pneumonia.

    Films of one patient are a group. The site is "hannover" where the row says Hannover,
    else "ieee8023": one name for the many hospitals of a web collection. Raises `DataError`.
    """
    films: list[Film] = []
    skipped: Counter[str] = Counter()
    seen: set[str] = set()
    for row in read_rows(folder / LIST, *REQUIRED):
        path = f"{row.get('folder') or 'images'}/{row['filename']}"
        label = _label(row["finding"])
        reason = _unfit(row, label)
        if not reason and path in seen:
            reason = "listed twice"
        if not reason and not (folder / path).is_file():
            reason = MISSING
        if reason:
            skipped[reason] += 1
            continue
        seen.add(path)
        patient = f"{SOURCE}-{row['patientid']}" if row["patientid"] else ""
        films.append(
            Film(
                path=path,
                label=label,
                site=_site(row),
                source=SOURCE,
                group=patient or f"{SOURCE}-{path}",
                patient=patient,
                view=frontal_view(row["view"]),
                age=age_years(row.get("age", "")),
                sex=sex_letter(row.get("sex", "")),
                origin=row.get("url", ""),
                note=_note(row),
            )
        )
    return Reading(films, skipped)


def _label(finding: str) -> str:
    """The label of a slash-separated finding, empty where it is none that is indexed."""
    steps = [step.strip().lower() for step in finding.split("/")]
    if steps[-1] == "covid-19":
        return "covid"
    if steps == ["no finding"]:
        return "normal"
    return "pneumonia_other" if steps[0] == "pneumonia" else ""


def _unfit(row: dict[str, str], label: str) -> str:
    """Why a row is no film to index, empty where it is one."""
    if row.get("modality", "X-ray").lower() != "x-ray":  # the first lists had no such column
        return f"modality {row['modality'] or 'not given'}"
    if row.get("folder") == "volumes" or ".nii" in row["filename"].lower():
        return "a volume, not a film"
    if not frontal_view(row["view"]):
        return f"view {row['view'] or 'not given'}"
    return "" if label else f"finding {row['finding'] or 'not given'}"


def _site(row: dict[str, str]) -> str:
    said = " ".join(row.get(column, "") for column in SAYS_WHERE).lower()
    return "hannover" if any(word in said for word in HANNOVER) else SOURCE


def _note(row: dict[str, str]) -> str:
    licence = row.get("license", "")
    return f"{row['finding']}; licence {licence}" if licence else row["finding"]
