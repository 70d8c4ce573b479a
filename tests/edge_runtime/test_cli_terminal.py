"""What `edge-infer` does only at a terminal: a bar, a colour, a key that ends it."""

from __future__ import annotations

import contextlib
import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from edge_runtime.progress import bar
from tests.edge_runtime.commands import draw, start
from tests.environments import ROOT

# The bar comes at once, and not after the second that a short run is left in peace.
SOON = (
    "import sys; from edge_runtime import progress; progress.QUIET = progress.EVERY = 0\n"
    "from edge_runtime.cli import main; sys.exit(main())"
)


@contextlib.contextmanager
def terminal() -> Iterator[tuple[int, int]]:
    """Both ends of one: what is written into the second is read from the first."""
    ours, theirs = pty.openpty()
    try:
        yield ours, theirs
    finally:
        os.close(ours)


def seen(
    *words: str | Path, as_stdout: bool = False, more: dict[str, str] | None = None
) -> tuple[bytes, bytes]:
    """stdout, where it is a pipe, and what stands on the terminal."""
    clean = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "TERM")}
    with terminal() as (ours, theirs):
        command = [sys.executable, "-c", SOON, *map(str, words)]
        stdout: Any = theirs if as_stdout else subprocess.PIPE
        with subprocess.Popen(
            command, cwd=ROOT, stdout=stdout, stderr=theirs,
            env={**clean, "TERM": "xterm", **(more or {})},
        ) as process:  # fmt: skip
            os.close(theirs)
            written = b""
            with contextlib.suppress(OSError):  # how Linux says that the other end has gone
                while part := os.read(ours, 4096):
                    written += part
            out = process.stdout.read() if process.stdout else b""
    return out, written


@pytest.fixture
def words(tiny_model: Path, tmp_path: Path) -> list[str | Path]:
    return ["--json", "--model", tiny_model, *draw(tmp_path, 4)]


def test_the_bar(words: list[str | Path]) -> None:
    out, written = seen(*words)
    assert out.count(b"\n") == 4
    assert b"] 4/4, " in written and b" left" in written
    assert written.endswith(b"\r\x1b[K")  # and nothing of it stays


def test_no_bar_is_left_between_lines(words: list[str | Path]) -> None:
    _, written = seen(*words, as_stdout=True)
    for line in written.replace(b"\r\n", b"\n").split(b"\n")[:-1]:
        assert line.rpartition(b"\r\x1b[K")[2].startswith(b'{"schema"')


def test_a_terminal_that_cannot_redraw_gets_no_bar(words: list[str | Path]) -> None:
    assert seen(*words, more={"TERM": "dumb"})[1] == b""


def test_colour_and_its_refusal(tiny_model: Path) -> None:
    words = ("--model", tiny_model, "none.png")
    assert b"\x1b[31merror:" in seen(*words)[1]
    plain: list[dict[str, str]] = [{"NO_COLOR": "1"}, {"TERM": "dumb"}]
    for more in plain:
        assert seen(*words, more=more)[1].startswith(b"edge-infer: error: none.png ")


@pytest.mark.parametrize("workers", ["1", "2"])
def test_the_key_that_interrupts(tiny_model: Path, tmp_path: Path, workers: str) -> None:
    """Ctrl-C goes to every process of the terminal; the workers leave it to the first."""
    pipe = tmp_path / "pipe.png"
    os.mkfifo(pipe)
    with terminal() as (ours, theirs):
        first, *_ = draw(tmp_path, 1)
        words = ("--json", "--model", tiny_model, "--workers", workers, first, pipe)
        prepare = (
            "import fcntl, os, sys, termios\n"
            "fcntl.ioctl(0, termios.TIOCSCTTY, 0)\n"
            "os.execv(sys.executable, [sys.executable, '-m', 'edge_runtime', *sys.argv[1:]])"
        )
        with subprocess.Popen(
            [sys.executable, "-c", prepare, *map(str, words)], cwd=ROOT, stdin=theirs,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
        ) as process:  # fmt: skip
            os.close(theirs)
            assert process.stdout and process.stderr
            assert process.stdout.readline()
            os.write(ours, b"\x03")
            assert process.stderr.read() == b""
            assert process.wait() == 130


def test_nobody_types_a_film(tiny_model: Path) -> None:
    with (
        terminal() as (_, theirs),
        start("--json", "--model", tiny_model, "-", stdin=theirs) as process,
    ):
        os.close(theirs)
        out, _ = process.communicate()
    assert process.returncode == 1 and b"standard input is a terminal" in out


def test_what_the_bar_says() -> None:
    assert bar(120, 400, 10.0) == "[#######.................] 120/400, 12.0 a second, 0:23 left"
    assert bar(1, 100_000, 1.0).endswith("27:46:39 left")
    assert bar(2, 2, 0.0).startswith("[########################] 2/2")
