"""Whatever films and arguments the C program is given: one clear line, and no crash."""

from __future__ import annotations

import json
import os
import random
import subprocess
from pathlib import Path

import pytest

from edge_runtime import container
from edge_runtime.model import model_path
from tests.environments import ROOT
from tests.examples.c_program import Program, netpbm, refused

FILE = model_path()
CONTRACT = container.split(FILE.read_bytes())[1][container.CONTRACT]
FILM = ROOT / "tests" / "vectors" / "gray8.pgm"
HEAD = b"P5\n100 100\n255\n"
BAD = {
    "empty": (b"", "is empty"),
    "a letter": (b"P", "is not a PGM"),
    "PNG": (b"\x89PNG\r\n\x1a\n" + bytes(99), "is not a PGM"),
    "plain PGM": (b"P2\n1 1\n255\n7\n", "is not a PGM"),
    "no header": (b"P5", "header"),
    "no height": (b"P5\n10\n", "header"),
    "no greatest": (b"P5\n10 10\n", "header"),
    "zero wide": (b"P5\n0 10\n255\n", "header"),
    "zero high": (b"P5\n10 0\n255\n", "header"),
    "greatest zero": (b"P5\n10 10\n0\n" + bytes(100), "header"),
    "greatest 65536": (b"P5\n10 10\n65536\n" + bytes(200), "header"),
    "less than nothing": (b"P5\n-10 10\n255\n" + bytes(100), "header"),
    "words": (b"P5\nten ten\n255\n" + bytes(100), "header"),
    "a comment without end": (b"P5\n# and so on" + b" " * 10_000, "header"),
    "long": (b"P5\n32769 1\n255\n" + bytes(99), "32,768"),
    "many": (b"P5\n30000 30000\n255\n" + bytes(99), "67,108,864"),
    "huge": (b"P5\n4294967297 1\n255\n" + bytes(99), "32,768"),
    "beyond all": (b"P5\n" + b"9" * 5000 + b" 1\n255\n" + bytes(99), "32,768"),
    "no pixels": (HEAD, "cut short"),
    "one too few": (HEAD + bytes(9_999), "cut short"),
    "half of 16 bits": (b"P5\n100 100\n65535\n" + bytes(19_999), "cut short"),
    "a third of three": (b"P6\n100 100\n255\n" + bytes(10_000), "cut short"),
    "the largest, cut": (b"P6\n32768 2048\n255\n" + bytes(999), "cut short"),
    "colour of 16 bits": (b"P6\n10 10\n4095\n" + bytes(600), "more than 8 bits a channel"),
    "the largest wide, cut": (b"P5\n32768 2048\n65535\n" + bytes(999), "cut short"),
}


@pytest.mark.parametrize("what", BAD)
def test_a_damaged_film_is_one_line(bare: Program, tmp_path: Path, what: str) -> None:
    data, text = BAD[what]
    path = tmp_path / "film.pgm"
    path.write_bytes(data)
    done = bare("--pixels", "224", "--model", FILE, path)
    assert done.returncode == 1 and done.stderr == ""
    (line,) = done.stdout.splitlines()
    told = json.loads(line)
    assert told.keys() == {"schema", "file", "error"} and text in told["error"]
    assert told["file"] == str(path) and told["error"].startswith(str(path))


def test_films_at_random(bare: Program, tmp_path: Path) -> None:
    rng = random.Random(4)
    good = [netpbm(9, 7, bytes(range(63))), netpbm(9, 7, bytes(126), 999),
            netpbm(5, 4, bytes(range(60)), kind="P6")]  # fmt: skip
    paths = []
    for number in range(300):
        data = bytearray(rng.choice(good))
        for _ in range(rng.choice((1, 2, 5))):
            at = rng.randrange(min(len(data), 14))
            if rng.random() < 0.6:
                data[at] = rng.choice(b"0123456789 \n#P56-\0\xff")
            else:
                del data[at]
        path = tmp_path / str(number)
        path.write_bytes(data)
        paths.append(path)
    done = bare("--pixels", "16", "--model", FILE, *paths)
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 1 and done.stderr == "" and len(told) == len(paths)
    assert {"error" in one for one in told} == {True, False}


