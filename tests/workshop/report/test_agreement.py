"""How two networks agree: kappa by hand, the same films, every pair."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_runtime.errors import DataError
from tests.workshop.report.test_evidence_of_a_run import EMPTY, files
from workshop.records import EvaluationReport, Interval
from workshop.report.agreement import agreements, cohen_kappa, comparisons, paired
from workshop.report.data import RunFiles

decisions = st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=40)
HALF = Interval(0.5, 0.4, 0.6)


def with_thresholds(run: RunFiles, **cuts: float) -> RunFiles:
    reports = tuple(
        EvaluationReport(name, "holdout", 1, 1, 1, HALF, HALF, HALF, HALF, cut)
        for name, cut in cuts.items()
    )
    return replace(run, evaluation=reports)


def test_kappa_of_a_table_worked_by_hand() -> None:
    # 20 both yes, 5 and 10 apart, 15 both no: seen .7, by chance .5
    first = [1] * 20 + [1] * 5 + [0] * 10 + [0] * 15
    second = [1] * 20 + [0] * 5 + [1] * 10 + [0] * 15
    assert cohen_kappa(first, second) == pytest.approx(0.4)
    with pytest.raises(DataError):
        cohen_kappa([1, 0], [1])
    with pytest.raises(DataError):
        cohen_kappa([], [])


@given(decisions)
def test_kappa_knows_no_order_and_no_names(pairs: list[tuple[bool, bool]]) -> None:
    a, b = np.array(pairs).T
    found = cohen_kappa(a, b)
    turned = (cohen_kappa(b, a), cohen_kappa(~a, ~b))
    if math.isnan(found):
        assert len({*a, *b}) == 1 and all(math.isnan(one) for one in turned)
    else:
        assert turned == pytest.approx((found, found)) and -1 <= found <= 1
        assert (found == pytest.approx(1.0)) == bool((a == b).all())


def test_every_pair_is_compared_and_a_worse_student_is_said_so() -> None:
    rows = comparisons(files({"teacher": 2.0, "student": 2.0, "plain": 0.3}))
    assert [(row.first, row.second) for row in rows] == [
        ("student", "teacher"), ("student", "plain"), ("plain", "teacher")
    ]  # fmt: skip
    assert [row.verdict for row in rows][1:] == ["the student is better", "the teacher is better"]
    assert rows[1].over_groups.value == pytest.approx(-rows[2].over_groups.value, abs=0.1)
    assert comparisons(files({"student": 1.0})) == [] == comparisons(EMPTY)


def test_agreement_is_counted_at_each_network_s_own_threshold() -> None:
    run = with_thresholds(files({"teacher": 2.0, "student": 2.0}), teacher=0.4, student=0.7)
    (row,) = agreements(run)
    pairs = paired(run, "student", "teacher", "holdout")
    same = [(one.score >= 0.7) == (two.score >= 0.4) for one, two in pairs]
    assert row.films == 120 and row.equal.value == pytest.approx(sum(same) / 120)
    assert row.equal.low < row.equal.value < row.equal.high
    assert row.kappa.value < 1 and 0.5 < row.ranks.value < 1
    assert agreements(files({"teacher": 2.0, "student": 2.0})) == []  # no threshold is known


def test_films_are_paired_by_name_whatever_their_order() -> None:
    run = files({"teacher": 2.0, "student": 2.0})
    few = tuple(
        one for one in run.predictions[::-1] if one.network == "student" or one.label == "covid"
    )
    found = paired(replace(run, predictions=few), "student", "teacher", "holdout")
    assert len(found) == 40 and all(one.path == two.path for one, two in found)


def test_networks_that_always_agree_keep_an_interval() -> None:
    run = files({"student": 2.0})
    twins = (*run.predictions, *(replace(one, network="teacher") for one in run.predictions))
    (row,) = agreements(with_thresholds(replace(run, predictions=twins), teacher=0.5, student=0.5))
    assert row.equal.value == row.kappa.value == 1.0
    assert row.ranks.value == pytest.approx(1.0)
    assert 0.9 < row.equal.low < 1.0  # of 60 groups, not of a resampling without width
