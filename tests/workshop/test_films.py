"""The film index: rows, folders, and one line for what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge_runtime.errors import DataError
from workshop.films import data_folder, read_index

HEADER = "path,label,site,source,split_group,patient\n"


def test_rows_become_films(tmp_path: Path) -> None:
    (tmp_path / "index.csv").write_text(HEADER + "a.png,covid,s1,c1,g1,p1\nb.png,normal,,,,\n")
    first, second = read_index(tmp_path)
    assert (first.site, first.source, first.group, first.patient) == ("s1", "c1", "g1", "p1")
    assert (second.site, second.source, second.group) == ("unknown", "unknown", "b.png")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("path,site\na.png,s\n", "no column label"),
        (HEADER + "a.png,covid,s,c,g,p\na.png,normal,s,c,g,p\n", "a.png twice"),
        (HEADER + "a.png,,s,c,g,p\n", "line 2 has no path or no label"),
        (HEADER, "no films"),
    ],
)
def test_a_wrong_index_is_one_line(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "index.csv").write_text(text)
    with pytest.raises(DataError, match=words) as caught:
        read_index(tmp_path)
    assert "\n" not in str(caught.value)


def test_an_index_that_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "index.csv").write_bytes(b"path,label\n\xff\xfe\x00,covid\n")
    with pytest.raises(DataError, match="UTF-8"):
        read_index(tmp_path)


def test_a_folder_a_class(tmp_path: Path) -> None:
    for name in ("covid/1.png", "covid/deep/2.JPG", "normal/3.png", "normal/notes.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    films = read_index(tmp_path)
    assert [(film.path, film.label) for film in films] == [
        ("covid/1.png", "covid"),
        ("covid/deep/2.JPG", "covid"),
        ("normal/3.png", "normal"),
    ]


def test_a_folder_without_films(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="neither an index.csv nor a folder a class"):
        read_index(tmp_path)


def test_the_data_folder_is_the_option_then_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CXR_DATA", raising=False)
    with pytest.raises(DataError, match="--data DIR or set CXR_DATA"):
        data_folder(None)
    monkeypatch.setenv("CXR_DATA", str(tmp_path))
    assert data_folder(None) == tmp_path
    with pytest.raises(DataError, match="not a folder"):
        data_folder(tmp_path / "absent")
