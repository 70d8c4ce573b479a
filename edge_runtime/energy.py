"""Energy of an invoke where the machine itself counts it; the whole package or phone, idle too."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from edge_runtime.system import ROOT, texts, whole

__all__ = ["per_invoke"]

RAPL = "sys/class/powercap"
SUPPLIES = "sys/class/power_supply"
SHORTEST = 1.0  # seconds at work: counters move in steps, gauges are averages
MOST = 2000  # invokes


def per_invoke(invoke: Callable[[], float], root: Path = ROOT) -> float | None:
    """Millijoules of one invoke, None where nothing counts; `invoke` gives its milliseconds.

    By the processor's own counters (RAPL), else by a battery that discharges.
    """
    begun = _counters(root)
    watts = None if begun else _power(root)
    if not begun and watts is None:
        return None
    spent, powers, invokes = 0.0, [], 0
    while spent < SHORTEST * 1e3 and invokes < MOST:
        spent += invoke()
        invokes += 1
        if not begun:
            powers.append(_power(root))
    if begun:
        return _positive(_microjoules(begun, _counters(root), root) / 1e3 / invokes)
    known = [one for one in powers if one is not None]
    return _positive(sum(known) / len(known) * spent / invokes) if known else None


def _counters(root: Path) -> dict[str, int]:
    """Microjoules by package; other zones are part of one, or hold it."""
    found = {}
    for name, kind in texts(RAPL, "intel-rapl:*/name", root):
        zone = name.partition("/")[0]
        number = whole(f"{RAPL}/{zone}/energy_uj", root)
        if kind.startswith("package") and number is not None:
            found[zone] = number
    return found


def _microjoules(begun: dict[str, int], ended: dict[str, int], root: Path) -> float:
    total = 0
    for name in begun.keys() & ended.keys():
        used = ended[name] - begun[name]
        if used < 0:  # the counter started again
            used += whole(f"{RAPL}/{name}/max_energy_range_uj", root) or 0
        total += max(0, used)
    return float(total)


def _power(root: Path) -> float | None:
    """Watts that a discharging battery gives."""
    for name, status in texts(SUPPLIES, "*/status", root):
        supply = f"{SUPPLIES}/{name.partition('/')[0]}"
        if status != "Discharging":  # else it is what the charger gives
            continue
        power = whole(f"{supply}/power_now", root)
        if power is not None:
            return abs(power) / 1e6
        current = whole(f"{supply}/current_now", root)
        voltage = whole(f"{supply}/voltage_now", root)
        if current is not None and voltage is not None:
            return abs(current) * voltage / 1e12
    return None


def _positive(value: float) -> float | None:
    return round(value, 4) if value > 0 else None
