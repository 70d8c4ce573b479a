"""Presets: a TOML file fixes a run; nothing that shapes a result is hidden in code."""

from __future__ import annotations

import dataclasses
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from edge_runtime.errors import DataError
from workshop.preset_checks import problems
from workshop.records_io import validation_line

__all__ = [
    "PRECISIONS",
    "AugmentPreset",
    "DataPreset",
    "DistilPreset",
    "NetworkPreset",
    "NoveltyPreset",
    "PaperPreset",
    "Preset",
    "QuantizePreset",
    "SitesPreset",
    "SplitPreset",
    "read_preset",
]

PRECISIONS: tuple[Literal["float32", "mixed_bfloat16"], ...] = ("float32", "mixed_bfloat16")
STRICT = ConfigDict(extra="forbid", allow_inf_nan=False)
Share = Annotated[float, Field(ge=0.0, lt=1.0)]
Positive = Annotated[float, Field(gt=0.0)]
NotNegative = Annotated[float, Field(ge=0.0)]
Count = Annotated[int, Field(ge=1)]
Natural = Annotated[int, Field(ge=0)]
# The name is that of a folder and of files.
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._+-]{0,63}$")]


@dataclass(frozen=True)
class DataPreset:
    """Which films take part."""

    exclude_sites: tuple[str, ...] = ()  # never trained on, never in a fold
    exclude_sources: tuple[str, ...] = ()
    never_tested: tuple[str, ...] = ()  # sites trained on, but in no validation and no holdout
    min_site_films: Natural = 20  # smaller cells of label and site are pooled when drawing
    max_repeats: Count = 4  # an even draw takes a site's films at most so often in an epoch
    __pydantic_config__ = STRICT


@dataclass(frozen=True)
class SplitPreset:
    """Folds by group. The released student is fold 0's, or one refitted on all folds."""

    folds: int = 5
    trained: int = 1  # how many of the folds are trained
    refit: bool = False
    holdout: float = 0.12  # share of each label's and site's films, whole groups
    hold_sites: tuple[str, ...] = ()  # held out beside that share, all of them
    __pydantic_config__ = STRICT


@dataclass(frozen=True)
class AugmentPreset:
    """What is done to a film before a training step."""

    strength: Literal["none", "rotation", "light", "strong"] = "strong"
    mixup: float = 0.0  # alpha of the Beta distribution; 0 is none
    __pydantic_config__ = STRICT


@dataclass(frozen=True)
class NetworkPreset:
    """One network and how it is trained."""

    backbones: tuple[str, ...]  # names in keras.applications, "MobileNetV2:0.35" for a width
    weights: Literal["imagenet", "random"] = "imagenet"
    epochs: int = 10
    films_per_epoch: Natural = 0  # 0: every film, the smaller class oversampled to the larger
    batch: int = 32
    learning_rate: Positive = 2e-4
    schedule: Literal["constant", "cosine"] = "cosine"
    hidden: Count = 60
    filters: Natural = 0  # 1x1 convolution before a flattened head; 0: global average pooling
    dropout: Share = 0.0
    batch_norm_momentum: Share = 0.9
    precision: Literal["float32", "mixed_bfloat16", "auto"] = "float32"  # auto: the faster here
    __pydantic_config__ = STRICT


@dataclass(frozen=True)
class DistilPreset:
    """Eq. (1): alpha * cross-entropy + (1 - alpha) * T^2 * KL(teacher, student)."""

    alpha: float = 0.5
    temperature: float = 4.0
    divergence: Literal["teacher_student", "student_teacher"] = (
        "teacher_student"  # KL(first, second)
    )
    views: Literal["augmented", "clean"] = "augmented"  # which pixels the teacher answers for
    plain: bool = False  # train the student once more on the labels alone, to compare
    __pydantic_config__ = STRICT


@dataclass(frozen=True)
class QuantizePreset:
    """Quantization-aware fine-tuning, which ends the training of a student."""

    steps: Natural = 0  # 0: none
    batch: Count = 16  # each film goes through the network twice, rounded and not
    learning_rate: Positive = 2e-4
    augmented: Annotated[float, Field(ge=0.0, le=1.0)] = 0.5  # share of films augmented strongly
    phantoms: Natural = 150  # trained on beside the films: golden inputs and pages show phantoms
    __pydantic_config__ = STRICT


