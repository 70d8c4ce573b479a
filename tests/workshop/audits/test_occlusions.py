"""Hidden pixels are gone for good; all others are as they were."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_runtime.errors import DataError
from tests.workshop.audits.cases import noise, phantoms
from workshop.audits.occlusions import (
    border_only,
    centre,
    corners,
    corners_masked,
    hidden,
    inner,
    lungs_hidden,
)

FIXED = ((border_only, inner), (corners_masked, corners), (lungs_hidden, centre))


@pytest.mark.parametrize(("change", "mask"), FIXED)
@given(size=st.integers(8, 40), seed=st.integers(0, 99))
@settings(max_examples=20)
def test_what_is_hidden_cannot_be_told(change, mask, size, seed) -> None:  # type: ignore[no-untyped-def]
    films, gone = noise(3, size, seed), mask(size)
    others = films.copy()
    others[:, gone] = noise(3, size, seed + 1)[:, gone]
    assert np.array_equal(change(films), change(others))
    assert np.array_equal(change(films)[:, ~gone], films[:, ~gone])
    assert (np.ptp(change(films)[:, gone], axis=1) == 0).all()
    assert change(films).dtype == np.uint8


def test_the_filling_is_the_mean_of_what_stays() -> None:
    films = np.full((2, 10, 10), 200, np.uint8)
    films[0, inner(10)] = 0
    films[1, ~inner(10)] = 50
    assert (border_only(films)[0] == 200).all()
    assert (border_only(films)[1] == 50).all()


def test_the_films_given_are_not_touched() -> None:
    films = noise(2, 16)
    before = films.copy()
    for change, _ in FIXED:
        change(films)
    assert np.array_equal(films, before)


def test_border_and_corners_have_the_size_they_say() -> None:
    assert inner(100).sum() == 76 * 76
    assert corners(100).sum() == 4 * 22 * 30
    assert corners(100)[21, 29] and not corners(100)[22, 29] and not corners(100)[21, 30]


def test_lungs_are_hidden_with_a_margin() -> None:
    films = noise(2, 100)
    lungs = np.zeros(films.shape, np.bool_)
    lungs[0, 40:60, 40:60] = True
    done = lungs_hidden(films, lungs)
    assert np.ptp(done[0, 37:63, 40:60]) == 0
    assert np.array_equal(done[0, :36], films[0, :36])
    assert np.array_equal(done[1], films[1])  # no lung on it


def test_a_film_that_is_all_lung_becomes_gray() -> None:
    done = lungs_hidden(noise(1, 16), np.ones((1, 16, 16), np.bool_))
    assert (done == 128).all()


def test_the_fixed_shape_covers_the_lungs_of_phantoms() -> None:
    films = phantoms(96)
    assert films.lungs is not None
    mask = centre(96)
    covered = films.lungs[:, mask].sum(axis=1) / films.lungs.sum(axis=(1, 2))
    assert films.lungs[:, mask].sum() / films.lungs.sum() > 0.985
    assert covered.min() > 0.95
    assert mask.mean() < 0.76


def test_shapes_that_do_not_fit_are_refused() -> None:
    with pytest.raises(DataError, match="do not fit"):
        lungs_hidden(noise(2, 16), np.zeros((1, 16, 16), np.bool_))
    with pytest.raises(DataError, match="do not fit"):
        hidden(noise(2, 16), np.zeros((8, 8), np.bool_))
