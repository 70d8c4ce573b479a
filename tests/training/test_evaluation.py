"""Predictions to metrics: the operating point, and who is called covid."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from training.evaluation import called_covid, evaluate, operating_point, select
from training.predictions import calibrated, sigmoid, write_predictions
from workshop.evidence.statistics import wilson
from workshop.records import FilmPrediction


def prediction(number: int, label: str, logit: float, **changes: str) -> FilmPrediction:
    fields = {"site": "a", "group": f"g{number}", "role": "holdout", "network": "student",
              "fold": "fold0", **changes}  # fmt: skip
    return FilmPrediction(
        path=f"{number}.png", label=label, logit=logit, score=float(sigmoid(logit)), **fields
    )


def sample(count: int = 200) -> list[FilmPrediction]:
    rng = np.random.default_rng(2)
    labels = ["covid" if n % 3 == 0 else "normal" for n in range(count)]
    return [
        prediction(n, label, 3.0 * rng.normal(1.0 if label == "covid" else -1.0))
        for n, label in enumerate(labels)
    ]


def test_metrics_are_scikit_learns() -> None:
    films = sample()
    report = evaluate(films, "student", "holdout", 0.5, seed=1)
    labels = [one.label == "covid" for one in films]
    scores = np.array([one.score for one in films])
    assert report.auroc.value == pytest.approx(roc_auc_score(labels, scores))
    assert report.auroc.low < report.auroc.value < report.auroc.high
    called = scores >= 0.5
    assert report.sensitivity.value == pytest.approx(called[labels].mean())
    assert report.specificity.value == pytest.approx(1 - called[~np.array(labels)].mean())
    assert report.sites == {"a/covid": 67, "a/normal": 133}
    assert "telling hospitals apart" not in report.caution


def test_sites_of_one_class_are_warned_of() -> None:
    films = [
        prediction(n, label, logit, site=label)
        for n, (label, logit) in enumerate([("covid", 1.0), ("normal", -1.0)] * 20)
    ]
    assert "telling hospitals apart" in evaluate(films, "student", "holdout", 0.5, seed=1).caution


def test_the_temperature_undoes_overconfidence_and_the_threshold_is_between_steps() -> None:
    films = sample(3000)
    temperature, threshold = operating_point(films)
    labels = np.array([one.label == "covid" for one in films])
    # Class-balanced logits of two unit normals one apart each side have slope 2, not 3.
    logits = np.array([one.logit for one in films])
    assert temperature == pytest.approx(9.0 / 6.0, rel=0.12)
    assert threshold * 256 % 1 == pytest.approx(0.5)
    called = sigmoid(logits / temperature) >= threshold
    assert called[labels].mean() + (~called[~labels]).mean() > 1.6


def test_only_the_student_is_calibrated() -> None:
    student = prediction(1, "covid", 2.0)
    teacher = prediction(1, "covid", 2.0, network="teacher")
    one, other = calibrated([student, teacher], 2.0)
    assert one.score == pytest.approx(float(sigmoid(1.0)))
    assert other.score == teacher.score


def test_called_covid_counts_films_without_covid_alone() -> None:
    films = [
        prediction(1, "pneumonia_other", 3.0, role="excluded"),
        prediction(2, "pneumonia_other", -3.0, role="excluded"),
        prediction(3, "normal", -3.0),
        prediction(4, "normal", 3.0, role="out_of_fold"),  # chose the threshold
        prediction(5, "covid", 3.0),
        prediction(6, "normal", 3.0, network="teacher"),
    ]
    rows = called_covid(films, 0.5)
    assert [(row.label, row.films, row.called) for row in rows] == [
        ("normal", 1, 0),
        ("pneumonia_other", 2, 1),
    ]


def test_select_and_the_table(tmp_path: Path) -> None:
    films = [prediction(1, "covid", 1.0), prediction(2, "nodule", 1.0, role="excluded")]
    assert select(films, "student", "holdout") == films[:1]
    write_predictions(tmp_path / "predictions.csv", films)
    with (tmp_path / "predictions.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["path"] for row in rows] == ["1.png", "2.png"]
    assert rows[0]["logit"] == "1.000000"


def test_all_right_is_no_certainty() -> None:
    """Resampling films that are all right says the same every time: Wilson's interval then."""
    films = [prediction(n, "covid", 2.0) for n in range(3)]
    films += [prediction(n, "normal", logit) for n, logit in enumerate((1.0, -1.0, -2.0), 3)]
    report = evaluate(films, "student", "holdout", 0.5, 1)
    assert report.sensitivity == wilson(3, 3)
    assert report.specificity.value == pytest.approx(2 / 3) and report.specificity.high <= 1.0
    assert report.balanced_accuracy.low < report.balanced_accuracy.value
