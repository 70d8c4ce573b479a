"""How a command line ends: the real `python -m workshop`, and a small one of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

SMALL = """
import sys, typer
from edge_runtime.errors import GateError
from workshop.command import command_line
app = typer.Typer()
@app.command()
def gate() -> None:
    print("data")
    raise GateError("two\\nlines")
@app.command()
def defect() -> None:
    raise ZeroDivisionError("a defect")
@app.command()
def full() -> None:
    with open("/dev/full", "w") as stream:
        stream.write("x")
@app.command()
def talk() -> None:
    print("data")
@app.command()
def stop() -> None:
    raise KeyboardInterrupt
@app.command()
def three() -> None:
    raise typer.Exit(3)
command_line(app, "small")
"""


def _python(*arguments: str, stdout: int = subprocess.PIPE) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        stdout=stdout, stderr=subprocess.PIPE, text=True, cwd=ROOT, timeout=120,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("command", "status", "said"),
    [
        ("gate", 1, "error: two lines\n"),
        ("full", 1, "error: the disk is full: the output was not written; free some space"),
        ("talk", 0, ""),
        ("stop", 130, "error: interrupted\n"),
        ("three", 3, ""),
        ("nothing", 2, "error: No such command 'nothing'; see python -m small --help\n"),
    ],
)
def test_an_end_is_one_line_and_a_status(command: str, status: int, said: str) -> None:
    if command == "full" and not Path("/dev/full").exists():
        pytest.skip("needs /dev/full")
    done = _python("-c", SMALL, command)
    assert done.returncode == status
    assert done.stderr.startswith(said) and done.stderr.count("\n") == bool(said)
    assert done.stdout == ("data\n" if command in ("gate", "talk") else "")


def test_a_defect_keeps_its_traceback() -> None:
    done = _python("-c", SMALL, "defect")
    assert done.returncode == 1
    assert "Traceback" in done.stderr and "ZeroDivisionError" in done.stderr


def test_a_full_disk_under_stdout_is_said_once() -> None:
    if not Path("/dev/full").exists():
        pytest.skip("needs /dev/full")
    with open("/dev/full", "w") as full:
        done = _python("-c", SMALL, "talk", stdout=full.fileno())
    assert done.returncode == 1
    assert done.stderr.startswith("error: the disk is full") and done.stderr.count("\n") == 1


def test_a_reader_that_went_away_is_not_talked_about() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = _python("-c", SMALL, "talk", stdout=writing)
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (1, "")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["phantom"], "Missing argument"),
        (["phantom", "x", "--films", "many"], "--films"),
        (["phantom", "x", "--films", "0"], "--films"),
        (["phantom", "workshop", "--films", "1"], "something other than phantoms"),
        (["phantom", "LICENSE", "--films", "1"], "LICENSE is a file"),
        (["phantom", "LICENSE/x", "--films", "1"], "cannot be written"),
        (["index", "--out", "x"], "Missing argument"),
        (["index", "absent"], "Missing option '--out'"),
        (["index", "absent", "--out", "x"], "absent does not exist"),
        (["index", "docs", "--out", "x"], "is no download that is known"),
        (["index", "docs", "--out", "docs/x"], "in the download docs"),
    ],
)
def test_a_wrong_workshop_command_is_one_line(arguments: list[str], said: str) -> None:
    done = _python("-m", "workshop", *arguments)
    assert done.returncode == (1 if "written" in said else 2)
    assert done.stdout == "" and done.stderr.count("\n") == 1
    assert done.stderr.startswith("error: ") and said in done.stderr


def test_without_a_command_the_help_is_shown_as_a_mistake() -> None:
    done = _python("-m", "workshop")
    assert done.returncode == 2
    assert "phantom" in done.stdout and "index" in done.stdout and done.stderr == ""


def test_an_interrupted_drawing_leaves_nothing(tmp_path: Path) -> None:
    started = subprocess.Popen(
        [sys.executable, "-m", "workshop", "phantom", str(tmp_path / "set"), "--films", "5000"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT,
    )  # fmt: skip
    try:
        while not list(tmp_path.glob(".set.*/set/films/*.png")):
            assert started.poll() is None, started.communicate()
        started.send_signal(signal.SIGINT)
        _, said = started.communicate(timeout=60)
    finally:
        started.kill()
    assert (started.returncode, said) == (130, "error: interrupted\n")
    assert list(tmp_path.iterdir()) == []
