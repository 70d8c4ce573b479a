"""Emulated boards: what tests and the `qemu:` targets run on. They prove answers, not speed."""

from benchmarks.boards.device import SYSTEMS, Device, device
from benchmarks.boards.identity import BOARDS, Board

__all__ = ["BOARDS", "SYSTEMS", "Board", "Device", "device"]
