"""What the probe says of the machine it runs on; None where the system does not tell."""

from __future__ import annotations

import os
import platform
from pathlib import Path
from typing import Any

from edge_runtime.system import ROOT, said, text, texts, wholes

__all__ = ["busy_seconds", "describe", "memory"]

IDLE = slice(3, 5)  # of /proc/stat's columns: idle, and waiting for a disk
COUNTED = 8  # user to steal; what guests use is in user already
CPUS = "sys/devices/system/cpu"
NAMES = ("model name", "Model", "Hardware")
ARM_CORE = ("CPU implementer", "CPU variant", "CPU part", "CPU revision")
# Of the long list that an x86 processor gives: what its kernels are chosen by.
CHOSEN_BY = ("avx", "fma", "f16c", "sse4", "amx")
PROPERTIES = {
    "model": "ro.product.model",
    "soc": "ro.soc.model",
    "platform": "ro.board.platform",
    "abis": "ro.product.cpu.abilist",
    "release": "ro.build.version.release",
    "sdk": "ro.build.version.sdk",
}


def describe(root: Path = ROOT) -> dict[str, Any]:
    """What does not change in a run: processor, board, topology, memory, system, Python.

    `root` holds /proc and /sys. No name of the machine or of its owner is in it.
    """
    cores = _cores(root)
    return {
        "cpu": _cpu(cores),
        "board": text("proc/device-tree/model", root),
        "parts": _distinct(" ".join(core.get(name, "-") for name in ARM_CORE) for core in cores
                           if "CPU part" in core),
        "midr": _distinct(found for _, found in
                          texts(CPUS, "cpu[0-9]*/regs/identification/midr_el1", root)),
        "features": _features(cores),
        "cores": os.cpu_count(),
        "online": text(f"{CPUS}/online", root),
        "cpu_capacity": wholes(CPUS, "cpu[0-9]*/cpu_capacity", root),
        "affinity": sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else None,
        "machine": platform.machine(),
        "system": f"{platform.system()} {platform.release()}",
        "kernel": platform.version() or None,
        "libc": " ".join(platform.libc_ver()).strip() or None,
        "page_size": os.sysconf("SC_PAGESIZE") if hasattr(os, "sysconf") else None,
        "python": platform.python_version(),
        "memory_kib": _field("proc/meminfo", "MemTotal", root),
        "swap_kib": _field("proc/meminfo", "SwapTotal", root),
        "android": _android(),
    }  # fmt: skip


def busy_seconds(root: Path = ROOT) -> float | None:
    """Seconds that all processors together have worked since the start, a hypervisor's too."""
    try:
        first = (text("proc/stat", root) or "").partition("\n")[0]
        ticks = [int(word) for word in first.split()[1:]]
        clock = os.sysconf("SC_CLK_TCK")
    except (AttributeError, ValueError, OSError):
        return None
    return (sum(ticks[:COUNTED]) - sum(ticks[IDLE])) / clock if ticks else None


def memory(root: Path = ROOT) -> dict[str, int | None]:
    """Of this process, in KiB: peak so far (VmHWM), proportional share, private and written."""
    rollup = "proc/self/smaps_rollup"
    return {
        "hwm": _field("proc/self/status", "VmHWM", root),
        "pss": _field(rollup, "Pss", root),
        "private_dirty": _field(rollup, "Private_Dirty", root),
    }


def _cores(root: Path) -> list[dict[str, str]]:
    """/proc/cpuinfo: one dictionary a processor, and what stands apart in one more."""
    cores: list[dict[str, str]] = []
    for block in (text("proc/cpuinfo", root) or "").split("\n\n"):
        pairs = (line.partition(":") for line in block.splitlines() if ":" in line)
        cores.append({key.strip(): value.strip() for key, _, value in pairs})
    return cores


def _cpu(cores: list[dict[str, str]]) -> str | None:
    for name in NAMES:
        for core in cores:
            if core.get(name):
                return core[name]
    parts = _distinct(f"ARM part {core['CPU part']}" for core in cores if "CPU part" in core)
    return ", ".join(parts or []) or platform.processor() or None


def _features(cores: list[dict[str, str]]) -> str | None:
    for core in cores:
        if "Features" in core:
            return core["Features"]
        if "flags" in core:
            kept = (one for one in core["flags"].split() if one.startswith(CHOSEN_BY))
            return " ".join(kept) or None
    return None


def _android() -> dict[str, str | None] | None:
    """Model, system on chip, ABIs and release, where there is `getprop`."""
    if said("getprop", PROPERTIES["sdk"]) is None:
        return None
    return {name: said("getprop", key) or None for name, key in PROPERTIES.items()}


def _distinct(values: Any) -> list[str] | None:
    return list(dict.fromkeys(values)) or None


def _field(path: str, name: str, root: Path) -> int | None:
    for line in (text(path, root) or "").splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1])
    return None
