"""What a report computes from a run's records: counts by site, curves, what is missing."""

from __future__ import annotations

import base64
from collections import Counter, defaultdict
from dataclasses import dataclass

from workshop.evidence.statistics import auroc, bootstrap
from workshop.latency import LatencyRow, latency_rows
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
from workshop.plotting.style import STYLE
from workshop.records import FilmPrediction, Interval
from workshop.report.data import RunFiles

__all__ = [
    "Plot",
    "SiteAuroc",
    "SiteCount",
    "both_classes",
    "latency",
    "not_done",
    "plots",
    "site_counts",
    "within_sites",
]

ENOUGH = 5  # films of each class, below which a site's AUROC says nothing
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


@dataclass(frozen=True)
class SiteCount:
    """Films of one site and label by what became of them."""

    site: str
    label: str
    trained: int
    out_of_fold: int
    holdout: int
    excluded: int


@dataclass(frozen=True)
class SiteAuroc:
    """The student on never-seen films of one site that holds both classes."""

    site: str
    covid: int
    normal: int
    auroc: Interval


def site_counts(files: RunFiles) -> list[SiteCount]:
    """One row a site and label, from the student's record and its predictions."""
    counts: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    if files.student is not None:
        counts["trained"].update((film.site, film.label) for film in files.student.trained_on)
    for one in files.predictions:
        if one.network == "student":
            counts[one.role][one.site, one.label] += 1
    cells = sorted({cell for counter in counts.values() for cell in counter})
    roles = ("trained", "out_of_fold", "holdout", "excluded")
    return [SiteCount(*cell, *(counts[role][cell] for role in roles)) for cell in cells]


def both_classes(counts: list[SiteCount]) -> tuple[int, int]:
    """How many of the sites that were trained on hold both classes, and how many there are."""
    labels: dict[str, set[str]] = defaultdict(set)
    for row in counts:
        if row.trained and row.label in ("covid", "normal"):
            labels[row.site].add(row.label)
    return sum(len(found) == 2 for found in labels.values()), len(labels)


def within_sites(files: RunFiles) -> list[SiteAuroc]:
    """AUROC inside each site with at least five never-seen films of each class.

    Within one site a network gains nothing by telling hospitals apart.
    """
    sites: dict[str, list[FilmPrediction]] = defaultdict(list)
    for one in files.of("student", "holdout", "excluded"):
        sites[one.site].append(one)
    rows = []
    for site, part in sorted(sites.items()):
        labels = [int(one.label == "covid") for one in part]
        covid, normal = sum(labels), len(labels) - sum(labels)
        if min(covid, normal) >= ENOUGH:
            groups, scores = [one.group for one in part], [one.score for one in part]
            found = bootstrap(auroc, groups, labels, scores, seed=SEED, repeats=500)
            rows.append(SiteAuroc(site, covid, normal, found))
    return rows


def plots(files: RunFiles) -> dict[str, Plot]:
    """The plots that the records give, by name."""
    made: dict[str, bytes] = {}
    curves: dict[str, tuple[list[int], list[float]]] = {}
    bands: dict[str, Band] = {}
    for network in ("student", "teacher"):
        part = files.of(network, "holdout")
        labels, scores = [int(one.label == "covid") for one in part], [one.score for one in part]
        if 0 < sum(labels) < len(labels):
            curves[network] = (labels, scores)
            if network == "student":
                bands[network] = roc_band(labels, scores, [one.group for one in part], SEED)
    if curves:
        made["roc"] = roc_png(curves, bands)
        made["reliability"] = reliability_png(curves)
    if "student" in curves and files.student is not None:
        made["scores"] = score_png(*curves["student"], files.threshold)
    if files.history:
        made["learning"] = learning_curves_png(files.history)
    if files.parity_scores:
        found = dict(files.parity_scores)
        made["parity"] = parity_plot(found.pop("keras"), found, files.threshold)
    real = [one for one in files.benchmarks if not one.emulated]
    if real:
        made["latency"] = latency_plot(real)
    return {name: Plot.of(png) for name, png in made.items()}


def latency(files: RunFiles) -> list[LatencyRow]:
    """The rows of the latency table."""
    return latency_rows(files.benchmarks)


def not_done(files: RunFiles) -> list[str]:
    """What nobody should take this run for, as sentences."""
    lines = []
    student = files.student
    split = student.preset.get("split", {}) if student is not None else {}
    folds, trained = split.get("folds"), split.get("trained")
    if isinstance(folds, int) and isinstance(trained, int) and trained < folds:
        lines.append(
            f"{trained} of {folds} folds {'was' if trained == 1 else 'were'} trained: "
            "out-of-fold figures come from a part of the films."
        )
    lines.append("One seed: how much the figures vary from training to training is not known.")
    if files.synthetic:
        lines.append("No film of a patient was used: nothing here is known of patients.")
    elif not within_sites(files):
        lines.append("No hospital with films of both classes was kept from training.")
    lines += [
        "Sites were not held out in turn, and shortcuts (borders, marks, films without lungs) "
        "were not audited.",
        "The student was not compared with one trained without a teacher.",
        "Heat maps were not compared with findings.",
        "No person read these films with or without the score.",
    ]
    boards = [one for one in files.benchmarks if one.machine.get("board") and not one.emulated]
    if not boards:
        lines.append("No board was measured: times are this machine's alone.")
    return lines
