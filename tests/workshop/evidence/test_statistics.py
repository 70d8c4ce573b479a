"""Metrics against scikit-learn, SciPy and closed forms."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import spearmanr
from sklearn.metrics import balanced_accuracy_score, recall_score, roc_auc_score, roc_curve

from edge_runtime.errors import DataError
from workshop.evidence.statistics import (
    TEMPERATURES,
    auroc,
    balanced_accuracy,
    bootstrap,
    fit_temperature,
    rank_correlation,
    sensitivity,
    specificity,
    wilson,
    youden_threshold,
)

Floats = npt.NDArray[np.float64]

# Scores from a coarse grid, so that ties occur.
FILMS = st.lists(st.tuples(st.integers(0, 1), st.integers(-8, 8)), min_size=2, max_size=60).filter(
    lambda films: len({label for label, _ in films}) == 2
)


def _columns(films: list[tuple[int, int]]) -> tuple[list[int], list[float]]:
    return [label for label, _ in films], [score / 4 for _, score in films]


@given(FILMS)
def test_metrics_equal_scikit_learns(films: list[tuple[int, int]]) -> None:
    labels, scores = _columns(films)
    called = [int(score >= 0.5) for score in scores]
    assert auroc(labels, scores) == pytest.approx(roc_auc_score(labels, scores))
    assert sensitivity(labels, called) == pytest.approx(recall_score(labels, called))
    assert specificity(labels, called) == pytest.approx(recall_score(labels, called, pos_label=0))
    expected = balanced_accuracy_score(labels, called)
    assert balanced_accuracy(labels, called) == pytest.approx(expected)


@given(FILMS)
def test_auroc_depends_on_order_alone_and_turns_over(films: list[tuple[int, int]]) -> None:
    labels, scores = _columns(films)
    assert auroc(labels, np.exp(scores)) == pytest.approx(auroc(labels, scores))
    assert auroc(labels, np.negative(scores)) == pytest.approx(1 - auroc(labels, scores))


def test_what_cannot_be_measured_is_nan() -> None:
    assert math.isnan(auroc([1, 1], [0.2, 0.9]))
    assert math.isnan(sensitivity([0, 0], [0, 1]))
    assert math.isnan(specificity([1], [1]))
    assert math.isnan(balanced_accuracy([1], [1]))
    assert math.isnan(rank_correlation([1, 1, 1], [1, 2, 3]))
    assert math.isnan(bootstrap(auroc, ["a", "b"], [1, 1], [0.1, 0.2], seed=0, repeats=5).low)


@given(FILMS)
def test_the_threshold_is_the_best_cut_and_between_scores(films: list[tuple[int, int]]) -> None:
    labels, scores = _columns(films)
    threshold = youden_threshold(scores, labels)
    false, true, _ = roc_curve(labels, scores, drop_intermediate=False)
    best = float((true - false).max())
    called = [int(score >= threshold) for score in scores]
    reached = sensitivity(labels, called) + specificity(labels, called) - 1
    assert reached == pytest.approx(best)
    assert threshold == min(scores) or threshold not in scores


def test_the_threshold_of_separated_classes_lies_halfway() -> None:
    assert youden_threshold([0.1, 0.2, 0.8, 0.9], [0, 0, 1, 1]) == pytest.approx(0.5)


@given(st.integers(0, 200), st.integers(1, 200))
def test_wilson_is_its_closed_form(k: int, n: int) -> None:
    assume(k <= n)
    z, share = 1.959963984540054, k / n
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    found = wilson(k, n)
    assert found.value == share
    assert found.low == pytest.approx(middle - half, abs=1e-9)
    assert found.high == pytest.approx(middle + half, abs=1e-9)


def test_wilson_of_nothing_is_open_and_of_too_many_an_error() -> None:
    nothing = wilson(0, 0)
    assert math.isnan(nothing.value) and (nothing.low, nothing.high) == (0.0, 1.0)
    with pytest.raises(DataError):
        wilson(3, 2)


@pytest.mark.parametrize("true", [0.3, 1.0, 4.0])
def test_the_temperature_of_made_up_logits_is_found(true: float) -> None:
    rng = np.random.default_rng(3)
    calibrated = rng.normal(0, 2, 20_000)
    labels = rng.random(20_000) < 1 / (1 + np.exp(-calibrated))
    assert fit_temperature(calibrated * true, labels) == pytest.approx(true, rel=0.05)


def test_the_temperature_does_not_depend_on_how_many_films_a_class_has() -> None:
    rng = np.random.default_rng(4)
    covid, normal = rng.normal(2, 2, 300), rng.normal(-2, 2, 300)
    once = fit_temperature(np.r_[covid, normal], [1] * 300 + [0] * 300)
    often = fit_temperature(np.r_[covid, np.tile(normal, 7)], [1] * 300 + [0] * 2100)
    assert often == pytest.approx(once, rel=1e-4)


@given(FILMS)
def test_the_temperature_stays_bounded_and_is_least(films: list[tuple[int, int]]) -> None:
    labels, logits = _columns(films)
    found = fit_temperature(logits, labels)
    assert TEMPERATURES[0] <= found <= TEMPERATURES[1]
    for other in np.geomspace(*TEMPERATURES, 50):
        assert _loss(logits, labels, found) <= _loss(logits, labels, other) + 1e-6


def _loss(logits: list[float], labels: list[int], temperature: float) -> float:
    losses: dict[int, list[float]] = {0: [], 1: []}
    for logit, label in zip(logits, labels, strict=True):
        losses[label].append(math.log1p(math.exp(-(2 * label - 1) * logit / temperature)))
    return sum(sum(part) / len(part) for part in losses.values()) / 2


def test_one_class_gives_neither_temperature_nor_threshold() -> None:
    with pytest.raises(DataError):
        fit_temperature([1.0, 2.0], [1, 1])
    with pytest.raises(DataError):
        youden_threshold([1.0, 2.0], [0, 0])


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=3, max_size=40))
def test_rank_correlation_equals_scipys(pairs: list[tuple[int, int]]) -> None:
    first, second = zip(*pairs, strict=True)
    assume(len(set(first)) > 1 and len(set(second)) > 1)
    assert rank_correlation(first, second) == pytest.approx(spearmanr(first, second).statistic)


def _mean(values: Floats) -> float:
    return float(values.mean())


def test_the_bootstrap_of_a_mean_has_the_width_theory_gives() -> None:
    values = np.random.default_rng(5).normal(0, 1, 400)
    found = bootstrap(_mean, range(400), values, seed=1, repeats=2000)
    error = values.std() / math.sqrt(400)
    assert found.value == pytest.approx(values.mean())
    assert found.high - found.low == pytest.approx(2 * 1.96 * error, rel=0.08)


def test_copies_of_a_film_in_its_group_add_no_certainty() -> None:
    values = np.random.default_rng(6).normal(0, 1, 100)
    once = bootstrap(_mean, range(100), values, seed=1)
    groups = [number for number in range(100) for _ in range(4)]
    copied = bootstrap(_mean, groups, np.repeat(values, 4), seed=1)
    assert (copied.low, copied.high) == pytest.approx((once.low, once.high))
    pretended = bootstrap(_mean, range(400), np.repeat(values, 4), seed=1)
    assert pretended.high - pretended.low < 0.7 * (once.high - once.low)


@given(st.lists(st.integers(0, 6), min_size=1, max_size=30), st.integers(0, 5))
def test_a_repeat_holds_whole_groups_only(groups: list[int], seed: int) -> None:
    sizes = {group: groups.count(group) for group in groups}

    def whole(drawn: Floats) -> float:
        names, counts = np.unique(drawn, return_counts=True)
        assert all(n % sizes[int(name)] == 0 for name, n in zip(names, counts, strict=True))
        assert sum(n / sizes[int(name)] for name, n in zip(names, counts, strict=True)) == len(
            sizes
        )
        return 0.0

    bootstrap(whole, groups, groups, seed=seed, repeats=5)


def test_the_bootstrap_repeats_itself_and_refuses_what_does_not_fit() -> None:
    arrays = ([0, 1, 0, 1, 1], [0.1, 0.4, 0.5, 0.6, 0.9])
    assert bootstrap(auroc, "aabcd", *arrays, seed=3) == bootstrap(auroc, "aabcd", *arrays, seed=3)
    with pytest.raises(DataError):
        bootstrap(auroc, "ab", *arrays, seed=3)
    with pytest.raises(DataError):
        bootstrap(auroc, "", [], [], seed=3)
