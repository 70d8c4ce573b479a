"""What the probe says of the machine it runs on; None where the system does not tell."""

from __future__ import annotations

import os
import platform
from pathlib import Path
from typing import Any

__all__ = ["busy_seconds", "describe", "peak_kib"]

IDLE = slice(3, 5)  # of /proc/stat's columns: idle, and waiting for a disk
COUNTED = 8  # user to steal; what guests use is in user already


def describe() -> dict[str, Any]:
    """CPU, cores, memory, system, Python, load: enough to tell two machines apart."""
    return {
        "cpu": _cpu(),
        "board": _text("/proc/device-tree/model"),
        "cores": os.cpu_count(),
        "machine": platform.machine(),
        "system": f"{platform.system()} {platform.release()}",
        "libc": " ".join(platform.libc_ver()).strip() or None,
        "python": platform.python_version(),
        "memory_kib": _field("/proc/meminfo", "MemTotal"),
        "governor": _text("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"),
        "load": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
    }


def busy_seconds() -> float | None:
    """Seconds that all processors together have worked since the start, a hypervisor's too."""
    try:
        first = (_text("/proc/stat") or "").partition("\n")[0]
        ticks = [int(word) for word in first.split()[1:]]
        clock = os.sysconf("SC_CLK_TCK")
    except (AttributeError, ValueError, OSError):
        return None
    return (sum(ticks[:COUNTED]) - sum(ticks[IDLE])) / clock if ticks else None


def peak_kib() -> int | None:
    """Peak resident memory of this process so far (VmHWM), in KiB."""
    return _field("/proc/self/status", "VmHWM")


def _cpu() -> str | None:
    for line in (_text("/proc/cpuinfo") or "").splitlines():
        key, _, value = line.partition(":")
        if key.strip() in ("model name", "Model", "Hardware", "CPU part"):
            return value.strip()
    return platform.processor() or None


def _field(path: str, name: str) -> int | None:
    for line in (_text(path) or "").splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1])
    return None


def _text(path: str) -> str | None:
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace").rstrip("\0\n")
    except OSError:
        return None
