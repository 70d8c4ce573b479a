"""The plots of a report, from the records of a run or of an evaluation."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from workshop.plotting.agreement import agreement_png, confusion_counts, confusion_png
from workshop.plotting.audits import audits_png
from workshop.plotting.calibration import reliability_png
from workshop.plotting.latency import latency_plot
from workshop.plotting.plots import (
    Band,
    learning_curves_png,
    parity_plot,
    roc_band,
    roc_png,
    score_png,
)
from workshop.plotting.robustness import robustness_png
from workshop.plotting.style import STYLE
from workshop.report.agreement import paired
from workshop.report.data import RunFiles
from workshop.report.subject import Subject

__all__ = ["NETWORKS", "Plot", "plots"]

NETWORKS = ("student", "teacher", "plain")
SEED = 1  # of resampling alone
SHOWN_DPI = 104


@dataclass(frozen=True)
class Plot:
    """A PNG as a data URI and the width to show it at: letters of one size in all plots."""

    uri: str
    width: int

    @classmethod
    def of(cls, png: bytes) -> Plot:
        """From the file, whose width stands in its header."""
        wide = int.from_bytes(png[16:20], "big")
        uri = f"data:image/png;base64,{base64.b64encode(png).decode()}"
        return cls(uri, round(wide * SHOWN_DPI / STYLE["savefig.dpi"]))


class Scored(Protocol):
    """What a plot takes of a film: a prediction of a run, or a row of an evaluation."""

    @property
    def label(self) -> str:
        """ "covid" or "normal"."""

    @property
    def group(self) -> str:
        """Films of one patient or near-duplicates."""

    @property
    def score(self) -> float:
        """p(covid)."""


def plots(subject: Subject) -> dict[str, Plot]:
    """The plots that the records give, by name."""
    made: dict[str, bytes] = {}
    if subject.files is not None:
        made |= _of_run(subject.files)
    elif subject.films:
        model, cut = "the model", subject.threshold
        made |= _of_scores({model: subject.films}, {model: cut})
    evidence = subject.evidence
    if evidence is not None and evidence.audits is not None and evidence.audits.measures:
        made["audits"] = audits_png(evidence.audits.auroc, evidence.audits.measures)
    if evidence is not None and evidence.robustness:
        made["robustness"] = robustness_png(evidence.robustness)
    return {name: Plot.of(png) for name, png in made.items()}


def _of_run(files: RunFiles) -> dict[str, bytes]:
    networks = {name: files.of(name, "holdout") for name in NETWORKS}
    cuts = {one.network: one.threshold for one in files.evaluation if one.split == "holdout"}
    if files.student is not None:
        cuts["student"] = files.threshold
    made = _of_scores({name: part for name, part in networks.items() if part}, cuts)
    both = paired(files, "student", "teacher", "holdout")
    if both and {"student", "teacher"} <= set(cuts):
        made["agreement"] = agreement_png(
            _labels([one for one, _ in both]),
            ("student", [one.score for one, _ in both], cuts["student"]),
            ("teacher", [two.score for _, two in both], cuts["teacher"]),
        )
    if files.history:
        made["learning"] = learning_curves_png(files.history)
    if files.parity_scores:
        found = dict(files.parity_scores)
        made["parity"] = parity_plot(found.pop("keras"), found, files.threshold)
    real = [one for one in files.benchmarks if not one.emulated]
    if real:
        made["latency"] = latency_plot(real)
    return made


def _of_scores(networks: dict[str, Sequence[Scored]], cuts: dict[str, float]) -> dict[str, bytes]:
    """ROC (the first network with a band), reliability, scores of the first, decisions."""
    curves: dict[str, tuple[list[int], list[float]]] = {}
    bands: dict[str, Band] = {}
    matrices: dict[str, npt.NDArray[np.int64]] = {}
    for name, part in networks.items():
        labels, scores = _labels(part), [one.score for one in part]
        cut = cuts.get(name, float("nan"))
        if cut == cut:  # no threshold, no decision
            matrices[name] = confusion_counts(labels, scores, cut)
        if 0 < sum(labels) < len(labels):
            curves[name] = (labels, scores)
            if not bands:
                bands[name] = roc_band(labels, scores, [one.group for one in part], SEED)
    made = {}
    if curves:
        made = {"roc": roc_png(curves, bands), "reliability": reliability_png(curves)}
        first = next(iter(curves))
        if first in matrices:
            made["scores"] = score_png(*curves[first], cuts[first])
    if matrices:
        made["confusion"] = confusion_png(matrices)
    return made


def _labels(part: Sequence[Scored]) -> list[int]:
    return [int(one.label == "covid") for one in part]
