"""Which sites are trained on and which are held out, in turn.

No site holds both classes, so what is held out is a pair: a covid site and a site of normal
films. Each trial is a preset of its own, so that `split_films` alone says who sees what.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from edge_runtime.errors import DataError
from workshop.presets import Preset, SitesPreset
from workshop.records import Film

__all__ = ["Kind", "Trial", "name_of", "trials"]

Kind = Literal["pair", "reverse", "matrix"]
Sites = tuple[str, ...]


@dataclass(frozen=True)
class Trial:
    """One training: `trained` and `tested` are covid sites, `normals` the two normal sites."""

    name: str  # of its checkpoints
    kind: Kind
    trained: tuple[Sites, ...]
    tested: tuple[Sites, ...]
    normals: tuple[str, str]  # trained on, tested
    preset: Preset


def name_of(sites: Sites) -> str:
    """Sites that are held out together: `ieee8023+covid_cxnet`."""
    return "+".join(sites)


def trials(preset: Preset, films: Sequence[Film]) -> list[Trial]:
    """All trials of `preset.sites`: a pair for each covid site, the reverse, a matrix row each.

    Films of sites that the table does not name take no part: those whose hospital is not
    known may come from one that is held out. Raises `DataError` where the preset holds no
    such table, or a site has no film.
    """
    sites = preset.sites
    if sites is None:
        raise DataError("the preset has no [sites] table, which says what is held out in turn")
    normals = (sites.normal_trained, sites.normal_tested)
    there = {film.site for film in films}
    named = {*normals, *(one for together in sites.covid for one in together)}
    for site in sorted(named - there):
        raise DataError(f"no film is of site {site!r}; there are {', '.join(sorted(there))}")
    others = tuple(sorted(there - named))
    pairs = [_pair(preset, sites, held, normals, "pair", others) for held in sites.covid]
    back = [
        _pair(preset, sites, held, normals[::-1], "reverse", others)
        for held in sites.covid
        if held == sites.reverse
    ]
    rows = [_row(preset, sites, own, normals, others) for own in sites.covid]
    return [*pairs, *back, *rows]


def _pair(
    preset: Preset, sites: SitesPreset, held: Sites, normals: tuple[str, str], kind: Kind,
    others: Sites,
) -> Trial:  # fmt: skip
    rest = tuple(one for one in sites.covid if one != held)
    held_out = _preset(preset, (*held, normals[1]), 0.0, others)
    name = f"{kind}-{name_of(held)}"
    return Trial(name, kind, rest, (held,), normals, held_out)


def _row(
    preset: Preset, sites: SitesPreset, own: Sites, normals: tuple[str, str], others: Sites
) -> Trial:
    away = tuple(one for together in sites.covid if together != own for one in together)
    held_out = _preset(preset, (*away, normals[1]), sites.diagonal, others)
    return Trial(f"matrix-{name_of(own)}", "matrix", (own,), sites.covid, normals, held_out)


def _preset(preset: Preset, held: Sites, share: float, others: Sites) -> Preset:
    data = replace(preset.data, exclude_sites=tuple(sorted({*preset.data.exclude_sites, *others})))
    split = replace(preset.split, hold_sites=held, holdout=share)
    return replace(preset, data=data, split=split)
