"""Reports over all films, within a site, and against a label that is neither of the two."""

from __future__ import annotations

import math

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from tests.training.evaluate.cases import films_of
from training.evaluate.metrics import ALL, metrics
from workshop.evidence.scorer import Floats
from workshop.evidence.statistics import wilson
from workshop.records import Film

CELLS = [
    ("both", "covid", 20), ("both", "normal", 20), ("both", "pneumonia_other", 12),
    ("few", "covid", 4), ("few", "normal", 30), ("one", "normal", 15), ("one", "nodule", 15),
]  # fmt: skip


def sample() -> tuple[list[Film], Floats]:
    films = films_of(CELLS, films_a_group=2)
    rng = np.random.default_rng(3)
    middle = {"covid": 0.65, "pneumonia_other": 0.6, "normal": 0.35, "nodule": 0.3}
    scores = np.array([middle[film.label] for film in films]) + rng.normal(0, 0.15, len(films))
    return films, np.clip(scores, 0, 1)


def area(films: list[Film], scores: Floats, against: str, site: str = "") -> float:
    part = [
        n for n, film in enumerate(films)
        if film.label in ("covid", against) and film.site == (site or film.site)
    ]  # fmt: skip
    return float(roc_auc_score([films[n].label == "covid" for n in part], scores[part]))


def test_reports_are_of_their_films() -> None:
    films, scores = sample()
    reports, missing = metrics(films, scores, 0.5, "m", seed=1)
    assert [one.split for one in reports] == [
        ALL, "site both", "both: covid against pneumonia_other"
    ]  # fmt: skip
    for report, value in zip(
        reports,
        (
            area(films, scores, "normal"),
            area(films, scores, "normal", "both"),
            area(films, scores, "pneumonia_other", "both"),
        ),
        strict=True,
    ):
        assert report.auroc.value == pytest.approx(value)
        assert report.auroc.low < value < report.auroc.high
    assert reports[0].films == 89 and reports[2].sites["both/pneumonia_other"] == 12
    (line,) = missing
    assert line.part == "metrics within a site"
    assert "few (4 covid, 30 normal), one (0 covid, 15 normal)" in line.why
    assert "several hospitals" in reports[1].caution


def test_a_swapped_label_changes_the_report() -> None:
    films, scores = sample()
    place = int(
        np.argmax([s if f.label == "covid" else 0 for f, s in zip(films, scores, strict=True)])
    )
    wrong = [*films[:place], Film(**{**vars(films[place]), "label": "normal"}), *films[place + 1 :]]
    before, after = (metrics(one, scores, 0.5, "m", seed=1)[0][0] for one in (films, wrong))
    assert after.auroc.value < before.auroc.value and after.positives == before.positives - 1
    assert after.specificity.value < before.specificity.value


def test_without_a_threshold_decisions_are_not_measured() -> None:
    films, scores = sample()
    with_one = metrics(films, scores, 0.5, "m", seed=1)[0][0]
    without = metrics(films, scores, None, "m", seed=1)[0][0]
    assert without.auroc == with_one.auroc
    assert math.isnan(without.threshold) and math.isnan(without.sensitivity.value)
    assert math.isnan(without.specificity.low) and math.isnan(without.balanced_accuracy.high)


def test_all_right_is_no_certainty() -> None:
    films = films_of([("a", "covid", 6), ("a", "normal", 6)], films_a_group=2)
    scores = np.array([0.9] * 6 + [0.1] * 5 + [0.8])
    report = metrics(films, scores, 0.5, "m", seed=1)[0][0]
    assert report.sensitivity == wilson(3, 3)
    assert report.specificity.value == pytest.approx(5 / 6)
    accuracy = report.balanced_accuracy
    assert accuracy.value == pytest.approx(11 / 12) and accuracy.low < 0.7


def test_a_set_of_one_site_is_reported_once() -> None:
    films = films_of([("a", "covid", 12), ("a", "normal", 12)])
    reports, missing = metrics(films, np.linspace(1, 0, 24), 0.5, "m", seed=1)
    assert [one.split for one in reports] == [ALL] and not missing


@pytest.mark.parametrize(("there", "absent"), [("covid", "normal"), ("normal", "covid")])
def test_one_class_is_said(there: str, absent: str) -> None:
    films = films_of([("a", there, 6), ("a", "pneumonia_other", 3)])
    reports, missing = metrics(films, np.full(9, 0.5), 0.5, "m", seed=1)
    assert (
        not reports
        and missing[0].why == f"no film has the label {absent} (here: {there}, pneumonia_other)"
    )
