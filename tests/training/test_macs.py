"""Multiply-adds: the published figures of whole networks, and each kind of layer by hand."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_runtime.errors import DataError
from training.macs import multiply_adds
from training.networks import build
from workshop.presets import NetworkPreset


def cost(layer: keras.layers.Layer, *shape: int) -> int:
    film = keras.Input(shape)
    return multiply_adds(keras.Model(film, layer(film)))


# Figures at 224 pixels with the top of 1000 classes, in millions, as their authors give them.
PUBLISHED = [
    ("MobileNetV2", {}, 300),  # Sandler et al. 2018, table 4
    ("MobileNetV2", {"alpha": 0.35}, 59),  # the same authors' list of trained networks
    ("MobileNet", {}, 569),  # Howard et al. 2017, table 4
    ("ResNet50", {}, 3800),  # He et al. 2016, table 1: 3.8e9
    ("DenseNet121", {}, 2830),  # torchvision's table of its own: 2.83e9
    ("EfficientNetB0", {}, 390),  # Tan and Le 2019, table 2
    ("NASNetMobile", {}, 564),  # Zoph et al. 2018, table 2
    ("MobileNetV3Small", {"input_shape": (224, 224, 3)}, 56),  # Howard et al. 2019, table 3
]


@pytest.mark.parametrize(("name", "options", "millions"), PUBLISHED)
def test_the_published_figures(name: str, options: dict[str, Any], millions: float) -> None:
    network = getattr(keras.applications, name)(weights=None, **options)
    # Some give two digits only.
    assert multiply_adds(network) / 1e6 == pytest.approx(millions, rel=0.025)
    keras.backend.clear_session()


def test_vgg19() -> None:
    """He et al. 2016, figure 3: 19.6e9, of which its three dense layers are 124 M."""
    body = keras.applications.VGG19(weights=None, include_top=False, input_shape=(224, 224, 3))
    top = 7 * 7 * 512 * 4096 + 4096 * 4096 + 4096 * 1000
    assert multiply_adds(body) + top == pytest.approx(19.6e9, rel=0.005)


@pytest.mark.parametrize(
    ("layer", "shape", "expected"),
    [
        (keras.layers.Conv2D(5, 3, padding="same"), (8, 6, 4), 8 * 6 * 3 * 3 * 4 * 5),
        (keras.layers.Conv2D(5, 3), (8, 6, 4), 6 * 4 * 9 * 4 * 5),  # valid: two less each way
        (keras.layers.Conv2D(5, (1, 3), strides=2, padding="same"), (9, 6, 4), 5 * 3 * 3 * 4 * 5),
        (keras.layers.Conv2D(5, 3, dilation_rate=2), (8, 6, 4), 4 * 2 * 9 * 4 * 5),  # reaches 5
        (keras.layers.Conv2D(6, 3, groups=2), (8, 6, 4), 6 * 4 * 9 * 2 * 6),  # sees half of them
        (keras.layers.DepthwiseConv2D(3, strides=2, padding="same"), (8, 6, 4), 4 * 3 * 9 * 4),
        (keras.layers.DepthwiseConv2D(3, depth_multiplier=2), (8, 6, 4), 6 * 4 * 9 * 8),
        (keras.layers.SeparableConv2D(5, 3, padding="same"), (8, 6, 4), 48 * (9 * 4 + 4 * 5)),
        (
            keras.layers.SeparableConv2D(5, 3, strides=2, depth_multiplier=2, padding="same"),
            (8, 6, 4), 12 * (9 * 8 + 8 * 5),
        ),
        (keras.layers.Dense(7), (10,), 70),
        (keras.layers.Dense(7), (4, 4, 10), 16 * 70),  # over the last axis
        (keras.layers.BatchNormalization(), (8, 6, 4), 0),
        (keras.layers.Rescaling(2.0), (8, 6, 4), 0),
        (keras.layers.AveragePooling2D(2), (8, 6, 4), 0),
    ],
)  # fmt: skip
def test_a_layer_by_hand(layer: keras.layers.Layer, shape: tuple[int, ...], expected: int) -> None:
    assert cost(layer, *shape) == expected


@settings(max_examples=40, deadline=None)
@given(
    size=st.tuples(st.integers(5, 12), st.integers(5, 12)),
    kernel=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    reach=st.sampled_from([(1, 1), (2, 1), (3, 1), (1, 2)]),  # stride and dilation: one of them
    groups=st.integers(1, 3),
    channels=st.integers(1, 3),
    filters=st.integers(1, 3),
)
def test_ones_under_ones_add_up_to_their_number(
    size: tuple[int, int], kernel: tuple[int, int], reach: tuple[int, int],
    groups: int, channels: int, filters: int,
) -> None:  # fmt: skip
    """Without padding each product of ones is 1: the output's sum is how many there were."""
    layer = keras.layers.Conv2D(
        filters * groups, kernel, strides=reach[0], dilation_rate=reach[1], groups=groups,
        kernel_initializer="ones", use_bias=False,
    )  # fmt: skip
    shape = (*size, channels * groups)
    counted = cost(layer, *shape)
    assert counted == float(np.sum(layer(np.ones((1, *shape), np.float32))))


