"""The loop that trains one network: steps, checkpoints, progress."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any

import keras

from edge_runtime.errors import RunError
from training.batches import Batches
from training.checkpoints import Checkpoint
from workshop.presets import DistilPreset, NetworkPreset
from workshop.progress import Progress

__all__ = ["distiller", "fit", "optimizer", "supervised"]


def optimizer(preset: NetworkPreset, steps: int) -> keras.optimizers.Optimizer:
    """Adam, at a constant rate or down a cosine to nearly zero."""
    rate: Any = preset.learning_rate
    if preset.schedule == "cosine":
        rate = keras.optimizers.schedules.CosineDecay(rate, steps * preset.epochs, alpha=0.01)
    return keras.optimizers.Adam(rate)


def _cross_entropy() -> keras.losses.Loss:
    return keras.losses.CategoricalCrossentropy(from_logits=True)


def supervised(network: keras.Model, preset: NetworkPreset, steps: int) -> keras.Model:
    """Compile `network` for labels alone."""
    network.compile(optimizer(preset, steps), _cross_entropy(), jit_compile=False)
    return network


def distiller(
    teacher: keras.Model,
    student: keras.Model,
    preset: NetworkPreset,
    distil: DistilPreset,
    steps: int,
) -> keras.Model:
    """Eq. (1) of the paper: alpha * CE(y, s) + (1 - alpha) * T^2 * KL(t || s).

    The teacher is frozen and sees the very pixels that the student sees (Beyer et al.,
    arXiv 2106.05237). The direction of KL is Hinton's, whom the paper cites.
    """
    teacher.trainable = False
    # An instance, not its name: by name Keras 3.15 takes the divergence of the bare logits.
    # Distiller itself multiplies the distillation loss by 1 - alpha.
    divergence = keras.distillation.LogitsDistillation(
        distil.temperature, loss=keras.losses.KLDivergence()
    )
    model = keras.distillation.Distiller(
        teacher=teacher,
        student=student,
        distillation_losses=divergence,
        distillation_loss_weights=1.0,
        student_loss_weight=distil.alpha,
    )
    model.compile(optimizer(preset, steps), _cross_entropy(), jit_compile=False)
    return model


def fit(
    model: keras.Model,
    network: keras.Model,
    batches: Batches,
    checkpoint: Checkpoint,
    validate: Callable[[], float],
    title: str,
) -> list[dict[str, Any]]:
    """Train until the preset's epochs are done; returns the rows of its history.

    `network` is the part of `model` that learns. Every epoch ends in a checkpoint, and a
    later call with the same arguments goes on from there to the same weights. Raises
    `RunError` on a loss that is no number, naming the step and the films of the batch.
    """
    model.optimizer.build(network.trainable_variables)
    variables = [*network.variables, *model.optimizer.variables]
    place = checkpoint.restore(variables)
    epochs, steps = batches.network.epochs, batches.steps()
    progress = Progress(title, (epochs - place.epoch) * steps)
    while place.epoch < epochs:
        begun, total = time.monotonic(), 0.0
        for step, (films, targets) in enumerate(batches.epoch(place.epoch)):
            model.reset_metrics()
            loss = float(model.train_on_batch(films, targets, return_dict=True)["loss"])
            if not math.isfinite(loss):
                raise RunError(_not_a_number(batches, checkpoint, place.epoch, step))
            total += loss
            progress.advance(f"epoch {place.epoch + 1}/{epochs}, loss {total / (step + 1):.3f}")
        auroc = validate()
        place.rows.append(
            {
                "epoch": place.epoch + 1,
                "loss": round(total / steps, 5),
                "val_auroc": round(auroc, 5),
                "seconds": round(time.monotonic() - begun, 1),
            }
        )
        place.epoch += 1
        checkpoint.save(variables, place)
    if progress.done:
        last = place.rows[-1]
        progress.close(f"loss {last['loss']:.3f}, AUROC {last['val_auroc']:.3f}")
    return place.rows


def _not_a_number(batches: Batches, checkpoint: Checkpoint, epoch: int, step: int) -> str:
    size = batches.network.batch
    part = batches.order(epoch)[step * size : (step + 1) * size]
    films = ", ".join(batches.films[i].path for i in part[:4])
    return (
        f"the loss is not a number at epoch {epoch + 1}, step {step + 1} (films {films}, ...); "
        f"lower learning_rate; the last good checkpoint is {checkpoint.path}"
    )
