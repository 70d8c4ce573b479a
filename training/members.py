"""Train one teacher and its student: for a fold, or for all films outside the holdout."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from edge_runtime.contract import LABELS
from edge_runtime.errors import RunError
from training.batches import Batches
from training.checkpoints import Checkpoint
from training.distillation import Distilled, Steps
from training.fitting import distilled, fit, supervised
from training.inference import logits
from training.networks import build
from workshop.evidence.statistics import auroc
from workshop.phantoms import phantom_pixels
from workshop.presets import NetworkPreset, Preset
from workshop.records import Film, Fold

__all__ = ["Job", "Member", "Trainer"]

SEEDS = {"teacher": 0, "student": 1, "plain": 1}
PHANTOM_SEED = 41_000  # away from those that export and people take
VALIDATED = 100  # films a class that the learning curve is drawn from


@dataclass(frozen=True)
class Job:
    """What one member is trained on: a fold's films, or all of them; `held` are not seen."""

    number: int  # of the seeds
    name: str
    train: Sequence[int]
    held: Sequence[int]

    @classmethod
    def of(cls, number: int, fold: Fold) -> Job:
        """Fold `number`; of its validation films each once, copied or not."""
        return cls(number, fold.name, fold.train, tuple(sorted(set(fold.validation))))


@dataclass(frozen=True)
class Member:
    """The networks of a fold, and how they came to be."""

    name: str
    networks: dict[str, keras.Model]  # "teacher" | "student" | "plain": not distilled
    history: list[dict[str, Any]]
    origins: dict[str, dict[str, str]]  # network -> backbone -> where its weights came from
    answers: dict[int, npt.NDArray[np.float32]] = field(default_factory=dict)  # teacher's, clean
    rounding: list[dict[str, Any]] = field(default_factory=list)  # of fine-tuning for int8

    @property
    def teacher(self) -> keras.Model:
        """The network that was learnt from."""
        return self.networks["teacher"]

    @property
    def student(self) -> keras.Model:
        """The distilled network."""
        return self.networks["student"]


@dataclass(frozen=True)
class Trainer:
    """Everything that the folds of one run share."""

    preset: Preset
    films: Sequence[Film]
    pixels: npt.NDArray[np.uint8]
    checkpoints: Path
    weights: Path | None

    def member(self, job: Job, roles: Sequence[str] = ("teacher", "student")) -> Member:
        """Train, or take up again, the networks of one fold.

        The role "plain" is a student that learns from the labels alone: it starts from the
        student's weights and sees the student's batches, so that only the teacher differs.
        """
        made = Member(job.name, {}, [], {})
        for role in roles:
            self.train(made, role, job)
        return made

    def train(self, made: Member, role: str, job: Job, trial: str = "") -> None:
        """Train one network into `made`, or take it up again; a student after its teacher.

        `trial` tells the checkpoints of students apart that differ in eq. (1) alone.
        """
        watched = self._watched(job.held)
        preset = self.network_preset(role)
        checkpoint = self._checkpoint(job, role, trial)
        place = checkpoint.place()
        network, origins = self._network(job.number, role)
        finished = place.epoch >= preset.epochs
        if place.origins and place.origins != origins:
            if not finished:
                raise RunError(
                    f"{made.name}'s {role} began from {_told(place.origins)}, and now there is "
                    f"{_told(origins)}: name the folder of weights that it began with (--weights)"
                )
            origins = place.origins
        made.origins[role] = origins
        drawn = self.batches(job, role)
        batches: Steps = drawn
        title = f"{made.name}: {role}{trial}"
        if role == "student":
            made.teacher.trainable = False
            distil = self.preset.distil
            if not finished:  # or nobody needs the teacher's answers
                batches = Distilled.of(
                    drawn, made.teacher, distil, f"{title}: teacher's answers", made.answers
                )
            distilled(network, preset, distil, batches.steps())
        else:
            supervised(network, preset, batches.steps())
        rows = fit(
            network, batches, checkpoint,
            lambda: self._auroc(network, watched), title, origins,
        )  # fmt: skip
        made.networks[role] = network
        made.history.extend({"network": role, "fold": made.name, **row} for row in rows)
        if role == "student" and not trial and self.preset.quantize.steps:
            self._quantize(made, job)

    def _quantize(self, made: Member, job: Job) -> None:
        """Put the fine-tuned copy in the student's place."""
        from training.quantize import fine_tuned

        preset, seed = self.preset.quantize, self.preset.seed
        size = self.preset.input_size
        drawn, _ = phantom_pixels(preset.phantoms, seed + PHANTOM_SEED, size)
        made.networks["student"], rows = fine_tuned(
            made.student,
            np.concatenate([self.pixels[sorted(set(job.train))], drawn]),
            preset, seed, self._rounding(job),
            f"{made.name}: student for int8",
        )  # fmt: skip
        made.rounding.extend({"fold": made.name, **row} for row in rows)

    def left(
        self, jobs: Sequence[Job], roles: Sequence[str] = ("teacher", "student")
    ) -> Counter[str]:
        """How many steps of each network are still to be done; "rounding": of fine-tuning."""
        left = Counter({role: sum(self.steps_left(job, role) for job in jobs) for role in roles})
        if self.preset.quantize.steps and "student" in roles:
            done = [self._rounding(job).place().epoch for job in jobs]
            left["rounding"] = self.preset.quantize.steps * len(jobs) - sum(done)
        return left

    def steps_left(self, job: Job, role: str, trial: str = "") -> int:
        """How many steps of one fold's network are still to be done."""
        done = self._checkpoint(job, role, trial).place().epoch
        return (self.network_preset(role).epochs - done) * self.batches(job, role).steps()

    def _checkpoint(self, job: Job, role: str, trial: str) -> Checkpoint:
        return Checkpoint(self.checkpoints / f"{job.name}-{role}{trial}.npz")

    def _rounding(self, job: Job) -> Checkpoint:
        return self._checkpoint(job, "student", "-int8")

    def network_preset(self, role: str) -> NetworkPreset:
        """The settings of a role."""
        return self.preset.teacher if role == "teacher" else self.preset.student

    def _network(self, number: int, role: str) -> tuple[keras.Model, dict[str, str]]:
        """The same first weights whenever it is called: a resumed fit needs no file for them."""
        keras.utils.set_random_seed(self.preset.seed * 1000 + number * 10 + SEEDS[role])
        return build(self.network_preset(role), self.preset.input_size, role, self.weights)

    def batches(self, job: Job, role: str) -> Batches:
        """What a network of that fold trains on."""
        return Batches(
            films=self.films,
            pixels=self.pixels,
            train=job.train,
            network=self.network_preset(role),
            augmentation=self.preset.augment,
            data=self.preset.data,
            seed=(self.preset.seed, job.number, SEEDS[role]),
        )

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


def _told(origins: dict[str, str]) -> str:
    return ", ".join(f"{backbone}: {origin}" for backbone, origin in origins.items())
