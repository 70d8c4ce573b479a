"""The simulated photograph: geometry and moiré as optics has them, and no damage at strength 0."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from edge_runtime.pixels import resize
from workshop.phantoms import draw
from workshop.robustness.photo import ZOOM, Scene, _from_camera, _seen, _stripes, photo, photograph

FILM = np.asarray(resize(Image.fromarray(draw(5, 2).image), 96))


def scene(seed: int, strength: float = 1.0, **changes: object) -> Scene:
    drawn = Scene.drawn(np.random.default_rng(seed), strength)
    return replace(drawn, **changes)  # type: ignore[arg-type]


def differences(strength: float) -> list[float]:
    return [
        float(np.abs(photo(FILM, strength, np.random.default_rng(seed)).astype(int) - FILM).mean())
        for seed in range(8)
    ]


def test_strength_0_is_the_film_and_almost_0_is_almost_the_film() -> None:
    assert differences(0) == [0] * 8
    assert 0 < max(differences(0.001)) < 3  # the camera's pixels are not the film's


def test_every_photograph_is_worse_when_it_is_stronger() -> None:
    rows = np.array([differences(strength) for strength in (0.1, 0.3, 0.6, 1)])
    assert (np.diff(rows, axis=0) > 0).all()
    assert rows[-1].min() > 10


def test_one_key_gives_one_photograph() -> None:
    first, again, other = (photograph(FILM, 0.7, np.random.default_rng(k)) for k in (1, 1, 2))
    assert first == again != other
    with Image.open(io.BytesIO(first)) as picture:
        assert (picture.format, picture.mode) == ("JPEG", "RGB")
        assert picture.size == (ZOOM * 96, ZOOM * 96)


def test_one_key_draws_one_scene_at_all_strengths() -> None:
    strong, weak = scene(3), scene(3, 0.25)
    assert np.allclose(weak.turn, strong.turn / 4) and np.allclose(weak.cast, strong.cast / 4)
    assert weak.lamp == pytest.approx(strong.lamp / 4)
    assert (weak.surround, weak.pitch) == (strong.surround, strong.pitch)
    assert np.array_equal(weak.glare, strong.glare)


@given(seed=st.integers(0, 500), x=st.floats(-0.3, 0.3), y=st.floats(-0.3, 0.3))
def test_a_spot_of_the_film_is_seen_where_the_homography_says(
    seed: int, x: float, y: float
) -> None:
    size, taken = 64, scene(seed, surround=0, blur=0.0, falloff=0.0)
    at = (np.arange(size) + 0.5) / size - 0.5
    spot = np.exp(-((at[:, None] - y) ** 2 + (at - x) ** 2) / (2 * 0.03**2))
    film = np.rint(255 * spot).astype(np.uint8)
    back, side = _from_camera(taken), ZOOM * size
    light = _seen(film, taken, side, back)
    place = (np.arange(side) + 0.5) / side - 0.5
    found = light.sum(0) @ place / light.sum(), light.sum(1) @ place / light.sum()
    there = np.linalg.inv(back) @ (x, y, 1)
    assert found == pytest.approx(there[:2] / there[2], abs=0.25 / side)


def test_a_camera_straight_before_the_film_sees_it_as_it_is() -> None:
    assert np.allclose(_from_camera(scene(1, 0.0)), np.eye(3) * _from_camera(scene(1, 0.0))[2, 2])
    straight = _from_camera(scene(1, turn=np.zeros(3), shift=np.zeros(2), margin=0.25))
    corner = straight @ (1 / 3, 1 / 3, 1)  # the film fills two thirds of the picture
    assert corner[:2] / corner[2] == pytest.approx((0.5, 0.5))


@pytest.mark.parametrize("beats", [-6, 0, 4, 13])
def test_a_grid_almost_as_fine_as_the_camera_beats_against_it(beats: int) -> None:
    side = 128
    taken = scene(
        1, pitch=1 + beats / side, turn=np.zeros(3), shift=np.zeros(2), margin=0.0, depth=0.4
    )
    light = _stripes(taken, side, _from_camera(taken))
    row = np.abs(np.fft.rfft(light[0] - light[0].mean(axis=0), axis=0))
    if beats:
        assert row.argmax(axis=0).tolist() == [abs(beats)] * 3
        assert not np.allclose(light[..., 0], light[..., 2])  # fringes are coloured
    else:
        assert np.ptp(light, axis=(0, 1)) == pytest.approx(0, abs=1e-3)


def test_there_are_monitors_with_a_grid_and_light_boxes_without() -> None:
    scenes = [scene(seed) for seed in range(40)]
    assert {bool(one.depth) for one in scenes} == {True, False}
    assert all((one.depth > 0) == (one.surround < 128) for one in scenes)
