"""`--resume`: which films are done, and which files are none of ours."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.edge_runtime.commands import draw, named, run, timeless
from tests.edge_runtime.test_cli_pages import pages


@pytest.mark.parametrize("tail", [b"", b'{"sch', b'{"schema": 1, "file": "x', b"\0" * 9])
def test_every_kind_of_torn_line_is_mended(tiny_model: Path, tmp_path: Path, tail: bytes) -> None:
    films = draw(tmp_path / "films", 2)
    record = tmp_path / "record.jsonl"
    words = ("--model", tiny_model, "--resume", record, films[0].parent)
    assert run(*words)[0] == 0
    whole = record.read_bytes()
    first = whole.splitlines(keepends=True)[0]
    record.write_bytes(first + tail)
    assert run(*words) == (0, b"", b"")
    assert record.read_bytes().startswith(first) and timeless(record.read_bytes()) == timeless(
        whole
    )


RECORD = b'{"schema": 1, "file": "x", "error": "y"}'
FOREIGN = (b"\x89PNG\r\n\x1a\n and more", b"my only copy", b"{}\n", b"[1]\n",
           b'{"schema": 2, "file": "x", "error": "y"}\n', b'{"schema": "mine", "data": [1, 2',
           b'{"schema": "mine", "data": [1, 2]}', b"\0" * 64, b"{", b'{"schema": 1', b"\0",
           b'{"schema": 1, "file": "x", "size": 5', b'{"schema": 1, "file": "x", "size": 5}',
           b'{"schema": 1, "file": "x"} and more', RECORD + b" and more", RECORD + b"\nmy notes",
           RECORD + b'\n{"file": "x"', RECORD + b"\n{}", RECORD + b"\n[]")  # fmt: skip


@pytest.mark.parametrize("content", FOREIGN)
def test_a_file_of_another_kind_is_left_alone(
    tiny_model: Path, tmp_path: Path, content: bytes
) -> None:
    (film,) = draw(tmp_path, 1)
    other = tmp_path / "other"
    other.write_bytes(content)
    status, out, err = run("--model", tiny_model, "--resume", other, film)
    assert (status, out, err.count(b"\n")) == (2, b"", 1)
    assert other.read_bytes() == content


def test_another_threshold_does_not_go_on(tiny_model: Path, tmp_path: Path) -> None:
    films = draw(tmp_path / "films", 2)
    record = tmp_path / "record.jsonl"
    assert run("--model", tiny_model, "--resume", record, films[0])[0] == 0
    before = record.read_bytes()
    words = ("--model", tiny_model, "--threshold", "0.9", "--resume", record)
    status, _, err = run(*words, *films)
    assert status == 2 and b"another model or threshold" in err
    assert record.read_bytes() == before


def test_pages_go_on_where_they_stopped(tiny_model: Path, tmp_path: Path) -> None:
    scan, record = tmp_path / "scan.tif", tmp_path / "record.jsonl"
    scan.write_bytes(pages(90, 170, 120))
    words = ("--model", tiny_model, "--resume", record, scan, scan)
    assert run(*words)[0] == 0
    lines = record.read_bytes().splitlines(keepends=True)
    assert len(lines) == 6
    record.write_bytes(b"".join(lines[:2]))
    assert run("--model", tiny_model, "--resume", record, scan)[0] == 0
    assert named(record.read_bytes()) == [f"{scan}#{page}" for page in (1, 2, 3)]


@pytest.mark.parametrize("cut", [0, 1, 2, 40, 55, 57, 70])
def test_a_first_line_that_was_cut(tiny_model: Path, tmp_path: Path, cut: int) -> None:
    """It is mended once it shows that it is ours: schema and the key of the film's name."""
    (film,) = draw(tmp_path / "films", 1)
    record = tmp_path / "record.jsonl"
    words = ("--model", tiny_model, "--resume", record, film)
    assert run(*words)[0] == 0
    whole = record.read_bytes()
    shows = len(b'{"schema": 1, "file": "')
    name = len(json.dumps(str(film)))
    for length in (shows, shows + cut, shows + name + 2, shows + name + 14, len(whole) - 2):
        record.write_bytes(whole[:length])
        assert run(*words) == (0, b"", b""), whole[:length]
        assert timeless(record.read_bytes()) == timeless(whole)
    record.write_bytes(whole[: min(cut, shows - 1)] or b"{")
    before = record.read_bytes()
    assert run(*words)[0] == 2 and record.read_bytes() == before


