"""Several folders side by side: one row each, before their reports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workshop.records import NOT_MEASURED, EvaluationReport, Interval
from workshop.report.called import Called, called, worst
from workshop.report.evidence import Calibration
from workshop.report.subject import Subject, headline, split_of

__all__ = ["Row", "overview"]


@dataclass(frozen=True)
class Row:
    """What is set side by side: the figures of one split, and what stands beside them."""

    place: int  # of its report on the page, from 1
    name: str
    folder: str
    split: str  # what the films are to the model
    report: EvaluationReport | None
    ece: Interval
    verdict: str
    worst: Called | None


def overview(parts: Sequence[tuple[Subject, Sequence[Calibration]]]) -> list[Row]:
    """A row a subject, in the order given, each with its run's calibration."""
    return [
        Row(
            place, one.name, one.folder.resolve().name, split_of(one), headline(one),
            _ece(one, rows),
            one.verdict, worst(called(one)),
        )
        for place, (one, rows) in enumerate(parts, 1)
    ]  # fmt: skip


def _ece(subject: Subject, rows: Sequence[Calibration]) -> Interval:
    """ECE on the films of the headline; NaN where it was not measured."""
    report, evidence = headline(subject), subject.evidence
    if report is None:
        return NOT_MEASURED
    if subject.files is not None and report in subject.files.evaluation:
        found = (one.ece for one in rows if (one.network, one.split) == ("student", "holdout"))
        return next(found, NOT_MEASURED)
    return evidence.calibration.ece if evidence and evidence.calibration else NOT_MEASURED
