"""The facts of a machine that a reader needs to believe its figures, as pairs of text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from edge_runtime.benchmark_record import BenchmarkRecord

__all__ = ["environment"]

FACTS = {
    "board": "board",
    "cpu": "processor",
    "parts": "kinds of core",
    "midr": "MIDR",
    "features": "instruction sets",
    "cores": "number of cores",
    "online": "online",
    "cpu_capacity": "capacity of each",
    "affinity": "the probe may use",
    "machine": "architecture",
    "system": "system",
    "kernel": "kernel",
    "libc": "C library",
    "page_size": "page, bytes",
    "python": "Python",
    "memory_kib": "memory, KiB",
    "swap_kib": "swap, KiB",
}
NOTHING = "not told"
STATE = {
    "governors": "governors",
    "frequency_khz": "frequencies, kHz",
    "frequency_limit_khz": "highest allowed, kHz",
    "thermal": "temperatures",
    "throttle_bits": "throttle bits",
    "throttle_count": "throttles counted",
    "thermal_status": "thermal status",
    "load": "load",
    "available_kib": "memory free, KiB",
    "swap_free_kib": "swap free, KiB",
}


def environment(records: Sequence[BenchmarkRecord]) -> list[tuple[str, str]]:
    """Name and value of each fact, a range where processes differ; last, what nobody tells."""
    pairs = [(title, _distinct([one.machine.get(name) for one in records]))
             for name, title in FACTS.items()]  # fmt: skip
    for name in ("emulator", "pins"):
        if told := [one.machine[name] for one in records if one.machine.get(name)]:
            pairs.append((name, _distinct(told)))
    phones = [one.machine["android"] for one in records if one.machine.get("android")]
    if phones:
        pairs.append(("Android", ", ".join(f"{key} {value}" for key, value in phones[0].items())))
    for name, title in STATE.items():
        told = [[(one.machine.get(when) or {}).get(name) for one in records]
                for when in ("before", "after")]  # fmt: skip
        both = " → ".join(_distinct(values) for values in told)
        pairs.append((f"{title}, before → after", NOTHING if _nothing(told) else both))
    others = [one.machine.get("others") for one in records]
    pairs.append(("cores used by others meanwhile", _distinct(others)))
    if any("throttled" in one.machine for one in records):
        reasons = {one.machine.get("throttled") for one in records} - {None}
        pairs.append(("slowed down", "; ".join(sorted(map(str, reasons))) or "nothing says so"))
    known = [pair for pair in pairs if pair[1] != NOTHING]
    rest = ", ".join(_short(name) for name, value in pairs if value == NOTHING)
    return [*known, *([(NOTHING, rest)] if rest else [])]


def _nothing(told: list[list[Any]]) -> bool:
    return all(value is None for values in told for value in values)


def _distinct(values: Sequence[Any]) -> str:
    """The value, the values' range, or all of them."""
    known = [value for value in values if value is not None]
    if not known:
        return NOTHING
    if all(isinstance(value, int | float) and not isinstance(value, bool) for value in known):
        low, high = min(known), max(known)
        return f"{low:,}" if low == high else f"{low:,} to {high:,}"
    texts = list(dict.fromkeys(_text(value) for value in known))
    return texts[0] if len(texts) == 1 else f"{texts[0]} (and {len(texts) - 1} more)"


def _text(value: Any) -> str:
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return ", ".join(
            f"{zone['name']} {zone['temperature'] / 1000:.1f} °C"
            + (f" (trips at {zone['trip'] / 1000:.0f})" if zone["trip"] else "")
            for zone in value
        )
    if isinstance(value, dict):
        return ", ".join(f"{name} {one}" for name, one in value.items())
    if isinstance(value, list):
        alike = len(set(map(str, value))) == 1 and len(value) > 1
        return f"{value[0]} (all {len(value)})" if alike else ", ".join(map(str, value))
    return str(value)


def _short(name: str) -> str:
    """Without its unit."""
    return name.partition(",")[0]
