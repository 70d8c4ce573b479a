"""Readers of downloads: labels, views, sites, groups, and what is left out and said."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from edge_runtime.errors import DataError
from edge_runtime.pixels import film_pixels
from tests.workshop import fake_downloads as fake
from workshop.readers import MISSING, Reading, read_download
from workshop.readers.patients import age_years, frontal_view, sex_letter
from workshop.records import Film


def read(folder: Path, name: str) -> Reading:
    """What the reader for the folder gives, which is that of this name."""
    reader, reading = read_download(folder)
    assert reader.name == name
    assert all((folder / film.path).is_file() for film in reading.films)
    return reading


def by_name(reading: Reading) -> dict[str, Film]:
    return {Path(film.path).stem: film for film in reading.films}


@pytest.mark.parametrize(
    ("finding", "label"),
    [
        ("Pneumonia/Viral/COVID-19", "covid"),
        ("COVID-19", "covid"),
        ("No Finding", "normal"),
        ("Pneumonia", "pneumonia_other"),
        ("Pneumonia/Viral/SARS", "pneumonia_other"),
        ("Pneumonia/Bacterial/Streptococcus", "pneumonia_other"),
        ("Tuberculosis", ""),
        ("Unknown", ""),
        ("todo", ""),
        ("", ""),
    ],
)
def test_ieee8023_findings(tmp_path: Path, finding: str, label: str) -> None:
    other = "Pneumonia/Viral/SARS" if label != "pneumonia_other" else "No Finding"
    fake.ieee8023(
        tmp_path, {"filename": "a.jpg", "finding": finding}, {"filename": "b.jpg", "finding": other}
    )
    reading = read(tmp_path, "ieee8023")
    assert by_name(reading).keys() == ({"a", "b"} if label else {"b"})
    if label:
        assert by_name(reading)["a"].label == label and not reading.skipped
    else:
        assert reading.skipped == {f"finding {finding or 'not given'}": 1}


@pytest.mark.parametrize(
    ("view", "kept"),
    [
        ("PA", "PA"), ("AP", "AP"), ("AP Supine", "AP Supine"), ("AP Erect", "AP Erect"),
        ("ap erect", "AP Erect"), ("L", ""), ("Axial", ""), ("Coronal", ""), ("", ""),
    ],
)  # fmt: skip
def test_ieee8023_keeps_frontal_views(tmp_path: Path, view: str, kept: str) -> None:
    fake.ieee8023(tmp_path, {"filename": "a.jpg", "view": view}, {"filename": "b.jpg"})
    reading = read(tmp_path, "ieee8023")
    assert [film.view for film in reading.films] == ([kept] if kept else []) + ["PA"]
    assert reading.skipped == ({} if kept else {f"view {view or 'not given'}": 1})


def test_ieee8023_leaves_out_what_is_no_film(tmp_path: Path) -> None:
    fake.ieee8023(
        tmp_path,
        {"filename": "ct.jpg", "modality": "CT"},
        {"filename": "v.nii.gz", "folder": "volumes"},
        {"filename": "gone.gif"},
        {"filename": "a.jpg"},
        {"filename": "a.jpg"},
    )
    reading = read(tmp_path, "ieee8023")
    assert [film.path for film in reading.films] == ["images/a.jpg"]
    assert reading.skipped == {
        "modality CT": 1, "a volume, not a film": 1, MISSING: 1, "listed twice": 1,
    }  # fmt: skip


def test_ieee8023_patients_and_sites(tmp_path: Path) -> None:
    fake.ieee8023(
        tmp_path,
        {"filename": "a.jpg", "patientid": "7", "sex": "F", "age": "71.0"},
        {"filename": "b.jpg", "patientid": "7"},
        {"filename": "c.jpg", "patientid": "8", "location": fake.HANNOVER["location"]},
        {"filename": "d.jpg", "patientid": "", "url": fake.HANNOVER["url"]},
        {"filename": "e.jpg", "patientid": "9", "other_notes": "from hannover"},
    )
    films = by_name(read(tmp_path, "ieee8023"))
    assert films["a"] == Film(
        path="images/a.jpg", label="covid", site="ieee8023", source="ieee8023",
        group="ieee8023-7", patient="ieee8023-7", view="PA", age="71", sex="F",
        origin="https://doi.org/x", note="Pneumonia/Viral/COVID-19; licence CC BY",
    )  # fmt: skip
    assert films["b"].group == films["a"].group != films["c"].group
    assert (films["d"].patient, films["d"].group) == ("", "ieee8023-images/d.jpg")
    assert [films[name].site for name in "bcde"] == ["ieee8023", *["hannover"] * 3]


def test_ieee8023_of_the_first_weeks(tmp_path: Path) -> None:
    """Patientid with a capital, " url" with a space, no modality, no folder."""
    columns = ("Patientid", "sex", "finding", "view", "filename", "doi", " url")
    rows = [{"Patientid": "1", "finding": "COVID-19", "view": "PA", "filename": "a.jpg"}]
    fake.table(tmp_path / "metadata.csv", columns, rows)
    fake.picture(tmp_path / "images/a.jpg")
    assert [film.group for film in read(tmp_path, "ieee8023").films] == ["ieee8023-1"]


CLASSES = {
    "aa": "Normal", "bb": "Lung Opacity", "cc": "No Lung Opacity / Not Normal", "dd": "Normal",
}  # fmt: skip


def test_rsna_classes_and_headers(tmp_path: Path) -> None:
    reading = read(fake.rsna(tmp_path, CLASSES), "rsna")
    films = by_name(reading)
    assert {name: film.label for name, film in films.items()} == {
        "aa": "normal", "bb": "pneumonia_other", "dd": "normal",
    }  # fmt: skip
    assert reading.skipped == {"class No Lung Opacity / Not Normal": 1}
    assert films["bb"] == Film(
        path="stage_2_train_images/bb.dcm", label="pneumonia_other", site="nih", source="rsna",
        group="rsna-bb", patient="rsna-bb", view="AP", age="58", sex="F",
        origin="RSNA Pneumonia Detection Challenge 2018, stage 2", note="Lung Opacity",
    )  # fmt: skip
    assert len(film_pixels(tmp_path / films["bb"].path, 8)) == 64


def test_rsna_without_pydicom(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake.rsna(tmp_path, CLASSES)
    monkeypatch.setitem(sys.modules, "pydicom", None)
    films = read(tmp_path, "rsna").films
    assert len(films) == 3 and {(one.view, one.age, one.sex) for one in films} == {("", "", "")}


def test_rsna_needs_the_classes(tmp_path: Path) -> None:
    fake.rsna(tmp_path, CLASSES)
    (tmp_path / "stage_2_detailed_class_info.csv").unlink()
    with pytest.raises(DataError, match=r"add that file") as caught:
        read_download(tmp_path)
    assert "stage_2_detailed_class_info.csv" in str(caught.value)


def test_rsna_rows_that_contradict_each_other(tmp_path: Path) -> None:
    fake.rsna(tmp_path, CLASSES)
    classes = tmp_path / "stage_2_detailed_class_info.csv"
    classes.write_text(classes.read_text().replace("aa,Normal", "aa,Lung Opacity") + "dd,Other\n")
    targets = tmp_path / "stage_2_train_labels.csv"
    targets.write_text(targets.read_text() + "ee,,,,,0\n")
    (tmp_path / "stage_2_train_images/bb.dcm").write_bytes(b"no DICOM")
    with pytest.raises(DataError, match="no film to index") as caught:
        read_download(tmp_path)
    assert "2: its rows contradict each other" in str(caught.value)
    assert "1: not in stage_2_detailed_class_info.csv" in str(caught.value)
    assert "1: the picture is no DICOM file" in str(caught.value)


RELEASE = (
    "COVID/images/COVID-1.png", "COVID/masks/COVID-1.png", "Normal/images/Normal-1.png",
    "Normal/masks/Normal-1.png", "Lung_Opacity/images/Lung_Opacity-1.png",
    "Viral Pneumonia/images/Viral Pneumonia-1.png", "Viral Pneumonia/masks/Viral Pneumonia-1.png",
)  # fmt: skip


def test_radiography_classes_sites_and_masks(tmp_path: Path) -> None:
    reading = read(fake.radiography(tmp_path, *RELEASE), "radiography")
    assert [(film.path, film.label, film.site) for film in reading.films] == [
        ("COVID/images/COVID-1.png", "covid", "mixed"),
        ("Lung_Opacity/images/Lung_Opacity-1.png", "pneumonia_other", "unknown"),
        ("Normal/images/Normal-1.png", "normal", "nih"),
        ("Viral Pneumonia/images/Viral Pneumonia-1.png", "pneumonia_other", "unknown"),
    ]
    covid, opacity, _, viral = reading.films
    assert "does not say which film is whose" in covid.note
    assert opacity.note.startswith("Lung_Opacity") and viral.note.startswith("Viral Pneumonia")
    assert covid.group == "radiography-COVID/images/COVID-1.png" and covid.patient == ""


def test_radiography_of_older_releases(tmp_path: Path) -> None:
    """Pictures straight in the class folder; the normal ones are not yet RSNA's."""
    names = ("COVID-19/COVID-19 (1).png", "NORMAL/NORMAL (1).png", "Viral Pneumonia/x (2).png")
    fake.radiography(tmp_path, *names)
    (tmp_path / "COVID-19/._COVID-19 (1).png").write_bytes(b"")
    reading = read(tmp_path, "radiography")
    assert [(film.path, film.label, film.site) for film in reading.films] == [
        (names[0], "covid", "mixed"),
        (names[1], "normal", "unknown"),
        (names[2], "pneumonia_other", "unknown"),
    ]


