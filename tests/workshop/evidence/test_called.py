"""What else is called covid: bands of ages, and counts that must add up."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_runtime.errors import DataError
from workshop.evidence.called import AGE_BANDS, NOT_STATED, age_band, called_shares
from workshop.evidence.shares import share_of
from workshop.evidence.statistics import wilson
from workshop.records import Film

LABELS = st.sampled_from(["covid", "normal", "pneumonia_other"])
CASES = st.lists(
    st.tuples(
        LABELS, st.sampled_from("abc"), st.sampled_from(["PA", "AP", ""]),
        st.sampled_from(["M", "f", ""]), st.sampled_from(["7", "045Y", "81.0", ""]),
        st.integers(0, 5), st.floats(0, 1),
    ),
    min_size=1, max_size=40,
)  # fmt: skip


def made(cases: list[tuple[str, str, str, str, str, int, float]]) -> tuple[list[Film], list[float]]:
    films = [
        Film(f"{n}.png", label, site, site, f"g{group}", view=view, sex=sex, age=age)
        for n, (label, site, view, sex, age, group, _) in enumerate(cases)
    ]
    return films, [case[-1] for case in cases]


@given(st.integers(0, 120))
def test_every_age_has_one_band_however_it_is_written(years: int) -> None:
    band = age_band(str(years))
    low, high = (int(end) for end in band.replace("80+", "80-120").split("-"))
    assert low <= years <= high
    assert {age_band(f"{years:03d}Y"), age_band(f"{years}.0"), age_band(f" {years} ")} == {band}
    assert age_band(f"{years}.9") == band or years == 120  # no age falls between two bands


@pytest.mark.parametrize(
    ("age", "band"),
    [("006M", "0-15"), ("300M", "16-39"), ("020W", "0-15"), ("90+", "80+"), ("", NOT_STATED),
     ("unknown", NOT_STATED), ("-4", NOT_STATED), ("411Y", NOT_STATED), ("40-50", NOT_STATED)],
)  # fmt: skip
def test_ages_that_are_not_plain_years(age: str, band: str) -> None:
    assert age_band(age) == band


def test_bands_follow_one_another() -> None:
    assert [end for end, _ in AGE_BANDS] == sorted({end for end, _ in AGE_BANDS})


@settings(max_examples=20)
@given(CASES, st.floats(0, 1))
def test_strata_of_a_label_add_up_to_it(
    cases: list[tuple[str, str, str, str, str, int, float]], threshold: float
) -> None:
    films, scores = made(cases)
    rows = called_shares(films, scores, threshold, seed=1)
    assert "covid" not in {row.label for row in rows}
    for row in rows:
        assert row.called <= row.films and row.groups <= row.films
        assert row.share.low <= row.share.value <= row.share.high
        assert row.share.value == pytest.approx(row.called / row.films)
        assert row.few == (row.films < 20)
    for label in {film.label for film in films} - {"covid"}:
        mine = [row for row in rows if row.label == label]
        expected = [s >= threshold for f, s in zip(films, scores, strict=True) if f.label == label]
        for by in {row.by for row in mine}:
            part = [row for row in mine if row.by == by]
            assert sum(row.films for row in part) == len(expected)
            assert sum(row.called for row in part) == sum(expected)


@settings(max_examples=20)
@given(CASES)
def test_a_lower_threshold_never_calls_fewer(
    cases: list[tuple[str, str, str, str, str, int, float]],
) -> None:
    films, scores = made(cases)
    strict, loose = (called_shares(films, scores, t, seed=1) for t in (0.7, 0.3))
    assert all(a.called <= b.called for a, b in zip(strict, loose, strict=True))


def test_a_swapped_label_is_seen() -> None:
    films, scores = made([("normal", "a", "", "", "", n, 0.1) for n in range(5)])
    films[0] = replace(films[0], label="covid")
    assert [row.films for row in called_shares(films, scores, 0.5, seed=1)] == [4, 4]
    assert not called_shares([replace(film, label="covid") for film in films], scores, 0.5, seed=1)
    with pytest.raises(DataError, match="every film"):
        called_shares(films, scores[1:], 0.5, seed=1)


def test_what_no_film_states_makes_no_table() -> None:
    films, scores = made([("normal", "a", "", "M", "", n, 0.1) for n in range(5)])
    assert {row.by for row in called_shares(films, scores, 0.5, seed=1)} == {"all", "site", "sex"}


def test_intervals_are_over_groups() -> None:
    """Five patients of twenty films each are five, not a hundred."""
    groups = [f"g{n // 20}" for n in range(100)]
    none = share_of(np.zeros(100), groups, seed=1)
    assert none == wilson(0, 5) and none.high > 0.4
    assert share_of(np.ones(100), groups, seed=1) == wilson(5, 5)
    some = [n < 20 for n in range(100)]
    wide = share_of(some, groups, seed=1)
    narrow = share_of(some, [str(n) for n in range(100)], seed=1)
    assert wide.high - wide.low > 2 * (narrow.high - narrow.low)
    alone = share_of([True, False], ["g", "g"], seed=1)
    assert (alone.value, alone.low, alone.high) == (0.5, 0.0, 1.0)
    assert math.isnan(share_of([], [], seed=1).value)
