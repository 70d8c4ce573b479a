"""Quantization-aware fine-tuning: a copy of the student that says in int8 what it says in float.

The float student is the teacher here: labels play no part, so that nothing is learnt but to
bear the rounding. Besides the logits the last feature map and the heat map are matched, which
export takes from the same weights.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from edge_runtime.errors import RunError
from training.augment import augment
from training.batches import as_input
from training.checkpoints import Checkpoint
from training.fake_quant import rounded, stored
from training.folding import body_of, equalise, folded
from training.networks import FEATURES, HIDDEN, LOGITS
from training.novelty_films import tapped_layers
from workshop.progress import Progress

__all__ = ["Settings", "fine_tuned", "quantizable"]

Pixels = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float64]
BATCH = 16
EVERY = 25  # steps between two checkpoints, and a row of the history


@dataclass(frozen=True)
class Settings:
    """How the copy is fine-tuned."""

    steps: int = 400
    batch: int = BATCH
    learning_rate: float = 1e-4
    augmented: float = 0.5  # share of a batch's films that are augmented as in training
    seed: int = 1


def quantizable(student: keras.Model, films: Pixels) -> tuple[keras.Model, dict[str, Any]]:
    """The student folded and equalised, and the ranges of its tensors over `films` `[n, S, S]`."""
    network = folded(student)
    equalise(network, lambda tensors: _peaks(network, tensors, films))
    body = body_of(network)
    kept = [layer for layer in body.layers if stored(layer)]
    ranges = dict(
        zip(
            [layer.name for layer in kept],
            _ranges(network, [layer.output for layer in kept], films),
            strict=True,
        )
    )
    head = [network.get_layer(FEATURES).output, network.get_layer(HIDDEN).output]
    whole = keras.Model(network.input, head)
    values = [np.concatenate(v) for v in zip(*_batches(whole, films), strict=True)]
    for name, value in zip((FEATURES, HIDDEN), values, strict=True):
        ranges[name] = (0.0, float(value.max()))
    return network, ranges


def _batches(
    model: keras.Model, films: Pixels, entrance: Callable[[Any], Any] = lambda film: film
) -> Iterator[list[Any]]:
    """What a model gives for every whole batch of films, each sent through `entrance`."""
    for start in range(0, len(films) - BATCH + 1, BATCH):
        film = entrance(as_input(films[start : start + BATCH]))
        outputs = model.predict_on_batch(film)  # of one output, no list
        yield [np.asarray(v) for v in (outputs if isinstance(outputs, list) else [outputs])]


def _inner(network: keras.Model, tensors: list[Any], films: Pixels) -> Iterator[list[Any]]:
    """Tensors of the body on every batch of films."""
    return _batches(keras.Model(body_of(network).input, tensors), films, network.layers[1])


def _peaks(network: keras.Model, tensors: list[Any], films: Pixels) -> list[Floats]:
    found = [
        [v.max(axis=(0, 1, 2)).astype(np.float64) for v in values]
        for values in _inner(network, tensors, films)
    ]
    return [np.max(one, axis=0) for one in zip(*found, strict=True)]


def _ranges(network: keras.Model, tensors: list[Any], films: Pixels) -> list[tuple[float, float]]:
    found = [[(v.min(), v.max()) for v in values] for values in _inner(network, tensors, films)]
    return [
        (float(min(low for low, _ in one)), float(max(high for _, high in one)))
        for one in zip(*found, strict=True)
    ]


def fine_tuned(
    student: keras.Model,
    films: Pixels,
    familiar: Pixels,
    settings: Settings,
    checkpoint: Checkpoint,
) -> tuple[keras.Model, list[dict[str, Any]]]:
    """The folded copy of `student` after fine-tuning, and the rows of its history.

    `films` `[n, S, S]` are trained on, `familiar` give the ranges. A later call with the
    same arguments goes on from the checkpoint. Raises `RunError` on a loss that is no number.
    """
    network, ranges = quantizable(student, familiar)
    copy = rounded(network, ranges)
    rate = keras.optimizers.schedules.CosineDecay(
        settings.learning_rate, settings.steps, alpha=0.01
    )
    optimizer = keras.optimizers.Adam(rate)
    optimizer.build(copy.trainable_variables)
    variables = [*copy.variables, *optimizer.variables]
    place = checkpoint.restore(variables)
    step = _step(student, copy, optimizer)
    progress = Progress("quantization-aware", settings.steps - place.epoch)
    totals = np.zeros(3)
    for number, batch in _films(films, settings, place.epoch):
        losses = np.array([float(v) for v in step(as_input(batch))])
        if not np.isfinite(losses).all():
            raise RunError(f"the loss is not a number at step {number + 1}; lower --learning-rate")
        totals += losses
        place.epoch = number + 1
        progress.advance("logit {:.4f}, maps {:.3f}, heat map {:.3f}".format(*losses))
        if place.epoch % EVERY == 0 or place.epoch == settings.steps:
            count = place.epoch % EVERY or EVERY
            names = ("logit", "maps", "heatmap")
            mean = (totals / count).round(5).tolist()
            place.rows.append({"step": place.epoch, **dict(zip(names, mean, strict=True))})
            totals[:] = 0
            checkpoint.save(variables, place)
    progress.close()
    _copy_back(copy, network)
    return network, place.rows


def _films(films: Pixels, settings: Settings, begun: int) -> Iterator[tuple[int, Any]]:
    """Batches `float32[b, S, S]` from step `begun` on, made a step ahead."""

    def make(number: int) -> Any:
        rng = np.random.default_rng([settings.seed, 77, number])
        chosen = rng.choice(len(films), settings.batch, replace=False)
        bent = rng.random(settings.batch) < settings.augmented
        return np.stack([
            augment(films[i], "strong" if b else "none", [settings.seed, 78, number, n])
            for n, (i, b) in enumerate(zip(chosen, bent, strict=True))
        ])  # fmt: skip

    with ThreadPoolExecutor(1) as pool:
        ready = pool.submit(make, begun)
        for number in range(begun, settings.steps):
            batch, ready = ready.result(), pool.submit(make, number + 1)
            # As an 8-bit film has it; what an int8 file is never shown need not be learnt.
            yield number, np.rint(batch)


def _step(student: keras.Model, copy: keras.Model, optimizer: Any) -> Any:
    import tensorflow as tf

    names = tapped_layers(student)
    names = () if names == (FEATURES,) else names
    inside = body_of(student)
    wanted = keras.Model(
        inside.input, [inside.output, *(inside.get_layer(n).output for n in names)]
    )
    inside = body_of(copy)
    found_there = keras.Model(
        inside.input, [inside.output, *(_stored(inside.get_layer(n)) for n in names)]
    )

    def said(network: keras.Model, inner: keras.Model, films: Any, training: bool) -> Any:
        outputs = inner(network.layers[1](films), training=training)
        maps, *taps = outputs if isinstance(outputs, list) else [outputs]
        tensor = maps
        for layer in network.layers[3:]:
            tensor = layer(tensor)
        return tensor, maps, taps

    def heat(maps: Any, network: keras.Model) -> Any:
        """Grad-CAM before it is rectified, up to a constant: `[n, g, g]`."""
        hidden, logits = network.get_layer(HIDDEN), network.get_layer(LOGITS)
        pooled = tf.reduce_mean(maps, axis=(1, 2))
        is_open = tf.cast(tf.matmul(pooled, hidden.kernel) + hidden.bias > 0, tf.float32)
        weights = is_open * (logits.kernel[:, 1] - logits.kernel[:, 0])
        return tf.einsum("nijc,ch,nh->nij", maps, hidden.kernel, weights)

    def relative(found: Any, true: Any) -> Any:
        spread = tf.reduce_mean(tf.square(true - tf.reduce_mean(true)))
        return tf.reduce_mean(tf.square(found - true)) / (spread + 1e-9)

    @tf.function  # type: ignore[untyped-decorator]
    def step(films: Any) -> Any:
        logits, maps, taps = said(student, wanted, films, False)
        true = logits[:, 1] - logits[:, 0]
        map_heat = heat(maps, student)
        with tf.GradientTape() as tape:
            logits, found, found_taps = said(copy, found_there, films, True)
            losses = (
                relative(logits[:, 1] - logits[:, 0], true),
                relative(found, maps),
                relative(heat(found, copy), map_heat),
            )
            total = losses[0] + losses[1] + losses[2]
            for tap, tap_found in zip(taps, found_taps, strict=True):
                total += relative(tap_found, tap) / len(taps)
        gradients = tape.gradient(total, copy.trainable_variables)
        optimizer.apply_gradients(zip(gradients, copy.trainable_variables, strict=True))
        return losses

    return step


def _stored(layer: Any) -> Any:
    """What a layer of the rounded body gives, after it was rounded."""
    return layer._outbound_nodes[0].operation.output


def _copy_back(copy: keras.Model, network: keras.Model) -> None:
    for layer in body_of(network).layers:
        layer.set_weights(body_of(copy).get_layer(layer.name).get_weights())
    for name in (HIDDEN, LOGITS):
        network.get_layer(name).set_weights(copy.get_layer(name).get_weights())
