"""Parity: an exported file against the calibrated Keras graph, film by film."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from export.convert import as_input
from export.films import ParityFilms
from export.gate import failures
from workshop.evidence.statistics import rank_correlation, wilson
from workshop.progress import track
from workshop.records import ParityReport

__all__ = ["Outputs", "Run", "compare", "keras_run", "outputs_of"]

Floats = npt.NDArray[np.float64]
Run = Callable[[bytes], Mapping[str, tuple[float, ...]]]
WORST = 5
EDGE = 1 / 512  # half an int8 step: what a score of 0 or 1 may stand for


@dataclass(frozen=True)
class Outputs:
    """What one implementation said of n films."""

    scores: Floats  # [n], p(covid)
    heatmaps: Floats  # [n, g * g]
    novelty: Floats  # [n]


def keras_run(graph: Any) -> Run:
    """The Keras graph as a function of `S * S` grays."""
    size = int(graph.input_shape[1])

    def run(pixels: bytes) -> dict[str, tuple[float, ...]]:
        film = as_input(np.frombuffer(pixels, np.uint8).reshape(size, size))
        outputs = graph.predict_on_batch(film)
        return {name: tuple(np.ravel(value).tolist()) for name, value in outputs.items()}

    return run


def outputs_of(run: Run, films: ParityFilms, title: str) -> Outputs:
    """Run every film."""
    made = [run(film.tobytes()) for film in track(films.pixels, title, len(films.pixels))]
    return Outputs(
        np.array([one["probabilities"][1] for one in made]),
        np.array([one["heatmap"] for one in made]),
        np.array([one["novelty"][0] for one in made]),
    )


def compare(
    file: str,
    precision: str,
    graph_sha256: str,
    films: ParityFilms,
    reference: Outputs,
    found: Outputs,
    threshold: float,
    gate: dict[str, float],
) -> ParityReport:
    """The report on one file, gate included. Decisions are `score >= threshold`."""
    dp = np.abs(found.scores - reference.scores)
    shift = _logit(found.scores) - _logit(reference.scores)
    flipped = np.flatnonzero((found.scores >= threshold) != (reference.scores >= threshold))
    share = wilson(len(flipped), len(dp))
    figures = {
        "mean_dp": float(dp.mean()),
        "max_dp": float(dp.max()),
        "flips": float(len(flipped)),
        "flip_share": share.value,
    }
    why = failures(precision, gate, figures)
    worst = np.argsort(-dp, kind="stable")[:WORST]
    return ParityReport(
        file=file,
        precision=precision,
        graph_sha256=graph_sha256,
        films=films.films,
        phantoms=films.phantoms,
        classes=dict(sorted(Counter(films.labels).items())),
        mean_dp=figures["mean_dp"],
        p99_dp=float(np.quantile(dp, 0.99)),
        max_dp=figures["max_dp"],
        logit_shift=float(shift.mean()),
        logit_spread=float(shift.std()),
        flips=len(flipped),
        flipped=tuple(films.names[i] for i in flipped),
        flip_share=share,
        heatmap_rank_correlation=_heatmaps(reference.heatmaps, found.heatmaps),
        novelty_mean_difference=float(np.abs(found.novelty - reference.novelty).mean()),
        gate=gate,
        passed=not why,
        why=tuple(why),
        worst=tuple(
            {
                "path": films.names[i],
                "keras": round(float(reference.scores[i]), 6),
                "file": round(float(found.scores[i]), 6),
            }
            for i in worst
        ),
    )


def _logit(scores: Floats) -> Floats:
    inside = np.clip(scores, EDGE, 1 - EDGE)
    return np.asarray(np.log(inside) - np.log1p(-inside))


def _heatmaps(reference: Floats, found: Floats) -> float:
    """Mean rank correlation over films whose map is not constant; a lost map counts 0."""
    values = [
        np.nan_to_num(rank_correlation(one, other))
        for one, other in zip(reference, found, strict=True)
        if np.ptp(one) > 0
    ]
    return float(np.mean(values)) if values else 0.0
