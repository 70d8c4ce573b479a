"""How fast our training step is: against a constant batch, and against a bare Keras `fit`.

All ratios are of one run. Each round does a few steps of the three kinds, one kind after the
other, in an order that changes from round to round, so that what else the machine does meets
all of them alike.
"""

from __future__ import annotations

import json
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import count, pairwise, repeat
from statistics import fmean, median
from typing import Any

import keras
import numpy as np

from training.batches import READY, Batches
from training.begin import CACHE, Run, facts_of, films_and_folds
from training.fitting import losses, supervised
from training.members import Job, Trainer
from training.networks import build
from training.pace import timed
from workshop.evidence.statistics import bootstrap
from workshop.film_store import load_films
from workshop.markdown import table
from workshop.presets import PRECISIONS, NetworkPreset
from workshop.progress import Progress
from workshop.records import Interval
from workshop.runs import write_atomic
from workshop.summary import interval_text

__all__ = ["StepTimes", "benchmark_run", "benchmark_steps", "faster", "step_table"]

GOALS = {"constant": 1.05, "keras_fit": 1.0}
NAMES = {"constant": "constant batch", "keras_fit": "bare Keras fit"}


@dataclass(frozen=True)
class StepTimes:
    """Seconds of single steps of one network in one precision, by kind, round by round."""

    network: str
    precision: str
    batch: int
    seconds: dict[str, list[list[float]]]  # "ours" | "constant" | "keras_fit" -> round -> step
    ratios: dict[str, Interval]  # ours to each of the others

    @property
    def step(self) -> float:
        """Seconds of our step: the median round's mean, in which a step that waited counts."""
        return median(map(fmean, self.seconds["ours"]))


def benchmark_run(run: Run, rounds: int, steps: int, batch: int | None = None) -> str:
    """Time the steps of a preset on its own films; writes benchmark.json and benchmark.md.

    Returns the table. With `batch` so many films a step instead of the preset's.
    """
    films, folds = films_and_folds(run, check=False)
    preset = run.preset
    if batch is not None:
        preset = replace(
            preset,
            teacher=replace(preset.teacher, batch=batch),
            student=replace(preset.student, batch=batch),
        )
    pixels = load_films(run.data, films, preset.input_size, run.out / CACHE)
    trainer = Trainer(preset, films, pixels, run.out / "checkpoints", run.weights)
    found = benchmark_steps(trainer, Job.of(0, folds[0]), rounds, steps)
    page = step_table(found)
    facts = facts_of(preset, films)
    record = {"schema": 1, "facts": facts, "networks": [asdict(one) for one in found]}
    page += f"- {facts['machine']['cores']} cores, {facts['machine']['cpu']}, {facts['backend']}\n"
    write_atomic(run.out / "benchmark.json", json.dumps(record, indent=1) + "\n")
    write_atomic(run.out / "benchmark.md", page)
    return page


def benchmark_steps(trainer: Trainer, job: Job, rounds: int, steps: int) -> list[StepTimes]:
    """Time the steps of student and teacher in both precisions on one fold's films.

    `steps` of each kind a round; the first steps of every stretch, which compile or use up
    the batches made ahead, are done and not counted.
    """
    found = []
    kinds = len(GOALS) + 1
    for role in ("student", "teacher"):
        for precision in PRECISIONS:
            preset = replace(trainer.network_preset(role), precision=precision)
            progress = Progress(f"{role}, {precision}", rounds * kinds * steps)
            one = _measure(trainer, job, role, preset, rounds, steps, progress)
            progress.close(f"{preset.batch / one.step:.1f} films a second")
            found.append(one)
            keras.backend.clear_session()
    return found


