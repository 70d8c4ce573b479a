"""The graph that is exported: probabilities, heat map and novelty from one pass.

All constants come from the student's own head and record. The operators are ones that
the oldest supported interpreter has in int8 and that XNNPACK takes.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from edge_runtime.errors import ModelError

__all__ = ["deployed"]

Floats = npt.NDArray[Any]
# A comparison would be the exact gate of a ReLU, but it has no int16 kernel and leaves
# XNNPACK; a sigmoid this steep equals it wherever |hidden| > 1e-4.
STEEP = 1e5


def deployed(
    student: keras.Model,
    temperature: float,
    mean: Floats,
    components: Floats,
    batch: int | None = 1,
) -> keras.Model:
    """The three-output model of a trained student.

    `student` maps raw 0-255 `[n, S, S, 3]` to logits `[n, 2]` by a feature map, its
    average ("pool"), a ReLU layer ("hidden") and a linear one ("logits"). Outputs, float32:
    `probabilities` `[n, 2]`, calibrated; `heatmap` `[n, g * g]`, Grad-CAM of covid minus
    normal logit (Selvaraju et al., arXiv 1610.02391), rectified, not normalised; `novelty`
    `[n, 1]` = mean over k of tanh(z_k / 3)^2 with z = (pooled - mean) @ components.
    Raises `ModelError` where the student has another head.
    """
    kernel, bias, last, last_bias = _head(student)
    channels = kernel.shape[0]
    if mean.shape != (channels,) or components.ndim != 2 or components.shape[0] != channels:
        raise ModelError("the novelty statistics are not of this student's features; train again")
    features = keras.Model(student.input, student.get_layer("pool").input, name="features")
    size = student.input_shape[1]
    film = keras.Input(batch_shape=(batch, size, size, 3), name="film")
    maps = features(film)
    pooled = keras.layers.GlobalAveragePooling2D(name="pooled")(maps)

    hidden = _dense(kernel, bias, "head_hidden", "relu")(pooled)
    logits = _dense(last / temperature, last_bias / temperature, "head_logits")(hidden)
    probabilities = keras.layers.Softmax(name="probabilities")(logits)

    outputs = {
        "probabilities": probabilities,
        "heatmap": _heatmap(maps, pooled, kernel, bias, (last[:, 1] - last[:, 0]) / temperature),
        "novelty": _novelty(pooled, mean, components),
    }
    return keras.Model(film, outputs, name="deployed")


def _heatmap(maps: Any, pooled: Any, kernel: Floats, bias: Floats, towards: Floats) -> Any:
    """Grad-CAM without a gradient: d(logit)/d(map) = kernel @ (gate * towards) / (g * g).

    The sum over channels is taken first, unit by unit of the hidden layer, so that the
    gate multiplies 60 maps rather than weights, which int8 could not hold.
    """
    grid = int(maps.shape[1])
    units = kernel.shape[1]
    gate = _dense(kernel * STEEP, bias * STEEP, "gate", "sigmoid")(pooled)
    gate = keras.layers.Reshape((1, 1, units), name="gate_shape")(gate)
    by_unit = _pointwise(kernel * towards / grid**2, "unit_maps")(maps)
    open_units = keras.layers.Multiply(name="open_units")([by_unit, gate])
    total = _pointwise(np.ones((units, 1)), "heat", "relu")(open_units)
    return keras.layers.Reshape((grid * grid,), name="heatmap")(total)


def _novelty(pooled: Any, mean: Floats, components: Floats) -> Any:
    """Squashed before it is squared: an int8 range taken from films then clips nothing
    that matters, for a component beyond three deviations is strange however far it lies."""
    count = components.shape[1]
    squashed = _dense(components / 3.0, -(mean @ components) / 3.0, "strange", "tanh")(pooled)
    squared = keras.layers.Multiply(name="strange_squared")([squashed, squashed])
    weights = np.full((count, 1), 1.0 / count)
    return _dense(weights, np.zeros(1), "novelty")(squared)


def _head(student: keras.Model) -> tuple[Floats, Floats, Floats, Floats]:
    try:
        student.get_layer("pool")
        hidden, logits = student.get_layer("hidden"), student.get_layer("logits")
        kernel, bias = (np.asarray(w, np.float64) for w in hidden.get_weights())
        last, last_bias = (np.asarray(w, np.float64) for w in logits.get_weights())
    except ValueError as error:
        raise ModelError(
            "the student has not the head that export knows (pool, hidden, logits); "
            "train it with `python -m training run`"
        ) from error
    if last.shape[1] != 2 or kernel.shape[1] != last.shape[0]:
        raise ModelError(f"the student's head gives {last.shape[1]} logits, not 2")
    return kernel, bias, last, last_bias


def _dense(
    kernel: Floats, bias: Floats, name: str, activation: str | None = None
) -> keras.layers.Layer:
    layer = keras.layers.Dense(kernel.shape[1], activation=activation, name=name, dtype="float32")
    layer.build((None, kernel.shape[0]))
    layer.set_weights([kernel.astype(np.float32), bias.astype(np.float32)])
    return layer


def _pointwise(kernel: Floats, name: str, activation: str | None = None) -> keras.layers.Layer:
    layer = keras.layers.Conv2D(
        kernel.shape[1], 1, use_bias=False, activation=activation, name=name, dtype="float32"
    )
    layer.build((None, None, None, kernel.shape[0]))
    layer.set_weights([kernel.astype(np.float32)[None, None]])
    return layer
