"""One phantom from its seed and index."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from edge_runtime.contract import LABELS
from edge_runtime.errors import UsageError
from workshop.phantoms.anatomy import Anatomy, chest
from workshop.phantoms.canvas import Canvas, Layer
from workshop.phantoms.findings import harmless, with_opacities
from workshop.phantoms.plan import FILM, OPACITIES, PATIENT, place, stream
from workshop.phantoms.sites import SITES, Site, develop

__all__ = ["Phantom", "draw", "draw_set"]

_CANVAS = 224  # pixels of the canvas's height: the chest is drawn coarsely, the film is fine


@dataclass(frozen=True)
class Phantom:
    """A synthetic film with its truth."""

    image: npt.NDArray[np.uint8]  # [H, W]
    lungs: npt.NDArray[np.bool_]  # [H, W]
    label: str  # "covid" or "normal"
    site: str
    patient: str
    index: int
    institution: str
    view: str
    age: int
    sex: str
    stamped: bool  # the site's mark is on the film


def draw(
    seed: int,
    index: int,
    *,
    label: str | None = None,
    site: str | None = None,
    opacities: bool = True,
    mark_tied_to_label: bool = False,
) -> Phantom:
    """Film `index` of the set of `seed`: always the same bytes.

    `label` and `site` overrule what the set has there; everything else stays. Without
    `opacities` a covid film is drawn as it would be with healthy lungs and keeps its
    label. With `mark_tied_to_label` a site's mark is on its covid films only; else it is
    on half of the films of either label. Raises `UsageError`.
    """
    spot = place(seed, index)
    chosen = label if label is not None else spot.label
    if chosen not in LABELS:
        raise UsageError(f"a phantom is {' or '.join(LABELS)}, not {chosen!r}")
    where = SITES[spot.site % len(SITES)] if site is None else _site(site)
    who = Anatomy.of(stream(seed, PATIENT, spot.patient))
    rng = stream(seed, FILM, index)
    canvas, size = _frame(where, who, rng)
    density, lungs = chest(canvas, who, rng)
    density = density + harmless(canvas, who, lungs, rng)
    if opacities and chosen == "covid":
        density = with_opacities(canvas, density, lungs, stream(seed, OPACITIES, index))
    by_chance = bool(rng.random() < 0.5)
    stamped = chosen == "covid" if mark_tied_to_label else by_chance
    return Phantom(
        image=develop(density, where, size, rng, stamped=stamped),
        lungs=_mask(lungs, size),
        label=chosen,
        site=where.name,
        patient=f"p{spot.patient:05d}",
        index=index,
        institution=where.institution,
        view=where.views[index % len(where.views)],
        age=who.age,
        sex="F" if who.female else "M",
        stamped=stamped,
    )


def draw_set(
    films: int, seed: int, *, opacities: bool = True, mark_tied_to_label: bool = False
) -> Iterator[Phantom]:
    """The first `films` phantoms of the set of `seed`, one after the other."""
    for index in range(films):
        yield draw(seed, index, opacities=opacities, mark_tied_to_label=mark_tied_to_label)


def _site(name: str) -> Site:
    for site in SITES:
        if site.name == name:
            return site
    raise UsageError(f"no site {name!r}; there are {', '.join(one.name for one in SITES)}")


def _frame(site: Site, who: Anatomy, rng: np.random.Generator) -> tuple[Canvas, tuple[int, int]]:
    """How the patient stands before the detector, and the film's size in pixels."""
    height = int(rng.integers(*site.height, endpoint=True))
    width = round(height * rng.uniform(*site.aspect))
    across = round(_CANVAS * width / height)
    reach = min(across / 2.45, _CANVAS / (2.35 * who.length)) * rng.uniform(0.92, 1.06)
    deep = rng.uniform(0.94, 1.04)  # how deeply the patient has breathed in
    stretch = who.length * deep
    rest = _CANVAS - 2.05 * stretch * reach
    canvas = Canvas(
        across,
        _CANVAS,
        centre=across / 2 + across * rng.normal(0.0, 0.02),
        top=rest * rng.uniform(0.4, 0.75),
        scale=reach,
        stretch=stretch,
        turn=math.radians(rng.normal(0.0, 2.0)),
    )
    return canvas, (width, height)


def _mask(lungs: Layer, size: tuple[int, int]) -> npt.NDArray[np.bool_]:
    fine = Image.fromarray(lungs).resize(size, Image.Resampling.BILINEAR)
    return np.asarray(fine) > 0.5
