"""`sites.json`: what came out of holding sites out in turn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from training.sites.plan import Kind
from workshop.records import EvaluationReport, Interval

__all__ = ["SiteTest", "SitesResult", "TrialResult"]


@dataclass(frozen=True)
class SiteTest:
    """One network on films of sites that it has not seen (on the diagonal: not these films)."""

    network: str  # "teacher" | "student"
    covid: str  # where the covid films are from
    against: str  # "normal of jsrt", "pneumonia_other of ieee8023"
    report: EvaluationReport
    called: Interval  # share of the films without covid that are called so


@dataclass(frozen=True)
class TrialResult:
    """One training and its tests."""

    name: str
    kind: Kind
    trained: str  # covid sites
    normals: str  # site of the normal films that were trained on
    films: dict[str, int]  # trained on, "covid of bimcv": 300
    temperature: float
    threshold: float
    at_home: dict[str, Interval]  # network -> AUROC on held-out films of the sites trained on
    student_less_teacher: Interval  # AUROC on the tested covid and normal films, over groups
    tests: tuple[SiteTest, ...]

    def against_normals(self, network: str) -> tuple[SiteTest, ...]:
        """One network's tests on covid and normal films, a covid site each."""
        return tuple(
            one for one in self.tests
            if one.network == network and one.against.startswith("normal")
        )  # fmt: skip


@dataclass(frozen=True)
class SitesResult:
    """All trials, and where they came from."""

    facts: dict[str, Any]
    trials: tuple[TrialResult, ...]
    schema: int = 1
