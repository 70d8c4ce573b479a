"""The loop that trains one network: steps, checkpoints, progress."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import keras

from edge_runtime.errors import RunError
from training.checkpoints import Checkpoint
from training.distillation import Steps, distillation_loss
from workshop.presets import DistilPreset, NetworkPreset
from workshop.progress import Progress

__all__ = ["distilled", "fit", "losses", "optimizer", "supervised"]


def optimizer(preset: NetworkPreset, steps: int) -> keras.optimizers.Optimizer:
    """Adam, at a constant rate or down a cosine to nearly zero."""
    rate: Any = preset.learning_rate
    if preset.schedule == "cosine":
        rate = keras.optimizers.schedules.CosineDecay(rate, steps * preset.epochs, alpha=0.01)
    return keras.optimizers.Adam(rate)


def _jit() -> bool:
    """JAX is nothing without its compiler; TensorFlow's steps are no faster with it on a CPU."""
    return bool(keras.backend.backend() == "jax")


def supervised(network: keras.Model, preset: NetworkPreset, steps: int) -> keras.Model:
    """Compile `network` for labels alone.

    Two logits under a softmax are one under a sigmoid, their difference: this categorical
    cross-entropy of two classes is the binary cross-entropy that the paper names.
    """
    loss = keras.losses.CategoricalCrossentropy(from_logits=True)
    network.compile(optimizer(preset, steps), loss, jit_compile=_jit())
    return network


def distilled(
    student: keras.Model, preset: NetworkPreset, distil: DistilPreset, steps: int
) -> keras.Model:
    """Compile `student` for eq. (1); its batches are `training.distillation.Distilled`."""
    student.compile(optimizer(preset, steps), distillation_loss(distil), jit_compile=_jit())
    return student


def losses(network: keras.Model, batches: Iterable[tuple[Any, Any]]) -> Iterator[float]:
    """Do a step for each batch; the loss of each. A step is over when its loss is known."""
    for films, targets in batches:
        network.reset_metrics()
        yield float(network.train_on_batch(films, targets, return_dict=True)["loss"])


def fit(
    network: keras.Model,
    batches: Steps,
    checkpoint: Checkpoint,
    validate: Callable[[], float],
    title: str,
    origins: dict[str, str] | None = None,
) -> list[dict[str, Any]]:
    """Train until the preset's epochs are done; returns the rows of its history.

    `network` is compiled. Every epoch ends in a checkpoint, which remembers too where the
    network's first weights came from (`origins`), and a later call with the same arguments
    goes on from there to the same weights. Raises
    `RunError` on a loss that is no number, naming the step and the films of the batch.
    """
    network.optimizer.build(network.trainable_variables)
    variables = [*network.variables, *network.optimizer.variables]
    place = checkpoint.restore(variables)
    place.origins = origins or place.origins
    epochs, steps = batches.network.epochs, batches.steps()
    progress = Progress(title, (epochs - place.epoch) * steps)
    while place.epoch < epochs:
        begun, total, ends = time.monotonic(), 0.0, list[float]()
        for step, loss in enumerate(losses(network, batches.epoch(place.epoch))):
            if not math.isfinite(loss):
                raise RunError(_not_a_number(batches, checkpoint, place.epoch, step))
            total += loss
            ends.append(time.monotonic())
            progress.advance(f"epoch {place.epoch + 1}/{epochs}, loss {total / (step + 1):.3f}")
        auroc = validate()
        place.rows.append(
            {
                "epoch": place.epoch + 1,
                "loss": round(total / steps, 5),
                "val_auroc": round(auroc, 5),
                "seconds": round(time.monotonic() - begun, 1),
                "films_per_second": round(batches.network.batch / _step_seconds(begun, ends), 2),
            }
        )
        place.epoch += 1
        checkpoint.save(variables, place)
    if progress.done:
        last = place.rows[-1]
        progress.close(f"loss {last['loss']:.3f}, AUROC {last['val_auroc']:.3f}")
    return place.rows


def _step_seconds(begun: float, ends: Sequence[float]) -> float:
    """Mean seconds of a step, the first left out where there are others: it may compile."""
    if len(ends) > 1:
        return max(ends[-1] - ends[0], 1e-9) / (len(ends) - 1)
    return max(ends[0] - begun, 1e-9)


def _not_a_number(batches: Steps, checkpoint: Checkpoint, epoch: int, step: int) -> str:
    last = checkpoint.path if checkpoint.path.is_file() else "none yet"
    return (
        f"the loss is not a number at epoch {epoch + 1}, step {step + 1} "
        f"(films {', '.join(batches.names(epoch, step))}); lower learning_rate; "
        f"the last good checkpoint is {last}"
    )
