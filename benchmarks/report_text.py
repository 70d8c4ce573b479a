"""Records as Markdown, to be pasted, and as CSV, to be computed with."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import asdict, fields

from benchmarks.published import CAPTION, PUBLISHED
from benchmarks.table import NOTES
from workshop.latency import LatencyRow, sections
from workshop.markdown import table as markdown_table
from workshop.report.format import ms

__all__ = ["csv_text", "markdown_text"]

HEAD = ("model", "precision", "threads", "load", "first", "p50", "p90", "p99", "min", "peak MiB",
        "flags")  # fmt: skip
COUNTED = ("model", "precision", "threads", "instructions of an invoke", "peak MiB", "flags")


def markdown_text(rows: Sequence[LatencyRow], *, published: bool = False) -> str:
    """One table a machine; times in milliseconds."""
    blocks = []
    for machine, part in sections(rows).items():
        flags = sorted({flag for row in part for flag in _flags(row)})
        notes = [f"- {NOTES.get(flag, flag)}" for flag in flags]
        counted = part[0].emulated
        table = markdown_table(COUNTED if counted else HEAD, [_cells(row) for row in part])
        what = "" if counted else "Milliseconds; medians over processes, min and peak over all.\n"
        blocks.append("\n".join([f"**{machine}**\n", table, what, *notes]).strip() + "\n")
    if published:
        cells = [(one.device, _plain(one.float32_ms), _plain(one.int8_ms), one.threads, one.source)
                 for one in PUBLISHED]  # fmt: skip
        head = ("device", "float32", "int8", "threads", "source")
        blocks.append(f"{CAPTION}\n\n{markdown_table(head, cells)}\n")
    return "\n".join(blocks)


def csv_text(rows: Sequence[LatencyRow]) -> str:
    """A header and a line a row, unrounded; what was not measured is empty."""
    stream = io.StringIO()
    writer = csv.DictWriter(stream, [one.name for one in fields(LatencyRow)], lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({**asdict(row), "flags": " ".join(row.flags)})
    return stream.getvalue()


def _cells(row: LatencyRow) -> list[str]:
    name = row.model.replace("|", "\\|")
    ends = [_plain(row.peak_mib), ", ".join(_flags(row))]
    begins = [name, row.precision, str(row.threads)]
    if row.emulated:
        return [*begins, "–" if row.instructions is None else f"{row.instructions:,}", *ends]
    times = (row.load_ms, row.first_ms, row.p50_ms, row.p90_ms, row.p99_ms, row.min_ms)
    return [*begins, *map(ms, times), *ends]


def _flags(row: LatencyRow) -> tuple[str, ...]:
    return (*(("emulated",) if row.emulated and "emulated" not in row.flags else ()), *row.flags)


def _plain(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f}".removesuffix(".0")