def test_a_layer_that_is_called_twice_counts_twice() -> None:
    layer = keras.layers.Conv2D(3, 3, padding="same")
    film = keras.Input((8, 8, 3))
    small = keras.layers.AveragePooling2D(2)(film)
    network = keras.Model(film, [layer(film), layer(small)])
    assert multiply_adds(network) == (64 + 16) * 9 * 3 * 3


def test_a_network_in_a_network_is_counted_with_what_it_holds() -> None:
    body = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Conv2D(4, 1)])
    film = keras.Input((8, 8, 3))
    flat = keras.layers.Flatten()(body(keras.layers.Conv2D(3, 1)(film)))
    network = keras.Model(film, keras.layers.Dense(2)(flat))
    assert multiply_adds(network) == 64 * 9 + 64 * 12 + 64 * 4 * 2


def test_a_teacher_is_its_backbones_and_its_head() -> None:
    settings = NetworkPreset(("MobileNetV2:0.35", "MobileNet:0.25"), "random", filters=16)
    teacher, _ = build(settings, 64, "teacher", None)
    bodies = sum(multiply_adds(layer) for layer in teacher.layers if isinstance(layer, keras.Model))
    head = 2 * 2 * (1280 + 256) * 16 + 2 * 2 * 16 * 60 + 60 * 2
    assert bodies > 5e6 and multiply_adds(teacher) == bodies + head


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (keras.layers.Conv2DTranspose(2, 3), (8, 8, 3)),
        (keras.layers.EinsumDense("abc,cd->abd", (8, 2)), (8, 3)),
    ],
)
def test_what_is_not_known_is_refused_by_name(
    layer: keras.layers.Layer, shape: tuple[int, ...]
) -> None:
    with pytest.raises(DataError, match=f"a {type(layer).__name__} .* are not known"):
        cost(layer, *shape)


def test_an_operation_without_weights_is_not_taken_for_free() -> None:
    film = keras.Input((4, 4))
    with pytest.raises(DataError, match="Matmul"):
        multiply_adds(keras.Model(film, keras.ops.matmul(film, film)))


def test_maps_without_a_size_are_refused() -> None:
    film = keras.Input((None, None, 3))
    with pytest.raises(DataError, match="no fixed size"):
        multiply_adds(keras.Model(film, keras.layers.Conv2D(2, 1)(film)))


def test_what_is_no_graph_is_refused() -> None:
    class Own(keras.Model):  # type: ignore[misc]
        pass

    with pytest.raises(DataError, match="not a graph"):
        multiply_adds(Own())
