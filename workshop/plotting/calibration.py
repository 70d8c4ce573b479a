"""A reliability plot: what share of films is covid where the score says so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib as mpl

from workshop.evidence.calibration import reliability
from workshop.plotting.style import COLOURS, DASHES, GRAY, STYLE, new_figure, png_of

__all__ = ["reliability_png"]

MARKS = ("o", "s")


def reliability_png(curves: Mapping[str, tuple[Sequence[int], Sequence[float]]]) -> bytes:
    """Bins of equal weight, as in `workshop.evidence.calibration`; the diagonal is ideal."""
    with mpl.rc_context(STYLE):
        figure, (axes,) = new_figure(4.3, 4.2)
        axes.plot([0, 1], [0, 1], color=GRAY, lw=1, ls=":")
        for number, (name, (labels, scores)) in enumerate(curves.items()):
            found = reliability(labels, scores)
            axes.plot(
                [one.score for one in found], [one.covid for one in found],
                MARKS[number % len(MARKS)] + DASHES[number], color=COLOURS[number], ms=4.5, lw=1.6,
                label=name,
            )  # fmt: skip
        axes.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02), aspect="equal")
        axes.set(xlabel="mean score of a bin", ylabel="covid among its films, classes even")
        axes.legend(loc="upper left")
        return png_of(figure)
