"""16 bits and more to 8: against a slow, plain reading of the rule."""

from __future__ import annotations

import struct
from fractions import Fraction
from math import floor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from edge_runtime import windowing
from edge_runtime.errors import FilmError

unhurried = settings(deadline=None, max_examples=40)
Words = st.lists(st.integers(0, 65535), min_size=1, max_size=60)


def picture(values: list[int], mode: str = "I;16") -> Image.Image:
    codes = {"I;16": "<H", "I;16B": ">H", "I": "=i"}
    raw = b"".join(struct.pack(codes[mode], value) for value in values)
    return Image.frombytes(mode, (len(values), 1), raw)


def plain(values: list[int]) -> bytes:
    """The rule read aloud, for values of 0-65535."""
    ranked = sorted(values)
    tail = len(values) // 1000
    low, high = ranked[tail], ranked[-1 - tail]
    if low == high:
        low, high = ranked[0], ranked[-1]
    if low == high:
        return bytes(len(values))
    cut = [min(high, max(low, value)) for value in values]
    return bytes(floor(Fraction((value - low) * 255, high - low) + Fraction(1, 2)) for value in cut)


@unhurried
@given(Words, st.sampled_from(["I;16", "I;16B", "I"]))
def test_grays_are_those_of_the_rule(values: list[int], mode: str) -> None:
    assert windowing.to_gray(picture(values, mode)).tobytes() == plain(values)


@unhurried
@given(st.lists(st.integers(0, 65535), min_size=1, max_size=8), st.integers(1000, 4000))
def test_a_thousandth_is_left_outside(few: list[int], count: int) -> None:
    values = few + [30000 + place % 7000 for place in range(count)]
    assert windowing.to_gray(picture(values)).tobytes() == plain(values)


def test_where_nearly_all_pixels_are_alike_least_and_most_are_the_window() -> None:
    values = [40, *[500] * 2998, 960]
    grays = windowing.to_gray(picture(values)).tobytes()
    assert (grays[0], grays[1], grays[-1]) == (0, 128, 255)


@unhurried
@given(Words)
def test_order_is_kept_and_inversion_turns_it(values: list[int]) -> None:
    grays = windowing.to_gray(picture(values)).tobytes()
    ranked = [gray for _, gray in sorted(zip(values, grays, strict=True))]
    assert ranked == sorted(ranked)
    inverted = windowing.to_gray(picture(values), inverted=True).tobytes()
    assert inverted == bytes(255 - gray for gray in grays)


@unhurried
@given(Words, st.integers(0, 65535))
def test_an_offset_changes_nothing(values: list[int], offset: int) -> None:
    moved = [value - 100_000 + offset for value in values]
    assert windowing.to_gray(picture(moved, "I")).tobytes() == plain(values)


@unhurried
@given(st.lists(st.integers(-(2**31), 2**31 - 1), min_size=1, max_size=30))
def test_wide_spans_are_halved(values: list[int]) -> None:
    least, shift = min(values), max(0, (max(values) - min(values)).bit_length() - 16)
    if shift == 0 and least >= 0 and max(values) < 65536:
        least = 0
    expected = plain([(value - least) >> shift for value in values])
    assert windowing.to_gray(picture(values, "I")).tobytes() == expected


def test_no_more_is_halved_than_must_be() -> None:
    values = [30000 + place % 40 for place in range(2000)] + [0, 131071]
    expected = plain([value >> 1 for value in values])
    assert windowing.to_gray(picture(values, "I")).tobytes() == expected


@unhurried
@given(st.lists(st.floats(width=32, allow_nan=False, allow_infinity=False), min_size=1, max_size=9))
def test_fractions_keep_their_order(values: list[float]) -> None:
    raw = struct.pack(f"={len(values)}f", *values)
    grays = windowing.to_gray(Image.frombytes("F", (len(values), 1), raw)).tobytes()
    ranked = [gray for _, gray in sorted(zip(values, grays, strict=True))]
    assert ranked == sorted(ranked)
    assert (ranked[0], ranked[-1]) == (0, 255 if max(values) > min(values) else 0)


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), float("-inf")])
def test_no_number_no_film(bad: float) -> None:
    image = Image.frombytes("F", (2, 1), struct.pack("=2f", 1.0, bad))
    with pytest.raises(FilmError, match="not finite numbers"):
        windowing.to_gray(image)


@unhurried
@given(st.integers(0, 65535), st.integers(0, 65535))
def test_a_ramp_has_a_gray_for_each_value(low: int, high: int) -> None:
    grays = windowing.ramp(low, high)
    assert len(grays) == 65536 and grays == sorted(grays)
    assert (grays[low], grays[high]) == ((0, 255) if low < high else (0, 0))
