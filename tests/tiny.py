"""Model files made on the fly: the shape of a real one, small enough for a test.

Every weight is positive or set by hand, so that the answer can be told beforehand: dark
pictures are normal, bright ones covid, very dark and very bright ones unfamiliar.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from edge_runtime import container
from edge_runtime.contract import Contract
from edge_runtime.film_rules import RULES
from edge_runtime.golden import Golden, GoldenItem, Tolerance, to_json
from edge_runtime.interpreters import Interpreter, open_interpreter
from edge_runtime.model import Model
from edge_runtime.pixels import PIXELS_VERSION

__all__ = ["GRID", "SIZE", "convert", "film", "keras_model", "model_file", "png", "repacked"]

Pixels = npt.NDArray[np.uint8]
SIZE, GRID = 64, 4


def _tolerance(xnnpack: float, other: float) -> dict[str, Tolerance]:
    return {"litert_xnnpack": Tolerance(*[xnnpack] * 3), "other": Tolerance(*[other] * 3)}


TOLERANCE = {"int8": _tolerance(1e-6, 0.25), "float32": _tolerance(1e-5, 1e-3)}


def film(level: int, seed: int = 0, size: int = SIZE) -> Pixels:
    """`uint8[size, size]` of mean brightness `level`, shaded and a little grainy as films are."""
    rng = np.random.default_rng(seed)
    slope = np.linspace(-30, 30, size)[:, None] + np.linspace(-9, 9, size)[None, :]
    return np.clip(level + slope + rng.normal(0, 4, (size, size)), 0, 255).astype(np.uint8)


def png(pixels: Pixels) -> bytes:
    """As a PNG file."""
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    return stream.getvalue()


def keras_model() -> Any:
    """`[1, 64, 64, 3]` raw 0-255 -> dict of the three outputs."""
    import keras
    from keras import layers

    picture = keras.Input(batch_shape=(1, SIZE, SIZE, 3), name="film")
    scaled = layers.Rescaling(1 / 127.5, offset=-1.0)(picture)
    # The bias lets brightness through before the rectifier cuts off what is dark.
    coarse = layers.Conv2D(8, 4, strides=4, activation="relu", name="first")(scaled)
    maps = layers.Conv2D(8, 4, strides=4, activation="relu", name="second")(coarse)
    pooled = layers.GlobalAveragePooling2D()(maps)
    probabilities = layers.Dense(2, activation="sigmoid", name="probabilities")(pooled)
    cam = layers.Conv2D(1, 1, activation="relu", name="cam")(maps)
    heatmap = layers.Reshape((GRID * GRID,), name="heatmap")(cam)
    bent = layers.Dense(4, activation="tanh", name="bent")(pooled)
    novelty = layers.Dense(1, use_bias=False, name="novelty")(layers.Multiply()([bent, bent]))
    outputs = {"probabilities": probabilities, "heatmap": heatmap, "novelty": novelty}
    model = keras.Model(picture, outputs)

    rng = np.random.default_rng(7)

    def mean_of(shape: tuple[int, ...]) -> npt.NDArray[np.float32]:
        weights = rng.uniform(0.2, 1.0, shape)
        inputs = tuple(range(len(shape) - 1))
        return np.asarray(weights / weights.sum(axis=inputs, keepdims=True), np.float32)

    def constant(values: Any) -> npt.NDArray[np.float32]:
        return np.asarray(values, np.float32)

    # "first" gives brightness from 0 to 2, and so does all that averages it.
    first, second, cam_weights = mean_of((4, 4, 3, 8)), mean_of((4, 4, 8, 8)), mean_of((1, 1, 8, 1))
    to_score, to_novelty = mean_of((8, 1)), mean_of((8, 4))
    weights: dict[str, list[Any]] = {
        "first": [first, np.ones(8)],
        "second": [second, np.zeros(8)],
        "probabilities": [np.concatenate([-6 * to_score, 6 * to_score], axis=1), [6.0, -6.0]],
        "cam": [cam_weights, [-0.5]],
        "bent": [1.5 * to_novelty, np.full(4, -1.5)],
        "novelty": [np.full((4, 1), 0.25)],
    }
    for name, values in weights.items():
        model.get_layer(name).set_weights([constant(value) for value in values])
    return model


def convert(model: Any, precision: str) -> bytes:
    """A `.tflite` graph, "int8" (uint8 in, float32 out) or "float32"."""
    import tensorflow as tf

    def films() -> Iterator[list[npt.NDArray[np.float32]]]:
        for level in range(0, 256, 15):
            pixels = film(level, seed=level)
            pixels[0, :2] = 0, 255  # both ends, else a pixel is not its own quantized value
            yield [np.repeat(pixels[None, :, :, None], 3, axis=3).astype(np.float32)]

    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    if precision == "int8":
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = films
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = tf.uint8
        converter.inference_output_type = tf.float32
    return bytes(converter.convert())


def model_file(graph: bytes, precision: str) -> bytes:
    """The graph with contract, golden inputs, labels and card behind it."""
    # Here, as tests in environments without flatbuffers load this module too.
    from export.metadata import described

    graph = described(graph, _about(precision))
    interpreter = open_interpreter(graph)
    contract = _contract(graph, precision, interpreter)
    pictures = {"undecided": film(131), "ordinary": film(90), "refused": film(240)}
    model = Model(contract, interpreter, Golden((), TOLERANCE[precision]))
    items = []
    for name, picture in pictures.items():
        pixels = picture.tobytes()
        probabilities, heatmap, novelty = model.run(pixels)
        answer, reason = model.decide(pixels, probabilities, novelty)
        encoded = base64.b64encode(png(picture)).decode()
        items.append(GoldenItem(name, encoded, answer, reason, probabilities, heatmap, novelty))
    files = {
        container.CONTRACT: contract.to_json().encode(),
        container.GOLDEN: to_json(Golden(tuple(items), TOLERANCE[precision])).encode(),
        "labels.txt": b"normal\ncovid\n",
        "MODEL_CARD.md": b"# A model for tests\n",
    }
    return container.append(graph, files)


def repacked(data: bytes, contract: Mapping[str, Any], files: Mapping[str, bytes]) -> bytes:
    """A model file with some fields of its contract, or whole files in it, exchanged."""
    graph, old = container.split(data)
    changed = Contract.from_json(old[container.CONTRACT])._replace(**contract)
    return container.append(graph, {**old, container.CONTRACT: changed.to_json().encode(), **files})


def _about(precision: str) -> Any:
    from export.metadata import About

    return About(
        name=f"tiny-{precision}",
        version="1",
        precision=precision,
        input_size=SIZE,
        threshold=0.501,
        novelty_threshold=0.601,
        author="The cxr-edge authors",
        licence="test",
    )


def _contract(graph: bytes, precision: str, interpreter: Interpreter) -> Contract:
    return Contract(
        name=f"tiny-{precision}",
        version="1",
        precision=precision,
        graph_sha256=container.sha256(graph),
        input_size=SIZE,
        input_dtype=interpreter.input_dtype,
        input_scale=interpreter.input_scale,
        input_zero_point=interpreter.input_zero_point,
        outputs=interpreter.positions,
        heatmap_grid=GRID,
        threshold=0.501,
        borderline_width=0.05,
        novelty_threshold=0.601,
        temperature=1.0,
        film_rules=dict(RULES),
        pixels=PIXELS_VERSION,
        made_by={"git": "test"},
        author="The cxr-edge authors",
        licence="test",
    )