@dataclass(frozen=True)
class NoveltyPreset:
    """Statistics of what a film's features look like."""

    components: Count = 32  # at most, of each layer
    phantoms: Count = 100  # drawn beside the films, since phantoms are shown in docs and tests
    # Shares above the threshold, which sees to both; a quarter of what a holdout may show,
    # since a quantile of some hundred films is off by as much again.
    refused: Share = 0.005  # of familiar films
    phantoms_refused: Share = 0.03
    __pydantic_config__ = STRICT


@dataclass(frozen=True)
class PaperPreset:
    """The choices of BabaAhmadi et al., arXiv 2301.02735: which films, and how they are evened.

    A preset that holds this table is the paper's experiment: teacher, student and distilled
    student on every fold, and its tables.
    """

    positive_sources: tuple[str, ...]
    normal_sources: tuple[str, ...]
    positives: int | Literal["all"] = 118
    normals: int | Literal["all"] = 8851
    balance: Literal["oversample", "draw"] = "oversample"
    oversample: Literal["after_split", "before_split"] = "after_split"
    # "plain" is a student that learns from the labels alone
    networks: tuple[Literal["teacher", "plain", "student"], ...] = ("teacher", "plain", "student")
    __pydantic_config__ = STRICT


@dataclass(frozen=True)
class SitesPreset:
    """Sites held out in turn: a covid site and the tested normal site, since none holds both.

    A preset that holds this table is read by `training sites`.
    """

    covid: tuple[tuple[str, ...], ...]  # each held out whole; sites of one origin together
    normal_trained: str  # whose normals are trained on
    normal_tested: str  # whose normals are held out
    reverse: tuple[str, ...] = ()  # with these the two normal sites change places, once
    diagonal: Annotated[float, Field(gt=0.0, le=0.5)] = 0.3  # share held out of the site itself
    __pydantic_config__ = STRICT


@dataclass(frozen=True)
class GatePreset:
    """How far an exported file may be from its Keras model, on films never seen.

    `int8_*` holds for every file that rounds to integers: int8, dynamic and int16x8 too. A
    goal is reported as met or not; the others are the gate.
    """

    float_max_dp: NotNegative = 1e-3  # largest |dp| of a float32 file
    float_flips: NotNegative = 0.0  # decisions that change in a float32 file
    float16_max_dp: NotNegative = 2e-2  # largest |dp| of a float16 file
    int8_goal_mean_dp: NotNegative = 0.015
    int8_goal_flip_share: NotNegative = 0.01
    int8_mean_dp: NotNegative = 0.025  # mean |dp|
    int8_p99_dp: NotNegative = 0.05  # its 99th percentile, which becomes the borderline width
    int8_flip_share: NotNegative = 0.02  # share of decisions that change
    int8_auroc_reach: NotNegative = 0.01  # of the AUROC difference: its interval's farther end
    int8_heatmap_rank: NotNegative = 0.9  # median rank correlation of the maps, at least
    int8_empty_maps: NotNegative = 0.0  # maps of covid films that the file loses
    __pydantic_config__ = STRICT


@dataclass(frozen=True)
class ExportPreset:
    """What export alone reads, checked before anything is trained."""

    gate: GatePreset = field(default_factory=GatePreset)
    __pydantic_config__ = STRICT


@dataclass(frozen=True)
class Preset:
    """A whole run."""

    name: Name
    version: Name
    teacher: NetworkPreset
    student: NetworkPreset
    input_size: int = 224
    seed: Natural = 1
    deterministic: bool = False
    note: str = ""  # what a reader of the results must know
    data: DataPreset = field(default_factory=DataPreset)
    split: SplitPreset = field(default_factory=SplitPreset)
    augment: AugmentPreset = field(default_factory=AugmentPreset)
    distil: DistilPreset = field(default_factory=DistilPreset)
    quantize: QuantizePreset = field(default_factory=QuantizePreset)
    novelty: NoveltyPreset = field(default_factory=NoveltyPreset)
    paper: PaperPreset | None = None
    sites: SitesPreset | None = None
    export: ExportPreset = field(default_factory=ExportPreset)
    __pydantic_config__ = STRICT

    def to_dict(self) -> dict[str, Any]:
        """A JSON-ready dict."""
        return dataclasses.asdict(self)


def read_preset(path: Path) -> Preset:
    """Read and check a preset; raises `DataError` naming the key that is wrong."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataError(f"{path} is not TOML: {error}") from error
    try:
        preset = TypeAdapter(Preset).validate_python(data)
    except ValidationError as error:
        raise DataError(f"{path}: {validation_line(error)}") from error
    for problem in problems(preset):
        raise DataError(f"{path}: {problem}")
    return preset