def test_the_other_films_are_answered(program: Program, tmp_path: Path) -> None:
    (tmp_path / "cut.pgm").write_bytes(HEAD)
    (tmp_path / "two\nlines\x1b.pgm").write_bytes(HEAD)
    films = [FILM, tmp_path, tmp_path / "nowhere", tmp_path / "cut.pgm", FILM]
    done = program("--model", FILE, *films, tmp_path / "two\nlines\x1b.pgm")
    assert done.returncode == 1
    assert [line.rsplit(": not", 1)[0] for line in done.stdout.splitlines()] == [str(FILM)] * 2
    complaints = done.stderr.splitlines()
    assert len(complaints) == 4
    for line, text in zip(
        complaints, ("is a folder", "does not exist", "cut", "\\x0a"), strict=True
    ):
        assert text in line
    done = program("--model", FILE, "--json", *films)
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert [("error" in one) for one in told] == [False, True, True, True, False]
    assert done.returncode == 1 and done.stderr == ""
    # Every input refused is a result of its own.
    assert program("--model", FILE, FILM).returncode == 4


def test_raw_films_have_the_size_that_was_said(bare: Program, tmp_path: Path) -> None:
    film = tmp_path / "raw"
    film.write_bytes(bytes(100))
    words = ["--pixels", "8", "--model", str(FILE)]
    for size, status in (("10x10", 0), ("10x11", 1), ("10x9", 1), ("5x10:16le", 0)):
        assert bare(*words, "--raw", size, film).returncode == status, size


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ([], "no film given"),
        (["film.pgm"], "no model given"),
        (["--json"], "no film given"),
        (["--nothing", "film.pgm"], "unknown option --nothing"),
        (["film.pgm", "--model"], "--model wants a value"),
        (["--threshold", "2", "film.pgm"], "from 0 to 1"),
        (["--threshold", "nan", "film.pgm"], "from 0 to 1"),
        (["--threshold", "", "film.pgm"], "from 0 to 1"),
        (["--pixels", "0", "film.pgm"], "from 1 to"),
        (["--pixels", "99999999999999999999", "film.pgm"], "from 1 to"),
        (["--raw", "10", "film.pgm"], "WIDTHxHEIGHT"),
        (["--raw", "0x5", "film.pgm"], "WIDTHxHEIGHT"),
        (["--raw", "-3x5", "film.pgm"], "WIDTHxHEIGHT"),
        (["--raw", "5x5:12", "film.pgm"], "WIDTHxHEIGHT"),
        (["--raw", "99999x5", "film.pgm"], "on a side"),
    ],
)
def test_wrong_use(bare: Program, words: list[str], text: str) -> None:
    refused(bare(*words), 2, text)


@pytest.mark.parametrize("model", ["nowhere.tflite", "/dev/null", "."])
def test_no_model(bare: Program, model: str) -> None:
    refused(bare("--model", model, FILM), 3, "no model")


def test_help_says_what_it_is(bare: Program) -> None:
    done = bare("--help")
    assert done.returncode == 0 and json.loads(CONTRACT)["notice"] in done.stdout.replace("\n", " ")
    assert bare("--version").returncode == 0


def test_output_that_cannot_be_written(bare: Program) -> None:
    words: list[str | Path] = [bare.path, "--pixels", "8", "--model", FILE, *[FILM] * 3]
    with open("/dev/full", "w") as full:
        done = subprocess.run(words, stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 1
    assert done.stderr == "edge_infer: error: the output cannot be written\n"
    # A reader that has gone before the first line is no news to anybody.
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b"" and process.wait() == 1


def test_a_film_of_16_bits_from_a_pipe(bare: Program, tmp_path: Path) -> None:
    """A file is read twice; what cannot be is kept, and gives the same."""
    rng = random.Random(6)
    film, pipe = tmp_path / "film.pgm", tmp_path / "pipe"
    film.write_bytes(netpbm(211, 97, rng.randbytes(2 * 211 * 97), 65535))
    os.mkfifo(pipe)
    told = []
    for path in (film, pipe):
        with subprocess.Popen(["cp", film, pipe] if path == pipe else ["true"]):
            done = bare("--pixels", "224", "--model", FILE, path)
        assert done.returncode == 0, done.stdout
        told.append({**json.loads(done.stdout), "file": ""})
    assert told[0] == told[1]
