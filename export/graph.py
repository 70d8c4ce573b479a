"""The graph that ships: one film in; probabilities, heat map and novelty out.

Everything is a layer that has an int8 kernel in TensorFlow Lite 2.14 and that XNNPACK takes,
so that one delegate runs the whole file. Hence no softmax, no comparison, no square root.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from workshop.gray import gray_entrance
from export.student import HIDDEN, LOGITS, Student

__all__ = ["INPUT", "shipped_graph"]

INPUT = "film"
STEEP = 1e4  # a hidden unit counts as open from 6 / STEEP on
OPEN = 6.0  # what relu6 gives for an open unit


def shipped_graph(student: Student) -> Any:
    """A Keras model `[1, S, S, 3]` raw 0-255 float32 -> dict of three float32 outputs.

    `probabilities` `[1, 2]` (normal, covid), calibrated: the temperature is in the last
    Dense, and softmax of two is the sigmoid of their difference. `heatmap` `[1, g * g]`:
    Grad-CAM of covid - normal on the last feature map, rectified, not normalised.
    `novelty` `[1, 1]`, in [0, 1]: mean over k of tanh(z_k / 3)^2.
    """
    import keras
    from keras import layers

    record, network = student.record, student.network
    hidden_weights, hidden_bias = _weights(network, HIDDEN)
    logit_weights, logit_bias = _weights(network, LOGITS)
    units = hidden_weights.shape[1]
    difference = logit_weights[:, 1] - logit_weights[:, 0]
    size = record.input_size

    gray = gray_entrance(network)
    features = keras.Model(gray.input, gray.get_layer(record.last_conv).input, name="features")
    film = keras.Input(batch_shape=(1, size, size, 3), name=INPUT)
    maps = features(film)
    grid = int(maps.shape[1])
    pooled = layers.GlobalAveragePooling2D(name="pool")(maps)

    hidden = layers.Dense(units, activation="relu", name=HIDDEN)(pooled)
    calibrated = layers.Dense(2, name="calibrated")(hidden)
    probabilities = layers.Activation("sigmoid", name="probabilities")(calibrated)

    # d(covid - normal)/d(map) is, up to 1 / g^2, the sum over open hidden units of their
    # weights: so each place of the map is sent through the hidden layer on its own, closed
    # units are taken out, and what is left is added with the weights of the difference.
    steep = layers.Rescaling(STEEP, name="steep")(hidden)
    gate = layers.Reshape((1, 1, units), name="gates")(layers.ReLU(OPEN, name="gate")(steep))
    evidence = layers.Conv2D(units, 1, use_bias=False, name="evidence")(maps)
    counted = layers.Multiply(name="counted")([evidence, gate])
    cam = layers.Conv2D(1, 1, use_bias=False, activation="relu", name="cam")(counted)
    heatmap = layers.Reshape((grid * grid,), name="heatmap")(cam)

    count = student.components.shape[1]
    scaled = layers.Dense(count, name="components")(pooled)
    squashed = layers.Activation("tanh", name="squashed")(scaled)
    squares = layers.Multiply(name="squares")([squashed, squashed])
    novelty = layers.Dense(1, use_bias=False, name="novelty")(squares)

    outputs = {"probabilities": probabilities, "heatmap": heatmap, "novelty": novelty}
    graph = keras.Model(film, outputs, name="cxr")
    bias = float(logit_bias[1] - logit_bias[0])
    values = {
        HIDDEN: [hidden_weights, hidden_bias],
        "calibrated": [
            np.stack([-difference, difference], axis=1) / record.temperature,
            np.array([-bias, bias]) / record.temperature,
        ],
        "evidence": [hidden_weights[None, None]],
        "cam": [(difference / (OPEN * grid * grid))[None, None, :, None]],
        "components": [
            student.components / 3.0,
            -(student.mean.astype(np.float64) @ student.components) / 3.0,
        ],
        "novelty": [np.full((count, 1), 1.0 / count)],
    }
    for name, weights in values.items():
        graph.get_layer(name).set_weights([np.asarray(w, np.float32) for w in weights])
    return graph


def _weights(network: Any, name: str) -> list[Any]:
    """Kernel and bias of a Dense, in double precision."""
    layer = network.get_layer(name)
    kernel = np.asarray(layer.kernel, np.float64)
    bias = np.zeros(kernel.shape[1]) if layer.bias is None else np.asarray(layer.bias, np.float64)
    return [kernel, bias]
