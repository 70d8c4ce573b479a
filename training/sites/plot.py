"""Two plots of the sites held out in turn: at home and away, and the matrix."""

from __future__ import annotations

import math

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes

from training.sites.records import SitesResult, SiteTest
from workshop.plotting.style import BLUE, GRAY, ORANGE, STYLE, new_figure, png_of
from workshop.records import Interval

__all__ = ["matrix_png", "pairs_png"]

LOOK = {"teacher": ("o", BLUE), "student": ("s", ORANGE)}


def pairs_png(result: SitesResult) -> bytes:
    """AUROC of both networks at home (hollow) and away (filled), with intervals."""
    trials = [one for one in result.trials if one.kind in ("pair", "reverse")]
    with mpl.rc_context(STYLE):
        figure, (axes,) = new_figure(7.2, 1.1 + 0.75 * len(trials))
        for row, trial in enumerate(trials):
            for step, (network, (mark, colour)) in enumerate(LOOK.items()):
                y = row + (step - 0.5) * 0.36
                away = trial.against_normals(network)[0].report.auroc
                for value, place, fill in (
                    (trial.at_home[network], y - 0.07, "none"),
                    (away, y + 0.07, colour),
                ):
                    _span(axes, value, place, mark, colour, fill)
        axes.axvline(0.5, color=GRAY, linewidth=0.8, linestyle=":")
        axes.set_yticks(range(len(trials)), [_held(one.tests[0], one.kind) for one in trials])
        axes.set_ylim(len(trials) - 0.5, -0.5)
        axes.set_xlabel("AUROC, 95 % over groups")
        axes.grid(axis="y", visible=False)
        for network, (mark, colour) in LOOK.items():
            for fill, where in (("none", "at home"), (colour, "away")):
                axes.plot([], [], mark, color=colour, markerfacecolor=fill,
                          label=f"{network}, {where}")  # fmt: skip
        figure.legend(loc="outside upper center", ncols=4)
        return png_of(figure)


def _span(axes: Axes, value: Interval, y: float, mark: str, colour: str, fill: str) -> None:
    if math.isnan(value.value):
        return
    axes.plot([value.low, value.high], [y, y], color=colour, linewidth=1.2)
    axes.plot([value.value], [y], mark, color=colour, markerfacecolor=fill, markersize=5)


def _held(test: SiteTest, kind: str) -> str:
    name = f"{test.covid}\nand {test.against.removeprefix('normal of ')}"
    return f"{name} (reverse)" if kind == "reverse" else name


def matrix_png(result: SitesResult) -> bytes:
    """The student's AUROC by covid site trained on and tested; the diagonal is bold."""
    rows = [one for one in result.trials if one.kind == "matrix"]
    names = [one.trained for one in rows]
    values = np.full((len(rows), len(rows)), np.nan)
    for i, row in enumerate(rows):
        for test in row.against_normals("student"):
            values[i, names.index(test.covid)] = test.report.auroc.value
    with mpl.rc_context(STYLE):
        figure, (axes,) = new_figure(2.2 + 1.25 * len(rows), 1.6 + 0.75 * len(rows))
        axes.imshow(values, cmap="cividis", vmin=0.0, vmax=1.0, aspect="auto")
        for (i, j), value in np.ndenumerate(values):
            text = "–" if math.isnan(value) else f"{value:.2f}"
            shade = "#1c2430" if value > 0.55 else "#ffffff"
            weight = "bold" if i == j else "normal"
            axes.text(j, i, text, ha="center", va="center", color=shade, weight=weight)
        labels = [name.replace("+", "+\n") for name in names]
        axes.set_xticks(range(len(names)), labels)
        axes.set_yticks(range(len(names)), labels)
        axes.set_xlabel("tested on covid of")
        axes.set_ylabel("trained on covid of")
        axes.set_title("AUROC of the student (bold: same site, other groups)", fontsize=9.5)
        axes.grid(visible=False)
        return png_of(figure)
