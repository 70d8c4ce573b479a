"""Holdout and folds: whole groups, and nobody on two sides."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_runtime.errors import DataError
from workshop.presets import DataPreset, SplitPreset
from workshop.records import Film
from workshop.splits import split_films

LABELS = st.sampled_from(["covid", "normal", "normal", "pneumonia_other"])


def film(number: int, label: str, site: str, group: str) -> Film:
    return Film(f"{number}.png", label, site, site, group)


@st.composite
def collections(draw: st.DrawFn) -> list[Film]:
    rows = draw(
        st.lists(
            st.tuples(LABELS, st.sampled_from(["a", "b", "away"]), st.integers(0, 40)),
            min_size=60,
            max_size=160,
        )
    )
    return [film(n, label, site, f"g{group}") for n, (label, site, group) in enumerate(rows)]


@settings(max_examples=60)
@given(collections(), st.integers(0, 5), st.integers(2, 4))
def test_every_film_has_one_role_and_groups_stay_whole(
    films: list[Film], seed: int, folds: int
) -> None:
    data, split = DataPreset(exclude_sites=("away",)), SplitPreset(folds=folds, holdout=0.2)
    try:
        parts = split_films(films, data, split, seed)
    except DataError:
        return
    role = Counter([*parts.training, *parts.holdout, *parts.excluded, *parts.dropped])
    assert role == Counter(range(len(films)))
    assert all(films[i].label in ("covid", "normal") for i in parts.training)
    trained_groups = {films[i].group for i in parts.training}
    for never in (parts.holdout, parts.excluded):
        assert not trained_groups & {films[i].group for i in never}
    assert not any(films[i].site == "away" for i in (*parts.training, *parts.holdout))
    for fold in parts.folds:
        assert sorted((*fold.train, *fold.validation)) == sorted(parts.training)
        inside = {films[i].group for i in fold.train}
        assert not inside & {films[i].group for i in fold.validation}
    validated = Counter(i for fold in parts.folds for i in fold.validation)
    assert validated == Counter(parts.training)


def test_shares_hold_within_label_and_site() -> None:
    films = [
        film(n, label, site, f"{label}{site}{n // 2}")
        for label in ("covid", "normal")
        for site in ("a", "b")
        for n in range(100)
    ]
    films = [film(n, f.label, f.site, f.group) for n, f in enumerate(films)]
    parts = split_films(films, DataPreset(), SplitPreset(folds=4, holdout=0.2), 3)
    held = Counter((films[i].label, films[i].site) for i in parts.holdout)
    assert set(held.values()) == {20}
    for fold in parts.folds:
        cells = Counter((films[i].label, films[i].site) for i in fold.validation)
        assert all(abs(count - 20) <= 2 for count in cells.values()) and len(cells) == 4


def test_too_few_groups_say_what_to_do() -> None:
    films = [film(n, "covid", "a", f"c{n % 3}") for n in range(30)]
    films += [film(n + 30, "normal", "a", f"n{n}") for n in range(30)]
    with pytest.raises(DataError, match=r"class 'covid' has 3 groups.*split\.folds"):
        split_films(films, DataPreset(), SplitPreset(folds=5), 1)


def test_a_group_that_reaches_an_excluded_site_leaves_whole() -> None:
    films = [film(n, label, "a", f"{label}{n}") for label in ("covid", "normal") for n in range(20)]
    films.append(film(99, "covid", "away", "covid0"))
    parts = split_films(films, DataPreset(exclude_sites=("away",)), SplitPreset(folds=2), 1)
    assert {films[i].path for i in parts.excluded} == {"0.png", "99.png"}


def test_equal_seeds_equal_splits() -> None:
    films = [film(n, ("covid", "normal")[n % 2], "a", f"g{n}") for n in range(80)]
    one, two, other = (
        split_films(films, DataPreset(), SplitPreset(folds=3), seed) for seed in (1, 1, 2)
    )
    assert one == two != other
