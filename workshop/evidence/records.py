"""What an evaluation has shown of one model: `evidence.json`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from workshop.records import EvaluationReport, Interval

__all__ = [
    "AuditMeasure",
    "AuditReport",
    "CalibrationReport",
    "CalledShare",
    "Curve",
    "CurvePoint",
    "Evidence",
    "NotComputed",
    "OperatingPoint",
    "SiteError",
    "Verdict",
]

Verdict = Literal["no shortcut found", "cannot tell", "confounded"]


@dataclass(frozen=True)
class CalledShare:
    """How many films of one label, in one stratum, are called covid."""

    label: str
    by: str  # "all" | "site" | "view" | "sex" | "age"
    stratum: str  # e.g. "nih", "PA", "F", "40-59", "not stated"
    films: int
    groups: int
    called: int
    share: Interval
    few: bool  # too few films to say anything


@dataclass(frozen=True)
class AuditMeasure:
    """One audit: what the model does when something that it should not need is taken away."""

    name: str  # e.g. "border only", "lungs hidden", "JPEG quality 30"
    kind: str  # "occlusion" | "masking" | "shift" | "probe"
    films: int
    positives: int
    auroc: Interval  # on the changed films (for a probe: its balanced accuracy)
    change: Interval  # AUROC on the changed films less that on the films as they are
    flips: Interval  # share of decisions that changed
    finding: str  # "passes" | "fails" | "cannot tell" | "told only"
    why: str  # one sentence with the numbers that decided


@dataclass(frozen=True)
class AuditReport:
    """All audits of a model on one set of films, and the verdict of the rule."""

    rule: str  # version of the written rule
    films: int
    positives: int
    groups: int
    auroc: Interval  # on the films as they are
    measures: tuple[AuditMeasure, ...]
    verdict: Verdict
    reasons: tuple[str, ...]  # one sentence each


@dataclass(frozen=True)
class CurvePoint:
    """A perturbation at one strength."""

    level: float  # in the perturbation's own unit; `Curve.clean` is no change
    auroc: Interval
    sensitivity: Interval
    specificity: Interval
    flips: Interval  # share of decisions that changed


@dataclass(frozen=True)
class Curve:
    """A model under one perturbation, from none to strong."""

    perturbation: str  # e.g. "noise"
    unit: str  # e.g. "gray levels, standard deviation"
    clean: float  # the level that changes nothing
    films: int
    points: tuple[CurvePoint, ...]


@dataclass(frozen=True)
class SiteError:
    """Mean squared error of the scores of one site's films, whatever their class."""

    site: str
    films: int
    positives: int
    error: Interval


@dataclass(frozen=True)
class CalibrationReport:
    """How far scores are from shares; the two classes weigh one half each."""

    films: int
    ece: Interval  # bins of equal mass
    brier: Interval
    temperature: float  # that would fit these films best, as a multiple of the model's own
    sites: tuple[SiteError, ...]  # the worst first
    site_mean: float  # over sites with enough films


@dataclass(frozen=True)
class OperatingPoint:
    """Answers at one threshold."""

    name: str  # e.g. "the model's own", "sensitivity .90 out of fold"
    threshold: float
    chosen_on: str  # which films chose it: never those that it is judged on
    films: int
    sensitivity: Interval
    specificity: Interval
    predictive: tuple[tuple[float, Interval, Interval], ...]  # prevalence, PPV, NPV


@dataclass(frozen=True)
class NotComputed:
    """A part that is missing, and why: one site, no groups, ten films."""

    part: str
    why: str


@dataclass(frozen=True)
class Evidence:
    """Everything that one command says of a model on labelled films."""

    model: dict[str, str | int | float]  # name, file, kind, sha256, input_size, threshold
    data: dict[str, str | int]  # name, fingerprint, films, groups, seen: left out as trained on
    split: str  # what the films are to the model
    counts: tuple[tuple[str, str, int], ...]  # site, label, films
    called: tuple[CalledShare, ...]
    metrics: tuple[EvaluationReport, ...]  # all films; each site that holds both classes
    audits: AuditReport | None
    calibration: CalibrationReport | None
    operating_points: tuple[OperatingPoint, ...]
    robustness: tuple[Curve, ...]
    not_computed: tuple[NotComputed, ...]
    made_by: dict[str, str] = field(default_factory=dict)
    seed: int = 1
    seconds: float = 0.0
    schema: int = 1
