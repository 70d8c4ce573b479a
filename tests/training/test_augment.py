"""Augmentation is a pure function of its key and stays within the pixels' range."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training.augment import augment, mixup


@settings(max_examples=40)
@given(st.integers(0, 2**31), st.sampled_from(["light", "strong"]))
def test_equal_keys_equal_pixels_in_range(seed: int, strength: Literal["light", "strong"]) -> None:
    film = np.random.default_rng(seed).integers(0, 256, (64, 64), dtype=np.uint8)
    one = augment(film, strength, [seed, 1])
    assert one.shape == film.shape and one.dtype == np.float32
    assert one.min() >= 0.0 and one.max() <= 255.0
    np.testing.assert_array_equal(one, augment(film, strength, [seed, 1]))
    assert not np.array_equal(one, augment(film, strength, [seed, 2]))


def test_none_changes_nothing() -> None:
    film = np.arange(64 * 64, dtype=np.uint8).reshape(64, 64)
    np.testing.assert_array_equal(augment(film, "none", [1]), film)


def test_a_centred_disc_stays_near_the_centre() -> None:
    """Shift, zoom and rotation are small; a wrong affine map throws the disc out."""
    y, x = np.mgrid[:96, :96]
    disc = (((x - 47.5) ** 2 + (y - 47.5) ** 2 < 144) * 255).astype(np.uint8)
    for seed in range(40):
        moved = augment(disc, "light", [seed]) > 150
        assert moved.sum() > 200
        assert abs(np.argwhere(moved).mean(axis=0) - 47.5).max() < 0.1 * 96


def test_both_flips_occur() -> None:
    film = np.zeros((64, 64), np.uint8)
    film[:, :32] = 200
    left = [augment(film, "light", [n])[:, :32].mean() > 100 for n in range(30)]
    assert 5 < sum(left) < 25


def test_mixup_blends_films_and_targets_alike() -> None:
    films = np.stack([np.full((4, 4), value, np.float32) for value in (0.0, 100.0, 200.0)])
    targets = np.eye(3, dtype=np.float32)
    mixed, blended = mixup(films, targets, 0.4, [3])
    expected = blended @ np.array([0.0, 100.0, 200.0], np.float32)
    np.testing.assert_allclose(mixed[:, 0, 0], expected, rtol=1e-5)
    np.testing.assert_allclose(blended.sum(axis=1), 1.0, rtol=1e-6)
    assert mixup(films, targets, 0.0, [3])[0] is films


def test_an_unknown_strength_is_not_silently_light() -> None:
    with pytest.raises(ValueError, match="fierce"):
        augment(np.zeros((8, 8), np.uint8), "fierce", [1])  # type: ignore[arg-type]
