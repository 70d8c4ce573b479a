"""Films never seen: no film of a run's training, and no group of one, is ever scored."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.training.evaluate.cases import films_of
from training.evaluate.runs import RunKnown
from training.evaluate.unseen import even_subset, unseen_films
from workshop.provenance import data_fingerprint
from workshop.records import Film, FilmPrediction, StudentRecord

ROLES = st.lists(
    st.tuples(st.sampled_from(["trained", "fold", "never", "dropped"]), st.integers(0, 6)),
    min_size=1, max_size=30,
)  # fmt: skip


def known(films: list[Film], trained: list[Film], fold: list[Film], never: list[Film]) -> RunKnown:
    record = StudentRecord(
        "r", "1", "student.keras", "", 64, 1.0, 0.5, tuple(never), tuple(trained), "", 0.5, {},
        "pool", data_fingerprint(films), {}, {}, {},
    )  # fmt: skip
    rows = tuple(
        FilmPrediction(f.path, f.label, f.site, f.group, "out_of_fold", "student", "", 0.0, 0.5)
        for f in fold
    )
    return RunKnown(Path("run"), record, rows)


@given(ROLES, st.booleans())
def test_nothing_seen_is_left(roles: list[tuple[str, int]], more: bool) -> None:
    films = [Film(f"{n}.png", "normal", "a", "a", f"g{g}") for n, (_, g) in enumerate(roles)]
    parts: dict[str, list[Film]] = {"trained": [], "fold": [], "never": [], "dropped": []}
    for film, (role, _) in zip(films, roles, strict=True):
        parts[role].append(film)
    run = known(films, parts["trained"], parts["fold"], parts["never"])
    index = [*films, Film("new.png", "normal", "b", "b", "new")] if more else films
    found = unseen_films(index, run)
    seen = parts["trained"] + parts["fold"]
    if "no film of this index" in found.split:
        assert not seen and not parts["never"] and found.seen == 0
        return
    assert not {f.path for f in found.films} & {f.path for f in seen}
    assert not {f.group for f in found.films} & {f.group for f in seen}
    assert found.seen == len(index) - len(found.films)
    kept = [f for f in parts["never"] if f.group not in {one.group for one in seen}]
    assert {f.path for f in kept} <= {f.path for f in found.films}
    if not more:
        assert list(found.films) == kept and "holdout and excluded" in found.split
    else:
        assert "new.png" in {f.path for f in found.films} and "does not know" in found.split


def test_another_set_with_the_same_names_is_all_new() -> None:
    films = films_of([("a", "covid", 4), ("a", "normal", 4)])
    run = known(films, films[:4], [], films[4:])
    other = [replace(film, site="elsewhere") for film in films]
    found = unseen_films(other, run)
    assert len(found.films) == 8 and found.seen == 0 and "never seen" in found.split


def test_without_a_run_it_is_not_known() -> None:
    films = films_of([("a", "covid", 4)])
    assert unseen_films(films, None).split.startswith("unknown:")
    assert "many of these films were" in unseen_films(films, None, data_fingerprint(films)).split
    kept = unseen_films(films, known(films, films[:3], [], films[3:]), keep=True)
    assert len(kept.films) == 4 and kept.split == "3 of 4 films were seen in training"


@given(st.integers(1, 60), st.integers(0, 5), st.integers(1, 4))
def test_a_quick_look_is_whole_groups_and_even(count: int, seed: int, of_group: int) -> None:
    films = films_of([("a", "covid", 40), ("b", "normal", 12), ("c", "normal", 4)], of_group)
    part = even_subset(films, count, seed)
    assert min(count, 56) <= len(part) < count + of_group
    groups = {film.group for film in part}
    assert list(part) == [film for film in films if film.group in groups]
    sizes = [sum(film.site == site for film in part) for site in "abc"]
    for one, there in zip(sizes, (40, 12, 4), strict=True):
        # A site has fewer films than another only where it has no more.
        assert one == there or one >= max(sizes) - of_group
    assert part == even_subset(films, count, seed)


def test_seeds_differ() -> None:
    films = films_of([("a", "covid", 60)])
    assert even_subset(films, 10, 1) != even_subset(films, 10, 2)


@pytest.mark.parametrize("count", [1, 3])
def test_a_group_over_two_sites_is_taken_once(count: int) -> None:
    films = [Film(f"{n}.png", "normal", "ab"[n % 2], "s", "one") for n in range(4)]
    assert len(even_subset(films, count, 1)) == 4
