"""Validation AUROC by epoch in both readings of the oversampling, a panel a network."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from training.paper.tables import NAMES
from workshop.plotting.style import BLUE, GRAY, ORANGE, STYLE, new_figure, png_of
from workshop.runs import write_atomic

__all__ = ["inflation_plot"]

Rows = Sequence[Mapping[str, str]]
LOOKS = (
    ("oversampled before the split: copies are trained on", ORANGE, "--", "s"),
    ("oversampled after the split: no copy is", BLUE, "-", "o"),
)
MARKED = 12  # up to so many epochs each has its mark


def inflation_plot(path: Path, before: Rows, after: Rows) -> None:
    """Mean over folds as a line, each fold as a thin one; rows are of `history.csv`."""
    networks = [name for name in NAMES if _curves(before, name) or _curves(after, name)]
    with mpl.rc_context(STYLE):
        figure, panels = new_figure(max(5.6, 2.9 * len(networks) + 0.4), 3.5, len(networks))
        for axes, network in zip(panels, networks, strict=True):
            for rows, look in zip((before, after), LOOKS, strict=True):
                _draw(axes, _curves(rows, network), *look)
            axes.set_title(NAMES[network], fontsize=10)
            axes.xaxis.set_major_locator(MaxNLocator(6, integer=True, min_n_ticks=1))
            axes.set_xlabel("epoch")
        _one_scale(panels)
        panels[0].set_ylabel("validation AUROC: folds, mean")
        handles, labels = panels[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center",
                      ncols=2 if len(networks) > 2 else 1)  # fmt: skip
        write_atomic(path, png_of(figure))


def _curves(rows: Rows, network: str) -> dict[str, dict[int, float]]:
    """Fold -> epoch -> validation AUROC."""
    found: dict[str, dict[int, float]] = defaultdict(dict)
    for row in rows:
        if row["network"] == network and row["val_auroc"]:
            found[row["fold"]][int(row["epoch"])] = float(row["val_auroc"])
    return found


def _draw(
    axes: Axes, curves: dict[str, dict[int, float]], label: str, colour: str, dash: str, mark: str
) -> None:
    epochs = sorted({epoch for curve in curves.values() for epoch in curve})
    if not epochs:
        return
    for curve in curves.values():
        axes.plot(list(curve), list(curve.values()), color=colour, lw=0.6, alpha=0.3)
    means = [np.mean([curve[e] for curve in curves.values() if e in curve]) for e in epochs]
    axes.plot(epochs, means, dash, color=colour, lw=2.0, label=label,
              marker=mark if len(epochs) <= MARKED else "", ms=4.5)  # fmt: skip


def _one_scale(panels: Sequence[Axes]) -> None:
    """The same heights in all panels, and chance as a line where they reach down to it."""
    ends = [axes.get_ylim() for axes in panels]
    low, high = min(low for low, _ in ends), max(high for _, high in ends)
    for number, axes in enumerate(panels):
        axes.set_ylim(low, min(high, 1.01))
        if number:
            axes.tick_params(labelleft=False)
        if low < 0.5:
            axes.axhline(0.5, color=GRAY, lw=1.2, ls=":", zorder=1)
