"""What is left of a model when something that it should not need is taken away."""

from __future__ import annotations

import math
from collections.abc import Sequence

import matplotlib as mpl
from matplotlib.axes import Axes

from edge_runtime.errors import DataError
from workshop.evidence.records import AuditMeasure
from workshop.plotting.style import BLUE, GRAY, GREEN, ORANGE, STYLE, new_figure, png_of
from workshop.records import Interval

__all__ = ["audits_png"]

CHANCE = 0.5  # of an AUROC; a probe's is another, so that none is drawn for it
LOOKS = {  # of each finding: colour and mark, so that nothing hangs on colour alone
    "passes": (GREEN, "o"),
    "fails": (ORANGE, "X"),
    "cannot tell": (GRAY, "s"),
    "told only": (BLUE, "D"),
}


def audits_png(clean: Interval, measures: Sequence[AuditMeasure]) -> bytes:
    """AUROC of each measure with its 95 % interval, one below the other, as PNG.

    `clean` is the AUROC of the films as they are, drawn as a band. Probes, whose number is a
    balanced accuracy, stand below the rest. A measure of no value is named and left empty.
    Raises `DataError` for no measure.
    """
    if not measures:
        raise DataError("a plot of audits needs at least one measure")
    rows = sorted(measures, key=lambda one: one.kind == "probe")  # stable: the rest in order
    names = ["films as they are", *(_name(one) for one in rows)]
    with mpl.rc_context(STYLE):
        figure, (axes,) = new_figure(7.6, 1.2 + 0.27 * len(names))
        axes.axvline(CHANCE, color="black", lw=1, ls="--")
        axes.annotate(
            "chance", (CHANCE, 1), xycoords=("data", "axes fraction"), xytext=(3, 3),
            textcoords="offset points", fontsize=8.5,
        )  # fmt: skip
        if not math.isnan(clean.value):
            axes.axvspan(clean.low, clean.high, color=BLUE, alpha=0.12, lw=0)
        _dot(axes, 0, clean, "black", "o", "")
        shown: set[str] = set()
        for place, one in enumerate(rows, 1):
            colour, mark = LOOKS.get(one.finding, (GRAY, "."))
            _dot(axes, place, one.auroc, colour, mark, "" if one.finding in shown else one.finding)
            if not math.isnan(one.auroc.value):
                shown.add(one.finding)
        axes.set_yticks(range(len(names)), names)
        axes.set(ylim=(len(names) - 0.5, -0.5), xlabel="AUROC (of a probe: balanced accuracy)")
        axes.set_xlim(min(0.3, *_lows([clean, *(one.auroc for one in rows)])) - 0.02, 1.02)
        axes.grid(visible=False, axis="y")
        if any(not math.isnan(one.auroc.value) for one in rows):
            axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.03), ncols=4)
        return png_of(figure)


def _name(one: AuditMeasure) -> str:
    return f"{one.name} (probe)" if one.kind == "probe" else one.name


def _dot(axes: Axes, place: int, value: Interval, colour: str, mark: str, label: str) -> None:
    if math.isnan(value.value):
        axes.annotate(
            "not measured", (CHANCE, place), xytext=(6, -3), textcoords="offset points",
            fontsize=8.5, color=GRAY,
        )  # fmt: skip
        return
    axes.plot([value.low, value.high], [place, place], color=colour, lw=1.6)
    axes.plot([value.value], [place], mark, color=colour, ms=6, ls="", label=label or "_")


def _lows(values: Sequence[Interval]) -> list[float]:
    return [one.low for one in values if not math.isnan(one.low)] or [CHANCE]
