"""Plots of curves: real PNG, the same bytes again, and nothing that was not measured."""

from __future__ import annotations

import io
import math

import numpy as np
from matplotlib.colors import to_rgb
from PIL import Image

from workshop.evidence.records import Curve, CurvePoint
from workshop.plotting.robustness import perturbation_sheet_png, robustness_png
from workshop.plotting.style import BLUE, ORANGE
from workshop.records import Interval

NONE = Interval(math.nan, math.nan, math.nan)


def curve(name: str, levels: tuple[float, ...], *, measured: bool = True) -> Curve:
    points = tuple(
        CurvePoint(
            level,
            Interval(0.9 - i / 20, 0.8 - i / 20, 0.95 - i / 20) if measured else NONE,
            Interval(0.5, 0.4, 0.6),
            Interval(0.5, 0.4, 0.6),
            Interval(i / 20, 0.0, i / 10),
        )
        for i, level in enumerate(levels)
    )
    return Curve(name, "units", levels[0], 40, points)


def has(png: bytes, colour: str) -> bool:
    with Image.open(io.BytesIO(png)) as picture:
        assert picture.format == "PNG"
        pixels = np.asarray(picture.convert("RGB")).astype(int)
    return bool((np.abs(pixels - 255 * np.array(to_rgb(colour))).max(axis=-1) < 2).any())


def test_curves_show_auroc_and_changed_answers() -> None:
    some = [curve("noise", (0, 4, 8)), curve("JPEG", (100, 50, 10))]
    png = robustness_png(some)
    assert has(png, BLUE) and has(png, ORANGE)
    assert png == robustness_png(some) != robustness_png(some[:1])


def test_an_auroc_that_was_not_measured_is_not_drawn() -> None:
    png = robustness_png([curve("noise", (0, 4, 8), measured=False)])
    assert has(png, ORANGE) and not has(png, BLUE)


def test_there_may_be_five_curves_or_none() -> None:
    small, tall = (robustness_png([curve(str(i), (0, 1)) for i in range(n)]) for n in (4, 5))
    sizes = [Image.open(io.BytesIO(png)).size for png in (small, tall)]
    assert sizes[0][0] == sizes[1][0] and sizes[0][1] < sizes[1][1]
    assert Image.open(io.BytesIO(robustness_png([]))).format == "PNG"


def test_a_sheet_shows_the_film_at_every_level() -> None:
    film = np.random.default_rng(1).integers(0, 256, (24, 24), np.uint8)
    png = perturbation_sheet_png(film)
    assert png == perturbation_sheet_png(film) != perturbation_sheet_png(255 - film)
    assert min(Image.open(io.BytesIO(png)).size) > 1000
