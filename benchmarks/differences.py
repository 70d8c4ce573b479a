"""Whether two sets of records are of one device, and what else differs between them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from edge_runtime.benchmark_record import BenchmarkRecord

__all__ = ["devices", "other_device", "other_settings"]

DEVICE = (
    "machine.cpu", "machine.board", "machine.cores", "machine.machine", "machine.parts",
    "machine.android.model", "machine.android.soc",
)  # fmt: skip
# What else a difference in time may come from, on one and the same device.
SETTINGS = (
    "machine.system", "machine.libc", "machine.python", "machine.affinity", "machine.online",
    "machine.before.governors", "machine.before.frequency_limit_khz",
    "runtime.name", "runtime.api", "runtime.version", "runtime.delegate",
)  # fmt: skip

Records = Sequence[BenchmarkRecord]


def other_device(first: Records, second: Records) -> list[str]:
    """One line for each fact by which the two are different devices."""
    boards = [{one.target for one in part if one.emulated} for part in (first, second)]
    words = [" or ".join(sorted(side)) for side in boards]
    lines = [f"target: {words[0]} against {words[1]}"] if all(words) and len(set(words)) > 1 else []
    return [*lines, *_lines(first, second, DEVICE)]


def other_settings(first: Records, second: Records) -> list[str]:
    """One line for each other fact that differs: system, interpreter, governor."""
    return _lines(first, second, SETTINGS)


def devices(records: Records) -> int:
    """Of how many devices these are; an emulator of each board is one of its own."""
    return len({
        (one.emulated and one.target, *(str(_told(one, name)) for name in DEVICE))
        for one in records
    })  # fmt: skip


def _lines(first: Records, second: Records, names: Sequence[str]) -> list[str]:
    lines = []
    for name in names:
        sides = [[_told(one, name) for one in part] for part in (first, second)]
        if any(... in side for side in sides):  # an older record did not tell it yet
            continue
        words = [" or ".join(sorted({str(value) for value in side})) for side in sides]
        if words[0] != words[1]:
            lines.append(f"{name.removeprefix('machine.')}: {words[0]} against {words[1]}")
    return lines


def _told(record: BenchmarkRecord, name: str) -> Any:
    found: Any = {"machine": record.machine, "runtime": record.runtime}
    for part in name.split("."):
        found = found.get(part, ...) if isinstance(found, dict) else ...
    return found
