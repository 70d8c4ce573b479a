"""Records as a list, and one record in full, as text of at most 100 columns."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path

from benchmarks.environment import environment
from benchmarks.table import NOTES, WIDTH
from edge_runtime.benchmark_record import BenchmarkRecord, Memory, Times
from workshop.latency import machine_line, row_name, threads_of

__all__ = ["listing", "record_text"]

NAME = 38


def listing(records: Sequence[tuple[Path, BenchmarkRecord]]) -> str:
    """A line a record: when, what, where, p50, flags; the file it stands in below."""
    head = f"{'started':20}  {'model':30}  {'threads':>7}  {'p50 ms':>8}  {'peak MiB':>8}  target"
    lines = [head, "-" * WIDTH]
    for path, one in records:
        name = f"{row_name(one)} {one.model.get('precision', '?')}"
        p50 = "-" if one.times is None else f"{one.times.p50_ms:.2f}"
        hwm = one.memory.hwm_kib if one.memory is not None else None
        peak = "-" if hwm is None else f"{hwm / 1024:.1f}"
        flags = (*(("emulated",) if one.emulated else ()), *one.flags)
        line = (
            f"{one.started:20.20}  {name:30.30}  {threads_of(one):7}  {p50:>8}  {peak:>8}  "
            f"{one.target}"
        )
        lines.append(line[:WIDTH])
        lines.append(f"    {path}" + (f"  [{', '.join(flags)}]" if flags else ""))
    return "\n".join(lines) + "\n"


def record_text(record: BenchmarkRecord) -> str:
    """Everything that a record says but the single samples."""
    model = {**record.model, "file": f"{record.file_bytes:,} bytes"}
    lines = [machine_line(record), f"target {record.target}, {record.started}"]
    for flag in (*(("emulated",) if record.emulated else ()), *record.flags):
        lines.append(f"flagged {NOTES.get(flag, flag)}")
    parts = {
        "model": [(name, str(value)) for name, value in model.items()],
        "runtime": [(name, str(value)) for name, value in record.runtime.items()],
        "golden inputs": [("passed", "yes" if record.golden else "NO")],
        "times, ms": _times(record.times),
        "memory, KiB": _memory(record.memory),
        "instructions": [(name, f"{count:,}") for name, count in
                         (record.instructions or {}).items()] or [("", "not counted")],
        "energy": [("mJ an invoke", _number(record.energy_mj))],
        "place in its series": [(name, str(value)) for name, value in record.series.items()]
        or [("", "measured alone")],
        "machine": environment([record]),
    }  # fmt: skip
    for title, pairs in parts.items():
        lines += ["", title, *(line for pair in pairs for line in _pair(*pair))]
    return "\n".join(part for line in lines for part in _wrapped(line)) + "\n"


def _times(times: Times | None) -> list[tuple[str, str]]:
    if times is None:
        return [("", "none: emulated times would be no board's")]
    names = ("load", "first", "p50", "p90", "p99", "min", "sd", "decode", "resize")
    pairs = [(name, _number(getattr(times, f"{name}_ms"))) for name in names]
    return [*pairs, ("samples", f"{len(times.steady_ms)}, after {times.warmup_runs} to warm up")]


def _memory(memory: Memory | None) -> list[tuple[str, str]]:
    if memory is None:
        return [("", "not measured")]
    names = {
        "peak (VmHWM)": ("hwm_after_load_kib", "hwm_kib"),
        "proportional share (PSS)": ("pss_after_load_kib", "pss_kib"),
        "private and written": ("private_dirty_after_load_kib", "private_dirty_kib"),
    }
    return [
        (title, f"{_number(getattr(memory, first))} after load, "
                f"{_number(getattr(memory, second))} after all runs")
        for title, (first, second) in names.items()
    ]  # fmt: skip


def _number(value: float | None) -> str:
    if value is None:
        return "not measured"
    return f"{value:,}" if isinstance(value, int) else f"{value:.3f}"


def _pair(name: str, value: str) -> list[str]:
    begin = f"  {name:{NAME}}" if name else "  "
    return textwrap.wrap(
        value, WIDTH, initial_indent=begin, subsequent_indent=" " * (NAME + 2)
    ) or [begin.rstrip()]


def _wrapped(line: str) -> list[str]:
    return [line] if len(line) <= WIDTH else textwrap.wrap(line, WIDTH)
