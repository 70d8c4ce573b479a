"""What `evaluate` prints: the score beside its verdict, who is called covid, what is missing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from edge_runtime.contract import NOTICE
from workshop.evidence.records import CalledShare, Evidence
from workshop.records import EvaluationReport, Interval

__all__ = ["summary"]


def summary(evidence: Evidence, out: Path) -> str:
    """The whole of it as text that ends in a newline."""
    return "\n".join(_lines(evidence, out)) + "\n"


def _lines(evidence: Evidence, out: Path) -> Iterator[str]:
    data, model = evidence.data, evidence.model
    yield (
        f"{model['name']} ({model['file']}) on {data['films']} films of {data['name']}, "
        f"{data['groups']} groups; {data['seen']} left out as seen in training"
    )
    yield f"split: {evidence.split}"
    verdict = evidence.audits.verdict if evidence.audits is not None else "not audited"
    for number, report in enumerate(evidence.metrics):
        yield _metric(report, "" if number else f"  shortcut audit: {verdict}")
    yield from (report.caution for report in evidence.metrics[:1])
    if evidence.audits is not None:
        yield f"shortcut audit, {verdict}: {'; '.join(evidence.audits.reasons)}"
    rows = [one for one in evidence.called if one.by in ("all", "site")]
    if rows:
        yield f"called covid at threshold {model['threshold']:.4g}, of films without it:"
        yield from _table(rows)
    for one in evidence.not_computed:
        yield f"not computed: {one.part}: {one.why}"
    yield NOTICE
    yield f"report: python -m training report {out}"


def _metric(report: EvaluationReport, verdict: str) -> str:
    normal = report.films - report.positives
    return (
        f"{report.split}: AUROC {_short(report.auroc)}{verdict}  "
        f"sensitivity {_short(report.sensitivity)}  specificity {_short(report.specificity)}  "
        f"{report.positives} covid, {normal} others"
    )


def _table(rows: list[CalledShare]) -> Iterator[str]:
    wide = max(len(f"{one.label} {one.stratum}") for one in rows)
    for one in rows:
        few = "  few films" if one.few else ""
        where = "all sites" if one.by == "all" else one.stratum
        yield (
            f"  {f'{one.label}, {where}':{wide + 8}} {one.called:5} of {one.films:5}  "
            f"{_short(one.share)}{few}"
        )


def _short(value: Interval) -> str:
    return f"{value.value:.3f} ({value.low:.3f}-{value.high:.3f})"
