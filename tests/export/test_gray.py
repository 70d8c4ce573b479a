"""A gray entrance changes nothing on films and leaves the student alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from export.student import load_student
from workshop.gray import gray_entrance
from workshop.phantoms import phantom_pixels


@pytest.fixture(scope="module")
def network(fake_run: Path) -> Any:
    return load_student(fake_run).network


def _first(network: Any) -> Any:
    import keras

    body = next(one for one in network.layers if isinstance(one, keras.Model))
    return next(one for one in body.layers if one.weights)


def test_films_are_answered_as_before(network: Any) -> None:
    pixels, _ = phantom_pixels(4, 78, network.input_shape[1])
    films = np.repeat(pixels[..., None], 3, axis=-1).astype(np.float32)
    before = [np.asarray(value) for value in network.get_weights()]
    expected = network.predict_on_batch(films)
    found = gray_entrance(network).predict_on_batch(films)
    np.testing.assert_allclose(found, expected, atol=2e-4 * np.abs(expected).max())
    for one, other in zip(before, network.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_filters_no_longer_compare_colours(network: Any) -> None:
    gray = gray_entrance(network)
    kernel = np.asarray(_first(gray).kernel)
    np.testing.assert_array_equal(kernel[:, :, 0], kernel[:, :, 2])
    own = np.asarray(_first(network).kernel)
    np.testing.assert_allclose(
        kernel[:, :, 0],
        own.mean(axis=2) * next(one for one in network.layers if hasattr(one, "scale")).scale,
        rtol=1e-5,
    )


def test_another_entrance_stays_as_it_is() -> None:
    import keras

    film = keras.Input((32, 32, 3))
    flat = keras.layers.Flatten()(keras.layers.Rescaling(1.0, offset=[-1.0, -2.0, -3.0])(film))
    network = keras.Model(film, keras.layers.Dense(2)(flat))
    assert gray_entrance(network) is network
