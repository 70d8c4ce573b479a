"""Whether a model's features tell which site a normal film is from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from workshop.evidence.scorer import FilmSet, Floats
from workshop.evidence.statistics import bootstrap
from workshop.records import Interval

__all__ = ["ENOUGH", "MOST", "SiteProbe", "site_probe"]

ENOUGH = 20  # normal films of a site
MOST = 400  # films of one site that the probe learns from: more cost time and tell no more
FOLDS = 5
STRENGTH = 0.1  # scikit-learn's C: features outnumber the films of a small site


@dataclass(frozen=True)
class SiteProbe:
    """What a linear probe made of the features of normal films."""

    sites: tuple[str, ...]
    films: int
    accuracy: Interval  # balanced over the sites, interval over groups

    @property
    def chance(self) -> float:
        """What guessing reaches."""
        return 1 / len(self.sites)


def site_probe(features: Floats | None, films: FilmSet, seed: int) -> SiteProbe | None:
    """Predict the site of normal films from `features` `[n, C]`, in order of `films`.

    Logistic regression on standardised features, out of fold; a group is never on both
    sides. Only normal films: a model must tell covid films from others, but nothing in a
    healthy film should need its hospital. None without features, or where fewer than two
    sites have `ENOUGH` normal films in at least as many groups as there are folds.
    """
    if features is None:
        return None
    rng = np.random.default_rng(seed)
    places, sites = _chosen(films, rng)
    if len(sites) < 2:
        return None
    values = np.asarray(features, np.float64)[places]
    site = np.array([sites.index(films.films[place].site) for place in places])
    group = np.array([films.films[place].group for place in places])
    said = np.zeros_like(site)
    folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed)
    for learn, ask in folds.split(values, site, group):
        model = LogisticRegression(C=STRENGTH, class_weight="balanced", max_iter=2000)
        probe = make_pipeline(StandardScaler(), model).fit(values[learn], site[learn])
        said[ask] = probe.predict(values[ask])
    accuracy = bootstrap(_balanced, list(group), site, said, seed=seed)
    return SiteProbe(tuple(sites), len(places), accuracy)


def _chosen(films: FilmSet, rng: np.random.Generator) -> tuple[npt.NDArray[np.int64], list[str]]:
    """Places of the normal films that take part, and the names of their sites."""
    chosen: list[int] = []
    sites = []
    for site in sorted({film.site for film in films.films}):
        own = [n for n, film in enumerate(films.films)
               if film.site == site and film.label == "normal"]  # fmt: skip
        groups = {films.films[place].group for place in own}
        if len(own) >= ENOUGH and len(groups) >= FOLDS:
            sites.append(site)
            chosen += own if len(own) <= MOST else list(rng.choice(own, MOST, replace=False))
    return np.array(sorted(chosen), np.int64), sites


def _balanced(site: npt.NDArray[np.int64], said: npt.NDArray[np.int64]) -> float:
    """Mean over sites of the share that is recognised."""
    return float(np.mean([np.mean(said[site == one] == one) for one in np.unique(site)]))
