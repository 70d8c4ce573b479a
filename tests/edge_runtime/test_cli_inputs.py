"""What may stand where `edge-infer` wants a film."""

from __future__ import annotations

import io
import os
import shutil
import struct
from pathlib import Path

import pytest
from PIL import Image

from edge_runtime import inputs
from edge_runtime.inputs import expand
from tests.edge_runtime.commands import draw, named, run, timeless
from tests.tiny import film, png


def pages(*levels: int, size: int = 96) -> bytes:
    """A TIFF with a film on each page."""
    first, *others = [Image.fromarray(film(level, seed=1, size=size)) for level in levels]
    stream = io.BytesIO()
    first.save(stream, "TIFF", save_all=True, append_images=others)
    return stream.getvalue()


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A folder of folders, with what is no film among the films."""
    folder = tmp_path / "films"
    draw(folder, 2)
    draw(folder / "b", 1)
    draw(folder / "a" / "deep", 1)
    draw(folder / ".hidden", 1)
    (folder / "notes.txt").write_text("no film")
    (folder / "._000.png").write_text("what another system leaves behind")
    shutil.copy(folder / "000.png", folder / "B.PNG")
    (folder / "IM0001").write_bytes(bytes(128) + b"DICM")
    (folder / "1.2.840.7").write_bytes(bytes(128) + b"DICM")
    (folder / "DICOMDIR").write_bytes(bytes(128) + b"DICM")
    (folder / "README").write_text("no film")
    (folder / "again").symlink_to(folder)
    return folder


def test_a_folder_and_those_below(tree: Path) -> None:
    found = [os.path.relpath(task.path, tree) for task in expand([str(tree)])]
    wanted = ["000.png", "001.png", "1.2.840.7", "B.PNG", "IM0001", "a/deep/000.png", "b/000.png"]
    assert found == wanted


def test_a_pattern_that_no_shell_expanded(tree: Path) -> None:
    found = [task.path for task in expand([str(tree / "00*.png"), str(tree / "?")])]
    assert found == [str(tree / name) for name in ("000.png", "001.png", "a/deep/000.png",
                                                   "b/000.png")]  # fmt: skip
    deep = [task.path for task in expand([str(tree / "a" / "**")])]
    assert deep == [str(tree / "a/deep/000.png")]
    (none,) = expand([str(tree / "*.xyz")])
    assert none.error is not None and "matches no file" in none.error


def test_a_file_whose_name_is_a_pattern(tmp_path: Path) -> None:
    (tmp_path / "[1].png").write_bytes(png(film(90)))
    (task,) = expand([str(tmp_path / "[1].png")])
    assert task.error is None and task.path.endswith("[1].png")


def test_a_folder_without_films_is_one_failed_input(tiny_model: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    (good,) = draw(tmp_path / "full", 1)
    status, out, err = run("--json", "--model", tiny_model, empty, good)
    assert (status, err) == (1, b"")
    first, second = timeless(out)
    assert set(first) == {"schema", "file", "error"} and "holds no film" in first["error"]
    assert (first["file"], second["file"]) == (str(empty), str(good))


def test_standard_input(tiny_model: Path, tmp_path: Path) -> None:
    words = ("--json", "--model", tiny_model)
    (path,) = draw(tmp_path, 1)
    (piped,) = timeless(run(*words, "-", stdin=path.read_bytes())[1])
    (named_,) = timeless(run(*words, path)[1])
    assert piped["file"] == "-" and {**piped, "file": named_["file"]} == named_
    status, out, _ = run(*words, "-", stdin=b"")
    assert status == 1 and timeless(out)[0]["error"] == "standard input is empty"
    status, out, _ = run(*words, "-", stdin=b"GIF89a is not a film")
    assert status == 1 and timeless(out)[0]["error"].startswith("standard input is a GIF")


def test_standard_input_without_end(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(inputs, "MOST_BYTES", 1 << 20)
    with open("/dev/zero", encoding="ascii") as endless:
        monkeypatch.setattr("sys.stdin", endless)
        (task,) = expand(["-"])
    assert task.error == "standard input has more than 1 MiB"


@pytest.mark.parametrize("workers", ["1", "2"])
def test_pages_are_films_of_their_own(tiny_model: Path, tmp_path: Path, workers: str) -> None:
    scan = tmp_path / "scan.tif"
    scan.write_bytes(pages(90, 170, 120))
    single = tmp_path / "single.tif"
    single.write_bytes(pages(170))
    words = ("--json", "--model", tiny_model, "--workers", workers)
    status, out, err = run(*words, scan, single, f"{scan}#2", f"{scan}#9", "-",
                           stdin=pages(90, 170))  # fmt: skip
    assert (status, err) == (1, b"")
    found = timeless(out)
    assert [one["file"] for one in found] == [
        *(f"{scan}#{page}" for page in (1, 2, 3)), str(single), f"{scan}#2", f"{scan}#9",
        "-#1", "-#2",
    ]  # fmt: skip
    answers = [one.get("answer") for one in found]
    assert answers == ["normal", "covid", "normal", "covid", "covid", None, "normal", "covid"]
    assert found[1]["score"] == found[3]["score"] == found[4]["score"] == found[7]["score"]
    assert "no such page" in found[5]["error"]


def test_a_damaged_page_leaves_the_others(tiny_model: Path, tmp_path: Path) -> None:
    data = bytearray(pages(90, 170))
    first = int.from_bytes(data[4:8], "little")
    entries = int.from_bytes(data[first : first + 2], "little")
    link = first + 2 + 12 * entries
    second = int.from_bytes(data[link : link + 4], "little")
    width = second + 2
    while data[width : width + 2] != (256).to_bytes(2, "little"):
        width += 12
    # More than may be decoded: type LONG, one value, 16 million.
    data[width + 2 : width + 12] = struct.pack("<HII", 4, 1, 1 << 24)
    scan = tmp_path / "scan.tif"
    scan.write_bytes(data)
    status, out, err = run("--json", "--model", tiny_model, scan)
    one, two = timeless(out)
    assert (status, err) == (1, b"") and one["answer"] == "normal"
    assert two["file"] == f"{scan}#2" and two["error"].startswith(f"{scan}#2 has more than")


def test_a_smaller_copy_in_a_tiff_is_no_film(tmp_path: Path, tiny_model: Path) -> None:
    scan = tmp_path / "pyramid.tif"
    whole, small = (Image.fromarray(film(170, seed=1, size=size)) for size in (192, 96))
    from PIL import TiffImagePlugin

    small.encoderinfo = {"tiffinfo": TiffImagePlugin.ImageFileDirectory_v2()}
    small.encoderinfo["tiffinfo"][254] = 1
    whole.save(scan, "TIFF", save_all=True, append_images=[small])
    with Image.open(scan) as picture:
        assert picture.n_frames == 2  # type: ignore[attr-defined]
    _, out, _ = run("--json", "--model", tiny_model, scan)
    assert named(out) == [str(scan)]


def test_a_folder_that_may_not_be_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(path: str) -> None:
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr(os, "scandir", denied)  # root, as in a container, may list everything
    (task,) = expand([str(tmp_path)])
    assert task.error is not None and task.error.endswith("cannot be listed: Permission denied")


def test_a_name_that_is_no_text_among_a_folder(tiny_model: Path, tmp_path: Path) -> None:
    (good,) = draw(tmp_path / "films", 1)
    odd = os.fsencode(good.parent) + b"/odd\xff\nname.png"
    shutil.copy(good, os.fsdecode(odd))
    status, out, err = run("--json", "--model", tiny_model, "--workers", "2", good.parent)
    assert (status, err) == (0, b"")
    assert [os.fsencode(name) for name in named(out)] == [os.fsencode(good), odd]


def test_a_page_with_a_tile_of_gigabytes_is_refused(tiny_model: Path) -> None:
    """What is refused of a whole film is refused of a page, before it is decoded."""
    stream = io.BytesIO()
    first, other = (Image.new("L", (96, 96), level) for level in (90, 170))
    sizes = {65000: 60_000, 65001: 60_000}  # tags of nobody's, to be made those of a tile
    first.save(stream, "TIFF", save_all=True, append_images=[other], tiffinfo=sizes)
    data = stream.getvalue()
    for mine, tile in ((65000, 322), (65001, 323)):
        assert data.count(struct.pack("<HH", mine, 3)) == 2
        data = data.replace(struct.pack("<HH", mine, 3), struct.pack("<HH", tile, 3))
    status, out, _ = run("--json", "--model", tiny_model, "-", stdin=data)
    assert status == 1
    told = [one["error"] for one in timeless(out)]
    assert len(told) == 2 and all("tiles are far larger" in error for error in told)


def test_a_name_cannot_command_the_terminal(tiny_model: Path, tmp_path: Path) -> None:
    (path,) = draw(tmp_path, 1)
    harmful = tmp_path / "red\x1b[31m \x9b2J\u202e.png"
    path.rename(harmful)
    missing = tmp_path / "gone\x1b]0;title\a.png"
    status, out, err = run("--model", tiny_model, harmful, missing)
    assert status == 1 and b"red\\x1b[31m \\x9b2J\\u202e.png: " in out
    assert b"gone\\x1b]0;title\\x07.png" in err
    assert (out + err).decode().replace("\n", "").isprintable()
