"""Whatever the C program is given: one clear line, the right exit status, and no crash."""

from __future__ import annotations

import json
import random
import struct
import subprocess
from pathlib import Path

import pytest

from edge_runtime import container
from edge_runtime.model import BUNDLED, FOLDER
from tests.environments import ROOT
from tests.examples.c_program import SANITIZED, Program, compiled, native_library, netpbm

FILE = FOLDER / f"{BUNDLED}.tflite"
DATA = FILE.read_bytes()
GRAPH, FILES = container.split(DATA)
CONTRACT = FILES[container.CONTRACT]
FILM = ROOT / "tests" / "vectors" / "gray8.pgm"


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Program:
    """The program under the sanitizers; leaks are looked for as well."""
    return Program(compiled("gcc", tmp_path_factory.mktemp("asan") / "edge_infer", *SANITIZED))


@pytest.fixture(scope="module")
def program(bare: Program) -> Program:
    """The same with LiteRT's library."""
    return Program(bare.path, library=native_library())


def refused(done: subprocess.CompletedProcess[str], status: int, text: str = "") -> None:
    assert done.returncode == status, (done.returncode, done.stderr)
    assert done.stdout == "" and text in done.stderr, done.stderr
    assert done.stderr.startswith("edge_infer: error: ") and done.stderr.count("\n") == 1


def flipped(at: int, bit: int = 3) -> bytes:
    data = bytearray(DATA)
    data[at] ^= 1 << bit
    return bytes(data)


