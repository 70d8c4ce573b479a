"""Downloads that are not known, not one, not whole: one line each that says what to do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from edge_runtime.errors import DataError
from tests.workshop import fake_downloads as fake
from workshop.readers import READERS, find_reader, read_download


def index(folder: Path) -> None:
    fake.picture(folder / "films/a.png")
    (folder / "index.csv").write_text("path,label\nfilms/a.png,covid\n")


MADE: dict[str, Callable[[Path], object]] = {
    "ieee8023": lambda folder: fake.ieee8023(folder, {"filename": "a.jpg"}),
    "rsna": lambda folder: fake.rsna(folder, {"aa": "Normal"}),
    "radiography": lambda folder: fake.radiography(folder, "COVID/images/COVID-1.png"),
    "nih": lambda folder: fake.nih(folder, ("images/a.png", "No Finding", "1")),
    "index": index,
    "folders": lambda folder: fake.plain(folder, "covid/1.png", "normal/2.png"),
}
LISTED = ("ieee8023", "rsna", "nih", "index")  # the forms that say which pictures there are


def refusal(folder: Path) -> str:
    with pytest.raises(DataError) as caught:
        read_download(folder)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_every_reader_is_tried_here() -> None:
    assert {reader.name for reader in READERS} == MADE.keys() - {"folders"}


@pytest.mark.parametrize("name", MADE)
def test_a_form_is_told_from_the_others(tmp_path: Path, name: str) -> None:
    MADE[name](tmp_path)
    assert find_reader(tmp_path).name == name
    assert [one.name for one in READERS if one.recognised(tmp_path)] == [name] * (name != "folders")


@pytest.mark.parametrize("name", [name for name in MADE if name not in ("rsna", "folders")])
def test_two_forms_in_one_folder(tmp_path: Path, name: str) -> None:
    MADE["rsna"](tmp_path)
    MADE[name](tmp_path)
    said = refusal(tmp_path)
    looks_for = {reader.name: reader.looks_for for reader in READERS}
    assert "put each into a folder of its own" in said
    assert all(f"{one} ({looks_for[one]})" in said for one in ("rsna", name))


def test_a_known_form_goes_before_folders_named_like_classes(tmp_path: Path) -> None:
    MADE["ieee8023"](tmp_path)
    MADE["folders"](tmp_path)
    assert find_reader(tmp_path).name == "ieee8023"


def test_a_list_of_that_name_alone_is_no_checkout(tmp_path: Path) -> None:
    MADE["folders"](tmp_path)
    (tmp_path / "metadata.csv").write_text("patient,hospital\n")
    assert find_reader(tmp_path).name == "folders"


def test_no_form_says_what_was_looked_for(tmp_path: Path) -> None:
    fake.plain(tmp_path, "images/1.png", "stage_1/2.png")
    said = refusal(tmp_path)
    assert "is no download that is known" in said
    assert all(reader.looks_for in said for reader in READERS) and "covid/, normal/" in said


def test_a_form_one_folder_deeper_is_pointed_at(tmp_path: Path) -> None:
    MADE["radiography"](tmp_path / "COVID-19_Radiography_Dataset")
    assert f"{tmp_path / 'COVID-19_Radiography_Dataset'} is; give that" in refusal(tmp_path)


def test_what_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "all.zip").write_bytes(b"PK")
    assert "unpack it" in refusal(tmp_path / "all.zip")
    assert "does not exist" in refusal(tmp_path / "absent")


@pytest.mark.parametrize("name", LISTED)
def test_pictures_that_are_elsewhere(tmp_path: Path, name: str) -> None:
    MADE[name](tmp_path)
    for path in list(tmp_path.rglob("*.*")):
        if path.suffix in (".jpg", ".png", ".dcm"):
            path.unlink()
    said = refusal(tmp_path)
    assert f"looks like {name}, but none of its 1 pictures is there; unpack them into" in said


@pytest.mark.parametrize(
    ("name", "listed", "column"),
    [
        ("ieee8023", "metadata.csv", "patientid"),
        ("ieee8023", "metadata.csv", "finding"),
        ("ieee8023", "metadata.csv", "view"),
        ("ieee8023", "metadata.csv", "filename"),
        ("rsna", "stage_2_detailed_class_info.csv", "patientId"),
        ("rsna", "stage_2_detailed_class_info.csv", "class"),
        ("rsna", "stage_2_train_labels.csv", "Target"),
        ("nih", "Data_Entry_2017.csv", "Image Index"),
        ("nih", "Data_Entry_2017.csv", "Finding Labels"),
        ("nih", "Data_Entry_2017.csv", "Patient ID"),
        ("index", "index.csv", "label"),
    ],
)
def test_a_missing_column(tmp_path: Path, name: str, listed: str, column: str) -> None:
    MADE[name](tmp_path)
    path = tmp_path / listed
    path.write_text(path.read_text().replace(column, "another", 1))
    assert f"{path} has no column {column.lower()}" in refusal(tmp_path)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b'patientid,"' + b"x" * 200_000])
def test_a_damaged_list(tmp_path: Path, content: bytes) -> None:
    MADE["ieee8023"](tmp_path)
    (tmp_path / "metadata.csv").write_bytes(content)
    assert f"{tmp_path / 'metadata.csv'}" in refusal(tmp_path)


def test_a_list_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    MADE["nih"](tmp_path)

    def refuse(path: Path, *_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "open", refuse)
    assert refusal(tmp_path).endswith("Data_Entry_2017.csv cannot be read: Permission denied")


def test_nothing_but_other_findings(tmp_path: Path) -> None:
    fake.nih(tmp_path, ("images/a.png", "Mass", "1"), ("images/b.png", "Edema", "2"))
    assert "has no film to index (2: other findings)" in refusal(tmp_path)


def test_class_folders_without_a_film(tmp_path: Path) -> None:
    fake.plain(tmp_path, "covid/masks/1.png")
    assert "has no film to index (1: a mask, not a film)" in refusal(tmp_path)
