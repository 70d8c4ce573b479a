"""Parity: an exported file against the calibrated Keras graph, film by film."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from export.convert import as_input
from export.films import ParityFilms
from export.gate import failures, missed_goals
from export.heat_parity import rank_correlations
from export.parity_figures import Outputs, bounded, figures_of
from workshop.progress import track
from workshop.records import ParityReport

__all__ = ["Outputs", "Run", "compare", "keras_run", "outputs_of"]

Run = Callable[[bytes], Mapping[str, tuple[float, ...]]]
WORST, WORST_MAPS = 4, 2


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
    """The report on one file, gate included. Decisions are `score >= threshold`.

    The gate is on the films, and on the phantoms where there is no film; the phantoms'
    figures stand beside them. Raises `DataError` for a precision that has no gate.
    """
    parts = {
        name: figures_of(films, chosen, reference, found, threshold)
        for name, chosen in (
            ("films", slice(0, films.films)),
            ("phantoms", slice(films.films, None)),
        )
        if len(films.names[chosen])
    }
    judged = next(iter(parts.values()))
    phantoms = parts.get("phantoms")
    bounds = bounded(judged)
    why = failures(precision, gate, bounds)
    if len(found.scores) > 1 and not np.ptp(found.scores):
        why.insert(0, f"it gives every film the score {found.scores[0]:.4g}")
    missed = missed_goals(precision, gate, bounds)
    return ParityReport(
        **{name: getattr(judged, name) for name in judged.__dataclass_fields__},
        file=file,
        precision=precision,
        graph_sha256=graph_sha256,
        films=films.films,
        phantoms=films.phantoms,
        of_phantoms=phantoms,
        roles=dict(sorted(Counter(films.roles[: films.films]).items())),
        threshold=threshold,
        gate=gate,
        passed=not why,
        why=tuple(why),
        goal_missed=None if missed is None else tuple(missed),
        worst=_worst(films, reference, found),
    )


def _worst(films: ParityFilms, reference: Outputs, found: Outputs) -> tuple[dict[str, Any], ...]:
    """The films whose score moved most, then those whose heat map did; phantoms if no film."""
    count = films.films or films.phantoms
    dp = np.abs(found.scores - reference.scores)[:count]
    maps = rank_correlations(reference.heatmaps[:count], found.heatmaps[:count])
    by_score = [int(i) for i in np.argsort(-dp, kind="stable")[:WORST]]
    by_map = [int(i) for i in np.argsort(maps, kind="stable") if i not in by_score]
    rows = [(i, "score") for i in by_score]
    rows += [(i, "heat map") for i in by_map[:WORST_MAPS] if not np.isnan(maps[i])]
    return tuple(
        {
            "path": films.names[i],
            "label": films.labels[i],
            "why": why,
            "keras": round(float(reference.scores[i]), 6),
            "file": round(float(found.scores[i]), 6),
            "heatmap_rank": None if np.isnan(maps[i]) else round(float(maps[i]), 4),
            "keras_map": [float(f"{value:.4g}") for value in reference.heatmaps[i]],
            "file_map": [float(f"{value:.4g}") for value in found.heatmaps[i]],
        }
        for i, why in rows
    )