END = len(DATA) - 22
LIST = struct.unpack_from("<I", DATA, END + 16)[0]
DAMAGED = {
    "empty": b"",
    "one byte": DATA[:1],
    "half": DATA[: len(DATA) // 2],
    "the graph alone": GRAPH,
    "cut in the ZIP": DATA[:-30],
    "cut in the end": DATA[:-3],
    "something behind": DATA + b"x",
    "only the end": DATA[-22:],
    "only its mark": b"PK\5\6",
    "only the ZIP": DATA[len(GRAPH) :],
    "text": b"This is no model.\n" * 999,
    "no files": container.append(GRAPH, {"labels.txt": b""}),
    "no contract": container.append(GRAPH, {container.GOLDEN: b"{}"}),
    "no golden inputs": container.append(GRAPH, {container.CONTRACT: CONTRACT}),
    "graph": flipped(1000),
    "weights": flipped(len(GRAPH) // 2),
    "model card": flipped(len(GRAPH) + 100),
    "contract": flipped(DATA.index(b'"threshold"') + 14, 0),
    "a name in the list": flipped(LIST + 46),
    "a place in the list": flipped(LIST + 43, 7),
    "a length in the list": flipped(LIST + 22, 7),
    "how many in the list": flipped(END + 8, 0),
    "where the list is": flipped(END + 18, 7),
}


@pytest.mark.parametrize("what", DAMAGED)
def test_a_damaged_model_is_refused(program: Program, tmp_path: Path, what: str) -> None:
    path = tmp_path / "model\nwith a line.tflite"
    path.write_bytes(DAMAGED[what])
    refused(program("--model", path, FILM), 3)


def test_any_flipped_bit_is_found(bare: Program, tmp_path: Path) -> None:
    """Or changes nothing that is read: a date, say. Then the answer is the old one."""
    rng = random.Random(1)
    path = tmp_path / "model.tflite"
    good = bare("--pixels", "32", "--model", FILE, FILM).stdout
    spots = [rng.randrange(len(DATA)) for _ in range(25)]
    spots += [rng.randrange(LIST, len(DATA)) for _ in range(60)]
    statuses = []
    for at in spots:
        path.write_bytes(flipped(at, rng.randrange(8)))
        done = bare("--pixels", "32", "--model", path, FILM)
        statuses.append(done.returncode)
        if done.returncode:
            refused(done, 3)
        else:
            assert at >= len(GRAPH) and done.stdout == good
    assert statuses.count(3) > 60


def with_contract(text: bytes, graph: bytes = b"graph") -> bytes:
    return container.append(graph, {container.CONTRACT: text, container.GOLDEN: b"{}"})


SMALL = json.loads(CONTRACT) | {"graph_sha256": container.sha256(b"graph")}


def test_a_contract_of_the_same_graph_is_read(bare: Program, tmp_path: Path) -> None:
    path = tmp_path / "model.tflite"
    for text in (json.dumps(SMALL), json.dumps(SMALL, indent=3), json.dumps(SMALL | {"new": [{}]})):
        path.write_bytes(with_contract(text.encode()))
        assert bare("--pixels", "8", "--model", path, FILM).returncode == 0


@pytest.mark.parametrize(
    "change",
    [
        {"schema": 2}, {"schema": "1"}, {"pixels": 2}, {"input_size": 0}, {"input_size": 1e9},
        {"input_size": 100_000}, {"input_size": 7.5}, {"input_scale": 0.5}, {"labels": []},
        {"input_zero_point": 1}, {"input_dtype": "int8"}, {"heatmap_grid": -1}, {"outputs": {}},
        {"labels": ["covid", "normal"]}, {"labels": ["normal", "covid", "more"]},
        {"film_rules": {"cats": 1.0}}, {"film_rules": []}, {"film_rules": {"blank": "8"}},
        {"threshold": "0.5"}, {"threshold": True}, {"borderline_width": -0.1}, {"notice": 1},
        {"graph_sha256": "0" * 64}, {"name": None}, {"name": "ä"},
    ],
    ids=str,
)  # fmt: skip
def test_a_contract_that_makes_no_sense(
    bare: Program, tmp_path: Path, change: dict[str, object]
) -> None:
    text = json.dumps(SMALL | change, ensure_ascii="name" not in change)
    path = tmp_path / "model.tflite"
    path.write_bytes(with_contract(text.encode()))
    refused(bare("--pixels", "8", "--model", path, FILM), 3)


@pytest.mark.parametrize("key", sorted(SMALL.keys() - {"made_by", "temperature"}))
def test_a_contract_that_lacks_a_field(bare: Program, tmp_path: Path, key: str) -> None:
    path = tmp_path / "model.tflite"
    text = json.dumps({name: value for name, value in SMALL.items() if name != key})
    path.write_bytes(with_contract(text.encode()))
    refused(bare("--pixels", "8", "--model", path, FILM), 3)


def test_contracts_at_random(bare: Program, tmp_path: Path) -> None:
    """Cut, doubled, and with bytes exchanged; deep and long beyond sense."""
    rng = random.Random(2)
    whole = json.dumps(SMALL).encode()
    texts = [b"", b"{", b"null", b"[" * 100_000, b'{"a":' * 100_000, b'"' + b"a" * 100_000, b"\0"]
    texts += [whole[: rng.randrange(len(whole))] for _ in range(40)]
    for _ in range(120):
        data = bytearray(whole)
        for _ in range(rng.choice((1, 1, 2, 8))):
            at = rng.randrange(len(data))
            if rng.random() < 0.5:
                data[at] = rng.choice(b'{}[],:"\\0-1.eE u\xff\n')
            else:
                data[at : at + rng.randrange(9)] = b""
        texts.append(bytes(data))
    path = tmp_path / "model.tflite"
    statuses = []
    for text in texts:
        path.write_bytes(with_contract(text))
        done = bare("--pixels", "8", "--model", path, FILM)
        statuses.append(done.returncode)
        if done.returncode:
            refused(done, 3)
    assert set(statuses) <= {0, 3} and statuses.count(3) > 100


def test_a_graph_that_is_none_is_left_to_the_library(program: Program, tmp_path: Path) -> None:
    """Its digest is right: the library has to say no, and is heard."""
    path = tmp_path / "model.tflite"
    for graph in (b"graph", b"\x1c\0\0\0TFL3" + bytes(200), GRAPH[:2000]):
        text = json.dumps(SMALL | {"graph_sha256": container.sha256(graph)}).encode()
        path.write_bytes(with_contract(text, graph))
        refused(program("--model", path, FILM), 3, "LiteRT cannot run the model")


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"outputs": {"heatmap": 1, "novelty": 0, "probabilities": 2}}, "order of outputs"),
        ({"outputs": {"heatmap": 0, "novelty": 1, "probabilities": 3}}, "list of outputs"),
        ({"input_size": 160}, "input size"),
        ({"input_dtype": "float32", "input_scale": 0.0}, "input type"),
        ({"heatmap_grid": 5}, "output's size"),
    ],
)
def test_a_contract_of_another_graph(
    program: Program, tmp_path: Path, change: dict[str, object], text: str
) -> None:
    path = tmp_path / "model.tflite"
    path.write_bytes(with_contract(json.dumps(json.loads(CONTRACT) | change).encode(), GRAPH))
    refused(program("--model", path, FILM), 3, text)


def test_another_library(bare: Program, tmp_path: Path) -> None:
    (tmp_path / "text.so").write_text("no library")
    for library, text in (
        ("nowhere.so", "cannot be loaded"),
        (tmp_path / "text.so", "cannot be loaded"),
        ("libm.so.6", "2.1.6 to 2.3.0 is wanted"),
    ):
        refused(bare("--library", library, "--model", FILE, FILM), 3, text)


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
    "the largest, cut": (b"P6\n32768 2048\n65535\n" + bytes(999), "cut short"),
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
