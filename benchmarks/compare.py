"""Two sets of records set against each other: what of the second is faster or slower."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.differences import devices, other_device, other_settings
from benchmarks.ratios import figure, median_ratio, verdict
from edge_runtime.benchmark_record import BenchmarkRecord
from edge_runtime.errors import GateError, UsageError
from workshop.latency import row_name, threads_of
from workshop.records import Interval

__all__ = ["Comparison", "Row", "compare", "gate", "share"]


@dataclass(frozen=True)
class Row:
    """One model with one number of threads, in both sets."""

    model: str
    precision: str
    threads: int
    kind: str  # "invoke, ms", or "instructions" of an emulator
    first: float  # median over processes; a count
    second: float
    ratio: Interval  # second over first; a count has no interval
    verdict: str  # faster, slower, cannot tell; fewer, more, the same
    processes: tuple[int, int]
    flags: tuple[tuple[str, ...], tuple[str, ...]]
    peak_ratio: float | None  # of the largest resident memory


@dataclass(frozen=True)
class Comparison:
    """All rows, what is on one side alone, and what else differs between the sides."""

    rows: tuple[Row, ...]
    alone: tuple[str, ...]
    differences: tuple[str, ...]


Key = tuple[Any, ...]
Group = list[BenchmarkRecord]


def compare(
    first: Sequence[BenchmarkRecord],
    second: Sequence[BenchmarkRecord],
    *,
    anyway: bool = False,
    seed: int = 0,
) -> Comparison:
    """Pair records by graph and threads; emulated ones only by their instructions.

    Raises `UsageError` for different devices or models, unless `anyway`: then models are
    paired by name and precision, or the only one of each side with the other.
    """
    for side, records in (("A", first), ("B", second)):
        if (count := devices(records)) > 1:
            raise UsageError(f"{side} holds records of {count} devices: give those of one")
    others = other_device(first, second)
    if any(one.emulated for one in first) != any(one.emulated for one in second):
        raise UsageError("an emulated record has no times to compare with a device's")
    if others and not anyway:
        raise UsageError(f"these are two devices ({others[0]}); --anyway compares them still")
    sides = [_groups(records, _graph) for records in (first, second)]
    if not sides[0].keys() & sides[1].keys():
        if not anyway:
            raise UsageError(
                f"no model is in both, by its graph and threads: {_names(first)} against "
                f"{_names(second)}; --anyway compares them still"
            )
        sides = [_groups(records, _title) for records in (first, second)]
        if not sides[0].keys() & sides[1].keys():
            sides[1] = _renamed(*sides)
            others = [*others, f"model: {_names(first)} against {_names(second)}"]
    both = [key for key in sides[0] if key in sides[1]]
    rows = [row for key in both for row in _rows(sides[0][key], sides[1][key], seed)]
    if not rows:
        raise UsageError("these emulated records count no instructions of the same kind")
    return Comparison(
        rows=tuple(sorted(rows, key=lambda row: (row.model, row.precision, row.threads, row.kind))),
        alone=tuple(_alone(sides)),
        differences=(*others, *other_settings(first, second)),
    )


def gate(found: Comparison, limit: float) -> None:
    """Raise `GateError` where anything is surely slower by more than a share of `limit`."""
    surely = [row for row in found.rows if row.verdict in ("slower", "more")]
    over = [row for row in surely if row.ratio.low - 1.0 > limit]
    if over:
        worst = max(over, key=lambda row: row.ratio.low)
        raise GateError(
            f"{len(over)} of {len(found.rows)} rows are slower by over {100 * limit:g} %: "
            f"{worst.model} {worst.precision} takes {worst.ratio.value:.3f} times as much"
        )


def share(text: str) -> float:
    """`5%` or `0.05`; raises `UsageError`."""
    number, percent, rest = text.partition("%")
    try:
        value = float(number) / (100 if percent else 1)
    except ValueError:
        value = -1.0
    if not 0 <= value < 100 or rest.strip():
        raise UsageError(f"{text!r} is no share of slowdown: give 5% or 0.05")
    return value


def _rows(first: Group, second: Group, seed: int) -> list[Row]:
    one, flags = first[0], (_flags(first), _flags(second))
    known: dict[str, Any] = {
        "model": row_name(one),
        "precision": one.model.get("precision", "?"),
        "threads": threads_of(one),
        "processes": (len(first), len(second)),
        "flags": flags,
        "peak_ratio": _peak_ratio(first, second),
    }
    times = [
        [record.times.steady_ms for record in part if record.times] for part in (first, second)
    ]
    if all(times):
        ratio = median_ratio(times[0], times[1], seed)
        said = verdict(ratio, min(map(len, times)))
        return [Row(kind="invoke, ms", first=figure(times[0]), second=figure(times[1]),
                    ratio=ratio, verdict=said, **known)]  # fmt: skip
    counts = [part[-1].instructions or {} for part in (first, second)]
    return [_counted(name, counts[0][name], counts[1][name], known)
            for name in counts[0] if name in counts[1]]  # fmt: skip


def _counted(name: str, first: int, second: int, known: dict[str, Any]) -> Row:
    """Counts are exact: they have no interval, and any difference is one."""
    ratio = second / first
    said = "the same" if first == second else "fewer" if second < first else "more"
    return Row(kind=f"instructions, {name}", first=first, second=second,
               ratio=Interval(ratio, ratio, ratio), verdict=said, **known)  # fmt: skip


def _groups(records: Sequence[BenchmarkRecord], key: Any) -> dict[Key, Group]:
    found: dict[Key, Group] = {}
    for one in records:
        found.setdefault(key(one), []).append(one)
    return found


def _graph(record: BenchmarkRecord) -> Key:
    return record.model.get("graph_sha256", ""), threads_of(record)


def _title(record: BenchmarkRecord) -> Key:
    return record.model.get("name", ""), record.model.get("precision", ""), threads_of(record)


def _renamed(first: dict[Key, Group], second: dict[Key, Group]) -> dict[Key, Group]:
    """The second's groups as if its one model were the first's: threads go with threads."""
    names = [{key[:-1] for key in side} for side in (first, second)]
    if any(len(side) != 1 for side in names):
        raise UsageError("several models that have no name in common cannot be paired")
    (name,) = names[0]
    found = {(*name, key[-1]): part for key, part in second.items()}
    if not first.keys() & found.keys():
        raise UsageError("the two were not measured with the same number of threads")
    return found


def _flags(records: Group) -> tuple[str, ...]:
    emulated = {"emulated"} if any(one.emulated for one in records) else set()
    return tuple(sorted(emulated.union(*(one.flags for one in records))))


def _peak_ratio(first: Group, second: Group) -> float | None:
    peaks = [
        [one.memory.hwm_kib for one in part if one.memory and one.memory.hwm_kib]
        for part in (first, second)
    ]
    return max(peaks[1]) / max(peaks[0]) if all(peaks) else None


def _alone(sides: list[dict[Key, Group]]) -> list[str]:
    lines = []
    for number, name in enumerate(("A", "B")):
        for key, part in sides[number].items():
            if key not in sides[1 - number]:
                one = part[0]
                lines.append(f"only in {name}: {row_name(one)} {one.model.get('precision', '?')}, "
                             f"threads {threads_of(one)}")  # fmt: skip
    return lines


def _names(records: Sequence[BenchmarkRecord]) -> str:
    return " or ".join(
        sorted({f"{row_name(one)} {one.model.get('precision', '?')}" for one in records})
    )
