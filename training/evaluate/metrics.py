"""Scores to reports: all films, each site that holds both classes, covid against other labels."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace

from edge_runtime.contract import LABELS
from training.evaluation import IN_NUMBER, evaluate
from workshop.evidence.records import NotComputed
from workshop.evidence.scorer import Floats
from workshop.records import NOT_MEASURED, EvaluationReport, Film, FilmPrediction

__all__ = ["ALL", "metrics"]

ALL = "all films"
ONE_SITE = (
    "Telling sites apart does not help within one, but one site may gather several hospitals. "
    "The score holds for films like these alone."
)


def metrics(
    films: Sequence[Film], scores: Floats, threshold: float | None, name: str, seed: int
) -> tuple[tuple[EvaluationReport, ...], list[NotComputed]]:
    """Reports of films of any label with their scores `[n]`, and what there cannot be.

    First covid against normal over all films, then within each site; then, within a site,
    covid against each other label, where a model cannot go by the site. Without a threshold
    decisions are NaN.
    """
    scored = _predictions(films, scores, name)
    two = [one for one in scored if one.label in LABELS]
    counts = Counter(one.label for one in two)
    if min(counts["covid"], counts["normal"]) == 0:
        missing = "covid" if not counts["covid"] else "normal"
        labels = ", ".join(sorted({one.label for one in films}))
        return (), [NotComputed("metrics", f"no film has the label {missing} (here: {labels})")]
    reports = [_report(two, ALL, threshold, name, seed)]
    sites, missing_sites = _sites(two)
    for site, part in sites.items():
        if len(part) < len(two):
            reports.append(_report(part, f"site {site}", threshold, name, seed, ONE_SITE))
    for split, part in _others(scored).items():
        reports.append(_report(part, split, threshold, name, seed, ONE_SITE))
    return tuple(reports), missing_sites


def _predictions(films: Sequence[Film], scores: Floats, name: str) -> list[FilmPrediction]:
    return [
        FilmPrediction(
            one.path, one.label, one.site, one.group, "evaluated", name, "",
            logit=math.nan, score=float(score),
        )
        for one, score in zip(films, scores, strict=True)
    ]  # fmt: skip


def _sites(
    two: Sequence[FilmPrediction],
) -> tuple[dict[str, list[FilmPrediction]], list[NotComputed]]:
    parts: dict[str, list[FilmPrediction]] = defaultdict(list)
    for one in two:
        parts[one.site].append(one)
    whole, short = {}, []
    for site, part in sorted(parts.items()):
        counts = Counter(one.label for one in part)
        if min(counts[label] for label in LABELS) >= IN_NUMBER:
            whole[site] = part
        else:
            short.append(f"{site} ({counts['covid']} covid, {counts['normal']} normal)")
    if not short:
        return whole, []
    why = f"fewer than {IN_NUMBER} films of each class: {', '.join(short)}"
    return whole, [NotComputed("metrics within a site", why)]


def _others(scored: Sequence[FilmPrediction]) -> dict[str, list[FilmPrediction]]:
    cells: dict[tuple[str, str], list[FilmPrediction]] = defaultdict(list)
    for one in scored:
        cells[one.site, one.label].append(one)
    found = {}
    for (site, label), part in sorted(cells.items()):
        covid = cells.get((site, "covid"), [])
        if label not in LABELS and min(len(part), len(covid)) >= IN_NUMBER:
            found[f"{site}: covid against {label}"] = covid + part
    return found


def _report(
    part: Sequence[FilmPrediction], split: str, threshold: float | None, name: str, seed: int,
    caution: str = "",
) -> EvaluationReport:  # fmt: skip
    given = math.nan if threshold is None else threshold
    report = replace(evaluate(part, name, split, given, seed), by_fold={})
    if threshold is None:
        report = replace(
            report,
            sensitivity=NOT_MEASURED,
            specificity=NOT_MEASURED,
            balanced_accuracy=NOT_MEASURED,
        )
    return replace(report, caution=caution) if caution else report
