"""Latency distributions and peak memory of several models."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib as mpl

from edge_runtime.benchmark_record import BenchmarkRecord, Times
from edge_runtime.errors import DataError
from workshop.latency import machine_line, row_name, threads_of
from workshop.plotting.style import BLUE, ORANGE, STYLE, new_figure, png_of

__all__ = ["latency_plot"]


def latency_plot(records: Sequence[BenchmarkRecord]) -> bytes:
    """Boxes of all samples and bars of peak memory, one row a model and machine, as PNG.

    Raises `DataError` for no record, and for an emulated one: its times are nobody's.
    """
    rows: dict[tuple[str, ...], list[tuple[Times, float]]] = {}
    if not records or any(one.emulated or one.times is None for one in records):
        raise DataError("a latency plot needs records, and none of them emulated")
    for one in records:
        threads = threads_of(one)
        name = f"{row_name(one)}\n{one.model['precision']}, {threads} thread"
        name += "s" if threads > 1 else ""
        peak = (one.memory and one.memory.hwm_kib) or 0
        key = (machine_line(one), name, one.model["graph_sha256"])
        if one.times is not None:
            rows.setdefault(key, []).append((one.times, peak / 1024))
    keys = sorted(rows, reverse=True)  # the first row is drawn at the top
    several = len({machine for machine, _, _ in keys}) > 1
    names = [f"{name}\n{machine[:32]}" if several else name for machine, name, _ in keys]
    samples = [[ms for times, _ in rows[key] for ms in times.steady_ms] for key in keys]
    peaks = [max(peak for _, peak in rows[key]) for key in keys]
    places = list(range(1, len(keys) + 1))
    with mpl.rc_context(STYLE):
        figure, (left, right) = new_figure(8.0, 1.1 + (0.62 + 0.2 * several) * len(keys), 2)
        left.boxplot(
            samples, orientation="horizontal", tick_labels=names, whis=(5, 95), widths=0.5,
            showfliers=False, medianprops={"color": ORANGE, "lw": 2},
        )  # fmt: skip
        left.set(xlabel="one invoke, ms (whiskers: 5 to 95 %)")
        left.set_xlim(left=0)
        left.grid(visible=False, axis="y")
        right.barh(places, peaks, height=0.5, color=BLUE)
        right.set_yticks(places, [""] * len(keys))
        right.set(xlabel="peak memory of the process, MiB", ylim=left.get_ylim())
        right.set_xlim(0, max(*peaks, 1.0) * 1.15)
        right.grid(visible=False, axis="y")
        for place, most in zip(places, peaks, strict=True):
            right.annotate(
                f"{most:.0f}" if most else "not measured", (most, place), xytext=(4, -3),
                textcoords="offset points",
            )  # fmt: skip
        flags = sorted({flag for one in records for flag in one.flags})
        if flags:
            figure.suptitle(f"flagged: {', '.join(flags)}", fontsize=9, color=ORANGE)
        return png_of(figure)
