"""Stamps are found where they are known to be, and healthy lungs are left alone."""

from __future__ import annotations

import functools

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from edge_runtime.pixels import resize
from tests.workshop.audits.cases import noise, phantoms
from workshop.audits.marks import find_marks, text_masked
from workshop.evidence.scorer import Pixels
from workshop.phantoms import draw

# Share of stamp pixels found, share of films whose stamp is found to nine tenths, and how much
# of healthy lungs is taken for a mark.
MEASURED = {96: (0.93, 0.8, 0.03), 224: (0.98, 0.97, 0.01)}


@functools.cache
def with_and_without(size: int) -> tuple[Pixels, Pixels]:
    pairs = []
    for index in range(40):
        stamped = draw(31, index, label="covid", opacities=False, mark_tied_to_label=True)
        bare = draw(31, index, label="normal", mark_tied_to_label=True)
        pairs.append([np.asarray(resize(Image.fromarray(one.image), size))
                      for one in (stamped, bare)])  # fmt: skip
    both = np.array(pairs, np.uint8)
    return both[:, 0], both[:, 1]


def stamps(size: int) -> npt.NDArray[np.bool_]:
    stamped, bare = with_and_without(size)
    return np.abs(stamped.astype(int) - bare) > 20


@pytest.mark.parametrize("size", MEASURED)
def test_stamps_are_found(size: int) -> None:
    there = stamps(size)
    found = find_marks(with_and_without(size)[0]) & there
    of_each = found.sum(axis=(1, 2)) / there.sum(axis=(1, 2))
    pixels, films, _ = MEASURED[size]
    assert there.any(axis=(1, 2)).all()
    assert found.sum() / there.sum() > pixels
    assert (of_each > 0.9).mean() > films


@pytest.mark.parametrize("size", MEASURED)
def test_lungs_are_hardly_taken_for_marks(size: int) -> None:
    films = phantoms(size)
    assert films.lungs is not None
    found = find_marks(films.pixels)
    assert found.any()  # every film bears the letter of a side
    assert (found & films.lungs).sum() / films.lungs.sum() < MEASURED[size][2]


def test_a_letter_of_either_tone_is_found_and_painted_over() -> None:
    for ground, ink in ((90, 240), (200, 10)):
        film = np.full((1, 96, 96), ground, np.uint8)
        film[0, 10:18, 10:12] = ink
        film[0, 10:12, 10:18] = ink
        assert find_marks(film)[0, 10:18, 10:12].all()
        assert np.abs(text_masked(film).astype(int) - ground).max() <= 2


def test_what_is_long_or_soft_or_faint_is_no_mark() -> None:
    film = np.full((3, 96, 96), 90, np.uint8)
    film[0, :, :3] = 245  # a rim
    rows, columns = np.mgrid[:96, :96]
    film[1] += (100 * np.exp(-((rows - 48) ** 2 + (columns - 48) ** 2) / 60)).astype(np.uint8)
    film[2, 40:46, 40:46] = 120
    assert not find_marks(film).any()


def test_what_is_no_mark_stays_to_the_byte() -> None:
    films = phantoms(96).pixels
    found, done = find_marks(films), text_masked(films)
    assert np.array_equal(done[~found], films[~found])
    assert not np.array_equal(done[found], films[found])
    plain = np.full((2, 32, 32), 77, np.uint8)
    assert np.array_equal(text_masked(plain), plain)


def test_no_film_gives_no_film() -> None:
    assert text_masked(noise(0, 16)).shape == find_marks(noise(0, 16)).shape == (0, 16, 16)
