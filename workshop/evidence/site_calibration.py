"""How far scores are from shares, over all films and site by site."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from statistics import fmean

import numpy as np
import numpy.typing as npt

from workshop.evidence.calibration import brier, ece
from workshop.evidence.records import CalibrationReport, SiteError
from workshop.evidence.statistics import bootstrap, fit_temperature, mean
from workshop.records import NOT_MEASURED, Film

__all__ = ["ENOUGH", "calibration_report", "logits_of"]

ENOUGH = 20  # films, below which a site's error says little
REPEATS = 500
STEP = 1 / 256  # of an int8 probability
TINY = 1e-15  # closer to 1 than this there is no number but 1
Floats = npt.NDArray[np.float64]


def logits_of(scores: npt.ArrayLike) -> Floats:
    """log(p / (1 - p)) of scores `[n]` in [0, 1], finite.

    A quantized score can be 0 or 1 itself. It goes halfway between the end and the score
    nearest to any end (at most half an int8 step), so that its order is kept.
    """
    values = np.asarray(scores, np.float64)
    inside = np.minimum(values, 1 - values)
    inside = inside[inside > 0]
    nearest = float(inside.min()) / 2 if inside.size else STEP
    edge = min(max(nearest, TINY), STEP / 2)
    kept = np.clip(values, edge, 1 - edge)
    return np.asarray(np.log(kept) - np.log1p(-kept))


def calibration_report(
    films: Sequence[Film], scores: npt.ArrayLike, seed: int
) -> CalibrationReport:
    """ECE, Brier error and a temperature that would fit, of covid and normal films `[n]`.

    The two classes weigh one half each. With one class only these are NaN; the sites'
    errors, the worst first, are there all the same. The mean is over sites of at least
    `ENOUGH` films, NaN where there is none.
    """
    values = np.asarray(scores, np.float64)
    labels = np.array([film.label == "covid" for film in films], np.int64)
    groups = [film.group for film in films]
    both = 0 < labels.sum() < labels.size
    errors = [
        bootstrap(metric, groups, labels, values, seed=seed, repeats=REPEATS)
        if both
        else NOT_MEASURED
        for metric in (ece, brier)
    ]
    sites = _site_errors(films, (values - labels) ** 2, seed)
    enough = [one.error.value for one in sites if one.films >= ENOUGH]
    return CalibrationReport(
        films=len(films),
        ece=errors[0],
        brier=errors[1],
        temperature=fit_temperature(logits_of(values), labels) if both else math.nan,
        sites=sites,
        site_mean=fmean(enough) if enough else math.nan,
    )


def _site_errors(films: Sequence[Film], errors: Floats, seed: int) -> tuple[SiteError, ...]:
    places: dict[str, list[int]] = defaultdict(list)
    for place, film in enumerate(films):
        places[film.site].append(place)
    rows = [
        SiteError(
            site=site,
            films=len(part),
            positives=sum(films[i].label == "covid" for i in part),
            error=bootstrap(
                mean, [films[i].group for i in part], errors[part], seed=seed, repeats=REPEATS
            ),
        )
        for site, part in places.items()
    ]
    return tuple(sorted(rows, key=lambda row: (-row.error.value, row.site)))