def test_a_record_without_its_end_of_line_is_kept(tiny_model: Path, tmp_path: Path) -> None:
    """As an editor may leave it; its film may not be among those that are asked for now."""
    one, other = draw(tmp_path / "films", 2)
    record = tmp_path / "record.jsonl"
    assert run("--model", tiny_model, "--resume", record, one)[0] == 0
    before = record.read_bytes()
    record.write_bytes(before.rstrip(b"\n"))
    assert run("--model", tiny_model, "--resume", record, other) == (0, b"", b"")
    assert record.read_bytes().startswith(before)
    assert named(record.read_bytes()) == [str(one), str(other)]


@pytest.mark.parametrize("tail", [b'{"schema": 1, "fi', b"\0\0"])
def test_what_does_not_agree_is_not_mended(tiny_model: Path, tmp_path: Path, tail: bytes) -> None:
    films = draw(tmp_path / "films", 2)
    record = tmp_path / "record.jsonl"
    assert run("--model", tiny_model, "--resume", record, films[0])[0] == 0
    with record.open("ab") as stream:
        stream.write(tail)
    before = record.read_bytes()
    words = ("--model", tiny_model, "--threshold", "0.9", "--resume", record)
    assert run(*words, *films)[0] == 2
    assert record.read_bytes() == before


def damaged_first(*levels: int) -> bytes:
    """A TIFF whose first page cannot be decoded: it says that it is packed, and is not."""
    data = bytearray(pages(*levels))
    entry = int.from_bytes(data[4:8], "little") + 2
    while data[entry : entry + 2] != (259).to_bytes(2, "little"):
        entry += 12
    data[entry + 8 : entry + 10] = (8).to_bytes(2, "little")
    return bytes(data)


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_page_that_failed_is_tried_again_alone(
    tiny_model: Path, tmp_path: Path, workers: str
) -> None:
    scan, record = tmp_path / "scan.tif", tmp_path / "record.jsonl"
    scan.write_bytes(damaged_first(90, 170, 120))
    words = ("--model", tiny_model, "--workers", workers, "--resume", record)
    assert run(*words, scan, scan)[0] == 1
    lines = record.read_bytes().splitlines(keepends=True)
    assert ["error" in json.loads(line) for line in lines] == [True, False, False] * 2
    scan.write_bytes(pages(90, 170, 120))
    record.write_bytes(b"".join(line for line in lines if b'"error"' not in line))
    assert run(*words, scan, scan) == (0, b"", b"")
    again = record.read_bytes()
    assert named(again) == [f"{scan}#{page}" for page in (2, 3, 2, 3, 1, 1)]
    assert run(*words, scan, scan)[0] == 0 and record.read_bytes() == again


def test_a_page_alone_and_then_all(tiny_model: Path, tmp_path: Path) -> None:
    scan, record = tmp_path / "scan.tif", tmp_path / "record.jsonl"
    scan.write_bytes(pages(90, 170, 120))
    words = ("--model", tiny_model, "--resume", record)
    for asked, done in (
        ((f"{scan}#2",), [2]),
        ((scan,), [2, 1, 3]),
        ((scan, f"{scan}#2"), [2, 1, 3, 2]),
    ):
        assert run(*words, *asked)[0] == 0
        assert named(record.read_bytes()) == [f"{scan}#{page}" for page in done]


def test_pages_of_standard_input(tiny_model: Path, tmp_path: Path) -> None:
    record = tmp_path / "record.jsonl"
    words = ("--model", tiny_model, "--resume", record, "-")
    for _ in range(2):
        assert run(*words, stdin=pages(90, 170))[0] == 0
    lines = record.read_bytes().splitlines(keepends=True)
    assert named(record.read_bytes()) == ["-#1", "-#2"]
    record.write_bytes(lines[1])
    assert run(*words, stdin=pages(90, 170))[0] == 0
    assert named(record.read_bytes()) == ["-#2", "-#1"]


def test_a_mark_in_a_name_is_no_page(tiny_model: Path, tmp_path: Path) -> None:
    """`scan.tif#2` may be a file, and `film.png#1` another word for `film.png`."""
    scan, other, record = tmp_path / "scan.tif", tmp_path / "scan.tif#2", tmp_path / "r.jsonl"
    scan.write_bytes(pages(90, 170))
    (single,) = draw(tmp_path / "films", 1)
    other.write_bytes(single.read_bytes())
    words = ("--model", tiny_model, "--resume", record)
    assert run(*words, other, f"{single}#1")[0] == 0
    assert run(*words, scan, other, single, f"{single}#1")[0] == 0
    assert named(record.read_bytes()) == [
        str(other), f"{single}#1", f"{scan}#1", f"{scan}#2", str(single)
    ]  # fmt: skip
