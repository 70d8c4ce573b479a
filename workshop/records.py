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
    "Flip",
    "Fold",
    "Interval",
    "ParityFigures",
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
    novelty_file: str  # .npz: mean [C], components [C, K] (whitened) of each layer
    novelty_threshold: float
    novelty_films: dict[str, int]  # how many made the statistics, how many the threshold
    last_conv: str  # name of the layer whose output the heat map explains
    data_fingerprint: str
    preset: dict[str, Any]
    made_by: dict[str, str]
    trained_networks: dict[str, Any]  # teacher and student: backbones, parameters, weights
    schema: int = 1


@dataclass(frozen=True)
class Flip:
    """A film that a file decides otherwise than its Keras model."""

    path: str
    label: str
    keras: float  # scores
    file: float
    distance: float  # of the Keras score from the threshold


@dataclass(frozen=True, kw_only=True)
class ParityFigures:
    """How far a file is from its Keras model over one set of films.

    Every difference is file less Keras. What schema 1 did not measure is NaN, None or empty.
    """

    classes: dict[str, int]
    mean_dp: float  # |dp|: of the score
    p99_dp: float
    max_dp: float
    logit_shift: float
    logit_spread: float
    snr_db: float = math.nan  # variance of the Keras logits over their mean squared error
    flips: int
    flipped: tuple[str, ...]
    flip_share: Interval
    flip_list: tuple[Flip, ...] = ()  # the flipped films, the farthest from the threshold first
    heatmap_rank_correlation: float  # mean over films whose Keras map is not constant
    heatmap_rank_median: float = math.nan
    heatmap_films: int = 0  # how many those are
    novelty_mean_difference: float  # absolute
    novelty_max_difference: float = math.nan
    groups: int = 0
    sensitivity_difference: Interval = NOT_MEASURED  # over groups
    specificity_difference: Interval = NOT_MEASURED
    auroc_difference: Interval = NOT_MEASURED  # DeLong's, a film counts as independent
    auroc_difference_groups: Interval = NOT_MEASURED  # the bootstrap over groups
    ece_keras: float = math.nan
    ece_file: float = math.nan
    covid_maps: int = 0  # films whose map may not be empty: see export.heat_parity
    empty_maps: int | None = None  # of those, all zero in the file
    empty_map_films: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ParityReport(ParityFigures):
    """An exported file against its Keras model, film by film.

    The figures are those that the gate is on: of the films, or of the phantoms where there
    is no film. In schema 1 they were of films and phantoms together.
    """

    file: str
    precision: str
    graph_sha256: str
    films: int
    phantoms: int
    of_phantoms: ParityFigures | None = None  # the same of the phantoms alone
    roles: dict[str, int] = field(default_factory=dict)  # holdout, excluded, out_of_fold films
    threshold: float = math.nan
    gate: dict[str, float]
    passed: bool
    why: tuple[str, ...] = ()  # the gate's lines that failed
    goal_missed: tuple[str, ...] | None = None  # the goal's lines; None where there is no goal
    worst: tuple[dict[str, Any], ...] = ()  # path, keras and file score, both heat maps
    schema: int = 2

    @property
    def judged(self) -> int:
        """How many films the figures are of."""
        return self.films + self.phantoms if self.schema == 1 else self.films or self.phantoms
