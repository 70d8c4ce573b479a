"""`edge-infer` where stdout, stderr or the system's limits are not as they should be."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.edge_runtime.commands import draw, named, run, start
from tests.environments import ROOT

FULL = pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
WORKERS = pytest.mark.parametrize("workers", ["1", "2"])


def shell(script: str, *words: str | Path) -> tuple[int, bytes, bytes]:
    """The command by way of a shell, which puts `edge-infer WORD...` in the place of `@`."""
    call = script.replace("@", '"$0" -m edge_runtime "$@"')
    command = ["sh", "-c", call, sys.executable, *map(str, words)]
    done = subprocess.run(command, capture_output=True, cwd=ROOT)
    return done.returncode, done.stdout, done.stderr


@pytest.fixture
def three(tiny_model: Path, tmp_path: Path) -> tuple[str | Path, ...]:
    """Words for a film, one that cannot be read, and another."""
    one, other = draw(tmp_path / "films", 2)
    return "--model", tiny_model, one, tmp_path / "none.png", other


@WORKERS
@pytest.mark.parametrize("place", ["&-", pytest.param("/dev/full", marks=FULL)])
def test_a_complaint_that_cannot_be_written(
    three: tuple[str | Path, ...], place: str, workers: str
) -> None:
    status, out, _ = shell(f"exec @ 2>{place}", "--workers", workers, *three)
    assert status == 1 and out.count(b"(score ") == 2, out
    status, out, _ = shell(f"exec @ 2>{place}", "--workers", workers, *three[:3])
    assert status == 0 and out.count(b"(score ") == 1
    assert shell(f"exec @ 2>{place}", "--threads", "many")[0] == 2


def test_nobody_reads_the_complaints(three: tuple[str | Path, ...]) -> None:
    with start(*three[:2], three[3], *three[2:]) as process:
        assert process.stdout and process.stderr
        process.stderr.close()
        out = process.stdout.read()
    assert process.returncode == 1 and out.count(b"(score ") == 2


def test_no_file_gets_what_is_meant_for_a_closed_stderr(tiny_model: Path, tmp_path: Path) -> None:
    """Whatever a native library prints goes to descriptor 2, and must not go into the records."""
    program = (
        "import os, sys; from edge_runtime import __main__, answers\n"
        "inner = answers._answer\n"
        "def told(*words):\n"
        "    os.write(2, b'a word of a library')\n"
        "    return inner(*words)\n"
        "answers._answer = told; __main__.command()"
    )
    films = draw(tmp_path / "films", 3)
    record = tmp_path / "record.jsonl"
    words = ("-c", program, "--model", tiny_model, "--resume", record, *films)
    call = ["sh", "-c", 'exec "$0" "$@" 2>&- <&-', sys.executable, *map(str, words)]
    assert subprocess.run(call, cwd=ROOT).returncode == 0
    assert named(record.read_bytes()) == list(map(str, films))


@FULL
@pytest.mark.parametrize("words", [
    ("--version",), ("--help",), ("--info",), ("--self-test",), ("--completion", "bash"),
    ("--benchmark", "1"),
])  # fmt: skip
def test_nothing_can_be_written(tiny_model: Path, words: tuple[str, ...]) -> None:
    status, _, err = shell("exec @ >/dev/full", "--model", tiny_model, *words)
    said = b"edge-infer: error: the output cannot be written: No space left on device\n"
    assert (status, err) == (1, said)


def test_records_that_cannot_be_written(tiny_model: Path, tmp_path: Path) -> None:
    films = draw(tmp_path / "films", 4)
    record = tmp_path / "record.jsonl"
    words: tuple[str | Path, ...] = ("--model", tiny_model, "--resume", record, *films)
    status, out, err = shell("ulimit -f 1; exec @", *words)  # of 512 or 1,024 bytes
    assert (status, out, err.count(b"\n")) == (1, b"", 1)
    assert err.startswith(f"edge-infer: error: {record} cannot be written: ".encode())
    assert run(*words) == (0, b"", b"")  # and goes on where that was
    assert named(record.read_bytes()) == list(map(str, films))


@WORKERS
def test_too_many_open_files_are_no_fault_of_the_output(
    three: tuple[str | Path, ...], workers: str
) -> None:
    """However few it may open: what fails is named, and never the output, which is sound."""
    for limit in range(5, 12):
        status, _, err = shell(f"ulimit -n {limit}; exec @", "--workers", workers, *three)
        assert status and b"output cannot be written" not in err, (limit, err)


def test_an_error_of_the_system_is_told_as_what_it_is(three: tuple[str | Path, ...]) -> None:
    program = (
        "import sys; from edge_runtime import __main__, model\n"
        "def failed(*words, **more): raise OSError(24, 'Too many open files', 'some/where')\n"
        "model.Model.open = failed; __main__.command()"
    )
    words = [sys.executable, "-c", program, *map(str, three)]
    done = subprocess.run(words, capture_output=True, cwd=ROOT)
    assert (done.returncode, done.stdout) == (1, b"")
    said = b"edge-infer: error: the run cannot go on: Too many open files: some/where\n"
    assert done.stderr == said


def test_interrupted_while_it_starts(tiny_model: Path, tmp_path: Path) -> None:
    """At each import of the package's own, as if Ctrl-C had come right then."""
    (film,) = draw(tmp_path, 1)
    program = (
        "import os, signal, sys; from edge_runtime.__main__ import command\n"
        "class Interrupted:\n"
        "    def find_spec(self, name, *rest):\n"
        "        if name == sys.argv[1]:\n"
        "            sys.argv[1:2] = []; os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.meta_path.insert(0, Interrupted()); command()"
    )
    for name in ("cli", "answers", "contract", "inputs", "model", "pixels"):
        done = subprocess.run(
            [sys.executable, "-c", program, f"edge_runtime.{name}", "--model", tiny_model, film],
            capture_output=True, cwd=ROOT,
        )  # fmt: skip
        assert (done.returncode, done.stdout, done.stderr) == (130, b"", b""), name


def test_info_is_one_of_the_json_lines(tiny_model: Path, tmp_path: Path) -> None:
    (film,) = draw(tmp_path, 1)
    status, out, err = run("--model", tiny_model, "--info", "--json", film)
    first, second = map(json.loads, out.splitlines())
    assert (status, err) == (0, b"")
    assert set(first) == {"contract", "runtime"} and second["file"] == str(film)
