"""The graph that ships: one film in; probabilities, heat map and novelty out.

Everything is a layer that has an int8 kernel in TensorFlow Lite 2.14 and that XNNPACK takes,
so that one delegate runs the whole file. Hence no softmax, no comparison, no square root.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from export.novelty_statistics import NoveltyStatistics
from export.student import HIDDEN, LOGITS, Student
from workshop.backbone import backbone_of
from workshop.gray import gray_entrance

__all__ = ["INPUT", "shipped_graph"]

INPUT = "film"
STEEP = 1e4  # a hidden unit counts as open from 6 / STEEP on
OPEN = 6.0  # what relu6 gives for an open unit


def shipped_graph(student: Student) -> Any:
    """A Keras model `[1, S, S, 3]` raw 0-255 float32 -> dict of three float32 outputs.

    `probabilities` `[1, 2]` (normal, covid), calibrated: the temperature is in the last
    Dense, and softmax of two is the sigmoid of their difference. `heatmap` `[1, g * g]`:
    Grad-CAM of covid - normal on the last feature map, rectified, not normalised.
    `novelty` `[1, 1]`, in [0, 1]: export/novelty_statistics.py.
    """
    import keras
    from keras import layers

    record, network = student.record, student.network
    hidden_weights, hidden_bias = _weights(network, HIDDEN)
    logit_weights, logit_bias = _weights(network, LOGITS)
    units = hidden_weights.shape[1]
    difference = logit_weights[:, 1] - logit_weights[:, 0]
    size = record.input_size

    film = keras.Input(batch_shape=(1, size, size, 3), name=INPUT)
    maps, tapped = _maps(gray_entrance(network), student, film)
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

    novelty, novelty_values = _novelty(tapped or [maps], student.novelty)

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
        **novelty_values,
    }
    for name, weights in values.items():
        graph.get_layer(name).set_weights([np.asarray(w, np.float32) for w in weights])
    return graph


def _maps(network: Any, student: Student, film: Any) -> tuple[Any, list[Any]]:
    """The last feature map of a film, and those of the layers that novelty looks at.

    The latter are empty where novelty looks at the last one alone.
    """
    import keras

    last, names = student.record.last_conv, [layer.name for layer in student.novelty.layers]
    if names == [last]:
        features = keras.Model(network.input, network.get_layer(last).input, name="features")
        return features(film), []
    body = backbone_of(network)
    outputs = [body.get_layer(name).output for name in names]
    prepared = film
    for layer in network.layers[1 : network.layers.index(body)]:
        prepared = layer(prepared)
    maps, *tapped = keras.Model(body.input, [body.output, *outputs], name="features")(prepared)
    return maps, tapped


def _novelty(maps: list[Any], statistics: NoveltyStatistics) -> tuple[Any, dict[str, list[Any]]]:
    """The output and the weights of its layers.

    One chain for all layers from the joint on: whitened averages in units of the scale,
    their tanh, its square, and a mean in which every layer weighs the same.
    """
    from keras import layers

    scaled, values, weights = [], {}, []
    for i, (one, layer) in enumerate(zip(maps, statistics.layers, strict=True)):
        count = layer.components.shape[1]
        average = layers.GlobalAveragePooling2D(name=f"average_{i}")(one)
        scaled.append(layers.Dense(count, name=f"components_{i}")(average))
        whiten = layer.components / statistics.scale
        values[f"components_{i}"] = [whiten, -layer.mean @ whiten]
        weights += [1.0 / (count * len(maps))] * count
    joined = layers.Concatenate(name="joined")(scaled) if len(scaled) > 1 else scaled[0]
    squashed = layers.Activation("tanh", name="squashed")(joined)
    squares = layers.Multiply(name="squares")([squashed, squashed])
    values["novelty"] = [np.array(weights)[:, None]]
    return layers.Dense(1, use_bias=False, name="novelty")(squares), values


def _weights(network: Any, name: str) -> list[Any]:
    """Kernel and bias of a Dense, in double precision."""
    layer = network.get_layer(name)
    kernel = np.asarray(layer.kernel, np.float64)
    bias = np.zeros(kernel.shape[1]) if layer.bias is None else np.asarray(layer.bias, np.float64)
    return [kernel, bias]