def test_nih_findings_and_patients(tmp_path: Path) -> None:
    fake.nih(
        tmp_path,
        ("images_001/images/00000001_000.png", "No Finding", "1"),
        ("images_012/images/00000001_001.png", "Edema|Pneumonia", "00000001"),
        ("images_002/images/00000002_000.png", "Pneumothorax|Infiltration", "2"),
        ("images_002/images/00000003_000.png", "Pneumonia", "3"),
        ("images_002/images/00000003_000.png", "No Finding", "3"),
    )
    reading = read(tmp_path, "nih")
    assert reading.films[0] == Film(
        path="images_001/images/00000001_000.png", label="normal", site="nih", source="nih",
        group="nih-00000001", patient="nih-00000001", view="AP", age="58", sex="F",
        origin="NIH ChestX-ray14", note="No Finding",
    )  # fmt: skip
    assert [film.label for film in reading.films[1:]] == ["pneumonia_other"] * 2
    assert [film.group for film in reading.films[1:]] == ["nih-00000001", "nih-00000003"]
    assert reading.skipped == {"other findings": 1, "listed twice": 1}


def test_nih_corrected_list_in_one_folder(tmp_path: Path) -> None:
    rows = [("images/a.png", "No Finding", "1"), ("images/b.png", "Pneumonia", "2")]
    fake.nih(tmp_path, *rows, listed="Data_Entry_2017_v2020.csv", sex="Sex")
    fake.nih(tmp_path, ("images/a.png", "Pneumonia", "1"))  # the first edition lies beside it
    (tmp_path / "images/b.png").unlink()
    reading = read(tmp_path, "nih")
    assert [(film.label, film.sex) for film in reading.films] == [("normal", "F")]
    assert reading.skipped == {MISSING: 1}


