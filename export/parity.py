"""Parity: the exported file against its Keras model, film by film."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from edge_runtime.interpreters import Interpreter
from export.onnx_file import OnnxSession
from workshop.progress import track
from workshop.records import ParityReport
from workshop.statistics import rank_correlation, wilson

__all__ = ["Outputs", "Subject", "compare", "gate_of", "keras_outputs", "outputs_of", "rows_csv"]

Pixels = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float64]
DEFAULT_GATE = {
    "float_max_dp": 1e-3,
    "float_flips": 0,
    "int8_mean_dp": 0.06,
    "int8_flip_share": 0.08,
}
WORST = 8


@dataclass(frozen=True)
class Outputs:
    """What one model says of n films."""

    score: Floats  # [n], p(covid)
    heatmap: Floats  # [n, g * g]
    novelty: Floats  # [n]


@dataclass(frozen=True)
class Subject:
    """The films of a parity run: real ones first, phantoms behind them."""

    names: tuple[str, ...]
    labels: tuple[str, ...]
    pixels: Pixels  # [n, S, S]
    films: int  # how many of them are real
    threshold: float


def keras_outputs(model: keras.Model, pixels: Pixels, title: str = "") -> Outputs:
    """The reference: the deployed graph in Keras, in float; progress where it has a title."""
    parts, batch = [], 32
    starts = range(0, len(pixels), batch)
    for start in track(starts, title) if title else starts:
        gray = pixels[start : start + batch]
        full = np.concatenate([gray, np.repeat(gray[:1], batch - len(gray), axis=0)])
        film = np.repeat(full[..., None], 3, axis=3).astype(np.float32)
        part = model.predict_on_batch(film)
        parts.append({name: np.asarray(part[name])[: len(gray)] for name in part})
    return _stack(parts)


def outputs_of(model: Interpreter | OnnxSession, pixels: Pixels, title: str) -> Outputs:
    """An exported file's outputs, film by film as a device would run it."""
    return _stack(
        [
            {name: np.asarray(value).reshape(1, -1) for name, value in model.run(film.tobytes()).items()}
            for film in track(pixels, f"parity: {title}", len(pixels))
        ]
    )


def _stack(parts: Sequence[dict[str, Any]]) -> Outputs:
    whole = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    return Outputs(
        whole["probabilities"][:, 1].astype(np.float64),
        whole["heatmap"].astype(np.float64),
        whole["novelty"][:, 0].astype(np.float64),
    )


def gate_of(preset: dict[str, Any]) -> dict[str, float]:
    """The gate that a run's preset sets, defaults where it is silent."""
    given = (preset.get("export") or {}).get("gate") or {}
    return {name: float(given.get(name, value)) for name, value in DEFAULT_GATE.items()}


def compare(
    file: str,
    precision: str,
    graph_sha256: str,
    subject: Subject,
    reference: Outputs,
    found: Outputs,
    gate: dict[str, float],
) -> ParityReport:
    """Differences of scores, decisions, heat maps and novelty, and the gate's verdict."""
    differences = np.abs(found.score - reference.score)
    shift = _logit(found.score) - _logit(reference.score)
    flipped = (found.score >= subject.threshold) != (reference.score >= subject.threshold)
    names = np.array(subject.names)
    covid = np.flatnonzero(reference.score >= subject.threshold)
    ranks = [rank_correlation(reference.heatmap[i], found.heatmap[i]) for i in covid]
    why = _failures(precision, differences, flipped, gate)
    order = np.argsort(-differences, kind="stable")[:WORST]
    return ParityReport(
        file=file,
        precision=precision,
        graph_sha256=graph_sha256,
        films=subject.films,
        phantoms=len(names) - subject.films,
        classes=dict(Counter(subject.labels[: subject.films])),
        mean_dp=float(differences.mean()),
        p99_dp=float(np.quantile(differences, 0.99)),
        max_dp=float(differences.max()),
        logit_shift=float(shift.mean()),
        logit_spread=float(shift.std()),
        flips=int(flipped.sum()),
        flipped=tuple(names[flipped].tolist()),
        flip_share=wilson(int(flipped.sum()), len(names)),
        heatmap_rank_correlation=float(np.median(np.nan_to_num(ranks))) if ranks else 0.0,
        novelty_mean_difference=float(np.abs(found.novelty - reference.novelty).mean()),
        gate=gate,
        passed=not why,
        why=tuple(why),
        worst=tuple(
            {
                "path": subject.names[i],
                "label": subject.labels[i],
                "keras_score": float(reference.score[i]),
                "file_score": float(found.score[i]),
            }
            for i in order
        ),
    )


def _failures(
    precision: str, differences: Floats, flipped: npt.NDArray[np.bool_], gate: dict[str, float]
) -> list[str]:
    if precision == "int8":
        figures = {
            "int8_mean_dp": (float(differences.mean()), "mean |dp|"),
            "int8_flip_share": (float(flipped.mean()), "share of flipped decisions"),
        }
    else:
        figures = {
            "float_max_dp": (float(differences.max()), "largest |dp|"),
            "float_flips": (float(flipped.sum()), "flipped decisions"),
        }
    return [
        f"{what} {value:.4g} is over {gate[name]:g}"
        for name, (value, what) in figures.items()
        if not value <= gate[name]
    ]


def _logit(score: Floats) -> Floats:
    """Clipped at half an int8 step: beyond it a quantized score says nothing."""
    inside = np.clip(score, 1 / 512, 1 - 1 / 512)
    return np.asarray(np.log(inside / (1 - inside)))


def rows_csv(subject: Subject, reference: Outputs, found: dict[str, Outputs]) -> str:
    """One row a film: its score in Keras and in every file."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(["path", "label", "keras", *found])
    for i, (name, label) in enumerate(zip(subject.names, subject.labels, strict=True)):
        scores = [reference.score[i], *(one.score[i] for one in found.values())]
        writer.writerow([name, label, *(f"{score:.6f}" for score in scores)])
    return stream.getvalue()
