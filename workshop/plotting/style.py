"""The one look of all plots: colour-blind safe, and legible in gray.

Colours from Okabe and Ito's set; lines differ in dash as well and bars in hatching, so that
nothing hangs on colour alone.
"""

from __future__ import annotations

import io
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

__all__ = ["BLUE", "COLOURS", "DASHES", "GRAY", "GREEN", "ORANGE", "STYLE", "new_figure", "png_of"]

BLUE, ORANGE, GREEN, GRAY = "#0072b2", "#d55e00", "#009e73", "#6f6f6f"
COLOURS = (BLUE, ORANGE, GREEN, "#cc79a7", "#56b4e9", "#e69f00")
DASHES = ("-", "--", "-.", ":")
STYLE: dict[Any, Any] = {
    "font.family": "DejaVu Sans",  # comes with matplotlib: the same letters everywhere
    "font.size": 9.5,
    "text.color": "#1c2430",
    "axes.labelcolor": "#1c2430",
    "axes.edgecolor": "#8a94a1",
    "xtick.color": "#5b6675",
    "ytick.color": "#5b6675",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#e6e9ed",
    "axes.axisbelow": True,
    "legend.frameon": False,
    "legend.fontsize": 9,
    "text.parse_math": False,  # names of models and films are names
    "figure.dpi": 180,
    "savefig.dpi": 180,
}


def new_figure(width: float, height: float, columns: int = 1) -> tuple[Figure, list[Axes]]:
    """A figure (inches) of its own, outside pyplot's global list, which would keep it alive."""
    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, [figure.add_subplot(1, columns, n + 1) for n in range(columns)]


def png_of(figure: Figure) -> bytes:
    """The figure as PNG bytes, the same bytes for the same figure."""
    stream = io.BytesIO()
    with mpl.rc_context(STYLE):
        figure.savefig(stream, format="png", metadata={"Software": None})
    return stream.getvalue()
