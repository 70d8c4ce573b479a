"""Batches for a training step, made ahead of it in threads of their own."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from edge_runtime.contract import LABELS
from training.augment import augment, mixup
from training.sampling import epoch_order
from workshop.presets import AugmentPreset, DataPreset, NetworkPreset
from workshop.records import Film

__all__ = ["Batches", "as_input"]

Floats = npt.NDArray[np.float32]


def _processors() -> int:
    """As many as this process may use, where the system tells."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


# Half the processors make batches: on two, one batch at a time is ready long before its step;
# where a GPU does the steps, many hands keep up with it.
WORKERS = max(1, min(8, _processors() // 2))
READY = WORKERS + 2  # batches that are made before the first step, and ahead of every later one


def as_input(pixels: npt.NDArray[Any]) -> Floats:
    """`[n, S, S]` gray 0-255 -> `float32[n, S, S, 3]` with three equal channels."""
    return np.repeat(np.asarray(pixels, np.float32)[..., None], 3, axis=-1)


@dataclass(frozen=True)
class Batches:
    """What one network of one fold trains on. Equal seeds give equal batches."""

    films: Sequence[Film]
    pixels: npt.NDArray[np.uint8]  # [n, S, S], memory-mapped
    train: Sequence[int]
    network: NetworkPreset
    augmentation: AugmentPreset
    data: DataPreset
    seed: tuple[int, ...]  # of the run, the fold, the network

    def order(self, epoch: int) -> list[int]:
        """The films of an epoch in order."""
        return epoch_order(
            self.films,
            self.train,
            count=self.network.films_per_epoch,
            min_site_films=self.data.min_site_films,
            max_repeats=self.data.max_repeats,
            key=[*self.seed, epoch, 0],
        )

    def steps(self) -> int:
        """Steps of an epoch; the last, smaller batch is left out."""
        return max(1, len(self.order(0)) // self.network.batch)

    def parts(self, epoch: int) -> list[list[int]]:
        """The films of each step of an epoch, as indices."""
        order, size = self.order(epoch), self.network.batch
        return [order[step * size : (step + 1) * size] for step in range(self.steps())]

    def names(self, epoch: int, step: int) -> list[str]:
        """The films of a step, as paths."""
        return [self.films[i].path for i in self.parts(epoch)[step]]

    def epoch(self, epoch: int) -> Iterator[tuple[Floats, Floats]]:
        """`(float32[b, S, S, 3], float32[b, 2])` for each step."""
        with ThreadPoolExecutor(max_workers=WORKERS) as pool:
            waiting: deque[Future[tuple[Floats, Floats]]] = deque()
            for step, part in enumerate(self.parts(epoch)):
                waiting.append(pool.submit(self._batch, epoch, step, part))
                if len(waiting) >= READY:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()

    def _batch(self, epoch: int, step: int, part: list[int]) -> tuple[Floats, Floats]:
        key = [*self.seed, epoch, 1, step]
        strength = self.augmentation.strength
        films = np.stack([augment(self.pixels[i], strength, [*key, n]) for n, i in enumerate(part)])
        targets = np.eye(len(LABELS), dtype=np.float32)[
            [LABELS.index(self.films[i].label) for i in part]
        ]
        films, targets = mixup(films, targets, self.augmentation.mixup, [*key, len(part)])
        return as_input(films), targets
