"""Decisions as tables of four cells, and two networks' scores of the same films."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib as mpl
import numpy as np
import numpy.typing as npt

from edge_runtime.errors import DataError
from workshop.plotting.style import BLUE, GRAY, ORANGE, STYLE, new_figure, png_of

__all__ = ["agreement_png", "confusion_counts", "confusion_png"]

CLASSES = ("normal", "covid")
LIGHT = 0.55  # share of a row, above which its number is written in white


def confusion_counts(
    labels: npt.ArrayLike, scores: npt.ArrayLike, threshold: float
) -> npt.NDArray[np.int64]:
    """Films `[2, 2]` by label (row: normal, covid) and answer (column), `score >= threshold`."""
    truth = np.asarray(labels).astype(bool)
    called = np.asarray(scores, np.float64) >= threshold
    if truth.shape != called.shape:
        raise DataError("a confusion matrix needs a score for every label")
    return np.array(
        [[int(np.sum((truth == row) & (called == column))) for column in (False, True)]
         for row in (False, True)]
    )  # fmt: skip


def confusion_png(matrices: Mapping[str, npt.NDArray[np.int64]]) -> bytes:
    """One panel a network: counts, and the share of the row, which colours the cell.

    Raises `DataError` for no matrix.
    """
    if not matrices:
        raise DataError("a plot of decisions needs at least one matrix")
    with mpl.rc_context({**STYLE, "axes.grid": False}):
        figure, panels = new_figure(0.4 + 2.5 * len(matrices), 2.7, len(matrices))
        for axes, (name, counts) in zip(panels, matrices.items(), strict=True):
            share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
            axes.imshow(share, cmap="Blues", vmin=0, vmax=1)
            for row in range(2):
                for column in range(2):
                    axes.text(
                        column, row, f"{counts[row, column]}\n{share[row, column]:.0%}",
                        ha="center", va="center",
                        color="white" if share[row, column] > LIGHT else "#1c2430",
                    )  # fmt: skip
            axes.set_xticks([0, 1], CLASSES)
            axes.set_yticks([0, 1], CLASSES if axes is panels[0] else ("", ""))
            axes.set(xlabel="answered", title=name)
            axes.tick_params(length=0)
        panels[0].set_ylabel("labelled")
        return png_of(figure)


def agreement_png(
    labels: Sequence[int],
    first: tuple[str, Sequence[float], float],
    second: tuple[str, Sequence[float], float],
) -> bytes:
    """Scores of two networks `(name, scores [n], threshold)`, one point a film.

    In the shaded corners they decide otherwise. Raises `DataError` where the lengths differ.
    """
    (name, scores, cut), (other, theirs, their_cut) = first, second
    truth = np.asarray(labels).astype(bool)
    x, y = np.asarray(scores, np.float64), np.asarray(theirs, np.float64)
    if not x.shape == y.shape == truth.shape:
        raise DataError("a plot of agreement needs a label and both scores for every film")
    with mpl.rc_context(STYLE):
        figure, (axes,) = new_figure(4.3, 4.2)
        axes.fill_between([0, cut], their_cut, 1, color=GRAY, alpha=0.16, lw=0)
        axes.fill_between([cut, 1], 0, their_cut, color=GRAY, alpha=0.16, lw=0)
        axes.plot([0, 1], [0, 1], color=GRAY, lw=0.8, ls=":")
        for which, title, colour, mark in (
            (~truth, CLASSES[0], BLUE, "o"), (truth, CLASSES[1], ORANGE, "^"),
        ):  # fmt: skip
            axes.scatter(
                x[which], y[which], s=18, color=colour, marker=mark, alpha=0.5, lw=0, label=title
            )
        axes.set(xlabel=f"score of the {name}", ylabel=f"score of the {other}", aspect="equal")
        axes.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02))
        axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2)
        return png_of(figure)
