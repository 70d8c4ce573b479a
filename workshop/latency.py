"""Benchmark records, read from files and summed up: one row a model, machine and runtime."""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from edge_runtime.benchmark_record import BenchmarkRecord, current
from edge_runtime.errors import DataError
from workshop.records_io import parse

__all__ = [
    "LatencyRow",
    "latency_rows",
    "machine_line",
    "read_files",
    "read_records",
    "row_name",
    "sections",
    "threads_of",
]


@dataclass(frozen=True)
class LatencyRow:
    """One model on one machine over all its processes. Milliseconds; None: not measured.

    Medians over the processes, `min_ms` the smallest of all, memory the largest.
    An emulated row has no times: they would be nobody's.
    """

    model: str
    precision: str
    threads: int
    processes: int
    samples: int
    load_ms: float | None
    first_ms: float | None
    p50_ms: float | None
    p50_low_ms: float | None  # smallest and largest p50 of a process
    p50_high_ms: float | None
    p90_ms: float | None
    p99_ms: float | None
    min_ms: float | None
    sd_ms: float | None
    decode_ms: float | None
    resize_ms: float | None
    peak_mib: float | None
    pss_mib: float | None
    private_mib: float | None
    energy_mj: float | None
    instructions: int | None  # of an invoke, where an emulator counted them
    file_bytes: int
    flags: tuple[str, ...]
    graph_sha256: str
    machine: str
    emulated: bool


def read_records(paths: Iterable[Path]) -> list[BenchmarkRecord]:
    """Records of files (one JSON object a line) and of folders (the *.json in them), in order.

    Raises `DataError` naming file and field where one is missing or wrong, or all are.
    """
    return [record for _, record in read_files(paths)]


def read_files(paths: Iterable[Path]) -> list[tuple[Path, BenchmarkRecord]]:
    """The same, each with the file it stands in."""
    records: list[tuple[Path, BenchmarkRecord]] = []
    for path in paths:
        files = sorted(path.rglob("*.json")) if path.is_dir() else [path]
        if not files:
            raise DataError(f"{path} holds no record; take one with `python -m benchmarks run`")
        for file in files:
            records += ((file, record) for record in _of_file(file))
    return records


def _of_file(file: Path) -> list[BenchmarkRecord]:
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not text"
        raise DataError(f"{file} cannot be read: {reason}") from error
    found = [
        _record(line, f"{file} line {number}")
        for number, line in enumerate(lines, 1)
        if line.strip()
    ]
    if not found:
        raise DataError(f"{file} is empty; take a record with `python -m benchmarks run`")
    return found


def _record(line: str, name: str) -> BenchmarkRecord:
    """One line, of this schema or an older one; raises `DataError` naming the field."""
    try:
        data = current(json.loads(line))
    except DataError as error:
        raise DataError(f"{name}: {error}") from error
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
        raise DataError(f"{name} is not as expected: {error!r:.80}") from error
    record = parse(json.dumps(data), BenchmarkRecord, name, strict=True)
    if record.times is not None and not record.times.steady_ms:
        raise DataError(f"{name} holds a record without a sample")
    return record


def row_name(record: BenchmarkRecord) -> str:
    """The model's name and version."""
    return f"{record.model.get('name', '?')} {record.model.get('version', '')}".strip()


def machine_line(record: BenchmarkRecord) -> str:
    """Where it was measured, in a line: what a time means nothing without."""
    machine, runtime = record.machine, record.runtime
    delegate = runtime.get("delegate")
    parts = [
        machine.get("board") or machine.get("cpu") or "unknown CPU",
        f"{machine.get('cores', '?')} cores",
        str(machine.get("machine", "")),
        str(machine.get("system", "")),
        f"Python {machine['python']}" if machine.get("python") else "",
        f"{runtime.get('name', '?')} {runtime.get('version', '')}".strip(),
        f"delegate {delegate}" if delegate else "",
    ]
    line = ", ".join(str(part) for part in parts if part)
    line = line if record.target == "local" else f"{record.target}: {line}"
    return f"{line}, EMULATED" if record.emulated else line


def threads_of(record: BenchmarkRecord) -> int:
    """How many threads the interpreter had; raises `DataError` where that is no number."""
    threads = record.runtime.get("threads", 1)
    if isinstance(threads, bool) or not isinstance(threads, int) or threads < 1:
        raise DataError(
            f"a record of {row_name(record)} has {threads!r:.40} for threads; "
            "see python -m benchmarks validate"
        )
    return threads


def _key(record: BenchmarkRecord) -> tuple[str, str, int]:
    threads = threads_of(record)
    return record.model.get("graph_sha256", ""), machine_line(record), threads


def latency_rows(records: Sequence[BenchmarkRecord]) -> list[LatencyRow]:
    """One row for each model, machine and number of threads; by machine, name, precision."""
    groups: dict[tuple[str, str, int], list[BenchmarkRecord]] = {}
    for one in records:
        groups.setdefault(_key(one), []).append(one)
    rows = [_row(part) for part in groups.values()]
    return sorted(rows, key=lambda row: (row.machine, row.model, row.precision, row.threads))


def _row(part: Sequence[BenchmarkRecord]) -> LatencyRow:
    first = part[0]
    times = [one.times for one in part if one.times is not None]
    counts = [one.instructions for one in part if one.instructions]
    middles = [one.p50_ms for one in times]
    return LatencyRow(
        model=row_name(first),
        precision=first.model.get("precision", "?"),
        threads=threads_of(first),
        processes=len(part),
        samples=sum(len(one.steady_ms) for one in times),
        load_ms=_median([one.load_ms for one in times]),
        first_ms=_median([one.first_ms for one in times]),
        p50_ms=_median(middles),
        p50_low_ms=min(middles, default=None),
        p50_high_ms=max(middles, default=None),
        p90_ms=_median([one.p90_ms for one in times]),
        p99_ms=_median([one.p99_ms for one in times]),
        min_ms=min((one.min_ms for one in times), default=None),
        sd_ms=_median([one.sd_ms for one in times]),
        decode_ms=_median([one.decode_ms for one in times]),
        resize_ms=_median([one.resize_ms for one in times]),
        peak_mib=_most(part, "hwm_kib"),
        pss_mib=_most(part, "pss_kib"),
        private_mib=_most(part, "private_dirty_kib"),
        energy_mj=_median([one.energy_mj for one in part]),
        instructions=counts[-1].get("invoke") if counts else None,
        file_bytes=first.file_bytes,
        flags=tuple(sorted({flag for one in part for flag in one.flags})),
        graph_sha256=first.model.get("graph_sha256", ""),
        machine=machine_line(first),
        emulated=first.emulated,
    )


def _median(values: Sequence[float | None]) -> float | None:
    known = [one for one in values if one is not None]
    return statistics.median(known) if known else None


def _most(part: Sequence[BenchmarkRecord], name: str) -> float | None:
    """The largest of all processes, in MiB."""
    sizes = [getattr(one.memory, name) for one in part if one.memory is not None]
    return max((one / 1024 for one in sizes if one is not None), default=None)


def sections(rows: Sequence[LatencyRow]) -> dict[str, list[LatencyRow]]:
    """The rows by machine: times of two machines never stand in one table."""
    found: dict[str, list[LatencyRow]] = {}
    for row in rows:
        found.setdefault(row.machine, []).append(row)
    return found
