"""What an epoch sees."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_runtime.errors import DataError
from training.sampling import epoch_order
from workshop.records import Film


def films_of(**cells: int) -> list[Film]:
    """`covid_a=3`: three covid films of site a."""
    made = []
    for name, count in cells.items():
        label, site = name.split("_")
        made += [Film(f"{name}{n}", label, site, site, f"{name}{n}") for n in range(count)]
    return made


def order(films: list[Film], count: int = 0, epoch: int = 0, repeats: int = 100) -> list[int]:
    return epoch_order(
        films, range(len(films)), count=count, min_site_films=5, max_repeats=repeats, key=(1, epoch)
    )


@settings(max_examples=30)
@given(st.integers(1, 30), st.integers(1, 30))
def test_oversampling_evens_the_classes_and_misses_nobody(covid: int, normal: int) -> None:
    films = films_of(covid_a=covid, normal_a=normal)
    drawn = Counter(order(films))
    assert set(drawn) == set(range(len(films)))
    labels = Counter(films[i].label for i in drawn.elements())
    assert labels["covid"] == labels["normal"] == max(covid, normal)


def test_an_even_draw_is_even_over_sites() -> None:
    films = films_of(covid_a=300, covid_b=30, covid_c=2, normal_d=500, normal_e=40)
    drawn = Counter((films[i].label, films[i].site) for i in order(films, 400))
    assert drawn["covid", "a"] + drawn["covid", "c"] == drawn["covid", "b"] == 100
    assert drawn["normal", "d"] == drawn["normal", "e"] == 100


def test_a_small_site_is_not_repeated_for_ever() -> None:
    films = films_of(covid_a=300, normal_d=500, normal_e=10)
    drawn = Counter(films[i].site for i in order(films, 400, repeats=4))
    assert drawn["e"] == 40 and drawn["d"] == 160


def test_epochs_differ_and_repeat() -> None:
    films = films_of(covid_a=50, normal_a=50)
    assert order(films, 60, 1) == order(films, 60, 1) != order(films, 60, 2)


def test_a_missing_class() -> None:
    with pytest.raises(DataError, match="class 'covid'"):
        order(films_of(normal_a=5))
