"""Which films parity is measured on: never seen, whole groups, enough of each class."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_runtime.errors import RunError
from export import films as module
from export.films import ParityFilms, _chosen, evenly, parity_films, read_roles
from workshop.records import Film, FilmPrediction, StudentRecord
from workshop.records_io import load


def _film(name: str, label: str, group: str) -> Film:
    return Film(name, label, "s", "s", group)


def _row(film: Film, role: str) -> FilmPrediction:
    return FilmPrediction(
        film.path, film.label, film.site, film.group, role, "student", "fold0", 0.0, 0.5
    )


def _record(never: list[Film], trained: list[Film]) -> StudentRecord:
    return StudentRecord(
        "n", "0", "student.keras", "", 96, 1.0, 0.5, tuple(never), tuple(trained), "novelty.npz",
        0.2, {}, "pool", "", {}, {}, {},
    )  # fmt: skip


sizes = st.lists(st.integers(1, 4), min_size=0, max_size=12)


@settings(max_examples=60, deadline=None)
@given(sizes, sizes, sizes, sizes, sizes, st.integers(0, 5))
def test_whole_groups_that_nobody_trained_on(
    held: list[int], covid: list[int], normal: list[int], folds: list[int],
    trained: list[int], seed: int,
) -> None:  # fmt: skip
    def made(kind: str, groups: list[int], label: str) -> list[Film]:
        return [
            _film(f"{kind}{label}{g}/{i}", label, f"{kind}{label}{g}")
            for g, size in enumerate(groups)
            for i in range(size)
        ]

    holdout = made("h", held, "covid") + made("h", held, "normal")
    excluded = made("e", covid, "covid") + made("e", normal, "normal") + made("e", [3], "other")
    validated = made("v", folds, "covid") + made("v", folds, "normal")
    seen = made("t", trained, "covid")
    # A fold's validation film that the released student was trained on after all (a refit).
    refit = [replace(film, path=f"again/{film.path}") for film in seen]
    rows = [_row(f, "holdout") for f in holdout] + [_row(f, "out_of_fold") for f in validated]
    rows += [_row(film, "out_of_fold") for film in refit]
    record = _record(holdout + excluded, seen)
    old = module.A_CLASS, module.EXCLUDED_A_CLASS
    module.A_CLASS, module.EXCLUDED_A_CLASS = 12, 10
    try:
        chosen, roles = _chosen(record, rows, random.Random(seed))
        again = _chosen(record, rows[::-1], random.Random(seed))
    finally:
        module.A_CLASS, module.EXCLUDED_A_CLASS = old
    assert (chosen, roles) == again
    names = [film.path for film in chosen]
    assert len(set(names)) == len(names) == len(roles)
    assert not {film.group for film in chosen} & {film.group for film in seen}
    assert {film.path for film in holdout} <= set(names)
    everything = Counter(film.group for film in holdout + excluded + validated)
    for group, count in Counter(film.group for film in chosen).items():
        assert count == everything[group]  # whole
    for label in ("covid", "normal"):
        mine = [role for film, role in zip(chosen, roles, strict=True) if film.label == label]
        taken = Counter(mine)
        there = {
            "excluded": sum(f.label == label for f in excluded),
            "out_of_fold": sum(f.label == label for f in validated),
        }
        assert taken["excluded"] <= 13 and taken["excluded"] >= min(10, there["excluded"])
        if taken["out_of_fold"]:  # only to fill up, and a group more at the most
            assert len(mine) - taken["out_of_fold"] < 12 and len(mine) < 12 + 4
        elif there["out_of_fold"]:
            assert len(mine) >= 12


def test_a_run_without_enough_films_is_compared_on_what_there_is(
    fake_run: Path, phantom_data: Path
) -> None:
    record = load(fake_run / "student.json", StudentRecord)
    films = parity_films(fake_run, record, phantom_data, 1, 3)
    assert films.films == 23 and films.roles[-3:] == ("phantom",) * 3
    assert set(films.roles) == {"holdout", "excluded", "phantom"}
    assert len(films.names) == len(films.groups) == len(films.pixels) == 26
    with pytest.raises(RunError, match="names no covid or normal film never seen"):
        parity_films(fake_run, replace(record, never_seen=()), phantom_data, 1, 3)


@pytest.mark.parametrize("text", ["", "path,role\na,holdout\n", "path,network\na,student\n"])
def test_predictions_that_cannot_be_read_are_one_line(text: str, tmp_path: Path) -> None:
    path = tmp_path / "predictions.csv"
    if text:
        path.write_text(text)
    with pytest.raises(RunError, match=r"predictions\.csv cannot be read") as caught:
        read_roles(path)
    assert "\n" not in str(caught.value)


def test_a_part_is_even_over_the_classes() -> None:
    count = 30
    labels = tuple("covid" if i % 3 else "normal" for i in range(count))
    names = tuple(map(str, range(count)))
    pixels = np.arange(count, dtype=np.uint8)[:, None, None]
    films = ParityFilms(names, labels, names, ("holdout",) * count, pixels, 28, 2)
    part = evenly(films, 12, 4)
    assert (part.films, part.phantoms, part.names[-2:]) == (12, 2, ("28", "29"))
    assert Counter(part.labels[:12]) == {"covid": 6, "normal": 6}
    assert [str(one) for one in part.pixels.ravel()] == list(part.names)
