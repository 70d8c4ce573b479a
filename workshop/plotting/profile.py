"""Where a quantized file loses: signal over noise, layer by layer."""

from __future__ import annotations

import math

import matplotlib as mpl
import numpy as np

from edge_runtime.errors import DataError
from workshop.parity_records import LayerProfile
from workshop.plotting.style import BLUE, GRAY, ORANGE, STYLE, new_figure, png_of

__all__ = ["profile_png"]

MARKS = {  # of each operator: mark and colour, so that nothing hangs on colour alone
    "CONV_2D": ("o", BLUE),
    "DEPTHWISE_CONV_2D": ("^", ORANGE),
    "FULLY_CONNECTED": ("s", "#009e73"),
    "ADD": ("+", "black"),
    "MEAN": ("D", "#cc79a7"),
}
NAMES = {
    "CONV_2D": "convolution",
    "DEPTHWISE_CONV_2D": "depthwise convolution",
    "FULLY_CONNECTED": "dense",
    "ADD": "addition",
    "MEAN": "average",
}


def profile_png(profile: LayerProfile) -> bytes:
    """SNR over the layers in the order in which they are computed, as PNG.

    A mark is the median over channels, the line below it reaches to the tenth percentile.
    Raises `DataError` for no layer that was measured.
    """
    rows = [one for one in profile.layers if not math.isnan(one.snr_db)]
    if not rows:
        raise DataError("a plot of a profile needs at least one layer")
    with mpl.rc_context(STYLE):
        figure, (axes,) = new_figure(8.6, 3.3)
        axes.axhline(0, color="black", lw=1, ls="--")
        axes.annotate("as much noise as signal", (0, 0), xytext=(2, 3), fontsize=8.5,
                      textcoords="offset points")  # fmt: skip
        axes.vlines(
            [one.number for one in rows], [one.low_db for one in rows],
            [one.snr_db for one in rows], color=GRAY, lw=0.8,
        )  # fmt: skip
        for operator in dict.fromkeys(one.operator for one in rows):
            mark, colour = MARKS.get(operator, (".", GRAY))
            chosen = [one for one in rows if one.operator == operator]
            axes.scatter(
                [one.number for one in chosen], [one.snr_db for one in chosen], s=26,
                marker=mark, color=colour, label=NAMES.get(operator, operator.lower()), zorder=3,
            )  # fmt: skip
        drawn = np.array([[one.low_db, one.snr_db] for one in rows])
        low, high = float(drawn.min()), float(drawn.max())
        axes.set(xlabel="layer, in the order in which they are computed", ylabel="SNR (dB)")
        axes.set_ylim(min(low, 0) - 2, high + 3)
        axes.set_xlim(-1, profile.layers[-1].number + 1)
        axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=5)
        return png_of(figure)
