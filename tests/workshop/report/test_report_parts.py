"""What the report computes: which films, which counts, which colours."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tests.workshop.fake_evidence import evidence
from workshop.records import EvaluationReport, FilmPrediction, Interval
from workshop.report.data import RunFiles
from workshop.report.figures import ENOUGH, both_classes, folds, site_counts, within_sites
from workshop.report.films import choose, overlay
from workshop.report.format import amount, difference, interval, ms, percent
from workshop.report.gaps import not_done
from workshop.report.subject import Subject

EMPTY = RunFiles(Path("run"), {}, None, (), (), (), (), (), {}, {}, (), 0)


def said(number: int, label: str, score: float, site: str = "a", role: str = "holdout",
         network: str = "student") -> FilmPrediction:  # fmt: skip
    return FilmPrediction(
        f"{number}.png", label, site, f"g{number}", role, network, "f", 0.0, score
    )


scored = st.lists(
    st.tuples(st.sampled_from(["covid", "normal"]), st.floats(0, 1)), min_size=0, max_size=20
)


@given(scored, st.floats(0, 1))
def test_films_are_chosen_once_and_the_extremes_first(
    films: list[tuple[str, float]], threshold: float
) -> None:
    rows = [said(i, label, score) for i, (label, score) in enumerate(films)]
    chosen = choose(rows, threshold)
    paths = [row.path for _, row in chosen]
    assert len(paths) == len(set(paths)) == min(len(paths), 8)
    assert len(rows) < 8 or len(paths) >= 4
    covid = [row.score for row in rows if row.label == "covid"]
    if covid:
        assert chosen[0][0] == "best: covid, highest score" and chosen[0][1].score == max(covid)
    for why, row in chosen:
        if why == "worst: covid, missed most clearly":
            assert row.score < threshold and row.score == min(covid)
        if why == "worst: normal, falsest alarm":
            assert row.label == "normal" and row.score >= threshold


@given(scored)
def test_the_order_of_the_predictions_does_not_matter(films: list[tuple[str, float]]) -> None:
    rows = [said(i, label, score) for i, (label, score) in enumerate(films)]
    assert choose(rows[::-1], 0.5) == choose(rows, 0.5)


def test_no_heat_leaves_the_film_as_it_is() -> None:
    film = Image.fromarray(np.arange(64 * 64, dtype=np.uint16).astype(np.uint8).reshape(64, 64))
    for scale in (0.0, 1.0):
        same = overlay(film, np.zeros((7, 7)), scale)
        assert same.tobytes() == film.convert("RGB").tobytes()


def test_heat_colours_its_own_place_and_no_other() -> None:
    film = Image.new("L", (70, 70), 100)
    heat = np.zeros((7, 7))
    heat[1, 5] = 2.0
    coloured = np.asarray(overlay(film, heat, 2.0)).astype(int)
    away = np.abs(coloured - 100).sum(axis=-1)
    row, column = np.unravel_index(away.argmax(), away.shape)
    assert 10 <= row < 20 and 50 <= column < 60
    assert away[40:, :30].max() == 0
    weaker = np.abs(np.asarray(overlay(film, heat, 8.0)).astype(int) - 100).sum(axis=-1)
    assert weaker.max() < away.max()


def test_sites_are_counted_by_what_became_of_their_films() -> None:
    predictions = (
        said(1, "covid", 0.9), said(2, "normal", 0.1), said(3, "normal", 0.1, "b", "excluded"),
        said(4, "covid", 0.9, network="teacher"), said(5, "covid", 0.9, role="out_of_fold"),
    )  # fmt: skip
    rows = site_counts(replace(EMPTY, predictions=predictions))
    assert [(r.site, r.label, r.out_of_fold, r.holdout, r.excluded) for r in rows] == [
        ("a", "covid", 1, 1, 0), ("a", "normal", 0, 1, 0), ("b", "normal", 0, 0, 1),
    ]  # fmt: skip
    trained = [replace(row, trained=ENOUGH) for row in rows]
    assert both_classes(trained) == (1, 2)
    # A handful of one class is none.
    few = [replace(row, trained=ENOUGH - (row.label == "normal")) for row in rows]
    assert both_classes(few) == (0, 2)
    assert both_classes(rows) == (0, 0)


def test_a_site_is_judged_by_itself_where_it_has_enough_films() -> None:
    apart = [said(i, "covid", 0.6 + i / 100, "a") for i in range(ENOUGH)]
    apart += [said(50 + i, "normal", 0.3 + i / 100, "a") for i in range(ENOUGH + 1)]
    few = [said(100 + i, "covid", 0.9, "b") for i in range(ENOUGH + 5)]
    few += [said(150 + i, "normal", 0.95, "b", "excluded") for i in range(ENOUGH - 1)]
    rows = within_sites(replace(EMPTY, predictions=tuple(apart + few)))
    assert [(row.site, row.covid, row.normal, row.auroc.value) for row in rows] == [
        ("a", ENOUGH, ENOUGH + 1, 1.0)
    ]


def test_what_was_not_done_is_always_said() -> None:
    lines = " ".join(not_done(Subject(Path("run"), EMPTY, None)))
    assert "One seed" in lines and "No board was measured" in lines
    assert "No hospital with films of both classes" in lines
    assert "were not audited" in lines and "without a teacher" in lines and "No person" in lines


def test_audits_and_a_plain_student_are_no_longer_said_to_lack() -> None:
    plain = replace(EMPTY, predictions=(said(1, "covid", 0.9, network="plain"),))
    lines = " ".join(not_done(Subject(Path("run"), plain, evidence())))
    assert "not audited" not in lines and "without a teacher" not in lines
    assert "No site of the evaluated films holds both classes" in lines


def test_the_mean_of_the_folds_stands_beside_the_pooled_value() -> None:
    pooled = Interval(0.8, 0.7, 0.9)
    report = EvaluationReport("student", "out_of_fold", 9, 4, 9, pooled, pooled, pooled, pooled,
                              0.5, by_fold={"fold1": 0.9, "fold0": 0.7})  # fmt: skip
    one = replace(report, network="teacher", by_fold={"fold0": 0.6})
    rows = folds(replace(EMPTY, evaluation=(report, one, replace(report, split="holdout"))))
    assert [(row.network, row.pooled) for row in rows] == [("student", pooled), ("teacher", pooled)]
    assert rows[0].mean == pytest.approx(0.8)
    assert rows[0].spread == pytest.approx(0.02**0.5)
    assert rows[0].each == (("fold0", 0.7), ("fold1", 0.9))
    assert math.isnan(rows[1].spread)


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (interval(Interval(0.9123, 0.8, 1.0)), "0.912 (0.800–1.000)"),
        (interval(Interval(float("nan"), 0.0, 1.0)), "not measured"),
        (percent(Interval(0.042, 0.02, 0.086)), "4.2 % (2.0–8.6)"),
        (percent(Interval(float("nan"), 0.0, 1.0)), "not measured"),
        (amount(1234567), "1\u202f234\u202f567"),
        (amount(0.123456), "0.1235"),
        (amount(True), "True"),
        (ms(None), "–"),
        (ms(3.456), "3.46"),
        (ms(345.6), "346"),
    ],
)
def test_numbers_are_written_alike(shown: str, expected: str) -> None:
    assert shown == expected


def test_a_difference_has_signs() -> None:
    assert difference(Interval(-0.0391, -0.114, 0.017)) == "-0.039 (-0.114 to +0.017)"
    assert difference(Interval(float("nan"), float("nan"), float("nan"))) == "not measured"
