"""All audits of one model on one set of films."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from edge_runtime.errors import DataError
from workshop.audits import marks, occlusions, shifts
from workshop.audits.probe import site_probe
from workshop.audits.rule import SHARED, VERSION, Census, judge, judge_probe, verdict
from workshop.evidence.records import AuditMeasure, AuditReport
from workshop.evidence.scorer import FilmSet, Floats, Pixels, Scorer
from workshop.evidence.statistics import auroc, auroc_difference, bootstrap, wilson
from workshop.records import Interval

__all__ = ["CHANGES", "audit", "census", "measure"]

# Name (as in `rule.LIMITS`), kind, and what is done to the films.
CHANGES: tuple[tuple[str, str, Callable[[FilmSet], Pixels]], ...] = (
    ("border only", "occlusion", lambda films: occlusions.border_only(films.pixels)),
    ("lungs hidden", "occlusion", lambda films: occlusions.lungs_hidden(films.pixels, films.lungs)),
    ("corners masked", "masking", lambda films: occlusions.corners_masked(films.pixels)),
    ("text masked", "masking", lambda films: marks.text_masked(films.pixels)),
    ("resolution 1/2", "shift", lambda films: shifts.lower_resolution(films.pixels, 1 / 2)),
    ("resolution 1/4", "shift", lambda films: shifts.lower_resolution(films.pixels, 1 / 4)),
    ("JPEG quality 50", "shift", lambda films: shifts.jpeg(films.pixels, 50)),
    ("JPEG quality 20", "shift", lambda films: shifts.jpeg(films.pixels, 20)),
    ("gamma 0.7", "shift", lambda films: shifts.gamma(films.pixels, 0.7)),
    ("gamma 1.4", "shift", lambda films: shifts.gamma(films.pixels, 1.4)),
    ("equalised", "shift", lambda films: shifts.equalised(films.pixels)),
)


def audit(
    scorer: Scorer, films: FilmSet, threshold: float, seed: int, title: str = ""
) -> AuditReport:
    """Judge a model by the written rule on covid and normal films that it never saw.

    A score of `threshold` or more is called covid. With a title, progress is shown on
    stderr. Raises `DataError` where there is no film, or one of another label, or of
    another size than the scorer's.
    """
    _check(scorer, films)
    before = scorer.scores(films.pixels, _titled(title, "as they are"))
    whole = bootstrap(auroc, films.groups, films.labels, before, seed=seed)
    measures = []
    for name, kind, change in CHANGES:
        after = scorer.scores(change(films), _titled(title, name))
        measures.append(measure(name, kind, films, before, after, threshold, seed))
    features = scorer.features(films.pixels, _titled(title, "features"))
    measures += _probe(features, films, seed)
    counts = census(films)
    found, reasons = verdict(counts, whole, measures)
    return AuditReport(
        rule=VERSION,
        films=len(films.films),
        positives=counts.positives,
        groups=len(set(films.groups)),
        auroc=whole,
        measures=tuple(measures),
        verdict=found,
        reasons=reasons,
    )


def census(films: FilmSet) -> Census:
    """Films and groups of each class, and the sites that hold both."""
    covid = [film for film in films.films if film.label == "covid"]
    normal = [film for film in films.films if film.label == "normal"]
    sites = [Counter(film.site for film in those) for those in (covid, normal)]
    shared = {site for site in sites[0] if min(count[site] for count in sites) >= SHARED}
    shares = [sum(count[site] for site in shared) / max(1, sum(count.values())) for count in sites]
    return Census(
        positives=len(covid),
        negatives=len(normal),
        positive_groups=len({film.group for film in covid}),
        negative_groups=len({film.group for film in normal}),
        shared=tuple(sorted(shared)),
        shared_positives=shares[0],
        shared_negatives=shares[1],
    )


def _check(scorer: Scorer, films: FilmSet) -> None:
    if not films.films:
        raise DataError("an audit needs films; there are none")
    others = sorted({film.label for film in films.films} - {"covid", "normal"})
    if others:
        raise DataError(f"an audit takes covid and normal films, not {', '.join(others)}")
    if films.pixels.shape[1:] != (scorer.size, scorer.size):
        raise DataError(f"the model takes films of {scorer.size} pixels a side, "
                        f"not {films.pixels.shape[1:]}")  # fmt: skip


def measure(
    name: str, kind: str, films: FilmSet, before: Floats, after: Floats, threshold: float,
    seed: int,
) -> AuditMeasure:  # fmt: skip
    """What the scores `before` and `after` a change of `rule.LIMITS` say; `[n]` each."""
    labels = films.labels
    reached = bootstrap(auroc, films.groups, labels, after, seed=seed)
    change = bootstrap(auroc_difference, films.groups, labels, after, before, seed=seed)
    flipped: npt.NDArray[np.bool_] = (before >= threshold) != (after >= threshold)
    finding, why = judge(name, reached, change)
    return AuditMeasure(
        name=name,
        kind=kind,
        films=len(labels),
        positives=int(labels.sum()),
        auroc=reached,
        change=change,
        flips=wilson(int(flipped.sum()), len(labels)),
        finding=finding,
        why=why,
    )


def _probe(features: Floats | None, films: FilmSet, seed: int) -> list[AuditMeasure]:
    found = site_probe(features, films, seed)
    if found is None:
        return []
    reached = found.accuracy
    finding, why = judge_probe(reached, len(found.sites))
    above = Interval(*(end - found.chance for end in (reached.value, reached.low, reached.high)))
    return [AuditMeasure("site of normals", "probe", found.films, 0, reached, above,
                         wilson(0, 0), finding, why)]  # fmt: skip


def _titled(title: str, what: str) -> str:
    return f"{title}: {what}" if title else ""
