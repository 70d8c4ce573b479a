"""Each rule on both sides of its limit; films and phantoms pass all of them."""

from __future__ import annotations

import math
import random
import statistics

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from edge_runtime.film_rules import RULES, FilmInfo, refusal, roughness, spread
from edge_runtime.pixels import open_film_info, resize
from workshop.phantoms import draw

FILM = Image.linear_gradient("L").resize((128, 128))
SQUARE = FilmInfo(500, 500, 0.0)


@pytest.mark.parametrize(
    ("info", "reason"),
    [
        (SQUARE, None),
        (FilmInfo(63, 64, 0.0), "too_small"),
        (FilmInfo(64, 64, 0.0), None),
        (FilmInfo(100, 301, 0.0), "elongated"),
        (FilmInfo(301, 100, 0.0), "elongated"),
        (FilmInfo(300, 100, 0.0), None),
        (FilmInfo(500, 500, 24.1), "colour"),
        (FilmInfo(500, 500, 24.0), None),
        (FilmInfo(10, 500, 99.0), "too_small"),  # the first of several
    ],
)
def test_what_the_picture_says(info: FilmInfo, reason: str | None) -> None:
    assert refusal(info, FILM, RULES) == reason


def test_blank_and_noise() -> None:
    faint = FILM.point([100 + value // 16 for value in range(256)])
    grains = Image.frombytes("L", (128, 128), random.Random(1).randbytes(128 * 128))
    assert refusal(SQUARE, faint, RULES) == "blank"
    assert refusal(SQUARE, grains, RULES) == "noise"
    assert refusal(SQUARE, Image.new("L", (128, 128), 7), RULES) == "blank"


def test_a_rule_without_a_limit_is_not_applied() -> None:
    assert refusal(FilmInfo(10, 500, 99.0), FILM, {"blank": 8.0}) is None
    assert refusal(SQUARE, FILM, {**RULES, "blank": 200.0}) == "blank"


@settings(deadline=None)
@given(st.binary(min_size=6, max_size=60))
def test_measures_are_those_of_the_textbook(raw: bytes) -> None:
    pixels = Image.frombytes("L", (len(raw) // 2, 2), raw[: len(raw) // 2 * 2])
    rows = [list(pixels.crop((0, y, pixels.width, y + 1)).tobytes()) for y in (0, 1)]
    flat = rows[0] + rows[1]
    assert math.isclose(spread(pixels), statistics.pstdev(flat), abs_tol=1e-9)
    steps = [(a - b) ** 2 for row in rows for a, b in zip(row[1:], row[:-1], strict=True)]
    twice = 2 * statistics.pvariance(flat)
    expected = statistics.fmean(steps) / twice if twice else 0.0
    assert math.isclose(roughness(pixels), expected, abs_tol=1e-9)


@pytest.mark.parametrize("mode", ["L", "1", "LA", "I;16", "F", "P", "PA", "RGB", "RGBA", "CMYK"])
def test_gray_has_no_colour_in_any_mode(mode: str) -> None:
    gray = FILM.convert("1") if mode == "1" else FILM
    if mode == "PA":
        image = gray.convert("P").convert("PA")
    elif mode == "I;16":
        image = gray.convert("I").convert("I;16")
    else:
        image = gray.convert(mode)
    assert FilmInfo.of(image) == FilmInfo(128, 128, 0.0)


def test_colour_is_seen() -> None:
    assert FilmInfo.of(Image.new("RGB", (99, 70), (200, 100, 50))) == FilmInfo(99, 70, 150.0)
    assert FilmInfo.of(Image.new("RGB", (99, 70), (90, 50, 100))).colour == 50.0
    tinted = Image.new("P", (70, 99))
    tinted.putpalette([0, 40, 10])
    assert FilmInfo.of(tinted) == FilmInfo(70, 99, 40.0)


def test_turned_exchanges_the_sides() -> None:
    assert FilmInfo(3, 5, 1.5).turned() == FilmInfo(5, 3, 1.5)


def test_phantoms_are_films() -> None:
    for index in range(12):
        image, info = open_film_info(Image.fromarray(draw(7, index).image))
        for size in (128, 224):
            assert refusal(info, resize(image, size), RULES) is None, index
