"""Train one teacher and its student: for a fold, or for all films outside the holdout."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from edge_runtime.contract import LABELS
from training.batches import Batches
from training.checkpoints import Checkpoint
from training.fitting import distiller, fit, supervised
from training.inference import logits
from training.networks import build
from workshop.presets import NetworkPreset, Preset
from workshop.records import Film
from workshop.statistics import auroc

__all__ = ["Member", "Trainer"]

TEACHER, STUDENT = 0, 1
VALIDATED = 100  # films a class that the learning curve is drawn from


@dataclass(frozen=True)
class Member:
    """The two networks of a fold, and how they came to be."""

    name: str
    teacher: keras.Model
    student: keras.Model
    history: list[dict[str, Any]]
    origins: dict[str, dict[str, str]]  # "teacher" | "student" -> backbone -> its weights


@dataclass(frozen=True)
class Trainer:
    """Everything that the folds of one run share."""

    preset: Preset
    films: Sequence[Film]
    pixels: npt.NDArray[np.uint8]
    checkpoints: Path
    weights: Path | None

    def member(self, number: int, name: str, train: Sequence[int], held: Sequence[int]) -> Member:
        """Train, or take up again, the networks of one fold; `held` is never trained on."""
        preset = self.preset
        watched = self._watched(held)
        teacher, teacher_origins = self._network(number, TEACHER)
        batches = self._batches(number, TEACHER, train, preset.teacher)
        supervised(teacher, preset.teacher, batches.steps())
        rows = [
            {"network": "teacher", "fold": name, **row}
            for row in fit(
                teacher, teacher, batches, self._checkpoint(name, "teacher"),
                lambda: self._auroc(teacher, watched), f"{name}: teacher",
            )
        ]  # fmt: skip
        student, student_origins = self._network(number, STUDENT)
        batches = self._batches(number, STUDENT, train, preset.student)
        model = distiller(teacher, student, preset.student, preset.distil, batches.steps())
        rows += [
            {"network": "student", "fold": name, **row}
            for row in fit(
                model, student, batches, self._checkpoint(name, "student"),
                lambda: self._auroc(student, watched), f"{name}: student",
            )
        ]  # fmt: skip
        origins = {"teacher": teacher_origins, "student": student_origins}
        return Member(name, teacher, student, rows, origins)

    def _network(self, number: int, which: int) -> tuple[keras.Model, dict[str, str]]:
        """The same first weights whenever it is called: a resumed fit needs no file for them."""
        preset = (self.preset.teacher, self.preset.student)[which]
        keras.utils.set_random_seed(self.preset.seed * 1000 + number * 10 + which)
        name = ("teacher", "student")[which]
        return build(preset, self.preset.input_size, name, self.weights)

    def _batches(
        self, number: int, which: int, train: Sequence[int], network: NetworkPreset
    ) -> Batches:
        return Batches(
            films=self.films,
            pixels=self.pixels,
            train=train,
            network=network,
            augmentation=self.preset.augment,
            data=self.preset.data,
            seed=(self.preset.seed, number, which),
        )

    def _checkpoint(self, name: str, network: str) -> Checkpoint:
        return Checkpoint(self.checkpoints / f"{name}-{network}.npz")

    def _watched(self, held: Sequence[int]) -> list[int]:
        rng = random.Random(self.preset.seed)
        watched: list[int] = []
        for label in LABELS:
            members = [i for i in held if self.films[i].label == label]
            watched += sorted(rng.sample(members, min(VALIDATED, len(members))))
        return watched

    def _auroc(self, network: keras.Model, watched: Sequence[int]) -> float:
        if not watched:
            return float("nan")
        labels = [int(self.films[i].label == "covid") for i in watched]
        return auroc(labels, logits(network, self.pixels, watched))
