"""DeLong's test, against its own definition and against resampling."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from edge_runtime.errors import DataError
from workshop.evidence.delong import delong
from workshop.evidence.statistics import auroc, bootstrap

SCORES = st.integers(0, 6).map(float)  # few values: many ties
FILMS = st.lists(st.tuples(st.booleans(), SCORES, SCORES), min_size=4, max_size=30).filter(
    lambda films: 2 <= sum(y for y, *_ in films) <= len(films) - 2
)


def definition(labels: list[bool], first: list[float], second: list[float]) -> tuple[float, float]:
    """Difference and its variance by equations (4) to (6) of the paper: a kernel over all pairs."""
    positives = [i for i, y in enumerate(labels) if y]
    negatives = [i for i, y in enumerate(labels) if not y]
    wins = {
        (k, i, j): 1.0 if s[i] > s[j] else 0.5 if s[i] == s[j] else 0.0
        for k, s in enumerate((first, second))
        for i, j in itertools.product(positives, negatives)
    }
    v10 = [[np.mean([wins[k, i, j] for j in negatives]) for i in positives] for k in (0, 1)]
    v01 = [[np.mean([wins[k, i, j] for i in positives]) for j in negatives] for k in (0, 1)]
    s = np.cov(v10) / len(positives) + np.cov(v01) / len(negatives)
    return float(np.mean(v10[0]) - np.mean(v10[1])), float(s[0, 0] + s[1, 1] - 2 * s[0, 1])


@given(FILMS)
def test_it_is_its_definition(films: list[tuple[bool, float, float]]) -> None:
    labels, first, second = (list(column) for column in zip(*films, strict=True))
    difference, variance = definition(labels, first, second)
    found = delong(labels, first, second)
    assert found.difference.value == pytest.approx(difference, abs=1e-12)
    assert found.difference.value == pytest.approx(auroc(labels, first) - auroc(labels, second))
    reach = found.difference.high - found.difference.value
    assert reach == pytest.approx(1.959964 * math.sqrt(max(variance, 0.0)), abs=1e-6)
    if variance > 1e-12:
        expected = 2 * norm.sf(abs(difference) / math.sqrt(variance))
        assert found.p == pytest.approx(expected, abs=1e-9)


@given(FILMS)
def test_the_order_of_the_networks_is_a_sign(films: list[tuple[bool, float, float]]) -> None:
    labels, first, second = (list(column) for column in zip(*films, strict=True))
    there, back = delong(labels, first, second), delong(labels, second, first)
    assert there.difference.value == pytest.approx(-back.difference.value)
    assert there.difference.low == pytest.approx(-back.difference.high)
    assert there.p == pytest.approx(back.p)


def test_its_interval_is_about_the_bootstrap_s() -> None:
    rng = np.random.default_rng(3)
    labels = np.arange(400) % 2
    shared = rng.normal(size=400)
    first, second = (labels * gain + shared + rng.normal(size=400) for gain in (1.6, 1.2))
    found = delong(labels, first, second).difference
    drawn = bootstrap(
        lambda y, a, b: auroc(y, a) - auroc(y, b), range(400), labels, first, second, seed=1
    )
    assert found.value == pytest.approx(drawn.value)
    assert found.high - found.low == pytest.approx(drawn.high - drawn.low, rel=0.12)


def test_equal_ranks_are_no_difference_and_one_film_is_not_measured() -> None:
    same = delong([0, 1, 0, 1], [0.1, 0.4, 0.3, 0.8], [1.0, 4.0, 3.0, 8.0])
    assert same.p == 1.0 and same.difference.low == same.difference.high == 0.0
    assert math.isnan(delong([0, 0, 1], [1, 2, 3], [1, 2, 3]).p)
    with pytest.raises(DataError, match="every film"):
        delong([0, 1, 0, 1], [1, 2, 3, 4], [1, 2, 3])
