"""Pictures that a model should not recognise, by kind. They test; nothing is designed by them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from edge_runtime.pixels import resize
from export import negatives_drawn as drawn
from export import negatives_tried as tried
from export.negatives_bodies import body_part
from export.negatives_photographs import PHOTOGRAPHS, TEXTURES, crops, pictures
from export.negatives_slices import axial_slice, shipped_slices

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["NEGATIVE", "TRIED", "TURNED", "Kind", "negatives", "tried_kinds", "turned_kinds"]

Pixels = npt.NDArray[np.uint8]
NEGATIVE, TURNED, TRIED = "negative", "turned", "tried"
Draw = Callable[[np.random.Generator], "Image.Image"]

RENDERED: tuple[tuple[str, str, Draw], ...] = (
    ("pages of text", "rendered, letters of 7 to 48 pixels, some white on black", drawn.page),
    ("screens", "rendered: bars, cards, lists, small charts, light and dark", drawn.screen),
    ("line drawings", "rendered: curves on axes, boxes and circles joined by lines",
     drawn.diagram),
    ("noise", "white, smooth, salt and pepper, a third each on average", drawn.noise),
    ("blanks and gradients", "one gray, straight and round gradients", drawn.blank),
    ("axial slices, rendered", "ellipses: head, chest, belly; no scanner's", axial_slice),
    ("other body parts, rendered", "hands and long bones; no patient's", body_part),
)  # fmt: skip


@dataclass(frozen=True)
class Kind:
    """Pictures `[n, S, S]` of one kind; `sources` is how many different ones they came from."""

    name: str
    group: str  # NEGATIVE (in the mean), TURNED or TRIED (apart)
    how: str
    pixels: Pixels
    sources: int


def negatives(each: int, size: int, seed: int) -> list[Kind]:
    """`each` pictures of every kind, and the few real slices that packages ship."""
    kinds = []
    for number, (name, names) in enumerate(
        (("photographs", PHOTOGRAPHS), ("textures and microscopy", TEXTURES))
    ):
        sources = pictures(names)
        made = crops(sources, each, np.random.default_rng((seed, number)))
        how = f"crops of {len(sources)} pictures that packages ship"
        kinds.append(Kind(name, NEGATIVE, how, _as_pixels(made, size), len(sources)))
    slices = shipped_slices()
    how = "files of pydicom's tests and matplotlib's samples"
    kinds.append(Kind("CT and MR slices", NEGATIVE, how, _as_pixels(slices, size), len(slices)))
    for number, (name, how, draw) in enumerate(RENDERED, 2):
        rng = np.random.default_rng((seed, number))
        kinds.append(
            Kind(name, NEGATIVE, how, _as_pixels([draw(rng) for _ in range(each)], size), each)
        )
    return kinds


def turned_kinds(films: Pixels, phantoms: Pixels) -> list[Kind]:
    """Films and phantoms `[n, S, S]` the wrong way round, and films as negatives."""
    changes: tuple[tuple[str, Callable[[Pixels], Pixels]], ...] = (
        ("upside down", lambda one: one[:, ::-1, ::-1]),
        ("sideways", lambda one: np.rot90(one, axes=(1, 2))),
        ("as negatives", lambda one: 255 - one),
    )
    return [
        Kind(f"{what} {how}", TURNED, "never-seen films" if what == "films" else "rendered",
             np.ascontiguousarray(change(base)), len(base))
        for what, base in (("films", films), ("phantoms", phantoms))
        for how, change in changes
        if len(base)
    ]  # fmt: skip


def tried_kinds(each: int, films: Pixels, seed: int) -> list[Kind]:
    """The kinds that the definition of novelty was chosen with: never in a reported mean."""
    rng = np.random.default_rng((seed, 100))
    size, n = films.shape[1], len(films)
    fours = [films[rng.integers(0, n, 4)] for _ in range(each)]
    made: dict[str, Pixels] = {
        "dead leaves": _as_pixels([tried.dead_leaves(rng) for _ in range(each)], size),
        "gratings": _as_pixels([tried.grating(rng) for _ in range(each)], size),
        "films in shuffled tiles": np.stack([tried.tiles(films[i % n], rng) for i in range(each)]),
        "four films in one": np.stack([tried.collage(four) for four in fours]),
        "a sixteenth of a film": np.stack([tried.zoomed(films[i % n], rng) for i in range(each)]),
    }
    return [Kind(name, TRIED, "rendered", pixels, each) for name, pixels in made.items()]


def _as_pixels(images: Sequence[Image.Image], size: int) -> Pixels:
    """Pictures as a device makes pixels of them, `[n, size, size]`."""
    made = [np.frombuffer(resize(one.convert("L"), size).tobytes(), np.uint8) for one in images]
    return np.array(made, np.uint8).reshape(len(images), size, size)
