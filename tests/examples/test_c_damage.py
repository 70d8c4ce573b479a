"""Whatever the C program is given: one clear line, the right exit status, and no crash."""

from __future__ import annotations

import json
import random
import struct
from pathlib import Path

import pytest

from edge_runtime import container, golden
from edge_runtime.model import model_path
from tests.environments import ROOT
from tests.examples.c_program import Program, refused

FILE = model_path()
DATA = FILE.read_bytes()
GRAPH, FILES = container.split(DATA)
CONTRACT = FILES[container.CONTRACT]
FILM = ROOT / "tests" / "vectors" / "gray8.pgm"


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


def test_the_golden_input(program: Program, tmp_path: Path) -> None:
    """Its grays give its outputs; others do not, nor do they another file's golden.json."""
    text = FILES[container.GOLDEN]
    grays, model = tmp_path / "golden.gray", tmp_path / "model.tflite"
    grays.write_bytes(golden.from_json(text).items[0].pixels())
    words: list[str | Path] = ["--golden", grays, FILM]
    assert program("--model", FILE, *words).returncode == 4
    data = json.loads(text)
    exact = data | {"tolerance": {"litert_xnnpack": dict.fromkeys(data["items"][0], 0.0)}}
    item = data["items"][0]
    changed = {
        "golden output": [exact | {"items": [item | {"novelty": item["novelty"] + 1e-6}]}],
        "cannot be read": [
            {}, [], data | {"items": []}, data | {"items": [7]}, data | {"items": "x"},
            data | {"items": [item | {"heatmap": item["heatmap"][1:]}]},
            data | {"items": [item | {"heatmap": [*item["heatmap"], 0.0]}]},
            data | {"items": [item | {"probabilities": ["a", "b"]}]},
            data | {"items": [item | {"novelty": None}]},
        ],
    }  # fmt: skip
    for message, contents in changed.items():
        for content in contents:
            files = FILES | {container.GOLDEN: json.dumps(content).encode()}
            model.write_bytes(container.append(GRAPH, files))
            refused(program("--model", model, *words), 3, message)
    grays.write_bytes(bytes(224 * 224))
    refused(program("--model", FILE, *words), 3, "golden output (probabilities")
    grays.write_bytes(bytes(224 * 224 + 1))
    refused(program("--model", FILE, *words), 3, "224 x 224")
