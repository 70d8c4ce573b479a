"""One film twice is found, and two patients are not taken for one."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from workshop.near_duplicates import NearDuplicate, difference_hash, naming, near_duplicates, tied
from workshop.phantoms import draw
from workshop.records import Film

Pixels = npt.NDArray[np.uint8]
S = 160


def phantom(index: int) -> Pixels:
    image = Image.fromarray(draw(11, index).image)
    return np.asarray(image.resize((S, S), Image.Resampling.BILINEAR))


def jpeg(film: Pixels) -> Pixels:
    stream = io.BytesIO()
    Image.fromarray(film).save(stream, "JPEG", quality=25)
    return np.asarray(Image.open(stream))


def half(film: Pixels) -> Pixels:
    small = Image.fromarray(film).resize((S // 2, S // 2))
    return np.asarray(small.resize((S, S)))


def gamma(film: Pixels) -> Pixels:
    return np.asarray(255 * (film / 255) ** 0.75).astype(np.uint8)


def flat(film: Pixels) -> Pixels:
    return np.asarray(60 + film * 0.5).astype(np.uint8)


FILMS = np.stack([phantom(index) for index in range(24)])
PATIENTS = [draw(11, index).patient for index in range(24)]


@pytest.mark.parametrize("change", [jpeg, half, gamma, flat, np.copy])
def test_the_same_film_is_found_whatever_was_done_to_the_file(
    change: Callable[[Pixels], Pixels],
) -> None:
    films = np.concatenate([FILMS, [change(FILMS[7])]])
    found = near_duplicates(films, [*PATIENTS, "other"])
    assert [(one.first, one.second) for one in found] == [(7, 24)]
    assert 0.98 <= found[0].correlation <= 1.0


def test_different_patients_and_films_of_one_group_are_not_named() -> None:
    assert near_duplicates(FILMS, PATIENTS) == []
    twice = np.concatenate([FILMS, FILMS[:3]])
    assert near_duplicates(twice, [*PATIENTS, *PATIENTS[:3]]) == []


def test_pairs_across_blocks_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The comparison goes by blocks of rows; no pair may be lost between two of them."""
    monkeypatch.setattr("workshop.near_duplicates.ROWS", 5)
    films = np.concatenate([FILMS, FILMS])
    found = near_duplicates(films, [*PATIENTS, *(f"again {one}" for one in PATIENTS)])
    assert sorted((one.first, one.second) for one in found) == [(i, i + 24) for i in range(24)]


def test_blank_films_are_no_duplicates() -> None:
    blank = np.full((3, S, S), 128, np.uint8)
    assert near_duplicates(blank, ["a", "b", "c"]) == []
    assert not difference_hash(blank[0]).any()


@settings(max_examples=80)
@given(st.lists(st.tuples(st.integers(0, 19), st.integers(0, 19)), max_size=25))
def test_tied_groups_are_the_connected_ones(links: list[tuple[int, int]]) -> None:
    films = [Film(f"{n}.png", "covid", "a", "a", f"g{n // 2}") for n in range(20)]
    pairs = [NearDuplicate(min(link), max(link), 1.0) for link in links if link[0] != link[1]]
    groups = [film.group for film in tied(films, pairs)]
    # By hand: spread the smallest number until nothing changes.
    number = [n // 2 for n in range(20)]
    for _ in range(20):
        for one in pairs:
            low = min(number[one.first], number[one.second])
            both = {number[one.first], number[one.second]}
            number = [low if n in both else n for n in number]
    assert [[a == b for b in groups] for a in groups] == [[a == b for b in number] for a in number]


def test_many_pairs_are_not_all_named() -> None:
    films = [Film(f"{n}.png", "covid", "a", "a", f"g{n}") for n in range(50)]
    pairs = [NearDuplicate(n, n + 1, 0.99) for n in range(23)]
    lines = naming(films, pairs)
    assert len(lines) == 21 and "3 more pairs" in lines[-1]
    assert "0.png and 1.png" in lines[0] and "0.990" in lines[0]
    assert naming(films, []) == []
