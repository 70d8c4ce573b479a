"""The film index: rows, folders, and one line for what is wrong."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_runtime.errors import DataError
from workshop.films import data_folder, read_index, write_index
from workshop.records import Film

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


# Values as an index has them: not padded, and UTF-8.
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12).map(str.strip)
NAME = TEXT.filter(bool)
FILM = st.builds(
    Film, path=NAME, label=NAME, site=NAME, source=NAME, group=NAME, patient=TEXT, view=TEXT,
    age=TEXT, sex=TEXT, origin=TEXT, note=TEXT,
)  # fmt: skip


@given(films=st.lists(FILM, min_size=1, max_size=8, unique_by=lambda film: film.path))
def test_what_is_written_is_read_back(
    films: list[Film], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("index")
    assert write_index(folder, films) == folder / "index.csv"
    assert read_index(folder) == films


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"site": ""}, "site is empty"),
        ({"source": ""}, "source is empty"),
        ({"group": ""}, "split_group is empty"),
        ({"label": " covid"}, "label begins or ends in a space"),
        ({"path": "a.png "}, "path begins or ends in a space"),
        ({"path": "\udcff.png"}, "not UTF-8"),
        ({}, "a.png would be indexed twice"),
    ],
)
def test_what_would_not_be_read_back_is_not_written(
    tmp_path: Path, change: dict[str, str], words: str
) -> None:
    film = Film("a.png", "covid", "s", "c", "g")
    with pytest.raises(DataError, match=words) as caught:
        write_index(tmp_path, [film, replace(film, **change)])
    assert "\n" not in str(caught.value) and not list(tmp_path.iterdir())
