"""What films made worse do to a model's answers, and what such films look like."""

from __future__ import annotations

import math
from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from workshop.evidence.records import Curve
from workshop.evidence.scorer import Pixels
from workshop.plotting.style import BLUE, DASHES, GRAY, ORANGE, STYLE, png_of
from workshop.records import Interval
from workshop.robustness.perturb import PERTURBATIONS

__all__ = ["perturbation_sheet_png", "robustness_png"]

COLUMNS = 4


def robustness_png(curves: Sequence[Curve]) -> bytes:
    """A panel for each curve: AUROC and the share of changed answers, with their intervals.

    From left to right films get worse; a dotted line is the film as it is where a perturbation
    has two sides. An AUROC that was not measured is not drawn.
    """
    rows = -(-len(curves) // COLUMNS)
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(2.35 * COLUMNS, 0.4 + 2.2 * max(rows, 1)), layout="constrained")
        panels = [figure.add_subplot(rows, COLUMNS, n + 1) for n in range(len(curves))]
        for axes, curve in zip(panels, curves, strict=True):
            _panel(axes, curve)
        if panels:
            films = ", ".join(sorted({f"{curve.films} films" for curve in curves}))
            figure.legend(
                *panels[0].get_legend_handles_labels(),
                loc="outside upper left", ncols=2, title=f"{films}; bands are 95 % intervals",
                alignment="left",
            )  # fmt: skip
        return png_of(figure)


def _panel(axes: Axes, curve: Curve) -> None:
    levels = [point.level for point in curve.points]
    if min(levels) < curve.clean < max(levels):
        axes.axvline(curve.clean, color=GRAY, lw=1, ls=":")
    _band(axes, levels, [point.auroc for point in curve.points], BLUE, "AUROC", "o" + DASHES[0])
    flips = [point.flips for point in curve.points]
    _band(axes, levels, flips, ORANGE, "answers that changed", "s" + DASHES[1])
    axes.set(ylim=(-0.03, 1.03), xlabel=curve.unit)
    axes.set_title(curve.perturbation, fontsize=9.5)
    axes.xaxis.label.set_fontsize(8.5)
    if levels[0] == curve.clean and levels[-1] < levels[0]:
        axes.invert_xaxis()  # such as JPEG's quality: the clean film is always at the left


def _band(
    axes: Axes,
    levels: Sequence[float],
    found: Sequence[Interval],
    colour: str,
    name: str,
    look: str,
) -> None:
    if all(math.isnan(one.value) for one in found):
        return
    lows, highs = [one.low for one in found], [one.high for one in found]
    axes.fill_between(levels, lows, highs, color=colour, alpha=0.18, lw=0)
    axes.plot(levels, [one.value for one in found], look, color=colour, ms=3, lw=1.5, label=name)


def perturbation_sheet_png(film: Pixels, seed: int = 11) -> bytes:
    """The film `uint8[S, S]` at every level of every perturbation, as a model gets it.

    The seed chooses the noise, the crop and the photograph; the default one is of a monitor.
    """
    columns = max(len(one.levels) for one in PERTURBATIONS)
    with mpl.rc_context({**STYLE, "axes.grid": False}):
        size = (1.3 * columns, 1.58 * len(PERTURBATIONS))
        figure = Figure(figsize=size, layout="constrained")
        for row, one in enumerate(PERTURBATIONS):
            for column, level in enumerate(one.levels):
                axes = figure.add_subplot(len(PERTURBATIONS), columns, row * columns + column + 1)
                changed = one.apply(film, level, np.random.default_rng(seed))
                axes.imshow(changed, cmap="gray", vmin=0, vmax=255)
                axes.set(xticks=[], yticks=[])
                axes.set_title("as it is" if level == one.clean else f"{level:g}", fontsize=8)
                if not column:
                    axes.set_ylabel(one.name)
        return png_of(figure)
