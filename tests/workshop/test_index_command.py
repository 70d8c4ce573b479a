"""`python -m workshop index`: an index of several downloads, and links to their films."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from edge_runtime.errors import DataError, EdgeError, StorageError
from edge_runtime.pixels import film_pixels
from tests.workshop import fake_downloads as fake
from workshop.cli import app
from workshop.film_store import load_films
from workshop.films import read_index
from workshop.indexing import index_downloads


def run(*arguments: str | Path) -> Result:
    result = CliRunner().invoke(app, ["index", *map(str, arguments)])
    if isinstance(result.exception, Exception) and not isinstance(result.exception, EdgeError):
        raise result.exception
    return result


@pytest.fixture
def downloads(tmp_path: Path) -> list[Path]:
    """One of each form; every collection has a picture of the same name."""
    folder = tmp_path / "downloads"
    made = [
        fake.ieee8023(
            folder / "covid-chestxray-dataset",
            {"filename": "a.png"},
            {"filename": "b.png", "view": "L"},
            {"filename": "c.png", "patientid": "3", **fake.HANNOVER},
        ),
        fake.rsna(folder / "challenge", {"aa": "Normal", "bb": "Lung Opacity", "cc": "Other"}),
        fake.radiography(folder / "database", "COVID/COVID-1.png", "Normal/Normal-1.png"),
        fake.nih(folder / "CXR8", ("images/a.png", "No Finding", "1")),
        fake.plain(folder / "mine (1)", "covid/a.png", "normal/b.png"),
    ]
    other = fake.plain(folder / "other", "films/a.png", "films/b.png")
    (other / "index.csv").write_text(
        "path,label,source,site,split_group\nfilms/a.png,covid,jsrt,japan,1\n"
        "films/b.png,covid,,,1\nfilms/gone.png,covid,,,1\n"
    )
    return [*made, other]


TABLE = """\
source       site      label            films
ieee8023     hannover  covid                1
ieee8023     ieee8023  covid                1
jsrt         japan     covid                1
mine_1       unknown   covid                1
mine_1       unknown   normal               1
nih          nih       normal               1
other        unknown   covid                1
radiography  mixed     covid                1
radiography  nih       normal               1
rsna         nih       normal               1
rsna         nih       pneumonia_other      1
all                                        11
"""


def test_table_on_stdout_and_talk_on_stderr(tmp_path: Path, downloads: list[Path]) -> None:
    result = run(*downloads, "--out", tmp_path / "films")
    assert (result.exit_code, result.stdout) == (0, TABLE)
    said = result.stderr.splitlines()
    assert "skipped of ieee8023: 1 (view L)" in said
    assert "skipped of rsna: 1 (class Other)" in said
    assert "skipped of other: 1 (the picture is missing)" in said
    assert sum("skipped" in line for line in said) == 3
    warnings = [line for line in said if line.startswith("warning: ")]
    assert len(warnings) == 4 and warnings[0].startswith("warning: rsna and nih are indexed")
    assert said[-1] == f"11 films: {tmp_path / 'films' / 'index.csv'}"


def test_json_is_one_object(tmp_path: Path, downloads: list[Path]) -> None:
    result = run(*downloads[:2], "--out", tmp_path / "films", "--json")
    made = json.loads(result.stdout)
    assert made["films"] == sum(row["films"] for row in made["counts"]) == 4
    assert made["counts"][0] == {
        "source": "ieee8023", "site": "hannover", "label": "covid", "films": 1,
    }  # fmt: skip
    assert made["skipped"] == [
        {"download": "ieee8023", "reason": "view L", "films": 1},
        {"download": "rsna", "reason": "class Other", "films": 1},
    ]
    assert made["warnings"] == [] and made["index"] == str(tmp_path / "films" / "index.csv")


@pytest.mark.parametrize("option", ["--link", "--no-link"])
def test_films_are_read_through_the_index(
    tmp_path: Path, downloads: list[Path], option: str
) -> None:
    out = tmp_path / "films"
    assert run(*downloads, "--out", out, option).exit_code == 0
    films = read_index(out)
    assert load_films(out, films, 8, tmp_path / "cache").shape == (11, 8, 8)
    linked = [film for film in films if (out / film.path).is_symlink()]
    assert len(linked) == (11 if option == "--link" else 0)
    assert (option == "--link") or sorted(path.name for path in out.iterdir()) == ["index.csv"]
    assert not any(Path(film.path).is_absolute() for film in films)


def test_links_move_with_their_films(tmp_path: Path, downloads: list[Path]) -> None:
    assert run(*downloads, "--out", tmp_path / "downloads" / "films").exit_code == 0
    (tmp_path / "downloads").rename(tmp_path / "moved")
    out = tmp_path / "moved" / "films"
    assert all(len(film_pixels(out / film.path, 8)) == 64 for film in read_index(out))


def test_what_is_alike_in_two_downloads_is_kept_apart(tmp_path: Path) -> None:
    first = fake.plain(tmp_path / "one" / "films", "covid/a.png")
    second = fake.plain(tmp_path / "two" / "films", "covid/a.png")
    for folder in (first, second):
        (folder / "index.csv").write_text("path,label,split_group\ncovid/a.png,covid,1\n")
    index_downloads([first, second], tmp_path / "out")
    films = read_index(tmp_path / "out")
    assert [film.path for film in films] == ["films/covid/a.png", "films-2/covid/a.png"]
    assert [film.group for film in films] == ["films-1", "films-2-1"]
    assert [film.source for film in films] == ["films", "films-2"]


def test_a_folder_is_not_taken_for_a_collection_by_its_name(tmp_path: Path) -> None:
    mine = fake.plain(tmp_path / "mine" / "rsna", "covid/a.png")
    real = fake.rsna(tmp_path / "real", {"aa": "Normal"})
    made = index_downloads([mine, real], tmp_path / "out")
    assert [(row.source, row.films) for row in made.counts] == [("rsna", 1), ("rsna-2", 1)]


def test_overlaps_are_told_of_the_sources_in_an_index_too(tmp_path: Path) -> None:
    nih = fake.nih(tmp_path / "nih", ("images/a.png", "No Finding", "1"))
    rsna = fake.rsna(tmp_path / "rsna", {"aa": "Normal"})
    assert index_downloads([nih], tmp_path / "one").warnings == ()
    (said,) = index_downloads([tmp_path / "one", rsna], tmp_path / "both").warnings
    assert said.startswith("rsna and nih are indexed together") and "new ids" in said


def test_an_index_is_not_replaced_unasked(tmp_path: Path, downloads: list[Path]) -> None:
    out = tmp_path / "films"
    assert run(downloads[0], "--out", out).exit_code == 0
    before = (out / "index.csv").read_bytes()
    refused = run(downloads[3], "--out", out)
    assert isinstance(refused.exception, DataError) and "--force" in str(refused.exception)
    assert (out / "index.csv").read_bytes() == before and not (out / "nih").exists()
    assert run(downloads[3], "--out", out, "--force").exit_code == 0
    assert [film.source for film in read_index(out)] == ["nih"]


def test_links_of_a_broken_run_are_pointed_anew(tmp_path: Path, downloads: list[Path]) -> None:
    out = tmp_path / "films"
    (out / "nih" / "images").mkdir(parents=True)
    (out / "nih" / "images" / "a.png").symlink_to("nowhere.png")
    index_downloads([downloads[3]], out)
    assert (out / "nih/images/a.png").samefile(downloads[3] / "images/a.png")


def test_films_that_lie_where_their_links_would(tmp_path: Path) -> None:
    fake.nih(tmp_path / "nih", ("images/a.png", "No Finding", "1"))
    index_downloads([tmp_path / "nih"], tmp_path)
    assert not (tmp_path / "nih/images/a.png").is_symlink()
    assert [film.path for film in read_index(tmp_path)] == ["nih/images/a.png"]


def test_a_film_in_the_way_of_a_link_is_kept(tmp_path: Path, downloads: list[Path]) -> None:
    fake.picture(tmp_path / "out/nih/images/a.png", gray=7)
    with pytest.raises(DataError, match="in the way of a link"):
        index_downloads([downloads[3]], tmp_path / "out")
    assert not (tmp_path / "out/nih/images/a.png").is_symlink()
    assert not (tmp_path / "out/index.csv").exists()


def test_a_film_outside_its_folder_gets_no_link(tmp_path: Path) -> None:
    fake.picture(tmp_path / "x.png")
    listed = tmp_path / "listed"
    listed.mkdir()
    (listed / "index.csv").write_text("path,label\n../x.png,covid\n")
    with pytest.raises(DataError, match="not within .*--no-link"):
        index_downloads([listed], tmp_path / "out")
    assert not (tmp_path / "out/x.png").is_symlink()
    index_downloads([listed], tmp_path / "out", link=False)
    assert [film.path for film in read_index(tmp_path / "out")] == ["../x.png"]


def test_downloads_and_out_are_apart(tmp_path: Path, downloads: list[Path]) -> None:
    nih = downloads[3]
    twin = fake.nih(tmp_path / "twin", ("images/a.png", "No Finding", "1"))
    for given, out, words in (
        ([nih, nih.parent / "." / nih.name], tmp_path / "out", "given twice"),
        ([nih, twin], tmp_path / "out", "second download of nih"),
        ([nih], nih, "in the download"),
        ([nih], nih / "deep" / "out", "in the download"),
    ):
        with pytest.raises(DataError, match=words):
            index_downloads(given, out)
        assert not (out / "index.csv").exists()


def test_an_output_that_cannot_be_written(
    tmp_path: Path, downloads: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("x")
    for link in (True, False):
        with pytest.raises(StorageError, match="cannot be written"):
            index_downloads(downloads[:1], tmp_path / "file" / "out", link=link)

    def refuse(*_: object) -> None:
        raise OSError(1, "Operation not permitted")

    monkeypatch.setattr(os, "symlink", refuse)
    monkeypatch.setattr(Path, "symlink_to", refuse)
    with pytest.raises(StorageError, match="use --no-link"):
        index_downloads(downloads[:1], tmp_path / "out")
    assert not (tmp_path / "out/index.csv").exists()
