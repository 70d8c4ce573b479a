"""Plots of training and parity, as PNG: bytes, or written to a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from sklearn.metrics import roc_curve

from workshop.evidence.statistics import auroc
from workshop.plotting.latency import latency_plot
from workshop.plotting.style import BLUE, COLOURS, DASHES, GRAY, ORANGE, STYLE, new_figure, png_of
from workshop.runs import write_atomic

__all__ = [
    "Band",
    "latency_plot",
    "learning_curves_plot",
    "learning_curves_png",
    "parity_plot",
    "png_of",
    "roc_band",
    "roc_plot",
    "roc_png",
    "score_plot",
    "score_png",
]

Curves = Mapping[str, tuple[Sequence[int], Sequence[float]]]
Floats = npt.NDArray[np.float64]
PARITY_COLUMNS = 3


@dataclass(frozen=True)
class Band:
    """Where a ROC curve lies in 95 % of resamplings, at each false positive rate `[n]`."""

    false: Floats
    low: Floats
    high: Floats


def roc_band(
    labels: Sequence[int],
    scores: Sequence[float],
    groups: Sequence[str],
    seed: int,
    repeats: int = 300,
) -> Band:
    """Pointwise 95 % band of sensitivity, from whole groups drawn with replacement.

    Draws with one class only are left out; if all are, the band is NaN.
    """
    truth, values = np.asarray(labels), np.asarray(scores, np.float64)
    members: dict[str, list[int]] = {}
    for place, group in enumerate(groups):
        members.setdefault(group, []).append(place)
    parts = [np.array(part) for part in members.values()]
    grid = np.linspace(0.0, 1.0, 101)
    rng = np.random.default_rng(seed)
    drawn: list[Floats] = []
    for _ in range(repeats):
        films = np.concatenate([parts[i] for i in rng.integers(0, len(parts), len(parts))])
        if 0 < truth[films].sum() < len(films):
            false, true, _ = roc_curve(truth[films], values[films])
            drawn.append(np.interp(grid, false, true))
    ends = np.quantile(drawn, (0.025, 0.975), axis=0) if drawn else np.full((2, 101), np.nan)
    return Band(grid, ends[0], ends[1])


def roc_png(curves: Curves, bands: Mapping[str, Band] | None = None) -> bytes:
    """ROC curves of labels (1 covid) and scores by name, with bands where there are some."""
    with mpl.rc_context(STYLE):
        figure, (axes,) = new_figure(4.3, 4.2)
        for number, (name, (labels, scores)) in enumerate(curves.items()):
            colour = COLOURS[number % 6]
            band = (bands or {}).get(name)
            if band is not None:
                axes.fill_between(
                    band.false, band.low, band.high, color=colour, alpha=0.16, lw=0,
                    label=f"{name}, 95 % of resamplings",
                )  # fmt: skip
            false, true, _ = roc_curve(labels, scores)
            axes.plot(
                false, true, DASHES[number % 4], color=colour, lw=1.8,
                label=f"{name}, AUROC {auroc(labels, scores):.3f}",
            )  # fmt: skip
        axes.plot([0, 1], [0, 1], color=GRAY, lw=0.8, ls=":")
        axes.set(xlabel="1 − specificity", ylabel="sensitivity", xlim=(-0.01, 1), ylim=(0, 1.01))
        axes.set_aspect("equal")
        axes.legend(loc="lower right")
        return png_of(figure)


def roc_plot(path: Path, curves: Curves) -> None:
    """`roc_png` into a file."""
    write_atomic(path, roc_png(curves))


def learning_curves_png(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """Loss and validation AUROC by epoch; `rows` are those of history.csv."""
    with mpl.rc_context(STYLE):
        figure, (left, right) = new_figure(8.0, 3.1, 2)
        members = list(dict.fromkeys((row["network"], row["fold"]) for row in rows))
        networks = list(dict.fromkeys(network for network, _ in members))
        shown: set[str] = set()
        for network, fold in members:
            part = [row for row in rows if (row["network"], row["fold"]) == (network, fold)]
            epochs = [int(row["epoch"]) for row in part]
            place = networks.index(network)
            look: dict[str, Any] = {
                "color": COLOURS[place % 6], "ls": DASHES[place % 4], "lw": 1.5, "marker": "o",
                "ms": 3, "label": "_" if network in shown else network,
            }  # fmt: skip
            shown.add(network)
            left.plot(epochs, [float(row["loss"]) for row in part], **look)
            right.plot(epochs, [float(row["val_auroc"]) for row in part], **look)
        left.set(xlabel="epoch", ylabel="training loss")
        right.set(xlabel="epoch", ylabel="AUROC, validation films")
        left.set_ylim(bottom=0)
        for axes in (left, right):
            axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        if shown:
            right.legend(loc="lower right")
        return png_of(figure)


def learning_curves_plot(path: Path, rows: Sequence[dict[str, Any]]) -> None:
    """`learning_curves_png` into a file."""
    write_atomic(path, learning_curves_png(rows))


def score_png(labels: Sequence[int], scores: Sequence[float], threshold: float) -> bytes:
    """Histogram of scores by class, with the threshold."""
    with mpl.rc_context(STYLE):
        figure, (axes,) = new_figure(5.4, 3.0)
        flags, values = np.asarray(labels).astype(bool), np.asarray(scores, float)
        bins = np.linspace(0, 1, 41).tolist()
        for chosen, name, colour, hatch in (
            (~flags, "normal", BLUE, ""),
            (flags, "covid", ORANGE, "////"),
        ):
            axes.hist(
                values[chosen], bins, alpha=0.6, color=colour, hatch=hatch,
                edgecolor="white", label=f"{name} ({int(chosen.sum())})",
            )  # fmt: skip
        axes.axvline(threshold, color="black", lw=1.2, label=f"threshold {threshold:.3f}")
        axes.set(xlabel="score, p(covid)", ylabel="films", xlim=(0, 1))
        axes.yaxis.set_major_locator(MaxNLocator(integer=True))
        axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3)
        return png_of(figure)


def score_plot(
    path: Path, labels: Sequence[int], scores: Sequence[float], threshold: float
) -> None:
    """`score_png` into a file."""
    write_atomic(path, score_png(labels, scores, threshold))


def parity_plot(
    keras: Sequence[float], files: Mapping[str, Sequence[float]], threshold: float
) -> bytes:
    """Each file's score against the Keras model's, three a row; flips are crosses."""
    x = np.asarray(keras, np.float64)
    columns = min(max(len(files), 1), PARITY_COLUMNS)
    rows = -(-max(len(files), 1) // columns)
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(3.1 * columns, 3.3 * rows), layout="constrained")
        for number, (name, scores) in enumerate(files.items(), start=1):
            axes = figure.add_subplot(rows, columns, number)
            y = np.asarray(scores, np.float64)
            flipped = (x >= threshold) != (y >= threshold)
            axes.fill_between([0, threshold], threshold, 1, color=ORANGE, alpha=0.12, lw=0)
            axes.fill_between([threshold, 1], 0, threshold, color=ORANGE, alpha=0.12, lw=0)
            axes.plot([0, 1], [0, 1], color=GRAY, lw=0.8)
            axes.scatter(x[~flipped], y[~flipped], s=8, color=BLUE, alpha=0.45, lw=0)
            axes.scatter(x[flipped], y[flipped], s=22, color=ORANGE, marker="x", lw=1.3)
            axes.set(xlabel="score in Keras", ylabel="score of the file")
            axes.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02))
            axes.set_title(name, fontsize=9.5)
            axes.set_aspect("equal")
        return png_of(figure)
