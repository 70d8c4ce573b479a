"""What may stand where `edge-infer` wants a film."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pytest

from edge_runtime import inputs
from edge_runtime.answers import answers
from edge_runtime.inputs import expand
from edge_runtime.model import Model
from tests.edge_runtime.commands import draw, named, run, timeless
from tests.tiny import film, png


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


def test_a_name_cannot_command_the_terminal(tiny_model: Path, tmp_path: Path) -> None:
    (path,) = draw(tmp_path, 1)
    harmful = tmp_path / "red\x1b[31m \x9b2J\u202e.png"
    path.rename(harmful)
    missing = tmp_path / "gone\x1b]0;title\a.png"
    status, out, err = run("--model", tiny_model, harmful, missing)
    assert status == 1 and b"red\\x1b[31m \\x9b2J\\u202e.png: " in out
    assert b"gone\\x1b]0;title\\x07.png" in err
    assert (out + err).decode().replace("\n", "").isprintable()


def test_a_pipe_without_end_is_not_waited_for(
    tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edge_runtime.pixels.MAX_BYTES", 1 << 20)
    with Model.open(tiny_model) as model:
        (one,) = answers(model, inputs.Task("zero", "/dev/zero"), as_json=False)
    assert one.kind == "failed" and re.match(r"zero has more than [\d,]+ bytes", one.line)


def test_links_that_lead_nowhere(tiny_model: Path, tmp_path: Path) -> None:
    """What is called a film is a failed input, and the others go on."""
    folder = tmp_path / "films"
    first, last = draw(folder, 2)
    for name in ("itself", "000_itself.png"):
        (folder / name).symlink_to(name)
    (folder / "000_gone.png").symlink_to("gone.png")
    (folder / "000_long.png").symlink_to("x" * 300 + "/x.png")
    (folder / "000_under.png").symlink_to(f"{first.name}/x.png")
    (folder / "a_folder.png").symlink_to(tmp_path)
    record = tmp_path / "record.jsonl"
    ways: tuple[tuple[str | Path, ...], ...] = (
        ("--json",), ("--json", "--workers", "2"), ("--resume", record)
    )  # fmt: skip
    for way in ways:
        status, out, err = run("--model", tiny_model, *way, folder)
        assert (status, err) == (1, b"")
        found = timeless(out or record.read_bytes())
        names = ["000.png", "000_gone.png", "000_itself.png", "000_long.png", "000_under.png",
                 "001.png"]  # fmt: skip
        assert [one["file"] for one in found] == [str(folder / name) for name in names]
        assert [one.get("error", "").rpartition(": ")[2] for one in found] == [
            "", f"{folder}/000_gone.png does not exist", "Too many levels of symbolic links",
            "File name too long", "Not a directory", "",
        ]  # fmt: skip
        assert found[-1]["file"] == str(last)
    status, out, err = run("--model", tiny_model, folder)
    assert status == 1 and out.count(b"(score ") == 2 and err.count(b"\n") == 4
    for link in folder.glob("000?*"):
        link.unlink()
    assert run("--model", tiny_model, folder)[0] == 0


def test_an_entry_that_the_system_will_not_describe(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a link into a folder that one may not search; root, as in a container, may search all."""

    class Denied:
        def __init__(self, name: str) -> None:
            self.name, self.path = name, os.path.join(tmp_path, name)

        def is_symlink(self) -> bool:
            return True

        def stat(self, **_: bool) -> None:
            raise PermissionError(13, "Permission denied", self.path)

        is_dir = is_file = stat

    class Entries(list[Denied]):
        def __enter__(self) -> Entries:
            return self

        def __exit__(self, *_: object) -> None:
            pass

    found = Entries([Denied("b.png"), Denied("a.png"), Denied("link")])
    monkeypatch.setattr(os, "scandir", lambda path: found)
    tasks = [(task.name, task.error) for task in expand([str(tmp_path)])]
    assert tasks == [(str(tmp_path / name), None) for name in ("a.png", "b.png")]


def test_a_pattern_answers_each_film_once(tree: Path) -> None:
    def found(pattern: str) -> list[str]:
        tasks = list(expand([f"{tree}/{pattern}"]))
        assert not any(task.error for task in tasks), tasks
        return [os.path.relpath(task.path, tree) for task in tasks]

    (tree / "again").unlink()
    (tree / "a-b").mkdir()
    shutil.copy(tree / "000.png", tree / "a-b" / "0.png")
    (tree / "empty").mkdir()
    deep = ["a/deep/000.png"]
    everything = ["000.png", "001.png", "1.2.840.7", "B.PNG", "IM0001", *deep, "a-b/0.png",
                  "b/000.png"]  # fmt: skip
    assert found("**/") == everything
    assert found("a/**/") == found("a/**") == found("a/**/*") == found("a/**/d*") == deep
    # One match is a folder, another a film: neither is passed over, nor is an empty folder a fault.
    (tree / "a" / "dot.png").write_bytes((tree / "000.png").read_bytes())
    assert found("a/**/d*") == [*deep, "a/dot.png"]
    assert found("**/*.png") == ["000.png", "001.png", "a-b/0.png", *deep, "a/dot.png", "b/000.png"]
