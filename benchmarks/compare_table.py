"""A comparison as text of at most 100 columns."""

from __future__ import annotations

import textwrap

from benchmarks.compare import Comparison, Row
from benchmarks.ratios import FEW, FEW_NEED
from benchmarks.table import NOTES, WIDTH

__all__ = ["comparison_table"]

NAME = 22
HEAD = f"{'model':{NAME}}  {'precision':9}  {'threads':>7}  {'A':>9}  {'B':>9}  {'B/A':>6}"
FEW_NOTE = (
    f"with fewer than {FEW} processes a side, a verdict needs a difference of over "
    f"{100 * FEW_NEED:.0f} %: what differs from process to process was hardly seen"
)


def comparison_table(found: Comparison) -> str:
    """One block a kind of figure, then what to know before believing it."""
    blocks = []
    for kind in dict.fromkeys(row.kind for row in found.rows):
        rows = [row for row in found.rows if row.kind == kind]
        head = f"{HEAD}  {'95 % interval':>13}  verdict"
        lines = [kind, head, "-" * len(head), *(_line(row) for row in rows)]
        blocks.append("\n".join(lines))
    notes = [part for note in _notes(found) for part in textwrap.wrap(note, WIDTH)]
    return "\n".join([*blocks, *notes]) + "\n"


def _line(row: Row) -> str:
    name = row.model if len(row.model) <= NAME else f"{row.model[: NAME - 1]}…"
    counted = row.kind.startswith("instructions")
    figures = [f"{one / 1e6:.2f} M" if counted else f"{one:.2f}" for one in (row.first, row.second)]
    interval = "exact" if counted else f"{row.ratio.low:.3f}-{row.ratio.high:.3f}"
    return (
        f"{name:{NAME}}  {row.precision:9.9}  {row.threads:7}  {figures[0]:>9}  {figures[1]:>9}  "
        f"{row.ratio.value:6.3f}  {interval:>13}  {row.verdict}"
    )


def _notes(found: Comparison) -> list[str]:
    timed = [row for row in found.rows if not row.kind.startswith("instructions")]
    notes = []
    if timed:
        processes = sorted({count for row in timed for count in row.processes})
        notes.append(f"medians over {_span(processes)} processes a side; a ratio above 1: B takes "
                     "longer; bootstrap over processes, then samples")  # fmt: skip
        if processes[0] < FEW:
            notes.append(FEW_NOTE)
    sides = [{flag for row in found.rows for flag in row.flags[number]} for number in (0, 1)]
    for flag in sorted(sides[0] | sides[1]):
        who = " and ".join(side for side, flags in zip("AB", sides, strict=True) if flag in flags)
        notes.append(f"flagged in {who}: {NOTES.get(flag, flag)}")
    peaks = sorted({f"{row.peak_ratio:.2f}" for row in found.rows if row.peak_ratio is not None})
    if peaks:
        notes.append(f"peak memory, B/A: {_span(peaks)}")
    return [*notes, *found.alone, *(f"differs: {line}" for line in found.differences)]


def _span(values: list[int] | list[str]) -> str:
    return str(values[0]) if len(values) == 1 else f"{values[0]} to {values[-1]}"
