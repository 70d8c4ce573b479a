"""Plots of runs, parity and latency: one style, colour-blind safe, PNG.

Colours from Okabe and Ito's set; lines differ in style as well, so that nothing hangs
on colour alone.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from sklearn.metrics import roc_curve

from edge_runtime.benchmark_record import BenchmarkRecord
from workshop.runs import write_atomic
from workshop.statistics import auroc

__all__ = [
    "latency_plot",
    "learning_curves_plot",
    "parity_plot",
    "png_of",
    "roc_plot",
    "score_plot",
]

BLUE, ORANGE, GREEN, GRAY = "#0072b2", "#d55e00", "#009e73", "#6f6f6f"
COLOURS = (BLUE, ORANGE, GREEN, "#cc79a7", "#56b4e9", "#e69f00")
DASHES = ("-", "--", "-.", ":")
STYLE: dict[Any, Any] = {
    "font.size": 9.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#e4e4e4",
    "axes.axisbelow": True,
    "legend.frameon": False,
    "figure.dpi": 130,
}


def _figure(width: float, height: float, columns: int = 1) -> tuple[Figure, list[Axes]]:
    """A figure of its own, outside pyplot's global list, which would keep it alive."""
    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, [figure.add_subplot(1, columns, n + 1) for n in range(columns)]


def png_of(figure: Figure) -> bytes:
    """The figure as PNG bytes, the same bytes for the same figure."""
    stream = io.BytesIO()
    figure.savefig(stream, format="png", metadata={"Software": None})
    return stream.getvalue()


def roc_plot(path: Path, curves: Mapping[str, tuple[Sequence[int], Sequence[float]]]) -> None:
    """ROC curves of labels (1 covid) and scores by name."""
    with mpl.rc_context(STYLE):
        figure, (axes,) = _figure(4.2, 4.0)
        for number, (name, (labels, scores)) in enumerate(curves.items()):
            false, true, _ = roc_curve(labels, scores)
            axes.plot(
                false, true, DASHES[number % 4], color=COLOURS[number % 6], lw=1.8,
                label=f"{name}, AUROC {auroc(labels, scores):.3f}",
            )  # fmt: skip
        axes.plot([0, 1], [0, 1], color=GRAY, lw=0.8, ls=":")
        axes.set(xlabel="1 - specificity", ylabel="sensitivity", xlim=(-0.01, 1), ylim=(0, 1.01))
        axes.set_aspect("equal")
        axes.legend(loc="lower right")
        write_atomic(path, png_of(figure))


def learning_curves_plot(path: Path, rows: Sequence[dict[str, Any]]) -> None:
    """Loss and validation AUROC by epoch; `rows` are those of history.csv."""
    with mpl.rc_context(STYLE):
        figure, (left, right) = _figure(7.6, 3.0, 2)
        names = list(dict.fromkeys((row["network"], row["fold"]) for row in rows))
        networks = list(dict.fromkeys(network for network, _ in names))
        for network, fold in names:
            part = [row for row in rows if (row["network"], row["fold"]) == (network, fold)]
            epochs = [int(row["epoch"]) for row in part]
            place = networks.index(network)
            look: dict[str, Any] = {
                "color": COLOURS[place], "ls": DASHES[place], "lw": 1.5,
                "marker": "o", "ms": 3, "label": f"{network}, {fold}",
            }  # fmt: skip
            left.plot(epochs, [float(row["loss"]) for row in part], **look)
            right.plot(epochs, [float(row["val_auroc"]) for row in part], **look)
        left.set(xlabel="epoch", ylabel="training loss")
        right.set(xlabel="epoch", ylabel="AUROC, validation films")
        left.set_ylim(bottom=0)
        right.legend(loc="lower right")
        write_atomic(path, png_of(figure))


def score_plot(
    path: Path, labels: Sequence[int], scores: Sequence[float], threshold: float
) -> None:
    """Histogram of scores by class, with the threshold."""
    with mpl.rc_context(STYLE):
        figure, (axes,) = _figure(5.0, 2.8)
        flags, values = np.asarray(labels).astype(bool), np.asarray(scores, float)
        bins = np.linspace(0, 1, 41)
        for chosen, name, colour, hatch in (
            (~flags, "normal", BLUE, ""),
            (flags, "covid", ORANGE, "////"),
        ):
            axes.hist(
                values[chosen], bins.tolist(), alpha=0.6, color=colour, hatch=hatch,
                edgecolor="white", label=f"{name} ({int(chosen.sum())})",
            )  # fmt: skip
        axes.axvline(threshold, color="black", lw=1.2, label=f"threshold {threshold:.3f}")
        axes.set(xlabel="score, p(covid)", ylabel="films", xlim=(0, 1))
        axes.legend()
        write_atomic(path, png_of(figure))


def parity_plot(
    keras: Sequence[float], files: Mapping[str, Sequence[float]], threshold: float
) -> bytes:
    """Each file's score against the Keras model's, as PNG; flips lie in the shaded corners."""
    with mpl.rc_context(STYLE):
        figure, panels = _figure(3.3 * max(len(files), 1), 3.3, max(len(files), 1))
        for axes, (name, scores) in zip(panels, files.items(), strict=False):
            for x, y in (((0, threshold), (threshold, 1)), ((threshold, 1), (0, threshold))):
                axes.fill_between(x, *y, color=ORANGE, alpha=0.12, lw=0)
            axes.plot([0, 1], [0, 1], color=GRAY, lw=0.8)
            axes.scatter(keras, scores, s=7, color=BLUE, alpha=0.5, lw=0)
            axes.set(xlabel="score in Keras", ylabel="score of the file", xlim=(0, 1), ylim=(0, 1))
            axes.set_title(name, fontsize=9.5)
            axes.set_aspect("equal")
        return png_of(figure)


def latency_plot(records: Sequence[BenchmarkRecord]) -> bytes:
    """Latency distributions and peak memory of several models, as PNG.

    Records of one model and precision are one row; an emulated record has no latency to
    show and must not come here.
    """
    rows: dict[str, list[BenchmarkRecord]] = {}
    for one in records:
        name = f"{one.model['name']} {one.model['precision']}, {one.runtime['threads']} thread"
        rows.setdefault(name, []).append(one)
    names = sorted(rows)
    samples = [[ms for one in rows[name] for ms in one.steady_ms] for name in names]
    peaks = [max((one.rss_peak_kib or 0) for one in rows[name]) / 1024 for name in names]
    with mpl.rc_context(STYLE):
        figure, (left, right) = _figure(8.2, 1.3 + 0.55 * len(names), 2)
        left.boxplot(
            samples, orientation="horizontal", tick_labels=names, whis=(5, 95), widths=0.5,
            showfliers=False, medianprops={"color": ORANGE, "lw": 2},
        )  # fmt: skip
        left.set(xlabel="one invoke, ms (5 to 95 %)")
        left.set_xlim(left=0)
        places = range(1, len(names) + 1)
        right.barh(list(places), peaks, height=0.5, color=BLUE)
        right.set_yticks(list(places), [""] * len(names))
        right.set(xlabel="peak memory of the process, MiB", ylim=left.get_ylim())
        for place, peak in zip(places, peaks, strict=True):
            right.annotate(
                f"{peak:.0f}" if peak else "not measured", (peak, place), xytext=(4, -3),
                textcoords="offset points",
            )  # fmt: skip
        flags = sorted({flag for one in records for flag in one.flags})
        if flags:
            figure.suptitle(f"flagged: {', '.join(flags)}", fontsize=9, color=ORANGE)
        return png_of(figure)
