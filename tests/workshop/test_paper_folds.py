"""The two readings of the paper's oversampling: one leaks, the other does not."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_runtime.errors import DataError
from workshop.paper_folds import paper_films, paper_folds, shared_films
from workshop.presets import PaperPreset, SplitPreset
from workshop.records import Film

PAPER = PaperPreset(("ieee8023",), ("rsna",), positives=20, normals=60)
SPLIT = SplitPreset(folds=5, trained=5, holdout=0.0)


def film(n: int, label: str, source: str) -> Film:
    return Film(f"{source}/{label}{n}.png", label, source, source, f"{source}{label}{n}")


FILMS = [
    *(film(n, "covid", "ieee8023") for n in range(30)),
    *(film(n, "covid", "hannover") for n in range(30)),
    *(film(n, "normal", "rsna") for n in range(80)),
    *(film(n, "normal", "jsrt") for n in range(80)),
    *(film(n, "pneumonia_other", "ieee8023") for n in range(10)),
]


def chosen(paper: PaperPreset) -> list[Film]:
    return [FILMS[i] for i in paper_films(FILMS, paper, 1)]


def test_films_are_of_the_named_sources_and_as_many_as_wanted() -> None:
    counts = Counter((one.label, one.source) for one in chosen(PAPER))
    assert counts == {("covid", "ieee8023"): 20, ("normal", "rsna"): 60}
    everything = Counter(one.label for one in chosen(replace(PAPER, positives="all")))
    assert everything == {"covid": 30, "normal": 60}
    drawn = Counter(one.label for one in chosen(replace(PAPER, balance="draw")))
    assert drawn == {"covid": 20, "normal": 20}
    assert paper_films(FILMS, PAPER, 1) != paper_films(FILMS, PAPER, 2)


@settings(max_examples=20)
@given(st.integers(0, 1000))
def test_after_the_split_nothing_is_on_two_sides(seed: int) -> None:
    films = [FILMS[i] for i in paper_films(FILMS, PAPER, seed)]
    folds = paper_folds(films, PAPER, SPLIT, seed)
    assert shared_films(films, folds) == 0.0
    validated = Counter(i for fold in folds for i in fold.validation)
    assert validated == Counter(range(len(films)))
    for fold in folds:
        assert not set(fold.train) & set(fold.validation)
        assert Counter(films[i].label for i in fold.validation) == {"covid": 4, "normal": 12}


def test_before_the_split_copies_lie_on_both_sides() -> None:
    paper = replace(PAPER, oversample="before_split")
    films = chosen(paper)
    folds = paper_folds(films, paper, SPLIT, 1)
    copies = Counter(i for fold in folds for i in fold.validation)
    assert {copies[i] for i in range(20)} == {3} and {copies[i] for i in range(20, 80)} == {1}
    for fold in folds:
        assert Counter(films[i].label for i in fold.validation) == {"covid": 12, "normal": 12}
        assert len(fold.train) + len(fold.validation) == 120
    leak = shared_films(films, folds)
    # Three copies dealt to five folds: all in one with a chance of 1/25; normals never shared.
    assert 0.4 < leak <= 0.5


def test_groups_stay_whole_after_the_split() -> None:
    films = [replace(one, group=f"{one.label}{n // 3}") for n, one in enumerate(chosen(PAPER))]
    folds = paper_folds(films, PAPER, SPLIT, 1)
    assert shared_films(films, folds) == 0.0


@pytest.mark.parametrize(
    ("paper", "words"),
    [
        (replace(PAPER, positives=31), r"30 covid films .* wants 31.*paper\.positives"),
        (replace(PAPER, normals=81), r"80 normal films .* wants 81.*paper\.normals"),
        (replace(PAPER, positive_sources=("bimcv",)), "no covid film is of bimcv"),
    ],
)
def test_films_that_are_not_there(paper: PaperPreset, words: str) -> None:
    with pytest.raises(DataError, match=words):
        paper_films(FILMS, paper, 1)


def test_too_few_groups() -> None:
    films = [replace(one, group=one.label) for one in chosen(PAPER)]
    with pytest.raises(DataError, match=r"has 1 groups.*split\.folds"):
        paper_folds(films, PAPER, SPLIT, 1)
