"""What one film costs a network: its multiply-adds, counted from the shapes of its layers."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import keras

from edge_runtime.errors import DataError

__all__ = ["multiply_adds"]

# Counted as nothing, as the field does: what normalises, rescales, adds, multiplies element
# by element, pools, copies or activates. A kind that is neither here nor among those counted
# below is refused and not taken for free.
FREE = frozenset({
    "InputLayer", "Identity", "Reshape", "Flatten", "Permute", "ZeroPadding2D",
    "Cropping2D", "Concatenate", "UpSampling2D", "Add", "Subtract", "Multiply", "Average",
    "Maximum", "Minimum", "Rescaling", "Normalization", "LayerScale", "CustomScaleLayer",
    "BatchNormalization", "LayerNormalization", "GroupNormalization", "Activation", "ReLU",
    "LeakyReLU", "PReLU", "ELU", "Softmax", "Dropout", "SpatialDropout2D", "GaussianNoise",
    "GaussianDropout", "StochasticDepth", "MaxPooling2D", "AveragePooling2D",
    "GlobalMaxPooling2D", "GlobalAveragePooling2D",
})  # fmt: skip


def multiply_adds(network: keras.Model) -> int:
    """Multiply-adds of one film (a batch of 1) through `network`.

    One multiply and the add behind it count once, so this is half of what those call FLOPs
    who count both. Biases are adds alone and are not counted. A layer that is called twice
    counts twice, a network inside a network with all that it holds. Raises `DataError` for
    a kind of layer that is not known here, for a network whose maps have no fixed size, and
    for one that is not a graph of layers.
    """
    return sum(_of_call(node.operation, node) for node in _calls(network))


def _calls(network: keras.Model) -> list[Any]:
    # Keras shows a layer's first call alone (`layer.output`): one that is shared between maps
    # of two sizes would be counted wrongly. The graph's own list has every call.
    graph = getattr(network, "_functional", None) or network
    by_depth = getattr(graph, "_nodes_by_depth", None)
    if by_depth is None:
        raise DataError(f"{network.name} is not a graph of layers; its cost cannot be counted")
    return [node for calls in by_depth.values() for node in calls]


def _of_call(layer: Any, node: Any) -> int:
    if isinstance(layer, keras.Model):
        return multiply_adds(layer)
    count = COUNTED.get(type(layer))
    if count is None:
        if type(layer).__name__ in FREE:
            return 0
        raise DataError(
            f"the multiply-adds of a {type(layer).__name__} ({layer.name}) are not known; "
            "add it to training/macs.py"
        )
    return count(layer, _shape(layer, node.input_tensors), _shape(layer, node.output_tensors))


def _shape(layer: Any, tensors: Any) -> tuple[int, ...]:
    """Shape of the first of them, without the batch."""
    shape = tuple(tensors[0].shape[1:])
    if any(side is None for side in shape):
        raise DataError(f"{layer.name} has no fixed size; build the network for one size of film")
    return shape


def _places(layer: Any, shape: tuple[int, ...]) -> int:
    return math.prod(shape[1:] if layer.data_format == "channels_first" else shape[:-1])


def _channels(layer: Any, shape: tuple[int, ...]) -> int:
    return shape[0] if layer.data_format == "channels_first" else shape[-1]


def _conv(layer: Any, taken: tuple[int, ...], given: tuple[int, ...]) -> int:
    """At each place every filter sees its own group's channels. Dilation reaches farther, not
    more often, and zeros of the padding are multiplied as pixels are."""
    seen = math.prod(layer.kernel_size) * _channels(layer, taken) // layer.groups
    return int(_places(layer, given) * seen * layer.filters)


def _depthwise(layer: Any, taken: tuple[int, ...], given: tuple[int, ...]) -> int:
    """Every filter sees one channel."""
    filters = _channels(layer, taken) * layer.depth_multiplier
    return int(_places(layer, given) * math.prod(layer.kernel_size) * filters)


def _separable(layer: Any, taken: tuple[int, ...], given: tuple[int, ...]) -> int:
    """A depthwise convolution, then a 1x1 convolution of its channels."""
    between = _channels(layer, taken) * layer.depth_multiplier
    return int(_depthwise(layer, taken, given) + _places(layer, given) * between * layer.filters)


def _dense(layer: Any, taken: tuple[int, ...], given: tuple[int, ...]) -> int:
    """Over the last axis; what stands before it is repeated."""
    return math.prod(taken) * int(layer.units)


COUNTED: dict[type, Callable[[Any, tuple[int, ...], tuple[int, ...]], int]] = {
    keras.layers.Conv2D: _conv,
    keras.layers.DepthwiseConv2D: _depthwise,
    keras.layers.SeparableConv2D: _separable,
    keras.layers.Dense: _dense,
}
