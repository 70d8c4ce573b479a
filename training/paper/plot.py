"""A plot of the folds: each metric of the paper's tables, network beside network."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl

from training.confusion import METRICS
from training.paper.tables import NAMES, PaperResult
from workshop.plotting.style import COLOURS, STYLE, new_figure, png_of
from workshop.runs import write_atomic

__all__ = ["folds_plot"]

MARKS = ("o", "s", "D")


def folds_plot(path: Path, result: PaperResult) -> None:
    """One dot a fold and a bar at the average, for each metric and network."""
    with mpl.rc_context(STYLE):
        figure, (axes,) = new_figure(8.4, 3.6)
        present = [name for name in NAMES if name in result.averages]
        for number, network in enumerate(present):
            shift = (number - (len(present) - 1) / 2) * 0.24
            colour = COLOURS[number % len(COLOURS)]
            for place, metric in enumerate(METRICS):
                values = [r.metrics[metric] for r in result.rows if r.network == network]
                at = place + shift
                axes.plot([at] * len(values), values, MARKS[number], color=colour, ms=4, alpha=0.6,
                          label=NAMES[network] if place == 0 else None)  # fmt: skip
                mean = result.averages[network][metric]
                axes.plot([at - 0.09, at + 0.09], [mean, mean], color=colour, lw=2.2)
        axes.set_xticks(range(len(METRICS)), [name.replace("_", " ") for name in METRICS])
        axes.set_ylim(top=1.02)
        axes.set_ylabel("each fold, and the average")
        axes.legend(loc="lower left", ncols=len(present))
        write_atomic(path, png_of(figure))
