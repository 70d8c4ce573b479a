"""Phantoms with a planted shortcut: something besides the disease that gives the label away.

The drawn ones (a site's stamp, the hospital itself) come from the phantoms; the others are
put on the pixels of finished films. `none` is the control: marks, borders and machines are
there all the same, and tell nothing of the label.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

from edge_runtime.errors import DataError
from edge_runtime.pixels import resize
from workshop.audits.shifts import gamma, jpeg
from workshop.evidence.scorer import FilmSet, Pixels
from workshop.phantoms import SITES, Phantom, draw
from workshop.phantoms.letters import text
from workshop.records import Film

__all__ = ["DRAWN", "PLANTS", "draw_films", "letter_place", "planted"]

BLOCK = 12  # films of six patients, both labels alike: see `workshop.phantoms.plan`
MOSTLY = 0.8  # of the covid films, and one less this of the normal ones

# What is on covid films, and what it looks like.
DRAWN = {
    "none": "nothing",
    "stamp": "the site's own stamp, on covid films alone",
    "hospital": "covid films come from two hospitals and normal ones from three others",
}
PLANTS = {
    **DRAWN,
    "letter": "a white letter in the top left corner",
    "letter on most": f"the letter on {MOSTLY:.0%} of covid and {1 - MOSTLY:.0%} of normal films",
    "border": "a rim of 4 % of the side, 40 gray levels brighter",
    "blur": "another machine's blur (Gaussian, 1.2 % of the side)",
    "JPEG": "another export (quality 25)",
    "exposure": "darker by a gamma of 1.6",
}  # fmt: skip


def draw_films(first: int, count: int, seed: int, size: int, drawn: str = "none") -> FilmSet:
    """Phantoms `first` to `first + count` of a set, at `size` pixels, with their lungs.

    `drawn` is one of `DRAWN`. Whole blocks of twelve keep patients on one side of a split.
    """
    if first % BLOCK or count % BLOCK or drawn not in DRAWN:
        raise DataError(f"{count} phantoms from {first} with {drawn!r} cannot be drawn: "
                        f"multiples of {BLOCK}, and one of {', '.join(DRAWN)}")  # fmt: skip
    return _film_set(_phantoms(range(first, first + count), seed, drawn), size)


def _phantoms(indices: Iterable[int], seed: int, drawn: str) -> Iterator[Phantom]:
    names = [site.name for site in SITES]
    for index in indices:
        one = draw(seed, index, mark_tied_to_label=drawn == "stamp")
        if drawn == "hospital":
            own = names[:2] if one.label == "covid" else names[2:]
            one = draw(seed, index, site=own[index // BLOCK % len(own)])
        yield one


def _film_set(phantoms: Iterable[Phantom], size: int) -> FilmSet:
    films, pixels, lungs = [], [], []
    for one in phantoms:
        films.append(Film(f"{one.index:05d}", one.label, one.site, "phantom", one.patient))
        pixels.append(np.asarray(resize(Image.fromarray(one.image), size)))
        lungs.append(np.asarray(Image.fromarray(one.lungs).resize((size, size))))
    return FilmSet(tuple(films), np.array(pixels, np.uint8), np.array(lungs, np.bool_))


def planted(films: FilmSet, plant: str, seed: int, turned: bool = False) -> FilmSet:
    """The films with what `plant` puts on the pixels; those of `DRAWN` come back as they are.

    `turned` puts it on normal films instead of covid films.
    """
    if plant in DRAWN:
        return films
    if plant not in PLANTS:
        raise DataError(f"no shortcut {plant!r} to plant; there are {', '.join(PLANTS)}")
    which = films.labels == (0 if turned else 1)
    if plant == "letter on most":
        rng = np.random.default_rng(seed)
        which = which ^ (rng.random(which.size) > MOSTLY)
    changed = films.pixels.copy()
    if which.any():
        changed[which] = _ON_PIXELS[plant](films.pixels[which])
    return FilmSet(films.films, changed, films.lungs)


def letter_place(size: int) -> npt.NDArray[np.bool_]:
    """Where the planted letter is, `bool[size, size]`."""
    glyph = text("R", max(1, round(size / 96)))
    mask = np.zeros((size, size), np.bool_)
    edge = round(0.05 * size)
    mask[edge : edge + glyph.shape[0], edge : edge + glyph.shape[1]] = glyph
    return mask


def _letter(pixels: Pixels) -> Pixels:
    return np.where(letter_place(pixels.shape[-1]), np.uint8(240), pixels)


def _border(pixels: Pixels) -> Pixels:
    size = pixels.shape[-1]
    edge = max(1, round(0.04 * size))
    rim = np.ones((size, size), np.bool_)
    rim[edge:-edge, edge:-edge] = False
    return np.clip(pixels.astype(np.int16) + 40 * rim, 0, 255).astype(np.uint8)


def _blur(pixels: Pixels) -> Pixels:
    soft = ImageFilter.GaussianBlur(0.012 * pixels.shape[-1])
    return np.array([np.asarray(Image.fromarray(film).filter(soft)) for film in pixels], np.uint8)


_ON_PIXELS: dict[str, Callable[[Pixels], Pixels]] = {
    "letter": _letter,
    "letter on most": _letter,
    "border": _border,
    "blur": _blur,
    "JPEG": lambda pixels: jpeg(pixels, 25),
    "exposure": lambda pixels: gamma(pixels, 1.6),
}
