"""Operating points: a threshold that keeps its word, and what an answer is worth there."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_runtime.errors import DataError
from workshop.evidence.calibration import predictive_values
from workshop.evidence.operating import PREVALENCES, operating_point, threshold_for_sensitivity
from workshop.evidence.statistics import sensitivity, specificity, wilson

FILMS = st.lists(
    st.tuples(st.booleans(), st.integers(0, 255).map(lambda step: step / 256)), min_size=1
).filter(lambda films: any(covid for covid, _ in films))


@given(FILMS, st.floats(0.01, 1))
def test_the_threshold_reaches_its_sensitivity_and_no_higher_one_does(
    films: list[tuple[bool, float]], wanted: float
) -> None:
    labels, scores = np.array([y for y, _ in films]), np.array([s for _, s in films])
    threshold = threshold_for_sensitivity(labels, scores, wanted)
    assert sensitivity(labels, scores >= threshold) >= wanted - 1e-9
    last = scores[labels & (scores >= threshold)].min()
    for higher in scores[scores > last]:
        assert sensitivity(labels, scores >= higher) < wanted


def test_nine_of_ten_are_nine() -> None:
    scores = [n / 10 for n in range(10)]
    assert threshold_for_sensitivity([1] * 10, scores, 0.9) == pytest.approx(0.05)
    assert threshold_for_sensitivity([1] * 10, scores, 1.0) == 0.0
    # A normal film just below decides where "halfway" is, not which film is called.
    labels, more = [1] * 10 + [0], [*scores, 0.08]
    assert threshold_for_sensitivity(labels, more, 0.9) == pytest.approx(0.09)
    for wrong in (0.0, 1.2):
        with pytest.raises(DataError, match="above 0"):
            threshold_for_sensitivity([1, 0], [0.1, 0.2], wrong)
    with pytest.raises(DataError, match="covid films"):
        threshold_for_sensitivity([0, 0], [0.1, 0.2], 0.9)


def test_a_point_is_its_films() -> None:
    rng = np.random.default_rng(1)
    labels = np.arange(80) % 2
    scores = np.clip(0.3 + 0.4 * labels + rng.normal(0, 0.25, 80), 0, 1)
    groups = [str(n // 2) for n in range(80)]
    point = operating_point("own", 0.5, "elsewhere", labels, scores, groups, seed=1)
    called = scores >= 0.5
    assert point.sensitivity.value == pytest.approx(sensitivity(labels, called))
    assert point.specificity.value == pytest.approx(specificity(labels, called))
    assert [one for one, _, _ in point.predictive] == list(PREVALENCES)
    for prevalence, ppv, npv in point.predictive:
        expected = predictive_values(point.sensitivity.value, point.specificity.value, prevalence)
        assert (ppv.value, npv.value) == pytest.approx(expected)
        assert ppv.low < ppv.value < ppv.high and npv.low < npv.value < npv.high
    assert point.predictive[0][1].value < point.predictive[-1][1].value


def test_a_perfect_specificity_is_no_certainty() -> None:
    """Ten normal films, none called: PPV 1, but its interval reaches far down."""
    labels, scores = [1] * 10 + [0] * 10, [0.9] * 9 + [0.2] + [0.1] * 10
    point = operating_point("own", 0.5, "", labels, scores, [str(n) for n in range(20)], seed=1)
    assert point.specificity == wilson(10, 10)
    ppv = point.predictive[0][1]
    assert ppv.value == 1.0 and ppv.low < 0.1


def test_one_class_gives_its_share_alone() -> None:
    point = operating_point("own", 0.5, "", [0, 0], [0.1, 0.9], ["a", "b"], seed=1)
    assert math.isnan(point.sensitivity.value) and point.specificity.value == 0.5
    assert all(math.isnan(ppv.value) for _, ppv, _ in point.predictive)
