"""All runtimes in one run, interleaved: rounds of fresh processes in an order that is drawn."""

from __future__ import annotations

import contextlib
import random
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from benchmarks.peers.entries import Entry, Plan, entries
from benchmarks.peers.record import OURS, Peers
from benchmarks.quiet import Others
from edge_runtime import golden, machine
from edge_runtime.benchmark_record import quantile
from edge_runtime.errors import EdgeError
from edge_runtime.model import Model
from workshop.progress import Progress

__all__ = ["measure"]


def measure(plan: Plan) -> Peers:
    """Check every runtime against the golden inputs, then take the rounds.

    One that cannot be had, or that fails, has a row that says so. Raises `EdgeError` where ours
    itself does not run.
    """
    others, started = Others(), time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    with contextlib.ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        models = dict(_models(plan, stack))
        asked = list(entries(plan, models, home))
        for entry in asked:
            if entry.row.missing is None:
                _check(entry, home)
        _rounds(plan, asked, home)
        first = models["int8"]
        return Peers(
            model={key: first.identity()[key] for key in ("name", "version")},
            graphs={one: model.contract.graph_sha256 for one, model in models.items()},
            golden_inputs=len(first.goldens.items),
            machine=machine.describe(),
            started=started,
            rounds=plan.rounds,
            seed=plan.seed,
            flags=others.flags(),
            rows=tuple(entry.row for entry in asked),
        )


def _models(plan: Plan, stack: contextlib.ExitStack) -> Iterator[tuple[str, Model]]:
    """By precision the `.tflite` whose golden inputs are taken."""
    yield "int8", stack.enter_context(Model.open(plan.model))
    if plan.export is not None:
        path = plan.export / "student-float32.tflite"
        yield "float32", stack.enter_context(Model.open(path))


def _check(entry: Entry, home: Path) -> None:
    """Golden inputs first: how far off, and whether an answer differs."""
    try:
        _, said = entry.ask(1, home)
    except EdgeError as error:
        if entry.peer.name == OURS:
            raise
        entry.row = replace(entry.row, missing=str(error))
        return
    model = entry.against
    allowed = model.goldens.tolerance.get(entry.peer.family, golden.EXACT)
    worst: dict[str, float] = {}
    changed = 0
    for item, outputs in zip(model.goldens.items, said["outputs"], strict=True):
        probabilities, heatmap, (novelty,) = outputs
        for name, off in golden.differences(item, (probabilities, heatmap, novelty)).items():
            worst[name] = max(worst.get(name, 0.0), off)
        answer = model.decide(item.pixels(), tuple(probabilities), novelty)
        changed += answer != (item.answer, item.reason)
    within = all(off <= getattr(allowed, name) for name, off in worst.items())
    entry.row = replace(
        entry.row, version=str(said["version"]), differences=worst, other_answers=changed,
        golden=within and not changed,
    )  # fmt: skip


def _rounds(plan: Plan, asked: list[Entry], home: Path) -> None:
    """Every entry once a round, warm, and with one thread a second time, cold."""
    draw = random.Random(plan.seed)
    running = [entry for entry in asked if entry.row.missing is None]
    progress = Progress("comparing runtimes", plan.rounds * len(running), every=10.0)
    for _ in range(plan.rounds):
        jobs = [(entry, cold) for entry in running for cold in (False, True)]
        draw.shuffle(jobs)
        for entry, cold in jobs:
            if entry.row.missing is None and not (cold and entry.row.threads > 1):
                _take(entry, 0 if cold else plan.samples, home)
            if not cold:
                progress.advance(f"{entry.row.peer} {entry.row.precision}")
    progress.close()


def _take(entry: Entry, samples: int, home: Path) -> None:
    try:
        taken, said = entry.ask(samples, home)
    except EdgeError as error:
        if entry.peer.name == OURS:
            raise
        entry.row = replace(entry.row, missing=f"it ran at first, then failed: {error}")
        return
    row, peak = entry.row, int(said["peak_kib"])
    if not samples:
        entry.row = replace(row, cold_ms=(*row.cold_ms, taken), cold_kib=(*row.cold_kib, peak))
        return
    times = said["ms"]
    entry.row = replace(
        row,
        p50_ms=(*row.p50_ms, quantile(times, 0.5)),
        p90_ms=(*row.p90_ms, quantile(times, 0.9)),
        peak_kib=(*row.peak_kib, peak),
        samples=row.samples + len(times),
    )
