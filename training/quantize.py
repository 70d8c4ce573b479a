"""Quantization-aware fine-tuning: a student that says in int8 what it says in float.

A copy of the student learns two things at once: to say what the student says, and to say the
same whether its tensors are rounded or not. Labels play no part, and neither does the
teacher. To tie the rounded copy to the finished student instead was tried first and went half
as far: a network that enlarges small noise cannot be told where rounding will send it, but it
can learn not to enlarge noise.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from edge_runtime.errors import RunError
from training.augment import augment
from training.batches import as_input
from training.checkpoints import Checkpoint
from training.fake_quant import ROUNDED, on_grid, rounded
from training.networks import HIDDEN, LOGITS
from workshop.backbone import backbone_of
from workshop.gray import gray_entrance
from workshop.presets import QuantizePreset
from workshop.progress import Progress

__all__ = ["LOSSES", "fine_tuned"]

Pixels = npt.NDArray[np.uint8]
EVERY = 25  # steps between two checkpoints, and a row of the history
WARM_UP = 0.05  # share of the steps
MOST = 5.0  # norm of a gradient: the first ones are a thousand times the last
# Mean squared differences as shares of what differs from film to film, and their weights.
LOSSES = {
    "logit_kept": 1.0,  # between the student and the copy
    "heatmap_kept": 0.2,
    "logit": 3.0,  # between the copy and the copy rounded
    "maps": 0.3,
    "heatmap": 1.0,
}


def fine_tuned(
    student: keras.Model,
    films: Pixels,
    preset: QuantizePreset,
    seed: int,
    checkpoint: Checkpoint,
    title: str = "quantization-aware",
) -> tuple[keras.Model, list[dict[str, Any]]]:
    """The fine-tuned copy of `student`, and the rows of its history.

    `films` `[n, S, S]` are trained on. The copy has the student's layers, a gray entrance,
    and kernels that int8 holds exactly. A later call with the same arguments goes on from
    the checkpoint. Raises `RunError` for a backbone that is not nested, on a loss that is
    no number, and where the backend is not TensorFlow.
    """
    if keras.backend.backend() != "tensorflow":
        raise RunError("the rounding is TensorFlow's: run with KERAS_BACKEND=tensorflow")
    copy, source = _copy(student)
    body = rounded(source)
    trained = [*body.trainable_variables]
    for name in (HIDDEN, LOGITS):
        trained += copy.get_layer(name).trainable_variables
    warm_up = max(1, round(WARM_UP * preset.steps))
    rate = keras.optimizers.schedules.CosineDecay(
        0.0, max(1, preset.steps - warm_up), 0.01,
        warmup_target=preset.learning_rate, warmup_steps=warm_up,
    )  # fmt: skip
    optimizer = keras.optimizers.Adam(rate)
    optimizer.build(trained)
    variables = [*body.variables, *copy.get_layer(HIDDEN).variables,
                 *copy.get_layer(LOGITS).variables, *optimizer.variables]  # fmt: skip
    place = checkpoint.restore(variables)
    step = _step(student, copy, body, trained, optimizer)
    progress = Progress(title, preset.steps - place.epoch)
    totals = np.zeros(len(LOSSES))
    for number, batch in _films(films, preset, seed, place.epoch):
        losses = np.array([float(v) for v in step(as_input(batch))])
        if not np.isfinite(losses).all():
            raise RunError(
                f"{title}: the loss is not a number at step {number + 1}; "
                "lower quantize.learning_rate"
            )
        totals += losses
        place.epoch = number + 1
        told = dict(zip(LOSSES, losses, strict=True))
        progress.advance(
            f"off by rounding {told['logit']:.4f}, by training {told['logit_kept']:.4f}"
        )
        if place.epoch % EVERY == 0 or place.epoch == preset.steps:
            mean = (totals / (place.epoch % EVERY or EVERY)).round(5).tolist()
            place.rows.append({"step": place.epoch, **dict(zip(LOSSES, mean, strict=True))})
            totals[:] = 0
            checkpoint.save(variables, place)
    progress.close()
    for layer in source.layers:
        if layer.weights:
            layer.set_weights(body.get_layer(layer.name).get_weights())
        if type(layer) in ROUNDED:
            layer.set_weights([on_grid(layer), *layer.get_weights()[1:]])
    return copy, place.rows


def _copy(student: keras.Model) -> tuple[Any, Any]:
    """The copy that is trained, and the backbone inside it."""
    # Cloning takes the loss along, where a network is compiled with one of ours in vain.
    plain = keras.Model(student.input, student.output, name=student.name)
    copy = gray_entrance(plain)
    if copy is plain:
        copy = keras.models.clone_model(plain)
        copy.set_weights(plain.get_weights())
    source, entrance = backbone_of(copy), copy.layers[1]
    if source is None:
        raise RunError("the student has no backbone inside: only students of one backbone fit")
    if getattr(entrance, "scale", None) == 1.0:
        # int8 shifts pixels by whole grays; normalization takes up the half that is left.
        entrance.offset = float(np.floor(entrance.offset))
    return copy, source


def _films(
    films: Pixels, preset: QuantizePreset, seed: int, begun: int
) -> Iterator[tuple[int, Any]]:
    """Batches `float32[b, S, S]` from step `begun` on, made a step ahead."""

    def make(number: int) -> Any:
        rng = np.random.default_rng([seed, 77, number])
        chosen = rng.choice(len(films), preset.batch, replace=len(films) < preset.batch)
        bent = rng.random(preset.batch) < preset.augmented
        return np.stack([
            augment(films[i], "strong" if b else "none", [seed, 78, number, n])
            for n, (i, b) in enumerate(zip(chosen, bent, strict=True))
        ])  # fmt: skip

    with ThreadPoolExecutor(1) as pool:
        ready = pool.submit(make, begun)
        for number in range(begun, preset.steps):
            batch, ready = ready.result(), pool.submit(make, number + 1)
            # As an 8-bit film has it; what an int8 file is never shown need not be learnt.
            yield number, np.rint(batch)


def _step(
    student: keras.Model,
    copy: keras.Model,
    body: keras.Model,
    trained: list[Any],
    optimizer: Any,
) -> Any:
    import tensorflow as tf

    inside = backbone_of(student)
    weights = tuple(LOSSES.values())

    def head(maps: Any, network: keras.Model) -> tuple[Any, Any]:
        """Covid - normal `[n]`, and Grad-CAM of it before it is rectified, times g * g."""
        hidden, logits = network.get_layer(HIDDEN), network.get_layer(LOGITS)
        pooled = tf.matmul(tf.reduce_mean(maps, axis=(1, 2)), hidden.kernel) + hidden.bias
        difference = logits.kernel[:, 1] - logits.kernel[:, 0]
        said = tf.matmul(tf.nn.relu(pooled), logits.kernel) + logits.bias
        is_open = tf.cast(pooled > 0, tf.float32) * difference
        heat = tf.einsum("nijc,ch,nh->nij", maps, hidden.kernel, is_open)
        return said[:, 1] - said[:, 0], heat

    def relative(found: Any, true: Any) -> Any:
        spread = tf.reduce_mean(tf.square(true - tf.reduce_mean(true, axis=0)))
        return tf.reduce_mean(tf.square(found - true)) / (tf.stop_gradient(spread) + 1e-9)

    @tf.function  # type: ignore[untyped-decorator]
    def step(films: Any) -> Any:
        true, true_heat = head(inside(student.layers[1](films), training=False), student)
        with tf.GradientTape() as tape:
            maps = body(copy.layers[1](tf.concat([films, films], 0)), training=True)
            logits, heat = head(maps, copy)
            (plain, off), (plain_heat, heat_off), (plain_maps, maps_off) = (
                tf.split(one, 2) for one in (logits, heat, maps)
            )
            losses = (
                relative(plain, true),
                relative(plain_heat, true_heat),
                relative(off, plain),
                relative(maps_off, plain_maps),
                relative(heat_off, plain_heat),
            )
            total = tf.add_n([w * loss for w, loss in zip(weights, losses, strict=True)])
        gradients, _ = tf.clip_by_global_norm(tape.gradient(total, trained), MOST)
        optimizer.apply_gradients(zip(gradients, trained, strict=True))
        return losses

    return step
