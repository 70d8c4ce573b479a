"""Records as a plain table of at most 100 columns."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from workshop.latency import LatencyRow, sections

__all__ = ["WIDTH", "table"]

WIDTH = 100
NAME = 26
HEAD = (
    "model", "precision", "threads", "load", "first", "p50", "p90", "min", "peak MiB", "flags",
)  # fmt: skip
NOTES = {
    "busy": "busy: something else ran on the machine, so the times are too long",
    "throttled": "throttled: heat or power slowed the machine, so the times are not its best",
    "swapping": "swapping: memory went to or came from a disk meanwhile",
    "emulated": "emulated: counted by an emulator, no device has shown it",
    "golden_failed": "golden_failed: the model does not give its golden output here",
}


def table(rows: Sequence[LatencyRow]) -> str:
    """One block a machine, ending in a newline; "-" is "not measured"."""
    return "\n".join(_block(machine, part) for machine, part in sections(rows).items())


def _block(machine: str, rows: Sequence[LatencyRow]) -> str:
    cells = [HEAD, *(_cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(HEAD))]
    lines = [_line(line, widths) for line in cells]
    lines.insert(1, "-" * min(WIDTH, max(map(len, lines))))
    processes = sorted({row.processes for row in rows})
    count = "-".join(str(number) for number in dict.fromkeys((processes[0], processes[-1])))
    notes = [
        machine,
        f"milliseconds; medians over {count} fresh processes a model, min and peak over all",
        *(NOTES[flag] for flag in sorted({f for row in rows for f in row.flags}) if flag in NOTES),
    ]
    if any(row.emulated for row in rows):
        notes.append("emulated: no time or memory is shown, since it would be no board's")
    wrapped = [part for note in notes for part in textwrap.wrap(note, WIDTH)]
    return "\n".join([*lines, *wrapped]) + "\n"


def _cells(row: LatencyRow) -> tuple[str, ...]:
    name = row.model if len(row.model) <= NAME else f"{row.model[: NAME - 1]}…"
    times = (row.load_ms, row.first_ms, row.p50_ms, row.p90_ms, row.min_ms)
    peak = "-" if row.peak_mib is None else f"{row.peak_mib:.1f}"
    flags = ",".join((*(("emulated",) if row.emulated else ()), *row.flags))
    shown = ("-" if value is None else f"{value:.2f}" for value in times)
    return (name, row.precision, str(row.threads), *shown, peak, flags)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    """Words to the left, numbers to the right; what is too long loses its end."""
    words = {0, 1, len(cells) - 1}
    parts = [
        cell.ljust(width) if column in words else cell.rjust(width)
        for column, (cell, width) in enumerate(zip(cells, widths, strict=True))
    ]
    line = "  ".join(parts).rstrip()
    return line if len(line) <= WIDTH else f"{line[: WIDTH - 1]}…"
