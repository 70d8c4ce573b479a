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
COUNTED = ("model", "precision", "threads", "instructions", "peak MiB", "flags")
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
    emulated = rows[0].emulated
    cells = [COUNTED, *map(_counted, rows)] if emulated else [HEAD, *map(_cells, rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(cells[0]))]
    lines = [_line(line, widths) for line in cells]
    lines.insert(1, "-" * min(WIDTH, max(map(len, lines))))
    processes = sorted({row.processes for row in rows})
    count = "-".join(str(number) for number in dict.fromkeys((processes[0], processes[-1])))
    plural = "" if count == "1" else "es"
    notes = [
        machine,
        "emulated: no time is shown, since it would be no board's; instructions are of an invoke"
        if emulated
        else f"milliseconds; medians over {count} fresh process{plural} a model, min and peak over"
        " all",
        *(NOTES[flag] for flag in sorted({f for row in rows for f in row.flags})
          if flag in NOTES and flag != "emulated"),
    ]  # fmt: skip
    wrapped = [part for note in notes for part in textwrap.wrap(note, WIDTH)]
    return "\n".join([*lines, *wrapped]) + "\n"


def _cells(row: LatencyRow) -> tuple[str, ...]:
    times = (row.load_ms, row.first_ms, row.p50_ms, row.p90_ms, row.min_ms)
    shown = ("-" if value is None else f"{value:.2f}" for value in times)
    return (*_begin(row), *shown, *_end(row))


def _counted(row: LatencyRow) -> tuple[str, ...]:
    count = "-" if row.instructions is None else f"{row.instructions / 1e6:.2f} M"
    return (*_begin(row), count, *_end(row))


def _begin(row: LatencyRow) -> tuple[str, ...]:
    name = row.model if len(row.model) <= NAME else f"{row.model[: NAME - 1]}…"
    return name, row.precision, str(row.threads)


def _end(row: LatencyRow) -> tuple[str, ...]:
    peak = "-" if row.peak_mib is None else f"{row.peak_mib:.1f}"
    emulated = ("emulated",) if row.emulated else ()
    return peak, ",".join((*emulated, *(flag for flag in row.flags if flag != "emulated")))


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    """Words to the left, numbers to the right; what is too long loses its end."""
    words = {0, 1, len(cells) - 1}
    parts = [
        cell.ljust(width) if column in words else cell.rjust(width)
        for column, (cell, width) in enumerate(zip(cells, widths, strict=True))
    ]
    line = "  ".join(parts).rstrip()
    return line if len(line) <= WIDTH else f"{line[: WIDTH - 1]}…"