def _measure(
    trainer: Trainer, job: Job, role: str, preset: NetworkPreset, rounds: int, steps: int,
    progress: Progress,
) -> StepTimes:  # fmt: skip
    size = trainer.preset.input_size
    network, _ = build(replace(preset, weights="random"), size, role, None)
    batches = replace(trainer.batches(job, role), network=preset)
    supervised(network, preset, batches.steps())
    films, targets = next(batches.epoch(0))
    kinds: dict[str, Callable[[int, int], list[float]]] = {
        "ours": lambda number, count: _ours(network, batches, number, count),
        "constant": lambda _, count: _constant(network, films, targets, count),
        "keras_fit": lambda _, count: _keras_fit(network, films, targets, count),
    }
    for kind in kinds.values():
        kind(0, 0)  # each compiles
    seconds: dict[str, list[list[float]]] = {name: [] for name in kinds}
    order, rng = list(kinds), random.Random(trainer.preset.seed)
    for number in range(rounds):
        rng.shuffle(order)
        for name in order:
            seconds[name].append(kinds[name](number, steps))
            progress.advance(name, steps)
    ratios = {name: _ratio(seconds["ours"], seconds[name], trainer.preset.seed) for name in GOALS}
    return StepTimes(role, preset.precision, preset.batch, seconds, ratios)


def _ours(network: keras.Model, batches: Batches, epoch: int, steps: int) -> list[float]:
    """The training loop's own steps, batches made meanwhile; epoch after epoch as needed.

    What the queue of batches holds at the start is used up first: after that a step waits
    for its batch whenever batches are made more slowly than steps are done.
    """

    def endless() -> Iterator[tuple[Any, Any]]:
        for number in count(epoch):
            yield from batches.epoch(number)

    return timed(losses(network, endless()), READY, steps)


def _constant(network: keras.Model, films: Any, targets: Any, steps: int) -> list[float]:
    """The same loop over a batch that is there already."""
    return timed(losses(network, repeat((films, targets))), 1, steps)


def _keras_fit(network: keras.Model, films: Any, targets: Any, steps: int) -> list[float]:
    """Keras' own loop over arrays in memory, nothing augmented: what it costs at the least."""
    stretch = steps + 1
    ends: list[float] = []

    def end(_: int, logs: Any) -> None:
        float(logs["loss"])  # as ours: a step is over when its loss is known
        ends.append(time.perf_counter())

    watch = keras.callbacks.LambdaCallback(on_train_batch_end=end)
    network.fit(
        np.concatenate([films] * stretch), np.concatenate([targets] * stretch),
        batch_size=len(films), shuffle=False, verbose=0, callbacks=[watch],
    )  # fmt: skip
    return [after - before for before, after in pairwise(ends)]


def _ratio(
    ours: Sequence[Sequence[float]], other: Sequence[Sequence[float]], seed: int
) -> Interval:
    """Ratio of the medians of the rounds' means, 95 % by resampling rounds."""
    means = [[fmean(part) for part in times] for times in (ours, other)]
    return bootstrap(
        lambda a, b: float(np.median(a) / np.median(b)), range(len(ours)), *means, seed=seed
    )


def faster(found: Sequence[StepTimes], network: str) -> StepTimes:
    """The precision whose step is shorter."""
    return min((one for one in found if one.network == network), key=lambda one: one.step)


def step_table(found: Sequence[StepTimes]) -> str:
    """Markdown: a row a network and precision, then what the goals came to and the choice."""
    head = ["network", "precision", "batch", "step, s", "film/s", "ours to a constant batch",
            "ours to a bare Keras fit"]  # fmt: skip
    rows = [
        [one.network, one.precision, str(one.batch), f"{one.step:.3f}",
         f"{one.batch / one.step:.1f}", *(interval_text(one.ratios[name]) for name in GOALS)]
        for one in found
    ]  # fmt: skip
    lines = [table(head, rows), ""]
    for name, goal in GOALS.items():
        worst = max(found, key=lambda one: one.ratios[name].value)
        ratio = worst.ratios[name]
        counts = Counter(_verdict(one.ratios[name], goal) for one in found)
        met = ", ".join(f"{verdict} in {number}" for verdict, number in counts.items())
        lines.append(
            f"- goal {goal:g} against the {NAMES[name]}: {met} of {len(found)}; the largest "
            f"ratio is {interval_text(ratio)} ({worst.network}, {worst.precision})"
        )
    for role in dict.fromkeys(one.network for one in found):
        best = faster(found, role)
        lines.append(f"- faster here for the {role}: {best.precision}")
    return "\n".join(lines) + "\n"


def _verdict(ratio: Interval, goal: float) -> str:
    if ratio.high <= goal:
        return "met"
    return "not met" if ratio.low > goal else "cannot tell"
