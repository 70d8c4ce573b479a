"""The paper's six figures agree with scikit-learn, and rows that cannot be true are found."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as sk

from training.confusion import METRICS, Confusion, contradictions

ANSWERS = st.lists(st.tuples(st.integers(0, 1), st.integers(0, 1)), min_size=1, max_size=60)
COUNT = st.integers(0, 200)


@given(ANSWERS)
def test_figures_are_scikit_learn_s(answers: list[tuple[int, int]]) -> None:
    labels, called = [a for a, _ in answers], [b for _, b in answers]
    found = Confusion.of(labels, called).metrics()
    expected = {
        "accuracy": sk.accuracy_score(labels, called),
        "precision": sk.precision_score(labels, called, zero_division=math.nan),
        "specificity": sk.recall_score(labels, called, pos_label=0, zero_division=math.nan),
        "sensitivity": sk.recall_score(labels, called, zero_division=math.nan),
        "f1": sk.f1_score(labels, called, zero_division=math.nan),
    }
    for name, value in expected.items():
        assert found[name] == pytest.approx(value, nan_ok=True), name
    mean = (found["sensitivity"] + found["specificity"]) / 2
    assert found["balanced_accuracy"] == pytest.approx(mean, nan_ok=True)
    if len(set(labels)) == 2:
        assert mean == pytest.approx(sk.balanced_accuracy_score(labels, called))


def test_a_worked_example() -> None:
    """By hand: 8 of 10 covid and 7 of 10 normal films right."""
    found = Confusion(true_positive=8, false_positive=3, true_negative=7, false_negative=2)
    assert found.films == 20
    assert found.metrics() == pytest.approx(
        {"accuracy": 0.75, "precision": 8 / 11, "specificity": 0.7, "sensitivity": 0.8,
         "f1": 16 / 21, "balanced_accuracy": 0.75}
    )  # fmt: skip


@given(COUNT, COUNT, COUNT, COUNT)
def test_a_true_row_is_never_called_impossible(tp: int, fp: int, tn: int, fn: int) -> None:
    one = Confusion(tp, fp, tn, fn)
    row = {k: round(v, 3) for k, v in one.metrics().items() if not math.isnan(v)}
    # Rounding itself may hide a false positive among thousands; no count here is so large.
    assert contradictions(row, one.films or None) == []


@pytest.mark.parametrize(
    ("row", "films", "words"),
    [
        ({"precision": 0.978, "specificity": 1.0}, None, "no false positive"),
        ({"precision": 1.0, "specificity": 0.95}, None, "no false positive"),
        ({"sensitivity": 0.9, "specificity": 0.8, "balanced_accuracy": 0.87}, None, "0.850"),
        ({"precision": 0.9, "sensitivity": 0.6, "f1": 0.75}, None, "F1 of 0.720"),
        ({"accuracy": 0.99, "sensitivity": 0.9, "specificity": 0.95}, None, "lies between"),
        ({"accuracy": 0.987}, 50, "no count of 50 films"),
    ],
)
def test_an_impossible_row_is_told_why(
    row: dict[str, float], films: int | None, words: str
) -> None:
    found = contradictions(row, films)
    assert len(found) == 1 and words in found[0]


def test_nothing_is_said_of_what_is_not_there() -> None:
    assert contradictions({}) == [] and contradictions(dict.fromkeys(METRICS, math.nan)) == []
