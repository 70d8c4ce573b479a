"""TRIPOD+AI and CLAIM, filled in from what a report holds."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from workshop.report.called import called, strata
from workshop.report.checklist_items import ITEMS
from workshop.report.data import RunFiles
from workshop.report.figures import folds, mixed_sites
from workshop.report.subject import Subject, headline

__all__ = ["Entry", "checklist", "facts", "tally"]

REPORTED, PARTLY, NOT_DONE = "reported", "partly", "not done"


@dataclass(frozen=True)
class Entry:
    """An item of either guideline, and how far this page tells it."""

    tripod: str
    claim: str
    what: str
    status: str
    section: str  # the id of the place; "" where it is told nowhere
    lacking: str


def checklist(known: Mapping[str, bool]) -> list[Entry]:
    """Every item's status, from `facts`."""
    rows = []
    for item in ITEMS:
        status = REPORTED if known[item.reported] else PARTLY if known[item.partly] else NOT_DONE
        section = item.section if status != NOT_DONE else ""
        lacking = item.lacking if status != REPORTED else ""
        rows.append(Entry(item.tripod, item.claim, item.what, status, section, lacking))
    return rows


def tally(rows: list[Entry]) -> str:
    """`12 reported, 20 partly, 14 not done`."""
    counts = Counter(row.status for row in rows)
    return ", ".join(f"{counts[status]} {status}" for status in (REPORTED, PARTLY, NOT_DONE))


def facts(subject: Subject, heat: bool) -> dict[str, bool]:
    """What is known of this subject, by the names that the items use; `heat`: films are shown."""
    evidence = None if subject.foreign else subject.evidence
    by = {kind for kind, *_ in found.rows} if (found := strata(subject)) is not None else set()
    top = headline(subject)
    known = {
        "always": True,
        "never": False,
        "heat": heat,
        "evaluated": evidence is not None,
        "measured": top is not None,
        "threshold": not math.isnan(subject.threshold),
        "called": bool(called(subject)),
        "strata": bool(by),
        "people": {"sex", "age"} <= by,
        "audited": evidence is not None and evidence.audits is not None,
        "robust": evidence is not None and bool(evidence.robustness),
        "refit": evidence is not None and evidence.calibration is not None,
        "software": evidence is not None and bool(evidence.made_by),
        "sites": evidence is not None and len(evidence.metrics) > 1,
        "calibrated": evidence is not None and evidence.calibration is not None,
        "counted": evidence is not None and bool(evidence.counts),
    }
    run = _of_run(subject.files)
    return {name: known.get(name, False) or run.get(name, False) for name in {**known, **run}}


def _of_run(files: RunFiles | None) -> dict[str, bool]:
    names = ("trained", "counted", "software", "started", "learned", "sites", "compared",
             "calibrated", "internal", "external", "elsewhere", "exported")  # fmt: skip
    if files is None:
        return dict.fromkeys(names, False)
    student = files.student
    networks = student.trained_networks.values() if student is not None else ()
    away = {one.label for one in files.of("student", "excluded")}
    holdout = files.of("student", "holdout")
    values = (
        student is not None,
        student is not None,
        bool(files.facts.get("made_by")),
        any(network.get("weights") for network in networks),
        bool(files.history),
        bool(mixed_sites(files)),
        bool(holdout and files.of("teacher", "holdout")),
        bool(holdout) and len({one.label for one in holdout}) == 2,
        bool(holdout or folds(files)),
        away == {"covid", "normal"},
        bool(away),
        bool(files.parity),
    )
    return dict(zip(names, values, strict=True))
