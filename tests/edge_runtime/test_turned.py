"""A film on its side or upside down: the template's arithmetic, its evidence, and what is said."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from edge_runtime.explain import drawn
from edge_runtime.model import Model
from edge_runtime.pixels import open_film, resize
from edge_runtime.turned import BLOCKS, HALF, TURNED, TURNS, blocks, turned
from tests.edge_runtime.commands import run
from tests.environments import ROOT
from workshop.phantoms import draw

TURN = {
    "left": Image.Transpose.ROTATE_90,  # Pillow turns against the clock
    "upside_down": Image.Transpose.ROTATE_180,
    "right": Image.Transpose.ROTATE_270,
}
TEMPLATE = [[*row, *reversed(row)] for row in HALF]


def picture(index: int) -> Image.Image:
    return Image.fromarray(draw(7, index).image)


@given(st.integers(8, 70), st.integers(0, 2**32))
def test_blocks_are_as_the_text_defines_them(size: int, seed: int) -> None:
    raw = random.Random(seed).randbytes(size * size)
    side = size // BLOCKS
    count = side * side
    wanted = []
    for row in range(BLOCKS):
        for column in range(BLOCKS):
            total = sum(
                raw[(row * side + y) * size + column * side + x]
                for y in range(side)
                for x in range(side)
            )
            wanted.append((total + count // 2) * (2**24 // count) >> 24)
    assert blocks(Image.frombytes("L", (size, size), raw)) == bytes(wanted)


def test_the_template_finds_itself_under_each_turn() -> None:
    """Worked out with rows and columns, where the runtime has flat lists."""
    grays = bytes(128 + weight for row in TEMPLATE for weight in row)
    upright = Image.frombytes("L", (BLOCKS, BLOCKS), grays)
    assert turned(upright) is None
    assert [turned(upright.transpose(turn)) for turn in TURN.values()] == list(TURN)
    assert (None, *TURN) == TURNS and set(TURN) == set(TURNED)
    assert turned(Image.new("L", (224, 224), 90)) is None, "a tie is upright"
    assert turned(Image.new("L", (7, 7))) is None


def test_phantoms_are_told_under_each_turn() -> None:
    """A picture's own turn and that of its file's orientation are undone alike."""
    for index in range(8):
        film = picture(index)
        assert turned(resize(film, 224)) is None, index
        for name, turn in TURN.items():
            assert turned(resize(film.transpose(turn), 224)) == name, index
            assert turned(resize(film.transpose(turn), 64)) == name, index


def test_the_answer_is_that_of_the_film_as_it_lies(tmp_path: Path) -> None:
    film = picture(1)
    exif = Image.Exif()
    exif[274] = 6  # to be turned clockwise for showing, which is undone before anything is told
    film.save(tmp_path / "upright.png")
    film.transpose(TURN["left"]).save(tmp_path / "left.png")
    film.transpose(TURN["left"]).save(tmp_path / "right_by_exif.png", exif=exif)
    status, out, err = run("--json", *sorted(tmp_path.iterdir()))
    assert (status, err) == (0, b"")
    left, by_exif, upright = (json.loads(line) for line in out.splitlines())
    assert (left["turned"], by_exif["turned"], upright["turned"]) == ("left", None, None)
    _, out, _ = run(tmp_path / "left.png")
    assert b", looks turned to the left, " in out
    with Model.open() as model:
        for name in ("left.png", "upright.png"):
            one = model.predict(tmp_path / name)
            pixels = resize(open_film(tmp_path / name), 224).tobytes()
            probabilities, _, novelty = model.run(pixels)
            assert (one.answer, one.reason) == model.decide(pixels, probabilities, novelty)


def test_a_picture_that_breaks_a_rule_is_not_said_to_be_turned() -> None:
    with Model.open() as model:
        long = picture(1).transpose(TURN["left"]).resize((800, 200))
        one = model.predict(long)
        assert (one.reason, one.turned) == ("elongated", None)


@pytest.mark.parametrize("refused", [False, True])
def test_the_picture_says_it_too(refused: bool) -> None:
    with Model.open() as model:
        one = replace(model.predict(picture(1)), turned=None)
    if refused:
        one = replace(one, answer="not_recognised", reason="unfamiliar")
    plain = drawn(one, picture(1))
    for name in TURN:
        assert drawn(replace(one, turned=name), picture(1)).tobytes() != plain.tobytes()


def test_the_weights_are_those_of_the_evidence() -> None:
    record = json.loads((ROOT / "docs/evidence/turned.json").read_text("utf-8"))
    assert tuple(map(tuple, record["half"])) == HALF
    (every,) = (row for row in record["held"] if row["what"] == "all")
    for row in (every, *record["sites"]):
        assert row["false_alarms"]["value"] <= 0.02, row["what"]
        assert row["right"]["value"] >= 0.5, row["what"]
    assert every["false_alarms"]["high"] <= 0.02 and len(record["sites"]) >= 6
