"""Perturbations: nothing at the clean level, and more the further from it."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from edge_runtime.pixels import resize
from workshop.evidence.scorer import Pixels
from workshop.phantoms import draw
from workshop.robustness.perturb import PERTURBATIONS, Perturbation

NAMES = [one.name for one in PERTURBATIONS]
each = pytest.mark.parametrize("one", PERTURBATIONS, ids=NAMES)
films = st.integers(8, 24).flatmap(lambda side: arrays(np.uint8, (side, side)))


@cache
def phantoms() -> tuple[Pixels, ...]:
    return tuple(
        np.asarray(resize(Image.fromarray(draw(5, index).image), 96)) for index in range(6)
    )


def changed(one: Perturbation, film: Pixels, level: float, seed: int = 1) -> Pixels:
    return one.apply(film, level, np.random.default_rng(seed))


def effect(one: Perturbation, level: float) -> float:
    """Mean absolute difference in gray levels, over films that each have a key of their own."""
    found = [
        np.abs(changed(one, film, level, seed).astype(float) - film).mean()
        for seed, film in enumerate(phantoms())
    ]
    return float(np.mean(found))


def test_the_table_names_each_once_and_holds_its_clean_level() -> None:
    assert len(set(NAMES)) == len(NAMES) >= 7
    for one in PERTURBATIONS:
        assert one.clean in one.levels
        assert list(one.levels) in (sorted(one.levels), sorted(one.levels, reverse=True))
        assert one.unit


@each
@given(film=films, seed=st.integers(0, 1000))
def test_the_clean_level_changes_nothing(one: Perturbation, film: Pixels, seed: int) -> None:
    assert np.array_equal(changed(one, film, one.clean, seed), film)


@each
@given(film=films, seed=st.integers(0, 1000), data=st.data())
def test_one_key_gives_one_film(
    one: Perturbation, film: Pixels, seed: int, data: st.DataObject
) -> None:
    level = data.draw(st.sampled_from(one.levels))
    before = film.copy()
    out = changed(one, film, level, seed)
    assert out.dtype == np.uint8 and out.shape == film.shape
    assert np.array_equal(out, changed(one, film, level, seed))
    assert np.array_equal(film, before)


@each
def test_the_effect_grows_with_the_distance_from_clean(one: Perturbation) -> None:
    clean = one.levels.index(one.clean)
    sides = (one.levels[clean::-1], one.levels[clean:])
    assert max(len(side) for side in sides) > 3
    for side in sides:
        found = [effect(one, level) for level in side]
        assert found == sorted(found) and len(set(found)) == len(found), found


def test_noise_has_the_standard_deviation_that_it_says() -> None:
    film = np.full((200, 200), 128, np.uint8)
    noise = PERTURBATIONS[NAMES.index("noise")]
    assert changed(noise, film, 16).std() == pytest.approx(16, rel=0.02)
    assert changed(noise, film, 16).mean() == pytest.approx(128, abs=0.5)


def test_brightness_and_contrast_stop_at_black_and_white() -> None:
    film = np.array([[10, 250], [130, 130]], np.uint8)  # mean 130
    brightness, contrast = (PERTURBATIONS[NAMES.index(name)] for name in ("brightness", "contrast"))
    assert changed(brightness, film, 16).tolist() == [[26, 255], [146, 146]]
    assert changed(brightness, film, -16).tolist() == [[0, 234], [114, 114]]
    assert changed(contrast, film, 0.5).tolist() == [[70, 190], [130, 130]]
    assert changed(contrast, film, 2).tolist() == [[0, 255], [130, 130]]


def test_a_turned_film_has_its_mean_in_the_corners_and_a_quarter_turn_is_exact() -> None:
    film, rotation = phantoms()[0], PERTURBATIONS[NAMES.index("rotation")]
    corner = changed(rotation, film, 20)[0, 0]
    assert corner == round(float(film.mean()))
    assert np.array_equal(changed(rotation, film, 90), np.rot90(film))


def test_a_crop_of_half_a_ramp_holds_half_of_its_range() -> None:
    ramp = np.tile(np.arange(0, 200, 2, dtype=np.uint8), (100, 1))
    out = changed(PERTURBATIONS[NAMES.index("crop")], ramp, 0.5).astype(float)
    assert np.ptp(out) == pytest.approx(100, abs=4)
    assert np.ptp(out, axis=0).max() <= 1  # and is not turned
