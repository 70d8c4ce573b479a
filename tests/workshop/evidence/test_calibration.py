"""Calibration, against scikit-learn and by what must not change it."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve
from sklearn.metrics import brier_score_loss

from edge_runtime.errors import DataError
from workshop.evidence.calibration import brier, ece, predictive_values, reliability

FILM = st.tuples(st.booleans(), st.floats(0, 1, width=32))
FILMS = st.lists(FILM, min_size=2, max_size=60).filter(
    lambda films: 0 < sum(y for y, _ in films) < len(films)
)


def columns(films: list[tuple[bool, float]]) -> tuple[list[bool], list[float]]:
    return [y for y, _ in films], [score for _, score in films]


def test_equal_classes_are_scikit_learn_s_quantile_bins() -> None:
    rng = np.random.default_rng(1)
    labels = np.arange(200) % 2
    scores = np.clip(0.3 + 0.4 * labels + rng.normal(0, 0.2, 200), 0.001, 0.999)
    share, mean = calibration_curve(labels, scores, n_bins=10, strategy="quantile")
    found = reliability(labels, scores)
    assert [one.films for one in found] == [20] * 10
    np.testing.assert_allclose([one.covid for one in found], share)
    np.testing.assert_allclose([one.score for one in found], mean)
    assert ece(labels, scores) == pytest.approx(np.abs(share - mean).mean())


@given(FILMS)
def test_brier_is_scikit_learn_s_with_classes_of_equal_weight(
    films: list[tuple[bool, float]],
) -> None:
    labels, scores = columns(films)
    ones = sum(labels)
    weights = [1 / ones if y else 1 / (len(labels) - ones) for y in labels]
    expected = brier_score_loss(labels, scores, sample_weight=weights)
    assert brier(labels, scores) == pytest.approx(expected)


def test_a_film_on_the_edge_of_two_bins_stays_where_it_is() -> None:
    """Found by the test below: the same films in another order came to .28 instead of .2."""
    films = [(False, 0.0)] * 4 + [(False, 0.75)] + [(True, 0.0)] * 2 + [(True, 1.0)] * 3
    films.append((True, 0.5))
    rng = np.random.default_rng(0)
    orders = [rng.permutation(len(films)) for _ in range(200)]
    found = {round(ece(*columns([films[i] for i in order])), 9) for order in orders}
    assert len(found) == 1


@given(FILMS, st.randoms())
def test_order_and_number_of_films_do_not_matter(
    films: list[tuple[bool, float]], rng: object
) -> None:
    labels, scores = columns(films)
    expected = ece(labels, scores)
    assert 0.0 <= expected <= 1.0
    shuffled = films[:]
    rng.shuffle(shuffled)  # type: ignore[attr-defined]
    assert ece(*columns(shuffled)) == pytest.approx(expected)
    # Three times the normal films, and nothing changes: classes weigh alike.
    more = films + [film for film in films if not film[0]] * 2
    assert brier(*columns(more)) == pytest.approx(brier(labels, scores))
    found = reliability(labels, scores)
    assert sum(one.weight for one in found) == pytest.approx(1.0)
    assert sum(one.films for one in found) == len(films)


def test_what_is_calibrated_has_no_error_and_what_is_sure_and_wrong_has_all() -> None:
    labels = [1, 0, 0, 0, 1, 1, 1, 0]
    scores = [0.25] * 4 + [0.75] * 4
    assert ece(labels, scores) == pytest.approx(0.0) and len(reliability(labels, scores)) == 2
    assert ece([0, 1], [1.0, 0.0]) == brier([0, 1], [1.0, 0.0]) == 1.0
    assert math.isnan(ece([1, 1], [0.2, 0.9])) and math.isnan(brier([0], [0.2]))
    with pytest.raises(DataError, match="every label"):
        reliability([0, 1], [0.5])


def test_predictive_values() -> None:
    """The textbook's surprise: 90 % and 90 % at one in a hundred is right one time in twelve."""
    ppv, npv = predictive_values(0.9, 0.9, 0.01)
    assert ppv == pytest.approx(1 / 12) and npv == pytest.approx(0.891 / 0.892)
    assert math.isnan(predictive_values(0.0, 1.0, 0.2)[0])