def test_a_folder_a_class(tmp_path: Path) -> None:
    fake.plain(tmp_path, "COVID/1.png", "COVID/masks/1.png", "nodule/2.png", "nodule/._2.png")
    reading = read(tmp_path, "folders")
    assert [(film.path, film.label) for film in reading.films] == [
        ("COVID/1.png", "covid"), ("nodule/2.png", "nodule"),
    ]  # fmt: skip
    assert reading.skipped == {"a mask, not a film": 1, "a hidden file": 1}


def test_an_index_keeps_its_films(tmp_path: Path) -> None:
    fake.picture(tmp_path / "films/a.png")
    text = "path,label,site,split_group\nfilms/a.png,covid,s,g\nfilms/gone.png,normal,s,h\n"
    (tmp_path / "index.csv").write_text(text)
    reading = read(tmp_path, "index")
    assert reading.films == [Film("films/a.png", "covid", "s", "s", "g")]
    assert reading.skipped == {MISSING: 1}


@pytest.mark.parametrize(
    ("text", "years"),
    [("58", "58"), ("58.0", "58"), ("058Y", "58"), ("020M", "1"), ("3W", "0"), ("414", ""),
     ("", ""), ("adult", ""), (" 7 ", "7")],
)  # fmt: skip
def test_ages_are_whole_years(text: str, years: str) -> None:
    assert age_years(text) == years


def test_sexes_and_views_in_one_spelling() -> None:
    assert [sex_letter(text) for text in ("M", "female", "w", "", "O")] == ["M", "F", "F", "", ""]
    assert [frontal_view(text) for text in ("APS", "AP semi-erect", "AP  supine", "LL")] == [
        "AP Supine", "AP Semi Erect", "AP Supine", "",
    ]  # fmt: skip
