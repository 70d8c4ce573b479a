"""What passes between the workbenches: one definition of each record."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

__all__ = [
    "NOT_MEASURED",
    "CalledCovid",
    "EvaluationReport",
    "Film",
    "FilmPrediction",
    "Fold",
    "Interval",
    "ParityReport",
    "StudentRecord",
]


@dataclass(frozen=True)
class Film:
    """One radiograph file. `path` is relative to the data folder."""

    path: str
    label: str  # "covid", "normal", or another that is never trained on
    site: str  # the unit of hold-out
    source: str
    group: str  # films of one patient or near-duplicates
    patient: str = ""
    view: str = ""
    age: str = ""
    sex: str = ""
    origin: str = ""
    note: str = ""


@dataclass(frozen=True)
class Fold:
    """Which films a fold's models train on and which they are validated on (indices)."""

    name: str
    train: tuple[int, ...]
    validation: tuple[int, ...]


@dataclass(frozen=True)
class Interval:
    """A metric with its 95 % interval."""

    value: float
    low: float
    high: float


NOT_MEASURED = Interval(math.nan, math.nan, math.nan)


@dataclass(frozen=True)
class FilmPrediction:
    """What one network said of one film that it had not trained on."""

    path: str
    label: str
    site: str
    group: str
    role: str  # "out_of_fold" | "holdout" | "excluded"
    network: str  # "teacher" | "student" | "plain"
    fold: str
    logit: float  # covid logit - normal logit, uncalibrated
    score: float  # p(covid), calibrated for the student


@dataclass(frozen=True)
class EvaluationReport:
    """Metrics of one network on one split."""

    network: str
    split: str
    films: int
    positives: int
    groups: int
    auroc: Interval
    sensitivity: Interval
    specificity: Interval
    balanced_accuracy: Interval
    threshold: float
    sites: dict[str, int] = field(default_factory=dict)
    by_fold: dict[str, float] = field(default_factory=dict)  # AUROC of each fold
    caution: str = ""
    schema: int = 1


@dataclass(frozen=True)
class CalledCovid:
    """How many never-seen films of one label and site, none of them covid, are called so."""

    label: str
    site: str
    films: int
    called: int
    share: Interval


@dataclass(frozen=True)
class StudentRecord:
    """training -> export: everything that export may not fetch from training."""

    name: str
    version: str
    model_file: str  # relative to the run folder, uncalibrated logits
    model_sha256: str
    input_size: int
    temperature: float
    threshold: float
    never_seen: tuple[Film, ...]  # holdout and excluded films
    trained_on: tuple[Film, ...]  # for the representative dataset
    novelty_file: str  # .npz: mean [C], components [C, K] (whitened), scale []
    novelty_threshold: float
    novelty_films: dict[str, int]  # "films", "phantoms": how many made the statistics
    last_conv: str  # name of the layer whose output the heat map explains
    data_fingerprint: str
    preset: dict[str, Any]
    made_by: dict[str, str]
    trained_networks: dict[str, Any]  # teacher and student: backbones, parameters, weights
    schema: int = 1


@dataclass(frozen=True)
class ParityReport:
    """An exported file against its Keras model, film by film."""

    file: str
    precision: str
    graph_sha256: str
    films: int
    phantoms: int
    classes: dict[str, int]
    mean_dp: float
    p99_dp: float
    max_dp: float
    logit_shift: float
    logit_spread: float
    flips: int
    flipped: tuple[str, ...]
    flip_share: Interval
    heatmap_rank_correlation: float
    novelty_mean_difference: float
    gate: dict[str, float]
    passed: bool
    why: tuple[str, ...] = ()  # the gate's lines that failed
    worst: tuple[dict[str, Any], ...] = ()  # path, keras score, file score
    schema: int = 1
