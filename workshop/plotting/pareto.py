"""What a model costs against what it is worth: which files no other one beats."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib as mpl

from edge_runtime.errors import DataError
from workshop.plotting.style import BLUE, GRAY, ORANGE, STYLE, new_figure, png_of
from workshop.records import Interval

__all__ = ["pareto_plot"]


def pareto_plot(
    names: Sequence[str],
    costs: Sequence[float],
    worths: Sequence[Interval],
    front: Sequence[int],
    *,
    cost: str,
    worth: str,
    flags: Sequence[str] = (),
) -> bytes:
    """Points with intervals, those of `front` joined by a line, as PNG; `flags` stand above.

    Raises `DataError` for no point.
    """
    if not names:
        raise DataError("a Pareto plot needs a model whose accuracy is known")
    order = sorted(range(len(names)), key=lambda place: costs[place])
    with mpl.rc_context(STYLE):
        figure, (axes,) = new_figure(6.4, 3.6)
        for place, (name, x, y) in enumerate(zip(names, costs, worths, strict=True)):
            on = place in front
            axes.errorbar(
                [x], [y.value], yerr=[[y.value - y.low], [y.high - y.value]], fmt="os"[not on],
                color=BLUE if on else GRAY, markerfacecolor=BLUE if on else "white", capsize=3,
            )  # fmt: skip
            above = order.index(place) % 2 == 0  # neighbours' names do not meet
            axes.annotate(
                name, (x, y.value), xytext=(7, 7 if above else -13), textcoords="offset points",
                fontsize=8.5,
            )  # fmt: skip
        joined = sorted((costs[place], worths[place].value) for place in front)
        if len(joined) > 1:
            axes.plot(*zip(*joined, strict=True), color=ORANGE, lw=1.2, ls="--", zorder=0)
        axes.set(xlabel=cost, ylabel=worth)
        axes.set_xlim(0, 1.3 * max(costs))
        axes.margins(y=0.2)
        if flags:
            figure.suptitle(f"flagged: {', '.join(flags)}", fontsize=9, color=ORANGE)
        return png_of(figure)
