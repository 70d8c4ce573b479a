"""Each shift changes what it says and keeps the rest."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_runtime.errors import DataError
from tests.workshop.audits.cases import noise, phantoms
from workshop.audits.shifts import equalised, gamma, jpeg, lower_resolution
from workshop.evidence.scorer import Pixels


def detail(films: Pixels) -> float:
    """Mean difference of neighbours."""
    return float(np.abs(np.diff(films.astype(int), axis=2)).mean())


def test_lower_resolution_takes_detail_and_keeps_the_mean() -> None:
    films = phantoms(96).pixels[:10]
    half, quarter = lower_resolution(films, 1 / 2), lower_resolution(films, 1 / 4)
    assert detail(films) > 1.2 * detail(half) > 1.2 * detail(quarter)
    assert abs(half.mean() - films.mean()) < 1
    assert np.array_equal(lower_resolution(films, 1), films)
    assert half.shape == films.shape and half.dtype == np.uint8


def test_jpeg_errs_the_more_the_lower_its_quality() -> None:
    films = phantoms(96).pixels[:10]
    errors = [np.abs(jpeg(films, q).astype(int) - films).mean() for q in (90, 50, 20, 5)]
    assert errors == sorted(errors)
    assert 0 < errors[0] < 3 < errors[-1]


@given(st.floats(0.3, 3.0))
@settings(max_examples=30)
def test_gamma_keeps_the_order_and_the_ends(power: float) -> None:
    ramp = np.arange(256, dtype=np.uint8).reshape(1, 16, 16)
    done = gamma(ramp, power).ravel().astype(int)
    assert (np.diff(done) >= 0).all()
    assert (done[0], done[-1]) == (0, 255)
    if power < 1:
        assert (done >= np.arange(256)).all()
    else:
        assert (done <= np.arange(256)).all()


def test_equalised_histograms_are_flat() -> None:
    film = np.random.default_rng(0).normal(60, 9, (2, 64, 64)).clip(0, 255).astype(np.uint8)
    for one in equalised(film):
        ranks = np.quantile(one, [0.25, 0.5, 0.75])
        assert np.abs(ranks - [64, 128, 191]).max() < 16


def test_what_cannot_be_is_refused() -> None:
    for change, value in ((lower_resolution, 0), (lower_resolution, 1.5), (gamma, 0)):
        with pytest.raises(DataError):
            change(noise(1, 8), value)
    with pytest.raises(DataError):
        jpeg(noise(1, 8), 96)


def test_no_film_gives_no_film() -> None:
    assert jpeg(noise(0, 16), 50).shape == (0, 16, 16)
