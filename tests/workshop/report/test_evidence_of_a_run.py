"""What the report says of calibration, predictive values and pairs, from its predictions."""

from __future__ import annotations

import math
import random
from dataclasses import replace
from pathlib import Path

import pytest
from sklearn.metrics import roc_auc_score

from workshop.evidence.calibration import brier, ece
from workshop.records import FilmPrediction
from workshop.report.agreement import comparisons
from workshop.report.data import RunFiles
from workshop.report.evidence import PREVALENCES, calibration, calibration_by_site, predictive

EMPTY = RunFiles(Path("run"), {}, None, (), (), (), (), (), {}, {"threshold": 0.5}, (), 0)


def predictions(apart: dict[str, float], films: int = 120) -> tuple[FilmPrediction, ...]:
    """`apart` by network: how far the classes' logits lie from each other; sites by class."""
    rng = random.Random(2)
    made = []
    for n in range(films):
        covid, noise = n % 3 == 0, rng.gauss(0, 1)
        for network, gap in apart.items():
            logit = gap * (0.5 if covid else -0.5) + noise + rng.gauss(0, 0.4)
            made.append(
                FilmPrediction(
                    f"{n}.png", "covid" if covid else "normal", ("b", "c")[n % 2] if covid else "a",
                    f"g{n // 2}", "holdout", network, "fold0", logit, 1 / (1 + math.exp(-logit)),
                )
            )  # fmt: skip
    return tuple(made)


def files(apart: dict[str, float], **more: object) -> RunFiles:
    return replace(EMPTY, predictions=predictions(apart), **more)  # type: ignore[arg-type]


def test_rows_are_of_their_own_films() -> None:
    run = files({"teacher": 3.0, "student": 1.0})
    rows = calibration(run)
    assert [(row.network, row.split, row.films) for row in rows] == [
        ("teacher", "holdout", 120), ("student", "holdout", 120)
    ]  # fmt: skip
    for row in rows:
        part = run.of(row.network, "holdout")
        labels, scores = [one.label == "covid" for one in part], [one.score for one in part]
        assert row.ece.value == pytest.approx(ece(labels, scores))
        assert row.brier.value == pytest.approx(brier(labels, scores))
        assert row.brier.low < row.brier.value < row.brier.high


def test_sites_come_worst_first_and_few_films_are_not_in_the_mean() -> None:
    rows, mean = calibration_by_site(files({"student": 1.0}))
    assert [row.error for row in rows] == sorted((row.error for row in rows), reverse=True)
    assert {row.site: row.films for row in rows} == {"a": 80, "b": 20, "c": 20}
    assert mean == pytest.approx(sum(row.error for row in rows) / 3)
    few = replace(EMPTY, predictions=predictions({"student": 1.0}, films=30))
    assert calibration_by_site(few)[1] == pytest.approx(
        next(row.error for row in calibration_by_site(few)[0] if row.site == "a")
    )
    assert math.isnan(calibration_by_site(EMPTY)[1])


def test_predictive_values_follow_the_prevalence() -> None:
    rows = predictive(files({"student": 2.0}))
    assert [row.prevalence for row in rows] == list(PREVALENCES)
    ppv, npv = [row.ppv.value for row in rows], [row.npv.value for row in rows]
    assert ppv == sorted(ppv) and npv == sorted(npv, reverse=True)
    part = files({"student": 2.0}).of("student", "holdout")
    right = sum(one.score >= 0.5 for one in part if one.label == "covid") / 40
    wrong = sum(one.score >= 0.5 for one in part if one.label == "normal") / 80
    assert rows[-1].ppv.value == pytest.approx(right / (right + wrong))
    assert predictive(EMPTY) == []


@pytest.mark.parametrize(
    ("student", "verdict"),
    [(3.0, "the student is better"), (0.3, "the teacher is better"),
     (1.5, "no gain is shown: the interval includes zero")],
)  # fmt: skip
def test_student_and_teacher_on_the_same_films(student: float, verdict: str) -> None:
    run = files({"teacher": 1.5, "student": student})
    (row,) = comparisons(run)
    labels = [one.label == "covid" for one in run.of("student", "holdout")]
    ours, theirs = (
        roc_auc_score(labels, [one.logit for one in run.of(name, "holdout")])
        for name in ("student", "teacher")
    )
    assert row.over_groups.value == pytest.approx(ours - theirs)
    assert row.test.difference.value == pytest.approx(ours - theirs)
    assert row.verdict == verdict and row.films == 120
    assert (row.test.p < 0.05) == (not verdict.startswith("no gain"))
