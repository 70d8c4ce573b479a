"""A network without batch normalization, its channels brought to one size: what int8 likes.

Folding puts a normalization into the convolution before it. Equalisation scales a channel
behind a relu6 up until it fills the range that it shares with the others, and down again
where it is read (Nagel et al. 2019, arXiv 1906.04721). Neither changes what a network says in
float, as long as a scaled channel stays below 6.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
from keras import layers

from edge_runtime.errors import RunError
from workshop.backbone import backbone_of
from workshop.gray import gray_entrance

__all__ = ["body_of", "equalise", "folded", "is_convolution"]

Floats = npt.NDArray[np.float64]
CEILING = 6.0  # of relu6
ROOM = 1.1  # a channel's largest value over familiar films, times this, meets the ceiling
MOST = 64.0


def is_convolution(layer: Any) -> bool:
    """Whether a layer is one of the two kinds of convolution that MobileNetV2 has."""
    return isinstance(layer, layers.Conv2D | layers.DepthwiseConv2D)


def body_of(network: keras.Model) -> keras.Model:
    """The backbone inside a student; raises `RunError` where it is not nested."""
    body = backbone_of(network)
    if body is None:
        raise RunError("the student has no backbone inside: only students of one backbone fit")
    return body


def folded(network: keras.Model) -> keras.Model:
    """A copy of a student with gray entrance, biases instead of normalizations; equal in float.

    Layers keep their names: a normalization becomes an identity of its name.
    """
    entered = gray_entrance(network)
    source = body_of(entered)
    after = {_before(layer).name: layer for layer in source.layers if _is_norm(layer)}

    def without(layer: Any) -> Any:
        if _is_norm(layer):
            return layers.Identity(name=layer.name)
        config = layer.get_config()
        if is_convolution(layer) and layer.name in after:
            config["use_bias"] = True
        return type(layer).from_config(config)

    def plainly(layer: Any, *inputs: Any, **_: Any) -> Any:  # an identity knows no mask
        return layer(*inputs)

    body = keras.models.clone_model(source, clone_function=without, call_function=plainly)
    for layer in source.layers:
        if layer.name in after:
            body.get_layer(layer.name).set_weights(_merged(layer, after[layer.name]))
        elif not _is_norm(layer):
            body.get_layer(layer.name).set_weights(layer.get_weights())
    made = _around(entered, body)
    _whole_offset(made)
    return made


def _whole_offset(network: keras.Model) -> None:
    """Move half a gray from the rescaling into the first bias, so that int8 shifts exactly.

    Equal but at the film's edge, where the padding now stands for a gray of 128, not 127.5.
    """
    rescale: Any = network.layers[1]
    first: Any = next((one for one in body_of(network).layers if one.weights), None)
    if rescale.scale != 1.0 or not isinstance(first, layers.Conv2D) or first.bias is None:
        return
    moved = rescale.offset - np.floor(rescale.offset)
    rescale.offset = float(np.floor(rescale.offset))
    kernel, bias = first.get_weights()
    first.set_weights([kernel, bias + moved * kernel.sum(axis=(0, 1, 2))])


def _around(network: keras.Model, body: keras.Model) -> keras.Model:
    """The student's own layers, a chain, around another body."""
    film = tensor = keras.Input(network.input_shape[1:], name=network.layers[0].name)
    for layer in network.layers[1:]:
        nested = isinstance(layer, keras.Model)
        tensor = (body if nested else type(layer).from_config(layer.get_config()))(tensor)
    made = keras.Model(film, tensor, name=network.name)
    for layer in network.layers:
        if not isinstance(layer, keras.Model):
            made.get_layer(layer.name).set_weights(layer.get_weights())
    return made


def _is_norm(layer: Any) -> bool:
    return isinstance(layer, layers.BatchNormalization)


def _before(layer: Any) -> Any:
    return layer.input._keras_history.operation


def _merged(convolution: Any, norm: Any) -> list[Floats]:
    """Kernel and bias of a convolution with the normalization behind it."""
    if not is_convolution(convolution):
        raise RunError(f"{norm.name} does not follow a convolution: this backbone does not fold")
    kernel, *bias = (np.asarray(w, np.float64) for w in convolution.get_weights())
    factor = np.asarray(norm.gamma, np.float64) / np.sqrt(
        np.asarray(norm.moving_variance, np.float64) + norm.epsilon
    )
    shift = (bias[0] if bias else 0.0) - np.asarray(norm.moving_mean, np.float64)
    scaled = kernel * (factor[:, None] if _is_depthwise(convolution) else factor)
    return [scaled, np.asarray(norm.beta, np.float64) + shift * factor]


def _is_depthwise(layer: Any) -> bool:
    return isinstance(layer, layers.DepthwiseConv2D)


def equalise(network: keras.Model, peaks: Callable[[list[Any]], list[Floats]]) -> None:
    """Rescale, in place, the channels between two convolutions of a folded network.

    `peaks(tensors)` gives the largest value of each channel of each tensor over familiar
    films. What is read by anything but one convolution (the last map: heat map, novelty) is
    left alone.
    """
    body = body_of(network)
    pairs = []
    for relu in body.layers:
        if isinstance(relu, layers.ReLU) and (reader := _only_reader(relu)) is not None:
            writer = _before(relu)
            while isinstance(writer, layers.Identity):
                writer = _before(writer)
            pairs.append((relu, writer, reader))
    for (_, writer, reader), peak in zip(pairs, peaks([p[0].output for p in pairs]), strict=True):
        safe = np.where(peak > 0, peak, CEILING)
        factor = np.clip(CEILING / (ROOM * safe), 1.0, MOST)
        kernel, bias = writer.get_weights()
        across = factor[:, None] if _is_depthwise(writer) else factor
        writer.set_weights([kernel * across, bias * factor])
        kernel, bias = reader.get_weights()
        reader.set_weights([kernel / factor[:, None], bias])  # input channels: the axis but last


def _only_reader(layer: Any) -> Any | None:
    """The convolution that alone reads a layer, a padding between them or not."""
    nodes = layer._outbound_nodes
    readers = [node.operation for node in nodes]
    if len(readers) != 1:
        return None
    if isinstance(readers[0], layers.ZeroPadding2D):
        return _only_reader(readers[0])
    return readers[0] if is_convolution(readers[0]) else None
