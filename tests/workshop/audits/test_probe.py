"""A site that shows in the features is found; one that does not is not."""

from __future__ import annotations

import numpy as np
import pytest

from tests.workshop.audits.cases import film_set, noise
from workshop.audits.probe import site_probe
from workshop.evidence.scorer import FilmSet, Floats

SITES = [site for site in "abc" for _ in range(60)]


def films(sites: list[str], label: str = "normal") -> FilmSet:
    return film_set(noise(len(sites), 4), [label] * len(sites), sites)


def features(sites: list[str], signal: float, seed: int = 0) -> Floats:
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(3, 8)) * signal
    return centres[["abc".index(site) for site in sites]] + rng.normal(size=(len(sites), 8))


def test_a_planted_site_is_found() -> None:
    found = site_probe(features(SITES, 3), films(SITES), 1)
    assert found is not None
    assert found.sites == ("a", "b", "c")
    assert found.films == 180
    assert found.accuracy.low > 0.9 > found.chance == 1 / 3


@pytest.mark.parametrize("seed", range(3))
def test_features_in_another_order_tell_nothing(seed: int) -> None:
    mixed = np.random.default_rng(seed).permutation(features(SITES, 3))
    found = site_probe(mixed, films(SITES), seed)
    assert found is not None
    assert abs(found.accuracy.value - found.chance) < 0.12  # three deviations of 180 films


def test_films_of_one_patient_never_stand_on_both_sides() -> None:
    # Every patient has features of their own, far from all others, and nothing of the site:
    # with a patient on both sides the site would be known by heart.
    own = np.random.default_rng(0).normal(size=(60, 40)) * 10
    patients = [n // 6 for n in range(360)]
    base = films(["abc"[patient % 3] for patient in patients])
    grouped = FilmSet(
        tuple(
            type(film)(film.path, film.label, film.site, film.source, f"p{patient}")
            for film, patient in zip(base.films, patients, strict=True)
        ),
        base.pixels,
    )
    found = site_probe(own[patients], grouped, 1)
    assert found is not None
    assert found.accuracy.value < 0.6


def test_covid_films_take_no_part() -> None:
    half = ["normal" if n % 2 else "covid" for n in range(180)]
    found = site_probe(features(SITES, 3), film_set(noise(180, 4), half, SITES), 1)
    assert found is not None
    assert found.films == 90


def test_nothing_to_probe() -> None:
    assert site_probe(None, films(SITES), 1) is None
    assert site_probe(features(SITES, 3), films(SITES, "covid"), 1) is None
    few = ["a"] * 60 + ["b"] * 19
    assert site_probe(features(few, 3), films(few), 1) is None
    one_group = films(["a"] * 60 + ["b"] * 60)
    same = FilmSet(
        tuple(
            type(film)(film.path, film.label, film.site, film.source,
                       "one" if film.site == "b" else film.group)
            for film in one_group.films
        ),
        one_group.pixels,
    )  # fmt: skip
    assert site_probe(features(["a"] * 60 + ["b"] * 60, 3), same, 1) is None


def test_sites_beyond_the_number_that_is_learnt_from_are_sampled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("workshop.audits.probe.MOST", 30)
    found = site_probe(features(SITES, 3), films(SITES), 1)
    assert found is not None
    assert found.films == 90
