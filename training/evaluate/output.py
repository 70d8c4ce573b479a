"""The folder that `evaluate` writes: evidence.json, films.csv, plots/."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from edge_runtime.contract import LABELS
from workshop.evidence.records import Evidence
from workshop.evidence.scorer import Floats
from workshop.plotting.calibration import reliability_png
from workshop.plotting.plots import roc_band, roc_png
from workshop.plotting.robustness import robustness_png
from workshop.records import Film
from workshop.records_io import save
from workshop.runs import write_atomic

__all__ = ["PLOTS", "write_evidence"]

PLOTS = ("roc", "reliability", "robustness")


def write_evidence(out: Path, evidence: Evidence, films: Sequence[Film], scores: Floats) -> None:
    """Write everything, evidence.json last; plots of an earlier evaluation that have no
    successor go. Raises `StorageError`."""
    write_atomic(out / "films.csv", _table(evidence, films, scores))
    plots = _plots(evidence, films, scores)
    for name in PLOTS:
        path = out / "plots" / f"{name}.png"
        if name in plots:
            write_atomic(path, plots[name])
        else:
            path.unlink(missing_ok=True)
    save(out / "evidence.json", evidence)


def _table(evidence: Evidence, films: Sequence[Film], scores: Floats) -> str:
    """A row a film; `called` is 1 for covid, and empty without a threshold."""
    threshold = evidence.model.get("threshold")
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(["path", "label", "site", "group", "score", "called"])
    for film, score in zip(films, scores, strict=True):
        called = "" if threshold is None else int(score >= float(threshold))
        writer.writerow([film.path, film.label, film.site, film.group, f"{score:.6f}", called])
    return stream.getvalue()


def _plots(evidence: Evidence, films: Sequence[Film], scores: Floats) -> dict[str, bytes]:
    plots = {}
    if evidence.metrics:
        two = [place for place, film in enumerate(films) if film.label in LABELS]
        labels = [int(films[place].label == "covid") for place in two]
        values = [float(scores[place]) for place in two]
        name = str(evidence.model["name"])
        band = roc_band(labels, values, [films[place].group for place in two], evidence.seed)
        plots["roc"] = roc_png({name: (labels, values)}, {name: band})
        plots["reliability"] = reliability_png({name: (labels, values)})
    if evidence.robustness:
        plots["robustness"] = robustness_png(evidence.robustness)
    return plots
