"""What changes in a machine while it measures, and what that says of the measurement."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from edge_runtime.machine import CPUS
from edge_runtime.system import ROOT, said, text, texts, whole, wholes

__all__ = ["frequencies", "state", "swapping", "throttled"]

NOW = 0xF  # vcgencmd get_throttled: undervoltage, capped, throttled, soft limit: at this moment
SINCE = 16  # by so many bits higher: the same, at any time since the start
FELL = 0.9  # of its frequency after the warm-up: less than that is a loss, not a jitter
SWAPPED = 256  # pages in and out meanwhile, by anybody
HOT = ("passive", "hot", "critical")  # trip points at which a system slows down or stops


def state(root: Path = ROOT) -> dict[str, Any]:
    """Load, memory, swap, governors, frequencies, temperatures, throttling, at this moment."""
    return {
        "load": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
        "available_kib": _meminfo("MemAvailable", root),
        "swap_free_kib": _meminfo("SwapFree", root),
        "swapped_pages": _swapped(root),
        "governors": [one for _, one in texts(CPUS, "cpu[0-9]*/cpufreq/scaling_governor", root)]
        or None,
        "frequency_khz": frequencies(root),
        "frequency_limit_khz": wholes(CPUS, "cpu[0-9]*/cpufreq/scaling_max_freq", root),
        "thermal": _zones(root),
        "throttle_bits": _bits(),
        "throttle_count": _counts(root),
        "thermal_status": _thermal_status(),
    }


def frequencies(root: Path = ROOT) -> list[int] | None:
    """Of every processor at this moment, in kHz."""
    return wholes(CPUS, "cpu[0-9]*/cpufreq/scaling_cur_freq", root)


def throttled(before: dict[str, Any], warm: list[int] | None, after: dict[str, Any]) -> str | None:
    """Why a run was slowed down by heat or power, None where nothing says so.

    `warm` are the frequencies after the warm-up, when the processor was at work already.
    """
    bits, were = after["throttle_bits"], before["throttle_bits"]
    if bits is not None and (bits & NOW or (bits & ~(were or 0)) >> SINCE):
        return f"the board throttles (0x{bits:x})"
    if (after["throttle_count"] or 0) > (before["throttle_count"] or 0):
        return "the processor counted a thermal throttle"
    if (after["thermal_status"] or 0) > 0:
        return f"the thermal service reports status {after['thermal_status']}"
    for zone in after["thermal"] or ():
        if zone["trip"] is not None and zone["temperature"] >= zone["trip"]:
            return f"{zone['name']} is at its trip point"
    for now, then in ((after["frequency_khz"], warm),
                      (after["frequency_limit_khz"], before["frequency_limit_khz"])):  # fmt: skip
        if now and then and max(now) < FELL * max(then):
            return f"the frequency fell from {max(then)} to {max(now)} kHz"
    return None


def swapping(before: dict[str, Any], after: dict[str, Any]) -> bool:
    """Whether memory went to or came from a disk meanwhile."""
    pages = [one["swapped_pages"] for one in (before, after)]
    return None not in pages and pages[1] - pages[0] > SWAPPED


def _zones(root: Path) -> list[dict[str, Any]] | None:
    """Name, temperature and lowest trip point of each, in thousandths of a degree Celsius."""
    folder, zones = "sys/class/thermal", []
    for name, found in texts(folder, "thermal_zone*/temp", root):
        zone = name.partition("/")[0]
        kinds = texts(folder, f"{zone}/trip_point_*_type", root)
        trips = [
            whole(f"{folder}/{place.removesuffix('type')}temp", root)
            for place, kind in kinds
            if kind in HOT
        ]
        kept = [trip for trip in trips if trip is not None and trip > 0]  # 0: never
        if re.fullmatch(r"-?\d+", found):
            title = text(f"{folder}/{zone}/type", root) or zone
            zones.append(
                {"name": title, "temperature": int(found), "trip": min(kept, default=None)}
            )
    return zones or None


def _bits() -> int | None:
    """`throttled=0x50000` of a Raspberry Pi."""
    found = re.search(r"throttled=(0x[0-9a-fA-F]+)", said("vcgencmd", "get_throttled") or "")
    return int(found[1], 16) if found else None


def _counts(root: Path) -> int | None:
    found = wholes(CPUS, "cpu[0-9]*/thermal_throttle/*_throttle_count", root)
    return sum(found) if found else None


def _thermal_status() -> int | None:
    """Android's, from 0 (none) to 6 (shutdown)."""
    found = re.search(r"Thermal Status: (\d)", said("dumpsys", "thermalservice") or "")
    return int(found[1]) if found else None


def _meminfo(name: str, root: Path) -> int | None:
    found = re.search(rf"^{name}:\s+(\d+)", text("proc/meminfo", root) or "", re.MULTILINE)
    return int(found[1]) if found else None


def _swapped(root: Path) -> int | None:
    found = re.findall(r"^pswp(?:in|out) (\d+)", text("proc/vmstat", root) or "", re.MULTILINE)
    return sum(map(int, found)) if found else None
