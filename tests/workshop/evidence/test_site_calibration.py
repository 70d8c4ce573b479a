"""Calibration of a set of films: a monotone map must not hide from it."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop.evidence.site_calibration import calibration_report, logits_of
from workshop.evidence.statistics import auroc
from workshop.records import Film


def sample(count: int = 600) -> tuple[list[Film], np.ndarray]:
    """Films whose scores are calibrated: logits of two normals two apart have slope 2."""
    rng = np.random.default_rng(4)
    labels = np.arange(count) % 2
    scores = 1 / (1 + np.exp(-2 * rng.normal(2 * labels - 1.0, 1.0)))
    films = [
        Film(f"{n}.png", "covid" if y else "normal", "ab"[n % 3 == 0], "s", f"g{n // 2}")
        for n, y in enumerate(labels)
    ]
    return films, scores


def test_a_monotone_map_leaves_auroc_and_not_calibration() -> None:
    films, scores = sample()
    labels = [film.label == "covid" for film in films]
    bent = 1 / (1 + np.exp(-3.0 * logits_of(scores)))  # three times too sure
    assert auroc(labels, bent) == auroc(labels, scores)
    good, bad = (calibration_report(films, one, seed=1) for one in (scores, bent))
    assert good.ece.value < 0.05 < bad.ece.low
    assert good.brier.high < bad.brier.value
    assert good.temperature == pytest.approx(1.0, abs=0.15)
    assert bad.temperature == pytest.approx(3.0 * good.temperature, rel=0.01)


def test_sites_the_worst_first_and_small_ones_not_in_the_mean() -> None:
    films, scores = sample()
    films = [replace(film, site="tiny") if n < 3 else film for n, film in enumerate(films)]
    scores = np.where([film.site == "tiny" for film in films],
                      [film.label != "covid" for film in films], scores)  # fmt: skip
    report = calibration_report(films, scores, seed=1)
    assert (report.sites[0].site, report.sites[0].films) == ("tiny", 3)
    assert report.sites[0].error.value == 1.0
    assert report.site_mean == pytest.approx(
        np.mean([one.error.value for one in report.sites if one.site != "tiny"])
    )
    for site in "ab":
        (row,) = [one for one in report.sites if one.site == site]
        errors = [(s - (f.label == "covid")) ** 2 for f, s in zip(films, scores, strict=True)
                  if f.site == site]  # fmt: skip
        assert row.error.value == pytest.approx(np.mean(errors))
        assert row.error.low < row.error.value < row.error.high


def test_a_swapped_label_raises_the_error() -> None:
    films, scores = sample(100)
    place = int(np.argmax(scores))
    wrong = list(films)
    wrong[place] = replace(films[place], label="normal")
    before, after = (calibration_report(one, scores, seed=1) for one in (films, wrong))
    assert after.brier.value > before.brier.value


def test_one_class_has_sites_and_no_calibration() -> None:
    films, scores = sample(60)
    normal = [n for n, film in enumerate(films) if film.label == "normal"]
    report = calibration_report([films[n] for n in normal], scores[normal], seed=1)
    assert math.isnan(report.ece.value) and math.isnan(report.temperature)
    assert len(report.sites) == 2 and not math.isnan(report.sites[0].error.value)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_logits_are_finite_and_keep_the_order(scores: list[float]) -> None:
    found = logits_of(scores)
    assert np.isfinite(found).all()
    order = np.argsort(scores, kind="stable")
    assert (np.diff(found[order]) >= 0).all()
