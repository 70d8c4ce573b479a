"""Eq. (1) of the paper as a loss, and batches that carry the teacher's answers.

alpha * CE(y, s) + (1 - alpha) * T^2 * KL, the divergence between the softened outputs of
teacher and student. Teacher's answers travel beside the labels rather than inside a model
of both networks: they can then be computed once where the pixels are always the same, and
the direction of the divergence is a choice. NumPy in, `keras.ops` inside: any backend.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import keras
import numpy as np
import numpy.typing as npt

from training.batches import Batches
from training.inference import outputs
from workshop.presets import DistilPreset, NetworkPreset

__all__ = ["Distilled", "Steps", "distillation_loss"]

Floats = npt.NDArray[np.float32]
CLASSES = 2


class Steps(Protocol):
    """What a fit trains on: batches for each epoch, the same whenever they are asked for."""

    @property
    def network(self) -> NetworkPreset: ...

    def steps(self) -> int: ...

    def names(self, epoch: int, step: int) -> list[str]: ...

    def epoch(self, epoch: int) -> Iterator[tuple[Floats, Floats]]: ...


def distillation_loss(distil: DistilPreset) -> Callable[[Any, Any], Any]:
    """The loss of `(targets, student's logits)`.

    `targets` is `[n, 4]`: the label's two probabilities, then the teacher's two logits.
    """
    alpha, temperature = distil.alpha, distil.temperature
    ops = keras.ops

    def loss(targets: Any, logits: Any) -> Any:
        labels, teacher = targets[:, :CLASSES], targets[:, CLASSES:]
        cross_entropy = -ops.sum(labels * ops.log_softmax(logits), axis=-1)
        taught = ops.log_softmax(teacher / temperature)
        learnt = ops.log_softmax(logits / temperature)
        first, second = (
            (taught, learnt) if distil.divergence == "teacher_student" else (learnt, taught)
        )
        divergence = ops.sum(ops.exp(first) * (first - second), axis=-1)
        return alpha * cross_entropy + (1.0 - alpha) * temperature**2 * divergence

    return loss


@dataclass(frozen=True)
class Distilled:
    """Batches whose targets hold the teacher's logits too.

    With `clean`, `[n, 2]` logits of every film as it is, the teacher answers for the film
    and not for its augmented view; otherwise it sees the very pixels that the student sees
    (Beyer et al., arXiv 2106.05237).
    """

    batches: Batches
    teacher: keras.Model
    clean: Floats | None = None

    @classmethod
    def of(
        cls,
        batches: Batches,
        teacher: keras.Model,
        distil: DistilPreset,
        title: str,
        answers: dict[int, Floats] | None = None,
    ) -> Distilled:
        """The batches for `distil.views`; clean views are answered now, once.

        `answers` holds what this teacher has said of single films, and is added to: several
        students of one teacher need it once.
        """
        if distil.views == "augmented":
            return cls(batches, teacher)
        known = {} if answers is None else answers
        which = sorted(set(batches.train) - known.keys())
        if which:
            found = outputs(teacher, batches.pixels, which, title).astype(np.float32)
            known.update(zip(which, found, strict=True))
        clean = np.zeros((len(batches.films), CLASSES), np.float32)
        for film in set(batches.train):
            clean[film] = known[film]
        return cls(batches, teacher, clean)

    @property
    def network(self) -> NetworkPreset:
        """What is trained, and how."""
        return self.batches.network

    def steps(self) -> int:
        """Steps of an epoch."""
        return self.batches.steps()

    def names(self, epoch: int, step: int) -> list[str]:
        """The films of a step."""
        return self.batches.names(epoch, step)

    def epoch(self, epoch: int) -> Iterator[tuple[Floats, Floats]]:
        """`(float32[b, S, S, 3], float32[b, 4])` for each step."""
        steps = zip(self.batches.epoch(epoch), self.batches.parts(epoch), strict=True)
        for (films, targets), part in steps:
            if self.clean is None:
                answers = np.asarray(self.teacher.predict_on_batch(films), np.float32)
            else:
                answers = self.clean[part]
            yield films, np.concatenate([targets, answers], axis=1)
