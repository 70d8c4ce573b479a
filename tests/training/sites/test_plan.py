"""Which sites a trial sees: no network, temperature or threshold may see what it is tested on."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_runtime.errors import DataError
from training.sites.plan import Trial, trials
from workshop.presets import DataPreset, NetworkPreset, Preset, SitesPreset, SplitPreset
from workshop.records import Film
from workshop.splits import split_films

NET = NetworkPreset(backbones=("MobileNet:0.25",), weights="random")
SITES = SitesPreset((("bimcv",), ("hannover",), ("web", "net")), "nih", "jsrt", ("bimcv",), 0.3)
PRESET = Preset("p", "1", NET, NET, sites=SITES, split=SplitPreset(folds=3),
                data=DataPreset(min_site_films=10))  # fmt: skip
CELLS = [("covid", "bimcv", 60), ("covid", "hannover", 40), ("covid", "web", 30),
         ("covid", "net", 24), ("covid", "mixed", 30), ("normal", "nih", 80),
         ("normal", "jsrt", 30), ("normal", "hannover", 3), ("normal", "web", 7),
         ("pneumonia_other", "web", 12), ("nodule", "jsrt", 10)]  # fmt: skip
PLACES = st.integers(0, sum(count for _, _, count in CELLS) - 1)


def films() -> list[Film]:
    """As the real collections are, in small: no site holds both classes in number."""
    cells = [(label, site) for label, site, count in CELLS for _ in range(count)]
    return [
        Film(f"{n}.png", label, site, site, f"{label}-{site}-{n // 2}")
        for n, (label, site) in enumerate(cells)
    ]


def cells_of(found: list[Film], which: tuple[int, ...]) -> set[tuple[str, str]]:
    return {(found[i].label, found[i].site) for i in which}


def by_name(preset: Preset = PRESET) -> dict[str, Trial]:
    return {one.name: one for one in trials(preset, films())}


def test_a_pair_for_each_covid_site_the_reverse_once_and_a_row_each() -> None:
    assert list(by_name()) == [
        "pair-bimcv", "pair-hannover", "pair-web+net", "reverse-bimcv",
        "matrix-bimcv", "matrix-hannover", "matrix-web+net",
    ]  # fmt: skip
    without = by_name(replace(PRESET, sites=replace(SITES, reverse=())))
    assert not any(one.kind == "reverse" for one in without.values())


@pytest.mark.parametrize(
    ("name", "trained", "tested"),
    [
        ("pair-bimcv", {"hannover", "web", "net", "nih"}, {"bimcv", "jsrt"}),
        ("pair-web+net", {"bimcv", "hannover", "nih"}, {"web", "net", "jsrt"}),
        ("reverse-bimcv", {"hannover", "web", "net", "jsrt"}, {"bimcv", "nih"}),
    ],
)
def test_what_a_pair_trains_on_and_tests(name: str, trained: set[str], tested: set[str]) -> None:
    found, trial = films(), by_name()[name]
    split = split_films(found, trial.preset.data, trial.preset.split, 1)
    for fold in split.folds:
        assert {found[i].site for i in (*fold.train, *fold.validation)} == trained
    held = cells_of(found, split.holdout)
    assert {site for _, site in held} == tested
    assert held <= {(label, site) for label, site, count in CELLS if count >= 10}


def test_a_row_trains_on_one_covid_site_and_splits_it_by_group() -> None:
    found, trial = films(), by_name()["matrix-web+net"]
    split = split_films(found, trial.preset.data, trial.preset.split, 1)
    trained = cells_of(found, split.training)
    assert trained == {("covid", "web"), ("covid", "net"), ("normal", "nih")}
    own = [i for i in split.holdout if found[i].site in ("web", "net")]
    assert 0.2 < len(own) / 54 < 0.4
    assert cells_of(found, split.holdout) >= {
        ("covid", "bimcv"), ("covid", "hannover"), ("normal", "jsrt"),
    }  # fmt: skip
    inside = {found[i].group for i in split.training}
    assert not inside & {found[i].group for i in split.holdout}


@settings(max_examples=40)
@given(
    st.lists(st.tuples(st.integers(0, 305), st.integers(0, 305)), max_size=12), st.integers(0, 9)
)
def test_no_group_is_on_both_sides_whatever_ties_films(
    ties: list[tuple[int, int]], seed: int
) -> None:
    found = films()
    for a, b in ties:
        found[a] = replace(found[a], group=found[b].group)
    for trial in trials(PRESET, found):
        split = split_films(found, trial.preset.data, trial.preset.split, seed)
        inside = {found[i].group for i in split.training}
        assert not inside & {found[i].group for i in split.holdout}
        held_sites = set(trial.preset.split.hold_sites)
        assert not any(found[i].site in {*held_sites, "mixed"} for i in split.training)
        assert not any(found[i].site == "mixed" for i in split.holdout)


def test_a_preset_without_the_table_and_a_site_without_films_say_so() -> None:
    with pytest.raises(DataError, match=r"no \[sites\] table"):
        trials(replace(PRESET, sites=None), films())
    with pytest.raises(DataError, match="no film is of site 'jsrt'"):
        trials(PRESET, [film for film in films() if film.site != "jsrt"])
