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


def sites_of_covid() -> list[Film]:
    """Two covid sites, one of unknown films, two of normals, as in the real collections."""
    cells = [("covid", "valencia", 60), ("covid", "hannover", 40), ("covid", "mixed", 30),
             ("normal", "hannover", 3), ("normal", "nih", 80), ("normal", "jsrt", 30),
             ("nodule", "jsrt", 10), ("pneumonia_other", "nih", 10)]  # fmt: skip
    return [
        film(n, label, site, f"{label}-{site}-{n // 2}")
        for n, (label, site) in enumerate(
            (label, site) for label, site, count in cells for _ in range(count)
        )
    ]


PAIR = SplitPreset(folds=3, holdout=0.0, hold_sites=("hannover", "jsrt"))
UNKNOWN = DataPreset(never_tested=("mixed",))


def test_a_pair_of_sites_is_seen_by_no_fold() -> None:
    films = sites_of_covid()
    parts = split_films(films, DataPreset(exclude_sites=("mixed",)), PAIR, 1)
    tested = Counter((films[i].label, films[i].site) for i in parts.holdout)
    # Hannover's three normals are no class, jsrt's nodules no label of the two.
    assert tested == {("covid", "hannover"): 40, ("normal", "jsrt"): 30}
    for fold in parts.folds:
        seen = {films[i].site for i in (*fold.train, *fold.validation)}
        assert seen == {"valencia", "nih"}
    assert {(films[i].label, films[i].site) for i in parts.excluded} >= {
        ("nodule", "jsrt"), ("normal", "hannover"), ("pneumonia_other", "nih"),
    }  # fmt: skip


def test_a_group_that_spans_a_held_site_leaves_the_training_side() -> None:
    films = sites_of_covid()
    films.append(film(999, "covid", "hannover", films[0].group))  # films[0] is of Valencia
    parts = split_films(films, DataPreset(exclude_sites=("mixed",)), PAIR, 1)
    assert 0 not in parts.training and len(films) - 1 in parts.holdout
    assert 0 in parts.excluded


def test_a_site_that_is_never_tested_is_trained_on_in_every_fold() -> None:
    films = sites_of_covid()
    parts = split_films(films, UNKNOWN, SplitPreset(folds=3, holdout=0.2), 1)
    mixed = {i for i, one in enumerate(films) if one.site == "mixed"}
    for fold in parts.folds:
        assert mixed <= set(fold.train) and not mixed & set(fold.validation)
    assert not mixed & {*parts.holdout, *parts.excluded}
    # Nor is it tested where it is kept out of training, or tied to a film that is tested.
    films[0] = film(0, "covid", "valencia", films[100].group)
    assert films[100].site == "mixed"
    tied = split_films(films, UNKNOWN, SplitPreset(folds=3, holdout=0.2), 1)
    assert 100 in tied.dropped
    kept_out = DataPreset(exclude_sites=("mixed",), never_tested=("mixed",))
    parts = split_films(films, kept_out, SplitPreset(folds=3, holdout=0.2), 1)
    assert mixed <= set(parts.dropped)


def test_holding_out_sites_that_are_not_there_or_never_tested_says_so() -> None:
    films = sites_of_covid()
    with pytest.raises(DataError, match=r"no film is of site 'mars'.*hannover"):
        split_films(films, DataPreset(), SplitPreset(hold_sites=("mars",)), 1)
    with pytest.raises(DataError, match="never tested"):
        split_films(films, UNKNOWN, SplitPreset(hold_sites=("mixed",)), 1)
