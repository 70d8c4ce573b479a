"""What else is called covid: the table that a clinician looks for first."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from workshop.evidence.called import FEW
from workshop.evidence.records import CalledShare
from workshop.records import Interval
from workshop.report.subject import Subject

__all__ = ["Called", "Strata", "called", "strata", "worst"]

FINE = ("view", "sex", "age")


@dataclass(frozen=True)
class Called:
    """Films of one label at one site (or all of them), and the share that is called covid."""

    label: str
    site: str  # "all sites" for all of them
    films: int
    called: int
    share: Interval
    few: bool


@dataclass(frozen=True)
class Strata:
    """Shares by view, sex and age: a row a stratum, a cell a label (None: no film)."""

    labels: tuple[str, ...]
    rows: tuple[tuple[str, str, tuple[CalledShare | None, ...]], ...]


def called(subject: Subject) -> list[Called]:
    """Every label but covid, the worst share first and those of few films last.

    From the evaluation where there is one of this model, else from the run's own records.
    """
    rows: list[Called] = []
    if subject.evidence is not None and not subject.foreign:
        rows = _of_evidence(subject.evidence.called)
    if not rows and subject.files is not None:
        rows = [
            Called(one.label, one.site, one.films, one.called, one.share, one.films < FEW)
            for one in subject.files.called
        ]
    return sorted(rows, key=lambda row: (row.few, -_known(row.share.value), row.label, row.site))


def _of_evidence(shares: Sequence[CalledShare]) -> list[Called]:
    others = [one for one in shares if one.label != "covid" and one.films]
    rows = []
    for one in others:
        sites = sum(two.label == one.label and two.by == "site" for two in others)
        # Where there is one site alone, its row says what a row of all sites would.
        if one.by == "site" or (one.by == "all" and sites != 1):
            site = one.stratum if one.by == "site" else "all sites"
            rows.append(Called(one.label, site, one.films, one.called, one.share, one.few))
    return rows


def worst(rows: Sequence[Called]) -> Called | None:
    """The row with the largest share among those of enough films."""
    enough = [row for row in rows if not row.few and not math.isnan(row.share.value)]
    return max(enough, key=lambda row: row.share.value, default=None)


def strata(subject: Subject) -> Strata | None:
    """The evaluation's shares by view, sex and age, covid itself among the labels."""
    if subject.evidence is None or subject.foreign:
        return None
    cells = {
        (one.by, one.stratum, one.label): one for one in subject.evidence.called if one.by in FINE
    }
    if not cells:
        return None
    labels = tuple(
        sorted({label for *_, label in cells}, key=lambda label: (label == "covid", label))
    )
    keys = sorted(
        {(by, stratum) for by, stratum, _ in cells}, key=lambda key: (FINE.index(key[0]), key[1])
    )
    rows = (
        (by, name, tuple(cells.get((by, name, label)) for label in labels)) for by, name in keys
    )
    return Strata(labels, tuple(rows))


def _known(share: float) -> float:
    return -1.0 if math.isnan(share) else share
