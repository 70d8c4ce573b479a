"""What one model file makes of pictures that are no films: AUROC and refusals, by kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from edge_runtime.film_rules import RULES, FilmInfo, refusal
from export.negatives import NEGATIVE, Kind
from workshop.evidence.statistics import auroc, wilson
from workshop.progress import track
from workshop.records import Interval

__all__ = [
    "ENOUGH",
    "FAMILIAR",
    "KindRow",
    "NoveltyReport",
    "judge",
    "novelty_of",
    "report_path",
    "verdicts",
]

Pixels = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float64]
Run = Callable[[bytes], Mapping[str, tuple[float, ...]]]
FAMILIAR = "familiar"
ENOUGH = 100  # fewer of a kind are reported and take no part in the mean
GOAL = 0.99
FILMS_REFUSED, PHANTOMS_REFUSED = 0.02, 0.10


@dataclass(frozen=True)
class KindRow:
    """One kind of picture. Shares come with Wilson's 95 % interval."""

    kind: str
    group: str  # "familiar" | "negative" | "turned" | "tried"
    how: str
    pictures: int
    sources: int
    auroc: float | None  # against the holdout's films; None for familiar ones
    refused: int  # by novelty alone
    refused_share: Interval
    refused_with_rules: int  # by novelty or by a rule on the pixels (blank, noise)
    refused_with_rules_share: Interval
    counted: bool  # in the mean


@dataclass(frozen=True)
class NoveltyReport:
    """`novelty.json`."""

    name: str
    version: str
    file: str
    graph_sha256: str
    threshold: float
    seed: int
    rows: tuple[KindRow, ...]
    mean_auroc: float | None  # plain mean over the kinds that count
    worst: str
    answered: (
        float | None
    )  # plain mean over those kinds: share that is answered as if it were a film
    unseen_views: str
    passed: bool
    why: tuple[str, ...]
    made_by: dict[str, str]
    schema: int = 1


def novelty_of(run: Run, pixels: Pixels, title: str) -> Floats:
    """Novelty of `[n, S, S]` pictures, `[n]`."""
    values = [run(one.tobytes())["novelty"][0] for one in track(pixels, title, len(pixels))]
    return np.array(values, np.float64)


def judge(
    run: Run, kinds: Sequence[Kind], threshold: float, films: str
) -> tuple[list[KindRow], float | None]:
    """A row a kind; the kind named `films` is what the AUROC of the others is against.

    Returns the rows and the plain mean AUROC of the kinds that count.
    """
    found = {kind.name: novelty_of(run, kind.pixels, f"novelty: {kind.name}") for kind in kinds}
    rows = [_row(kind, found[kind.name], found[films], threshold) for kind in kinds]
    counted = [row.auroc for row in rows if row.counted and row.auroc is not None]
    return rows, float(np.mean(counted)) if counted else None


def _row(kind: Kind, values: Floats, films: Floats, threshold: float) -> KindRow:
    novel = values > threshold
    ruled = np.array([_broken(one) for one in kind.pixels], bool)
    both = int(np.sum(novel | ruled))
    labels = np.r_[np.zeros(len(films)), np.ones(len(values))]
    return KindRow(
        kind=kind.name,
        group=kind.group,
        how=kind.how,
        pictures=len(values),
        sources=kind.sources,
        auroc=None if kind.group == FAMILIAR else auroc(labels, np.r_[films, values]),
        refused=int(novel.sum()),
        refused_share=wilson(int(novel.sum()), len(values)),
        refused_with_rules=both,
        refused_with_rules_share=wilson(both, len(values)),
        counted=kind.group == NEGATIVE and len(values) >= ENOUGH,
    )


def _broken(pixels: Pixels) -> bool:
    """Whether a rule on the pixels refuses; rules on the file (size, colour) are left out."""
    from PIL import Image

    info = FilmInfo(pixels.shape[1], pixels.shape[0], 0.0)
    return refusal(info, Image.fromarray(pixels), RULES) is not None


def verdicts(
    rows: Sequence[KindRow], mean_auroc: float | None, films: str, phantoms: str
) -> list[str]:
    """What is missed, a line each."""
    by_name = {row.kind: row for row in rows}
    missed = []
    if mean_auroc is None:
        missed.append(f"mean AUROC not measured: no kind has {ENOUGH} pictures")
    elif mean_auroc < GOAL:
        missed.append(f"mean AUROC over kinds {mean_auroc:.4f}, below {GOAL}")
    for name, limit in ((films, FILMS_REFUSED), (phantoms, PHANTOMS_REFUSED)):
        share = by_name[name].refused_share.value
        if not share <= limit:
            missed.append(f"{share:.1%} of {name} are refused, above {limit:.0%}")
    return missed


def report_path(out: Path, suffix: str) -> Path:
    """`DIR/NAME` -> `DIR/NAME.md` and the like, whatever dots the name has."""
    return out.with_name(out.name + suffix)
